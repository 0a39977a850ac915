//! The order of a log: what a device sent first stands first, and so does what was known to be committed when the
//! other was sent.

use std::collections::HashMap;

use super::{Index, Violation};
use crate::record::{Event, History, Moment, Say};

pub(super) fn violations(history: &History, index: &Index) -> Vec<Violation> {
    let known = known_since(history, index);
    let turns: HashMap<&str, usize> =
        history.says.iter().enumerate().map(|(turn, say)| (say.text.as_str(), turn)).collect();
    let logs = history.logs.iter().enumerate();
    logs.flat_map(|(room, log)| {
        let mut violations = of_devices(room, log, index, &turns);
        violations.extend(in_real_time(room, log, index, &known));
        violations
    })
    .collect()
}

/// When somebody first knew that an event was committed: its writer by the answer, or because it would not have been
/// committed later; a reader by seeing it.
fn known_since(history: &History, index: &Index) -> HashMap<(usize, u64), Moment> {
    let answered = |say: &Say| {
        let room = say.room;
        say.answers.iter().map(move |answer| ((room, answer.seq), answer.time)).collect::<Vec<_>>()
    };
    let told = history.says.iter().flat_map(answered);
    let shown = history
        .streams
        .iter()
        .flat_map(|stream| stream.seen.iter().map(|seen| ((stream.room, seen.event.seq), seen.time)));
    let settled = history.logs.iter().enumerate().flat_map(|(room, log)| {
        log.iter().filter_map(move |event| Some(((room, event.seq), index.say(room, event)?.settled?)))
    });
    let mut known: HashMap<(usize, u64), Moment> = HashMap::new();
    for (place, time) in told.chain(shown).chain(settled) {
        let earliest = known.entry(place).or_insert(time);
        *earliest = time.min(*earliest);
    }
    known
}

fn of_devices(room: usize, log: &[Event], index: &Index, turns: &HashMap<&str, usize>) -> Vec<Violation> {
    let mut last: HashMap<usize, usize> = HashMap::new();
    let mut violations = Vec::new();
    for event in log {
        let Some(say) = index.say(room, event) else { continue };
        let turn = turns[say.text.as_str()];
        if last.insert(say.writer, turn).is_some_and(|before| before > turn) {
            violations.push(Violation::Reordered { writer: say.writer, room, seq: event.seq });
        }
    }
    violations
}

/// Walks back, with the earliest moment at which something later was known.
fn in_real_time(room: usize, log: &[Event], index: &Index, known: &HashMap<(usize, u64), Moment>) -> Vec<Violation> {
    let (mut earliest_later, mut violations) = (Moment::MAX, Vec::new());
    for event in log.iter().rev() {
        if index.say(room, event).is_some_and(|say| say.sent > earliest_later) {
            violations.push(Violation::Overtaken { room, seq: event.seq });
        }
        if let Some(since) = known.get(&(room, event.seq)) {
            earliest_later = earliest_later.min(*since);
        }
    }
    violations
}
