//! Events for the tests of this layer.

use std::sync::OnceLock;

use crate::model::{Body, RoomName, Seq, Timestamp, User, UserId};
use crate::wire::Event;

/// The evening of 21 September 2026, as a computer counts.
pub(super) const EVENING: u64 = 1_790_020_800_000;

pub(super) fn user(name: &str) -> User {
    User { id: UserId(2), name: name.to_owned(), guest: false }
}

/// Something that somebody said in the lobby, a minute after what has the number before.
pub(super) fn event(seq: u64, author: &str, body: Body) -> Event {
    static LOBBY: OnceLock<RoomName> = OnceLock::new();
    let room = LOBBY.get_or_init(|| RoomName::parse("lobby").expect("a name")).clone();
    let at = Timestamp(EVENING.saturating_add(seq.saturating_mul(60_000)));
    Event { room, seq: Seq(seq), at, author: user(author), body, reply_to: None }
}

pub(super) fn text(text: &str) -> Body {
    Body::Text(text.to_owned())
}

pub(super) fn react(of: u64, emoji: &str, on: bool) -> Body {
    Body::React { of: Seq(of), emoji: emoji.to_owned(), on }
}
