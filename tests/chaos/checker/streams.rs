//! What readers were shown: each the next one of the log, and nothing that is not in it.

use super::{Index, Violation};
use crate::record::{Event, History, Seen, Stream};

pub(super) fn violations(history: &History, index: &Index) -> Vec<Violation> {
    history.streams.iter().flat_map(|stream| of_stream(stream, index)).collect()
}

fn of_stream(stream: &Stream, index: &Index) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut expected = stream.after + 1;
    for Seen { event, .. } in &stream.seen {
        if event.seq != expected {
            let (reader, room) = (stream.reader.clone(), stream.room);
            violations.push(Violation::Skipped { reader, room, expected, found: event.seq });
        }
        violations.extend(of_event(stream, event, index));
        expected = event.seq + 1;
    }
    violations
}

fn of_event(stream: &Stream, event: &Event, index: &Index) -> Option<Violation> {
    let (reader, room, seq) = (stream.reader.clone(), stream.room, event.seq);
    match index.event(room, seq) {
        None => Some(Violation::Uncommitted { reader, room, seq }),
        Some(kept) if kept != event => Some(Violation::Changed { reader, room, seq }),
        Some(_) => None,
    }
}
