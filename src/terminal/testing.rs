//! Events for the terminal's own tests.

use crate::model::{Body, RoomName, Seq, Timestamp, User, UserId};
use crate::wire::Event;

/// Noon of a day, in UTC.
pub(super) const NOON: Timestamp = Timestamp(1_790_000_000_000 / 86_400_000 * 86_400_000 + 43_200_000);

/// Somebody with a handle.
pub(super) fn ann() -> User {
    User { id: UserId(7), name: "ann".to_owned(), guest: false }
}

/// Something that she said in the lobby at noon.
pub(super) fn event(seq: u64, body: Body) -> Event {
    let room = RoomName::parse("lobby").expect("a name");
    Event { room, seq: Seq(seq), at: NOON, author: ann(), body, reply_to: None }
}

/// Words.
pub(super) fn text(text: &str) -> Body {
    Body::Text(text.to_owned())
}
