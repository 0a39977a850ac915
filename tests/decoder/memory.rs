//! What decoding allocates: nothing for what was only announced, and a small multiple of what was sent. Counted byte by
//! byte, on the side of the server and on that of the client.

use allocation_counter::measure;
use bytes::BytesMut;
use tertulia::model::limits;
use tertulia::wire::{self, FrameCodec};
use tokio_util::codec::Decoder;

/// Bytes for a reason in words, and for what comes before the place where a frame breaks.
const SMALL_BYTES: u64 = 4_096;
/// An event of fifty bytes becomes a struct of two hundred in a list that doubles as it grows.
const TIMES_SENT_MAX: u64 = 16;

/// Four gigabytes of text, of bytes, of values, of pairs and of an extension, and the same in two bytes of length.
const ANNOUNCED: [&[u8]; 10] = [
    &[0xdb, 0xff, 0xff, 0xff, 0xff],
    &[0xc6, 0xff, 0xff, 0xff, 0xff],
    &[0xdd, 0xff, 0xff, 0xff, 0xff],
    &[0xdf, 0xff, 0xff, 0xff, 0xff],
    &[0xc9, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0xda, 0xff, 0xff],
    &[0xc5, 0xff, 0xff],
    &[0xdc, 0xff, 0xff],
    &[0xde, 0xff, 0xff],
    &[0xc8, 0xff, 0xff, 0x01],
];

/// Bytes that a thread held at once while it decoded these.
fn held(bytes: &[u8]) -> u64 {
    let request = measure(|| drop(wire::decode_request(bytes))).bytes_max;
    let hello = measure(|| _ = std::hint::black_box(wire::is_hello(bytes))).bytes_max;
    let frame = measure(|| drop(wire::decode_server_frame(bytes))).bytes_max;
    request.max(hello).max(frame)
}

fn map(entries: u8) -> u8 {
    0x80 | entries
}

/// A path of keys, each the first of its map, up to the place of a value.
fn up_to(path: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for key in path {
        match *key {
            "[" => bytes.push(0x91),
            "[id" => bytes.extend([0x92, 0x01]),
            key => {
                bytes.push(map(1));
                rmp::encode::write_str(&mut bytes, key).unwrap();
            }
        }
    }
    bytes
}

/// Places where a string, bytes or a list belongs, in requests and in what a server sends.
const PLACES: [&[&str]; 18] = [
    &[],
    &["[id"],
    &["[id", "say"],
    &["[id", "say", "room"],
    &["[id", "say", "body", "text"],
    &["[id", "hello", "agent"],
    &["[id", "hello", "device", "secret"],
    &["[id", "chunk", "data"],
    &["[id", "upload", "sha256"],
    &["[id", "nobody knows this", "key"],
    &["answer", "[id", "page", "events"],
    &["answer", "[id", "page", "events", "["],
    &["answer", "[id", "rooms", "rooms"],
    &["answer", "[id", "members", "members"],
    &["answer", "[id", "data", "data"],
    &["error", "[id", "message"],
    &["event", "body", "image", "name"],
    &["bye", "message"],
];

#[test]
fn four_gigabytes_that_are_announced_cost_nothing() {
    for place in PLACES {
        for announced in ANNOUNCED {
            let bytes = [&up_to(place), announced, b"and a few that come"].concat();
            let held = held(&bytes);
            assert!(held <= SMALL_BYTES, "{held} bytes for {announced:x?} at {place:?}");
        }
    }
}

#[test]
fn a_frame_that_is_announced_costs_nothing() {
    for announced in [1, limits::FRAME_BYTES_MAX, limits::FRAME_BYTES_MAX + 1, usize::MAX] {
        let header = u32::try_from(announced).unwrap_or(u32::MAX).to_be_bytes();
        let mut stream = BytesMut::from(&header[..]);
        let counted = measure(|| drop(FrameCodec::default().decode(&mut stream)));
        assert_eq!(counted.bytes_max, 0, "{announced}");
    }
}

#[test]
fn a_full_frame_costs_a_small_multiple() {
    let smallest_event = [
        &[map(5)][..],
        b"\xa4room\xa0\xa3seq\x00\xa2at\x00\xa6author\x83\xa2id\x00\xa4name\xa0\xa5guest\xc2\xa4body\x81\xa4gone\x80",
    ]
    .concat();
    let smallest_user = b"\x83\xa2id\x00\xa4name\xa0\xa5guest\xc2".to_vec();
    let items: [&[u8]; 6] = [&[0xc0], &[map(0)], &[0x90], &[0xa0], &smallest_event, &smallest_user];
    for place in PLACES {
        for item in items {
            let start = up_to(place);
            let count = (limits::FRAME_BYTES_MAX - start.len() - 5 - 64) / item.len();
            let length = u32::try_from(count).unwrap().to_be_bytes();
            let mut bytes = [&start[..], &[0xdd], &length].concat();
            bytes.extend(item.repeat(count));
            // the rest of a page and of a list, where there is one
            let bytes = completed(place, bytes);
            let (held, sent) = (held(&bytes), bytes.len() as u64);
            assert!(held <= TIMES_SENT_MAX * sent, "{held} bytes for {sent} at {place:?}");
        }
    }
}

/// What else a page, or a list, must hold to be one: these are the frames from which the most is built.
fn completed(place: &[&str], mut bytes: Vec<u8>) -> Vec<u8> {
    let at = up_to(&place[..place.len().saturating_sub(1)]).len();
    let rest: &[u8] = match place {
        [.., "page", "events"] => b"\xa4room\xa0\xa5first\x00\xa4head\x00",
        [.., "rooms" | "members", "rooms" | "members"] => b"\xa4more\xc2",
        _ => return bytes,
    };
    bytes[at] = if rest.len() > 6 { map(4) } else { map(2) };
    bytes.extend(rest);
    bytes
}

#[test]
fn the_largest_page_is_one() {
    let event = b"\x85\xa4room\xa0\xa3seq\x00\xa2at\x00\xa6author\x83\xa2id\x00\xa4name\xa0\xa5guest\xc2\xa4body\x81\xa4gone\x80";
    let place = ["answer", "[id", "page", "events"];
    let bytes = [&up_to(&place)[..], &[0xdc, 0x03, 0xe8], &event.repeat(1_000)].concat();
    let frame = wire::decode_server_frame(&completed(&place, bytes));
    assert!(frame.is_ok(), "what is measured above is decoded to its end: {frame:?}");
}
