//! Lists and pages hold as many entries as fit in a frame. Where the entries come from is left to the caller.

use serde::Serialize;

use crate::model::{Body, User, limits};
use crate::wire;

/// Bytes of an event's keys, numbers and markers, whatever it says.
const EVENT_FRAME_BYTES: usize = 96;

/// Counts what was put into a frame, and says what still fits.
#[derive(Debug)]
pub struct Budget {
    bytes: usize,
    bytes_max: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(limits::PAGE_BYTES_MAX)
    }
}

impl Budget {
    /// For so many bytes.
    #[must_use]
    pub const fn of(bytes_max: usize) -> Self {
        Self { bytes: 0, bytes_max }
    }

    /// Whether an event still fits; if so, it is counted, and rather too high than too low.
    pub fn fits_event(&mut self, room: &str, author: &User, body: &Body) -> bool {
        self.spend(EVENT_FRAME_BYTES + room.len() + wire::encoded_len(author) + wire::encoded_len(body))
    }

    const fn spend(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.bytes <= self.bytes_max
    }

    /// Whether `entry` still fits; if so, it is counted.
    pub fn fits<T: Serialize>(&mut self, entry: &T) -> bool {
        self.spend(wire::encoded_len(entry))
    }
}

/// The beginning of `entries` that fits in a frame, and whether there are more.
pub fn cut<T: Serialize>(entries: impl IntoIterator<Item = T>) -> (Vec<T>, bool) {
    let (mut budget, mut taken) = (Budget::default(), Vec::new());
    for entry in entries {
        if !budget.fits(&entry) {
            return (taken, true);
        }
        taken.push(entry);
    }
    (taken, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_never_counted_too_low() {
        let author = User { id: crate::model::UserId((1 << 53) - 1), name: "guest-abcd".into(), guest: true };
        let (seq, at) = (crate::model::Seq((1 << 53) - 1), crate::model::Timestamp((1 << 53) - 1));
        let (room, body) = (crate::model::RoomName::parse("lobby").unwrap(), Body::Text("x".repeat(300)));
        let event = wire::Event { room, seq, at, author, body, reply_to: Some(seq) };
        let bytes = wire::encode_frame(&wire::ServerFrame::Event(event.clone())).len();
        assert!(Budget::of(bytes + 60).fits_event("lobby", &event.author, &event.body));
        assert!(!Budget::of(bytes - 1).fits_event("lobby", &event.author, &event.body));
    }

    #[test]
    fn a_list_stops_where_its_frame_is_full() {
        let (taken, more) = cut((0..1_000).map(|_| "x".repeat(1_000)));
        assert!(more);
        assert_eq!(taken.len(), limits::PAGE_BYTES_MAX / 1_003);
        assert!(wire::encoded_len(&taken) < limits::FRAME_BYTES_MAX);
        assert_eq!(cut(["a", "b"]), (vec!["a", "b"], false));
    }
}
