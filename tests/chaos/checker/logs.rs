//! The logs themselves: without a gap, nothing invented, nothing twice.

use std::collections::HashMap;

use super::{Index, Violation};
use crate::record::{Event, History};

pub(super) fn violations(history: &History, index: &Index) -> Vec<Violation> {
    history.logs.iter().enumerate().flat_map(|(room, log)| of_room(room, log, index)).collect()
}

fn of_room(room: usize, log: &[Event], index: &Index) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut first: HashMap<&str, u64> = HashMap::new();
    for (expected, event) in (1..).zip(log) {
        if event.seq != expected {
            violations.push(Violation::Gap { room, expected, found: event.seq });
        }
        if index.say(room, event).is_none() {
            violations.push(Violation::Invented { room, seq: event.seq });
        }
        if let Some(first) = first.insert(&event.text, event.seq) {
            violations.push(Violation::Doubled { room, seq: event.seq, first });
        }
    }
    violations
}
