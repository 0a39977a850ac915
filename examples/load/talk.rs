//! What the connections of a swarm say, and what they make of what they hear: every reader must be given the events of
//! its room one after the other, and how long each took is noted.

use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{Expiration, TimerSetTimeFlags};

use super::dialect::{Dialect, Heard};
use super::pace::Pace;
use super::peer::{Peer, Role};
use super::swarm::{Fallible, Swarm};

/// In hexadecimal: when a message was due, and who says it. Each text begins with it.
pub(crate) const TAG_BYTES: usize = TIME_DIGITS + PEER_DIGITS;
const TIME_DIGITS: usize = 16;
const PEER_DIGITS: usize = 8;

impl<D: Dialect> Swarm<D> {
    /// Says what the schedule has due by now, and sets the timer for the next.
    pub(super) fn say_due(&mut self) -> Fallible<()> {
        let now_ns = self.now_ns();
        let Some(mut schedule) = self.schedule.take() else { return Ok(()) };
        while let Some((number, due_ns)) = schedule.next(now_ns) {
            let talker = self.talkers[number % self.talkers.len()];
            self.say(talker, due_ns);
            self.peers[talker].flush()?;
        }
        let pause = Duration::from_nanos(schedule.due_ns().saturating_sub(self.now_ns()).max(1));
        self.timer.set(Expiration::OneShot(TimeSpec::from_duration(pause)), TimerSetTimeFlags::empty())?;
        self.schedule = Some(schedule);
        Ok(())
    }

    /// Says so much that `window` messages are unacknowledged.
    pub(super) fn fill_window(&mut self, talker: usize, window: usize, now_ns: u64) {
        while self.peers[talker].due_ns.len() < window {
            self.say(talker, now_ns);
        }
    }

    /// Asks what a connection that neither talks nor only listens asks for: a page from somewhere in the room's log, or a
    /// sign of life.
    pub(super) fn ask(&mut self, index: usize, now_ns: u64) {
        let peer = &mut self.peers[index];
        peer.due_ns.push_back(now_ns);
        if peer.role == Role::Pings {
            return self.dialect.ping(&mut peer.out);
        }
        // anywhere, the same in each run: a fraction of the log that the golden ratio spreads evenly
        let spread = (self.tally.pages as f64 * 0.618_033_988_749_895).fract();
        let before = 2 + (peer.head as f64 * spread) as u64;
        self.dialect.ask(&mut peer.out, peer.seat.room, before);
    }

    fn say(&mut self, talker: usize, due_ns: u64) {
        let peer = &mut self.peers[talker];
        peer.due_ns.push_back(due_ns);
        self.dialect.say(&mut peer.out, peer.seat.room, &tag(due_ns, talker));
    }

