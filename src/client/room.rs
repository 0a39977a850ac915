//! One room as a client follows it: how it is joined, and which of its events are heard. The rule: while a join is on
//! its way the room's events are not heard, since `joined` sets the cursor and all that follows comes again or comes
//! anew; from then on the cursor moves only by the events themselves, one by one. Sending is left to
//! [`super::session`].

use tokio::time::Instant;

use super::command::Reply;
use super::marks::Cursor;
use super::{Error, From, pause};
use crate::model::{LogId, Seq};
use crate::wire::{Code, Join, Joined, Refusal};

/// A join that is due or on its way.
#[derive(Debug, Default)]
struct Joining {
    /// None joins where the cursor is, or from now on.
    from: Option<From>,
    /// The id of the request, once it was sent.
    sent: Option<u32>,
    /// For the last so many events: where they begin, once the head is known.
    start: Option<Cursor>,
    repeated: u32,
    /// A refused join is repeated after a pause.
    not_before: Option<Instant>,
    waiting: Vec<Reply<Joined>>,
}

/// What to do with an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Heard already, or it will come again.
    Drop,
    /// The next one.
    Hear,
    /// Some before it are missing.
    Gap,
}

/// What a refused join leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The room is as it was, or is joined again later.
    Stays,
    /// The log is not the one that was followed: joined from now on.
    StartsOver,
    /// One is not in the room.
    Out {
        /// Whether one was before.
        was_in: bool,
    },
    /// What was to be said there cannot be.
    NoErrand,
}

/// A room that somebody wants to be in, or has to be in to say something.
#[derive(Debug)]
pub(super) struct Room {
    name: String,
    /// None in a room where one only says something: nothing is heard there.
    cursor: Option<Cursor>,
    joining: Option<Joining>,
    behind: bool,
    is_wanted: bool,
    was_in: bool,
}

