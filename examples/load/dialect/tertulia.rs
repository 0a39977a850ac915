//! Tertulia's own protocol. What comes often is looked at by hand, since a generator that decodes all of it would
//! measure itself; whatever looks otherwise goes through the crate's decoder.

use tertulia::model::{Body, Nonce, Seq};
use tertulia::wire::{self, Answer, Hello, History, Join, Request, Say, ServerFrame};

use super::{Dialect, Heard, Seat};

const HEADER_BYTES: usize = 4;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Tertulia {
    text_bytes: usize,
    /// Events of a page that is asked for.
    page_events: u16,
    last_nonce: u64,
    /// The frame of a say into each room that was talked in, to be filled in.
    templates: Vec<Option<Template>>,
}

#[derive(Debug, Clone)]
struct Template {
    frame: Vec<u8>,
    nonce_at: usize,
    text_at: usize,
}

impl Tertulia {
    /// Says texts of so many bytes.
    pub(crate) fn new(text_bytes: usize) -> Self {
        Self { text_bytes, page_events: 50, last_nonce: 0, templates: Vec::new() }
    }

    fn template(&mut self, room: usize) -> &mut Template {
        if self.templates.len() <= room {
            self.templates.resize(room + 1, None);
        }
        let text_bytes = self.text_bytes;
        self.templates[room].get_or_insert_with(|| Template::new(room, text_bytes))
    }
}

/// The name of a room, by its index.
pub(crate) fn room_name(room: usize) -> String {
    format!("load-{room}")
}

impl Template {
    /// The largest nonce, so that all others fit into its place.
    fn new(room: usize, text_bytes: usize) -> Self {
        let body = Body::Text("x".repeat(text_bytes));
        let say = Request::Say(Say { room: room_name(room), nonce: Nonce(u64::MAX), body, reply_to: None });
        let frame = wire::encode_frame(&(1, say)).to_vec();
        let nonce = u64::MAX.to_be_bytes();
        let nonce_at = frame.windows(nonce.len()).position(|eight| eight == nonce).expect("it was encoded");
        let text_at = frame.len() - text_bytes;
        Self { frame, nonce_at, text_at }
    }
}

impl Dialect for Tertulia {
    fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    fn greeting(&self, seat: &Seat) -> Vec<u8> {
        let hello = Hello { protocol: wire::PROTOCOL, agent: "load".into(), device: seat.device.clone() };
        let join = Join { room: room_name(seat.room), after: seat.after.map(Seq), log: None };
        [wire::encode_frame(&(1, Request::Hello(hello))), wire::encode_frame(&(2, Request::Join(join)))].concat()
    }

    fn say(&mut self, out: &mut Vec<u8>, room: usize, tag: &[u8]) {
        self.last_nonce += 1;
        let nonce = self.last_nonce.to_be_bytes();
        let start = out.len();
        let Template { frame, nonce_at, text_at } = self.template(room);
        out.extend_from_slice(frame);
        let written = &mut out[start..];
        written[*nonce_at..*nonce_at + nonce.len()].copy_from_slice(&nonce);
        written[*text_at..*text_at + tag.len()].copy_from_slice(tag);
    }

    fn ask(&self, out: &mut Vec<u8>, room: usize, before: u64) {
        let history =
            History { room: room_name(room), before: Some(Seq(before)), after: None, limit: self.page_events };
        out.extend_from_slice(&wire::encode_frame(&(3, Request::History(history))));
    }

    fn ping(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&wire::encode_frame(&(4, Request::Ping)));
    }

    fn cut(bytes: &[u8], text_bytes: usize) -> Result<Option<(usize, Heard<'_>)>, String> {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else { return Ok(None) };
        let end = HEADER_BYTES + u32::from_be_bytes(*header) as usize;
        let Some(frame) = bytes.get(HEADER_BYTES..end) else { return Ok(None) };
        let heard = event(frame, text_bytes).or_else(|| said(frame));
        Ok(Some((end, heard.map_or_else(|| anything(frame), Ok)?)))
    }
}

