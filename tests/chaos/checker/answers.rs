//! What writers were told: it stands in the log, it is the same each time, and it came in the order of asking.

use std::collections::HashMap;

use super::{Index, Violation};
use crate::record::{Answer, History, Say};

pub(super) fn violations(history: &History, index: &Index) -> Vec<Violation> {
    let places = history.says.iter().flat_map(|say| of_say(say, index));
    places.chain(reordered(history)).collect()
}

fn of_say(say: &Say, index: &Index) -> Vec<Violation> {
    let Say { writer, nonce, room, .. } = *say;
    let Some(first) = say.answers.first() else { return Vec::new() };
    let differs = |answer: &Answer| (answer.seq, answer.at) != (first.seq, first.at);
    let mut violations = Vec::new();
    if say.answers.iter().any(differs) {
        violations.push(Violation::OtherAnswer { writer, nonce });
    }
    match index.event(room, first.seq) {
        Some(event) if event.text != say.text => violations.push(Violation::Lost { writer, nonce, seq: first.seq }),
        Some(event) if event.at != first.at => violations.push(Violation::OtherAnswer { writer, nonce }),
        Some(_) => {}
        None => violations.push(Violation::Lost { writer, nonce, seq: first.seq }),
    }
    violations
}

fn reordered(history: &History) -> Vec<Violation> {
    let mut told: Vec<(&Say, &Answer)> =
        history.says.iter().flat_map(|say| say.answers.iter().map(move |answer| (say, answer))).collect();
    told.sort_by_key(|(_, answer)| (answer.time, answer.request));
    let mut last: HashMap<(usize, u64, usize), u32> = HashMap::new();
    let mut violations = Vec::new();
    for (say, answer) in told {
        let before = last.insert((say.writer, answer.connection, say.room), answer.request);
        if before.is_some_and(|before| before > answer.request) {
            violations.push(Violation::AnswersReordered { writer: say.writer, nonce: say.nonce });
        }
    }
    violations
}
