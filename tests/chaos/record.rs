//! What a round leaves behind: what everybody sent, was told and was shown, and the logs at its end. Plain data, so that
//! the checker can be shown any history, also one that no server would make.

use std::time::Duration;

use tertulia::model::Body;
use tertulia::wire;

/// Time since the round began.
pub(crate) type Moment = Duration;

/// An event as it was shown to somebody, or stands in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) author: String,
    pub(crate) text: String,
}

impl Event {
    /// What came over the wire. Nothing but texts is said here: anything else is shown as what it is not.
    pub(crate) fn of(event: wire::Event) -> Self {
        let text = match event.body {
            Body::Text(text) => text,
            other => format!("{other:?}"),
        };
        Self { seq: event.seq.0, at: event.at.0, author: event.author.name, text }
    }
}

/// One message under its device and nonce, however often it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Say {
    /// Which device; its says stand in the order in which it first sent them.
    pub(crate) writer: usize,
    pub(crate) nonce: u64,
    pub(crate) room: usize,
    pub(crate) author: String,
    /// Names writer and nonce: no two says have the same one.
    pub(crate) text: String,
    /// When it was sent first, at the latest.
    pub(crate) sent: Moment,
    /// When a later connection of its device had been welcomed, over which it was not sent again: by then it stood in
    /// the log, or it never will.
    pub(crate) settled: Option<Moment>,
    pub(crate) answers: Vec<Answer>,
}

/// `said`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// When it was there, at the latest.
    pub(crate) time: Moment,
    /// The writer's connections and the requests on each count up.
    pub(crate) connection: u64,
    pub(crate) request: u32,
    pub(crate) seq: u64,
    pub(crate) at: u64,
}

/// What followed one `join`, or a page of `history`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    /// For people.
    pub(crate) reader: String,
    pub(crate) room: usize,
    /// The seq after which it began.
    pub(crate) after: u64,
    pub(crate) seen: Vec<Seen>,
}

/// An event, and when it was there at the latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) time: Moment,
    pub(crate) event: Event,
}

/// All that happened in a round.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct History {
    /// Each writer's in the order in which it first sent them.
    pub(crate) says: Vec<Say>,
    pub(crate) streams: Vec<Stream>,
    /// A log for each room, read at the end.
    pub(crate) logs: Vec<Vec<Event>>,
    /// What no conversation may contain: refusals, answers to nothing, silence.
    pub(crate) faults: Vec<String>,
}