    /// Takes up all that came.
    pub(super) fn hear(&mut self, index: usize) -> Fallible<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut bytes = scratch.len();
        // a short read has emptied the socket: what comes later is told by another event
        while bytes == scratch.len() {
            let Some(read) = self.peers[index].read(&mut scratch)? else { break };
            bytes = read;
            self.take(index, &scratch[..bytes])?;
        }
        self.scratch = scratch;
        Ok(self.peers[index].flush()?)
    }

    fn take(&mut self, index: usize, bytes: &[u8]) -> Fallible<()> {
        let mut partial = std::mem::take(&mut self.peers[index].partial);
        if partial.is_empty() {
            let used = self.take_whole(index, bytes)?;
            partial.extend_from_slice(&bytes[used..]);
        } else {
            partial.extend_from_slice(bytes);
            let used = self.take_whole(index, &partial)?;
            partial.drain(..used);
        }
        // nobody who is idle holds a buffer
        self.peers[index].partial = if partial.is_empty() { Vec::new() } else { partial };
        Ok(())
    }

    /// Takes up all that is whole; the number of bytes that it had.
    fn take_whole(&mut self, index: usize, bytes: &[u8]) -> Fallible<usize> {
        let (mut used, now_ns, text_bytes) = (0, self.now_ns(), self.dialect.text_bytes());
        while let Some((length, heard)) = D::cut(&bytes[used..], text_bytes)? {
            used += length;
            self.note(index, heard, now_ns);
        }
        Ok(used)
    }

    fn note(&mut self, index: usize, heard: Heard<'_>, now_ns: u64) {
        match heard {
            Heard::Welcome(device) => self.peers[index].seat.device = Some(device),
            Heard::Ready { head } => self.note_ready(index, head),
            Heard::Event { seq, text } => self.note_event(index, seq, text, now_ns),
            Heard::Said => self.note_said(index, now_ns),
            Heard::Page => {
                self.tally.pages += 1;
                self.note_asked(index, now_ns);
            }
            Heard::Pong => self.note_asked(index, now_ns),
            Heard::Other => {}
        }
    }

    /// What was asked for is there: how long did it take, and what is next?
    fn note_asked(&mut self, index: usize, now_ns: u64) {
        let Peer { due_ns, role, .. } = &mut self.peers[index];
        let took = if *role == Role::Pings { &mut self.tally.to_pong } else { &mut self.tally.to_page };
        let asked_ns = due_ns.pop_front().unwrap_or(now_ns);
        took.record(now_ns.saturating_sub(asked_ns)).expect("it grows as needed");
        if self.pace != Pace::Silent {
            self.ask(index, now_ns);
        }
    }

    fn note_ready(&mut self, index: usize, head: u64) {
        let peer = &mut self.peers[index];
        if !std::mem::replace(&mut peer.is_ready, true) {
            peer.head = head;
            peer.last = peer.seat.after.unwrap_or(head);
            self.ready += 1;
        }
    }

    fn note_event(&mut self, index: usize, seq: Option<u64>, text: &[u8], now_ns: u64) {
        let peer = &mut self.peers[index];
        if let Err(fault) = follow(&mut peer.last, seq) {
            self.tally.fault(format!("connection {index} {fault}"));
        }
        self.tally.deliveries += 1;
        let Some((due_ns, talker)) = read_tag(text) else { return };
        self.tally.to_delivery.record(now_ns.saturating_sub(due_ns)).expect("it grows as needed");
        if D::ECHO_ACKNOWLEDGES && talker == index {
            self.note_said(index, now_ns);
        }
    }

    fn note_said(&mut self, index: usize, now_ns: u64) {
        let Some(due_ns) = self.peers[index].due_ns.pop_front() else {
            return self.tally.fault(format!("connection {index} was acknowledged what it had not said"));
        };
        self.tally.said += 1;
        self.tally.to_said.record(now_ns.saturating_sub(due_ns)).expect("it grows as needed");
        if let Pace::Window(window) = self.pace {
            self.fill_window(index, window, now_ns);
        }
    }
}

/// Takes up an event; says what is wrong if it is not the one after the last. What has no numbers is only counted.
fn follow(last: &mut u64, seq: Option<u64>) -> Result<(), String> {
    let expected = *last + 1;
    *last = seq.unwrap_or(expected);
    if *last == expected { Ok(()) } else { Err(format!("was given event {last} in the place of {expected}")) }
}

fn tag(due_ns: u64, talker: usize) -> [u8; TAG_BYTES] {
    let digit = |number: u64, place: usize| b"0123456789abcdef"[(number >> (4 * place) & 15) as usize];
    std::array::from_fn(|at| {
        if at < TIME_DIGITS { digit(due_ns, TIME_DIGITS - 1 - at) } else { digit(talker as u64, TAG_BYTES - 1 - at) }
    })
}

/// None of a text that somebody else has said.
fn read_tag(text: &[u8]) -> Option<(u64, usize)> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u64, |number, digit| Some(number << 4 | u64::from((*digit as char).to_digit(16)?)))
    };
    let (time, talker) = text.get(..TAG_BYTES)?.split_at(TIME_DIGITS);
    Some((number(time)?, usize::try_from(number(talker)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_and_a_doubled_event_are_told() {
        let faults = |heard: &[u64]| {
            let mut last = 4;
            heard.iter().filter_map(|seq| follow(&mut last, Some(*seq)).err()).collect::<Vec<_>>()
        };
        assert_eq!(faults(&[5, 6, 7]), [""; 0]);
        assert_eq!(faults(&[5, 7, 8]), ["was given event 7 in the place of 6"]);
        assert_eq!(faults(&[5, 5, 6]), ["was given event 5 in the place of 6"]);
    }

    #[test]
    fn a_tag_reads_back() {
        for (due_ns, talker) in [(0, 0), (1_234_567_890_123, 9_999), (u64::MAX, u32::MAX as usize)] {
            assert_eq!(read_tag(&tag(due_ns, talker)), Some((due_ns, talker)));
        }
        assert_eq!(read_tag(b"too short"), None);
        assert_eq!(read_tag(b"longer than a tag but no such thing"), None);
    }
}
