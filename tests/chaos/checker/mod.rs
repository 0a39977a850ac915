//! Whether a history keeps the promises. A pure function over plain data: it knows neither sockets nor servers, and
//! `planted` shows it one fault of each kind. A say whose outcome is unknown may stand in the log once or not at all.

mod answers;
mod logs;
mod order;
mod streams;
#[cfg(test)]
mod planted;

use std::collections::HashMap;

use super::record::{Event, History, Say};

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Something that no conversation may contain.
    Fault(String),
    /// A room's log is not 1, 2, 3, …
    Gap { room: usize, expected: u64, found: u64 },
    /// Nobody said this into this room.
    Invented { room: usize, seq: u64 },
    /// The same message stands in the log twice.
    Doubled { room: usize, seq: u64, first: u64 },
    /// It was acknowledged, and does not stand where it was said to stand.
    Lost { writer: usize, nonce: u64, seq: u64 },
    /// Its place was answered differently from another time, or from what the log holds.
    OtherAnswer { writer: usize, nonce: u64 },
    /// Says into one room were answered in another order than sent.
    AnswersReordered { writer: usize, nonce: u64 },
    /// A reader was not shown what comes next.
    Skipped { reader: String, room: usize, expected: u64, found: u64 },
    /// A reader was shown what is not in the log.
    Uncommitted { reader: String, room: usize, seq: u64 },
    /// A reader was shown something else than the log holds.
    Changed { reader: String, room: usize, seq: u64 },
    /// A device's messages stand in another order than it sent them.
    Reordered { writer: usize, room: usize, seq: u64 },
    /// It was sent when a later one was known to be committed.
    Overtaken { room: usize, seq: u64 },
}

/// What is wrong with a history; nothing, if every promise was kept.
pub(crate) fn check(history: &History) -> Vec<Violation> {
    let index = Index::of(history);
    let faults = history.faults.iter().cloned().map(Violation::Fault);
    let mut violations: Vec<Violation> = faults.collect();
    violations.extend(logs::violations(history, &index));
    violations.extend(answers::violations(history, &index));
    violations.extend(streams::violations(history, &index));
    violations.extend(order::violations(history, &index));
    violations
}

/// Finds what was said by its text, and what stands in a log by its seq.
struct Index<'a> {
    by_text: HashMap<&'a str, &'a Say>,
    by_seq: Vec<HashMap<u64, &'a Event>>,
}

impl<'a> Index<'a> {
    fn of(history: &'a History) -> Self {
        let by_text = history.says.iter().map(|say| (say.text.as_str(), say)).collect();
        let by_seq = history.logs.iter().map(|log| log.iter().map(|event| (event.seq, event)).collect()).collect();
        Self { by_text, by_seq }
    }

    fn event(&self, room: usize, seq: u64) -> Option<&'a Event> {
        self.by_seq[room].get(&seq).copied()
    }

    /// The say that an event holds, if somebody said just this in this room.
    fn say(&self, room: usize, event: &Event) -> Option<&'a Say> {
        let say = self.by_text.get(event.text.as_str())?;
        (say.room == room && say.author == event.author).then_some(*say)
    }
}