/// An event as the server writes it: the room and the seq first, the text last.
fn event(frame: &[u8], text_bytes: usize) -> Option<Heard<'_>> {
    let mut rest = frame.strip_prefix(b"\x81\xa5event")?;
    rmp::decode::read_map_len(&mut rest).ok()?;
    let (_, rest) = rmp::decode::read_str_from_slice(rest.strip_prefix(b"\xa4room")?).ok()?;
    let mut rest = rest.strip_prefix(b"\xa3seq")?;
    let seq = rmp::decode::read_int(&mut rest).ok()?;
    Some(Heard::Event { seq: Some(seq), text: frame.get(frame.len().checked_sub(text_bytes)?..)? })
}

fn said(frame: &[u8]) -> Option<Heard<'_>> {
    let mut rest = frame.strip_prefix(b"\x81\xa6answer\x92")?;
    rmp::decode::read_int::<u32, _>(&mut rest).ok()?;
    rest.starts_with(b"\x81\xa4said").then_some(Heard::Said)
}

fn anything(frame: &[u8]) -> Result<Heard<'_>, String> {
    Ok(match wire::decode_server_frame(frame).map_err(|error| error.to_string())? {
        ServerFrame::Answer((_, Answer::Welcome(welcome))) => Heard::Welcome(welcome.device),
        ServerFrame::Answer((_, Answer::Joined(joined))) => Heard::Ready { head: joined.head.0 },
        ServerFrame::Answer((_, Answer::Page(_))) => Heard::Page,
        ServerFrame::Answer((_, Answer::Pong)) => Heard::Pong,
        ServerFrame::Error((_, refusal)) => return Err(format!("refused: {refusal}")),
        ServerFrame::Bye(bye) => return Err(format!("the server said bye: {}", bye.message)),
        _ => Heard::Other,
    })
}

#[cfg(test)]
mod tests {
    use tertulia::model::{RoomName, Timestamp, User, UserId};
    use tertulia::wire::{Event, Said};

    use super::*;

    #[test]
    fn what_is_said_is_a_request_of_the_protocol_with_a_nonce_of_its_own() {
        let (mut dialect, mut out) = (Tertulia::new(40), Vec::new());
        dialect.say(&mut out, 7, b"tag");
        dialect.say(&mut out, 7, b"tag");
        let frames = [&out[4..out.len() / 2], &out[out.len() / 2 + 4..]];
        for (nonce, frame) in (1..).zip(frames) {
            let (_, request) = wire::decode_request(frame).unwrap();
            let Request::Say(say) = request.unwrap() else { panic!("no say") };
            assert_eq!((say.room.as_str(), say.nonce), ("load-7", Nonce(nonce)));
            assert_eq!(say.body, Body::Text(format!("tag{}", "x".repeat(37))));
        }
    }

    #[test]
    fn what_the_server_writes_is_known_by_its_beginning() {
        let author = User { id: UserId(1), name: "guest-abcd".into(), guest: true };
        let (room, body) = (RoomName::parse("load-0").unwrap(), Body::Text("abc".into()));
        let event = Event { room, seq: Seq(70_000), at: Timestamp(1), author, body, reply_to: None };
        let frame = wire::encode_frame(&ServerFrame::Event(event));
        let (len, heard) = Tertulia::cut(&frame, 3).unwrap().unwrap();
        assert!(len == frame.len() && matches!(heard, Heard::Event { seq: Some(70_000), text: b"abc" }), "{heard:?}");
        let said = Said { room: "load-0".into(), seq: Seq(1), at: Timestamp(1) };
        let frame = wire::encode_frame(&ServerFrame::Answer((9, Answer::Said(said))));
        assert!(matches!(super::said(&frame[4..]), Some(Heard::Said)));
        assert!(Tertulia::cut(&frame[..9], 3).unwrap().is_none(), "a part of a frame");
    }
}
