//! The ones for whom the server is there: each says something a few times a second, hears everybody, and writes down what
//! was said, answered and shown, for the checker.

use std::fmt;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer as Answered, ServerFrame};

use crate::common::peer::{self, PATIENCE, Peer};
use crate::record::{Answer, Event, History, Say, Seen, Stream};

const PEOPLE: usize = 6;
const ROOM: &str = "calm";
/// Well below the rate.
const PAUSE: Duration = Duration::from_millis(200);

/// How long it took from saying something until it was acknowledged.
pub(crate) struct Delays {
    pub(crate) count: usize,
    p50: Duration,
    pub(crate) p99: Duration,
}

impl Delays {
    fn of(mut delays: Vec<Duration>) -> Self {
        delays.sort();
        let at = |percent: usize| delays.get(delays.len() * percent / 100).copied().unwrap_or_default();
        Self { count: delays.len(), p50: at(50), p99: at(99) }
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} says, p50 {:.1?}, p99 {:.1?}", self.count, self.p50, self.p99)
    }
}

pub(crate) struct People(Vec<Person>);

struct Person {
    peer: Peer,
    index: usize,
    begun: Instant,
    says: Vec<Say>,
    stream: Stream,
    delays: Vec<Duration>,
    faults: Vec<String>,
}

impl People {
    /// All of them in their room.
    pub(crate) fn gather(address: SocketAddr) -> Self {
        let begun = Instant::now();
        Self((0..PEOPLE).map(|index| Person::come_in(address, index, begun)).collect())
    }

    /// Each on a thread of its own.
    pub(crate) fn talk_for(&mut self, time: Duration) -> Delays {
        thread::scope(|scope| {
            for person in &mut self.0 {
                scope.spawn(move || person.talk_until(Instant::now() + time));
            }
        });
        Delays::of(self.0.iter_mut().flat_map(|person| std::mem::take(&mut person.delays)).collect())
    }

    /// Everybody hears the rest, and what they know is put together.
    pub(crate) fn part(self) -> History {
        let mut people = self.0;
        let said: usize = people.iter().map(|person| person.says.len()).sum();
        let head = u64::try_from(said).expect("few");
        thread::scope(|scope| {
            for person in &mut people {
                scope.spawn(move || person.hear_until(head));
            }
        });
        let log = people[0].read_log();
        let mut history = History { logs: vec![log], ..History::default() };
        for person in people {
            history.says.extend(person.says);
            history.streams.push(person.stream);
            history.faults.extend(person.faults);
        }
        history
    }
}

impl Person {
    fn come_in(address: SocketAddr, index: usize, begun: Instant) -> Self {
        let mut peer = Peer::guest(address);
        let after = peer.join(ROOM, Some(0)).head.0;
        assert_eq!(after, 0, "nothing was said yet");
        let stream = Stream { reader: format!("person {index}"), room: 0, after, seen: Vec::new() };
        Self { peer, index, begun, says: Vec::new(), stream, delays: Vec::new(), faults: Vec::new() }
    }

    fn talk_until(&mut self, end: Instant) {
        while Instant::now() < end {
            let next = Instant::now() + PAUSE;
            self.say_something();
            while self.something_comes_before(next) {
                self.hear();
            }
        }
    }

    fn something_comes_before(&self, next: Instant) -> bool {
        let left = next.saturating_duration_since(Instant::now());
        let socket = self.peer.line().socket();
        if left.is_zero() {
            return false;
        }
        socket.set_read_timeout(Some(left)).expect("a timeout");
        let comes = socket.peek(&mut [0]).is_ok();
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        comes
    }

    fn say_something(&mut self) {
        let nonce = u64::try_from(self.says.len()).expect("few") + 1;
        let (text, author) = (format!("{} {nonce}", self.index), self.peer.user().name);
        let request = u32::try_from(nonce).expect("few");
        let sent = self.begun.elapsed();
        let answers = Vec::new();
        self.says.push(Say {
            writer: self.index,
            nonce,
            room: 0,
            author,
            text: text.clone(),
            sent,
            settled: None,
            answers,
        });
        self.peer.send_bytes(&peer::frame(request, &peer::say(ROOM, nonce, Body::Text(text))));
        self.hear_until_answered(request);
        self.delays.push(self.begun.elapsed().saturating_sub(sent));
    }

    fn hear_until_answered(&mut self, request: u32) {
        loop {
            match self.hear() {
                Some(id) if id == request => return,
                Some(_) => {}
                None => assert!(self.faults.is_empty(), "{:?}", self.faults),
            }
        }
    }

    fn hear_until(&mut self, head: u64) {
        while self.stream.seen.last().is_none_or(|seen| seen.event.seq < head) {
            self.hear();
            assert!(self.faults.is_empty(), "{:?}", self.faults);
        }
    }

    /// The next frame; the request that it answers, if it does.
    fn hear(&mut self) -> Option<u32> {
        let frame = self.peer.frame();
        let time = self.begun.elapsed();
        match frame {
            Some(ServerFrame::Event(event)) => {
                self.stream.seen.push(Seen { time, event: Event::of(event) });
                None
            }
            Some(ServerFrame::Answer((request, Answered::Said(said)))) => {
                let (seq, at) = (said.seq.0, said.at.0);
                let index = usize::try_from(request).expect("small") - 1;
                self.says[index].answers.push(Answer { time, connection: 1, request, seq, at });
                Some(request)
            }
            Some(ServerFrame::Signal(_)) => None,
            other => {
                self.faults.push(format!("person {} got {other:?}", self.index));
                None
            }
        }
    }

    fn read_log(&mut self) -> Vec<Event> {
        let mut log: Vec<Event> = Vec::new();
        loop {
            let after = log.last().map_or(Seq(0), |event| Seq(event.seq));
            let page = self.peer.history(ROOM, None, Some(after.0), 1_000);
            if page.events.is_empty() {
                return log;
            }
            log.extend(page.events.into_iter().map(Event::of));
        }
    }
}