impl Room {
    /// A room that is not joined yet.
    pub(super) fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, cursor: None, joining: None, behind: false, is_wanted: false, was_in: false }
    }

    /// A room that is joined only to say something.
    pub(super) fn errand(name: &str) -> Self {
        Self { joining: Some(Joining::default()), ..Self::new(name) }
    }

    pub(super) const fn is_errand(&self) -> bool {
        !self.is_wanted
    }

    /// The first spelling, once the server has told it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Somebody asks to be in the room, which was left at `stopped` the last time.
    pub(super) fn ask(&mut self, from: From, stopped: Option<Cursor>, reply: Reply<Joined>) {
        let mut waiting = self.joining.take().map(|joining| joining.waiting).unwrap_or_default();
        waiting.push(reply);
        self.is_wanted = true;
        let from = match from {
            From::Now => None,
            From::Stopped { or_last } => {
                self.cursor = self.cursor.or(stopped);
                self.cursor.is_none().then_some(From::Last(or_last))
            }
            other => Some(other),
        };
        self.joining = Some(Joining { from, waiting, ..Joining::default() });
    }

    /// The connection is another one: whatever was sent has to be sent again.
    pub(super) fn reconnected(&mut self) {
        let joining = self.joining.take().unwrap_or_default();
        self.joining = Some(Joining { from: joining.from, waiting: joining.waiting, ..Joining::default() });
    }

    /// Some events could not be heard: they are read again from the log when there is space.
    pub(super) const fn fall_behind(&mut self) {
        self.behind = true;
    }

    pub(super) const fn is_behind(&self) -> bool {
        self.behind && self.joining.is_none()
    }

    /// Reads on from the log after having fallen behind.
    pub(super) fn catch_up(&mut self) {
        self.joining.get_or_insert_default();
    }

    /// Whether the server has it that one is in, so that something can be said.
    pub(super) const fn is_in(&self) -> bool {
        self.joining.is_none()
    }

    /// The join to send now, if one is due; `id` is then its own.
    pub(super) fn join(&mut self, id: u32, now: Instant) -> Option<Join> {
        let joining = self.joining.as_mut()?;
        if joining.sent.is_some() || joining.not_before.is_some_and(|at| at > now) {
            return None;
        }
        joining.sent = Some(id);
        let (after, log) = match joining.from {
            Some(From::After { seq, log }) => (Some(seq), log),
            Some(From::Last(_)) => joining.start.map(split).unwrap_or_default(),
            Some(From::Now | From::Stopped { .. }) | None => self.cursor.map(split).unwrap_or_default(),
        };
        Some(Join { room: self.name.clone(), after, log })
    }

    /// When a join that had to wait is due.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.joining.as_ref().filter(|joining| joining.sent.is_none()).and_then(|joining| joining.not_before)
    }

    /// Whether the answer with this id is to the join that counts: an earlier one was overtaken by it.
    pub(super) fn expects(&self, id: u32) -> bool {
        self.joining.as_ref().is_some_and(|joining| joining.sent == Some(id))
    }

    /// The server lets one in; tells where the room begins now, unless it goes on where it was.
    pub(super) fn joined(&mut self, joined: &Joined) -> Option<Cursor> {
        let mut joining = self.joining.take()?;
        if self.is_errand() {
            self.name.clone_from(&joined.room);
            return None;
        }
        let begins = joining.from.is_some() || self.cursor.is_none();
        let head = Cursor { log: joined.log, seq: joined.head };
        let at = match joining.from {
            Some(From::Last(n)) if joining.start.is_none() && n > 0 && joined.head > Seq(0) => {
                joining.start = Some(Cursor { seq: last(n, joined), ..head });
                joining.sent = None;
                self.joining = Some(joining);
                return None;
            }
            Some(From::Last(_)) => joining.start.unwrap_or(head),
            Some(From::After { seq, .. }) => Cursor { seq, ..head },
            Some(From::Now | From::Stopped { .. }) | None => self.cursor.unwrap_or(head),
        };
        self.name.clone_from(&joined.room);
        self.cursor = Some(Cursor { log: joined.log, ..at });
        (self.behind, self.was_in) = (false, true);
        for reply in joining.waiting {
            reply.send(Ok(joined.clone()));
        }
        self.cursor.filter(|_| begins)
    }

    /// How many events up to `head` were not heard.
    pub(super) fn lacks(&self, head: Seq) -> u64 {
        self.cursor.filter(|_| self.is_in()).map_or(0, |cursor| head.0.saturating_sub(cursor.seq.0))
    }

    /// The server does not let one in, or not now.
    pub(super) fn refused(&mut self, refusal: &Refusal, now: Instant) -> Refused {
        let Some(mut joining) = self.joining.take() else { return Refused::Stays };
        if let Some(pause) = pause::before_repeating(refusal, joining.repeated) {
            joining.repeated = joining.repeated.saturating_add(1);
            (joining.sent, joining.start, joining.not_before) = (None, None, Some(now + pause));
            self.joining = Some(joining);
            return Refused::Stays;
        }
        if self.is_errand() {
            return Refused::NoErrand;
        }
        let resumes = joining.from.is_none() && self.cursor.is_some();
        if resumes && matches!(refusal.code, Code::CursorAhead | Code::LogChanged) {
            self.cursor = None;
            self.joining = Some(Joining { waiting: joining.waiting, ..Joining::default() });
            return Refused::StartsOver;
        }
        // Nobody waits for a join that the client makes by itself, to stay where one was.
        let was_in = self.was_in || joining.waiting.is_empty();
        for reply in joining.waiting {
            reply.send(Err(Error::Refused(refusal.clone())));
        }
        if self.cursor.is_none() || !self.was_in || resumes {
            return Refused::Out { was_in };
        }
        self.fall_behind();
        Refused::Stays
    }

    /// What to do with the event at `seq`.
    pub(super) fn verdict(&self, seq: Seq) -> Verdict {
        match self.cursor {
            Some(cursor) if self.joining.is_none() && !self.behind && seq > cursor.seq => {
                if seq.0 - 1 == cursor.seq.0 {
                    Verdict::Hear
                } else {
                    Verdict::Gap
                }
            }
            _ => Verdict::Drop,
        }
    }

    /// Which log is heard.
    pub(super) fn log(&self) -> Option<LogId> {
        self.cursor.map(|cursor| cursor.log)
    }

    /// The event at `seq` was heard.
    pub(super) const fn heard(&mut self, seq: Seq) {
        if let Some(cursor) = &mut self.cursor {
            cursor.seq = seq;
        }
    }

    /// One does not want to be in the room any more.
    pub(super) fn left(self) {
        let why = || Refusal::new(Code::NotJoined, "the room was left before it was joined");
        let waiting = self.joining.map(|joining| joining.waiting).unwrap_or_default();
        for reply in waiting {
            reply.send(Err(Error::Refused(why())));
        }
    }
}

/// What the last `n` events come after.
fn last(n: u64, joined: &Joined) -> Seq {
    Seq(joined.head.0.saturating_sub(n).max(joined.first.0.saturating_sub(1)).min(joined.head.0))
}

const fn split(cursor: Cursor) -> (Option<Seq>, Option<LogId>) {
    (Some(cursor.seq), Some(cursor.log))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_events_are_those_that_there_are() {
        for (n, first, head, after) in [(3, 1, 10, 7), (3, 9, 10, 8), (50, 1, 10, 0), (50, 1, 0, 0), (1, 99, 5, 5)] {
            let joined = Joined {
                room: String::new(),
                log: LogId(1),
                topic: String::new(),
                first: Seq(first),
                head: Seq(head),
                members: 1,
                read: None,
            };
            assert_eq!(last(n, &joined), Seq(after), "{n} of {first} to {head}");
        }
    }
}
