//! What the generator says and hears, in the language of whatever it puts under load: Tertulia itself, and others that
//! do the same work and keep nothing, to compare it with. Sockets and clocks are left to `swarm`.

mod nats;
mod redis;
mod relay;
mod tertulia;

pub(crate) use nats::Nats;
pub(crate) use redis::Redis;
pub(crate) use relay::{JOIN, Relay};
pub(crate) use tertulia::{Tertulia, room_name};

use ::tertulia::wire::DeviceKey;

/// Where a connection sits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seat {
    /// The index of its room.
    pub(crate) room: usize,
    /// Who it is, if it was here before.
    pub(crate) device: Option<DeviceKey>,
    /// The last event that it has; none to begin at the room's end.
    pub(crate) after: Option<u64>,
}

/// One thing that a server said.
#[derive(Debug)]
pub(crate) enum Heard<'a> {
    /// Who the connection is.
    Welcome(DeviceKey),
    /// The connection is in its room, whose last event is `head`.
    Ready { head: u64 },
    /// A message, its place in the room if the server numbers them, and the end of its text.
    Event { seq: Option<u64>, text: &'a [u8] },
    /// The oldest message of this connection that was not acknowledged is so now.
    Said,
    /// What was asked for besides.
    Page,
    /// The answer to a ping.
    Pong,
    /// Something that says nothing about the load.
    Other,
}

/// A language.
pub(crate) trait Dialect {
    /// Whether a message of one's own, coming back, is the only acknowledgement.
    const ECHO_ACKNOWLEDGES: bool = false;

    /// How many bytes a text has.
    fn text_bytes(&self) -> usize;

    /// What a connection begins with; answered by [`Heard::Ready`].
    fn greeting(&self, seat: &Seat) -> Vec<u8>;

    /// Appends a message for a room; its text is `tag` and then whatever fills it.
    fn say(&mut self, out: &mut Vec<u8>, room: usize, tag: &[u8]);

    /// Appends the wish for a page of a room's log that ends before `before`.
    fn ask(&self, _out: &mut Vec<u8>, _room: usize, _before: u64) {}

    /// Asks for a sign of life, if the language has that.
    fn ping(&self, _out: &mut Vec<u8>) {}

    /// The first thing in `bytes` and its length, once all of it is there; texts have `text_bytes`.
    ///
    /// # Errors
    /// What is wrong with it: a refusal, a good-bye, something that is not of this language.
    fn cut(bytes: &[u8], text_bytes: usize) -> Result<Option<(usize, Heard<'_>)>, String>;
}

/// The length of the line that `bytes` begin with, its end included.
fn line_len(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1)
}

/// The number that these digits are.
fn digits(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}
