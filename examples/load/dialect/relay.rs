//! The language of the bare relay: frames with their length before them. A connection's first frame names its room and
//! comes back; every later one goes to all in the room. Its texts are filled up to what an event of Tertulia takes, so
//! that both carry the same bytes.

use tertulia::model::{Body, RoomName, Seq, Timestamp, User, UserId};
use tertulia::wire::{self, Event, ServerFrame};

use super::tertulia::room_name;
use super::{Dialect, Heard, Seat};

/// The byte that the first frame of a connection begins with.
pub(crate) const JOIN: u8 = 0;
const SAY: u8 = 1;
const HEADER_BYTES: usize = 4;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    text_bytes: usize,
    frame_bytes: usize,
}

impl Relay {
    /// Frames as long as events with texts of so many bytes.
    pub(crate) fn new(text_bytes: usize) -> Self {
        let author = User { id: UserId(1), name: "guest-abcd".into(), guest: true };
        let room = RoomName::parse(&room_name(0)).expect("letters, a dash and a digit are a name");
        let body = Body::Text("x".repeat(text_bytes));
        let (seq, at) = (Seq(100_000), Timestamp(1_790_000_000_000));
        let event = Event { room, seq, at, author, body, reply_to: None };
        Self { text_bytes, frame_bytes: wire::encoded_len(&ServerFrame::Event(event)) }
    }

    fn append(out: &mut Vec<u8>, kind: u8, content: &[u8], bytes: usize) {
        let (start, length) = (out.len(), u32::try_from(bytes).expect("a text and a little more"));
        out.extend_from_slice(&length.to_be_bytes());
        out.resize(start + HEADER_BYTES + bytes, b'x');
        out[start + HEADER_BYTES] = kind;
        out[start + HEADER_BYTES + bytes - content.len()..].copy_from_slice(content);
    }
}

impl Dialect for Relay {
    const ECHO_ACKNOWLEDGES: bool = true;

    fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    fn greeting(&self, seat: &Seat) -> Vec<u8> {
        let (mut out, room) = (Vec::new(), u32::try_from(seat.room).expect("few rooms").to_be_bytes());
        Self::append(&mut out, JOIN, &room, 1 + room.len());
        out
    }

    fn say(&mut self, out: &mut Vec<u8>, _room: usize, tag: &[u8]) {
        let start = out.len();
        Self::append(out, SAY, &[], self.frame_bytes);
        let text_at = start + HEADER_BYTES + self.frame_bytes - self.text_bytes;
        out[text_at..text_at + tag.len()].copy_from_slice(tag);
    }

    fn cut(bytes: &[u8], text_bytes: usize) -> Result<Option<(usize, Heard<'_>)>, String> {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else { return Ok(None) };
        let end = HEADER_BYTES + u32::from_be_bytes(*header) as usize;
        let Some(frame) = bytes.get(HEADER_BYTES..end) else { return Ok(None) };
        let heard = match frame.first() {
            Some(&JOIN) => Heard::Ready { head: 0 },
            Some(&SAY) if frame.len() >= text_bytes => {
                Heard::Event { seq: None, text: &frame[frame.len() - text_bytes..] }
            }
            _ => return Err("the relay sent something else".into()),
        };
        Ok(Some((end, heard)))
    }
}
