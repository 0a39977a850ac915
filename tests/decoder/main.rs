//! Whatever the protocol can say comes out of a frame as it went in; and whatever bytes come, decoding them ends in an
//! answer: no panic, and nothing that is larger than what was sent.

mod frames;
mod holds;
mod memory;
mod requests;

use std::collections::HashMap;

use bytes::BytesMut;
use holds::content;
use proptest::prelude::*;
use proptest::sample::Index;
use tertulia::wire::{self, FrameCodec};
use tokio_util::codec::Decoder;

/// Decodes bytes as a request and as a server's frame.
fn decode(bytes: &[u8]) {
    holds::request(bytes);
    holds::server_frame(bytes);
}

/// A valid frame with some bytes changed, taken out or put in.
fn damaged() -> BoxedStrategy<Vec<u8>> {
    let valid = prop_oneof![
        (any::<u32>(), requests::any_request()).prop_map(|request| content(&request)),
        frames::any_frame().prop_map(|frame| content(&frame)),
    ];
    let damage = (any::<Index>(), any::<u8>(), 0..4_u8);
    let damages = prop::collection::vec(damage, 1..6);
    (valid, damages).prop_map(|(bytes, damages)| damages.into_iter().fold(bytes, damage_once)).boxed()
}

fn damage_once(mut bytes: Vec<u8>, (place, byte, kind): (Index, u8, u8)) -> Vec<u8> {
    let place = place.index(bytes.len() + 1);
    match kind {
        0 => bytes.insert(place, byte),
        1 => bytes.truncate(place),
        _ if place == bytes.len() => bytes.push(byte),
        2 => drop(bytes.remove(place)),
        _ => bytes[place] = byte,
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_request_comes_out_as_it_went_in(id in any::<u32>(), request in requests::any_request()) {
        let (came_id, came) = wire::decode_request(&content(&(id, &request))).unwrap();
        prop_assert_eq!(came_id, id);
        prop_assert_eq!(came.unwrap(), request);
    }

    #[test]
    fn a_server_frame_comes_out_as_it_went_in(frame in frames::any_frame()) {
        prop_assert_eq!(wire::decode_server_frame(&content(&frame)).unwrap(), frame);
    }

    #[test]
    fn its_length_is_known_beforehand(frame in frames::any_frame(), request in requests::any_request()) {
        prop_assert_eq!(wire::encoded_len(&frame), content(&frame).len());
        prop_assert_eq!(wire::encoded_len(&request), content(&request).len());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        decode(&bytes);
        decode(&[&[0x92, 0x07][..], &bytes].concat());
    }

    #[test]
    fn damaged_frames_are_decoded_or_refused(bytes in damaged()) {
        decode(&bytes);
    }

    #[test]
    fn any_stream_is_cut_into_frames_or_refused(
        frames in prop::collection::vec(damaged(), 1..4),
        noise in prop::collection::vec(any::<u8>(), 0..40),
        sizes in prop::collection::vec(1..200_usize, 1..20),
    ) {
        let framed = |frame: &Vec<u8>| [&u32::try_from(frame.len()).unwrap().to_be_bytes()[..], frame].concat();
        let mut stream: Vec<u8> = frames.iter().flat_map(framed).chain(noise).collect();
        let mut sizes = sizes.into_iter().cycle();
        let mut pieces = Vec::new();
        while !stream.is_empty() {
            let rest = stream.split_off(sizes.next().unwrap().min(stream.len()));
            pieces.push(std::mem::replace(&mut stream, rest));
        }
        holds::stream(pieces.iter().map(Vec::as_slice));
    }
}

#[test]
fn what_is_announced_and_does_not_come_costs_nothing() {
    for header in [[0xdc, 0xff, 0xff, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff]] {
        assert!(wire::decode_request(&[&[0x92, 0x01][..], &header].concat()).is_err());
        assert!(wire::decode_server_frame(&header).is_err());
    }
    let mut stream = BytesMut::from(&[0, 2, 0, 0, 0x92][..]);
    assert!(FrameCodec::default().decode(&mut stream).unwrap().is_none());
    assert!(stream.capacity() < 1_024);
}

#[test]
fn a_long_name_of_nothing_gets_a_short_answer() {
    let name = "\u{1b}[2J".repeat(30_000);
    let unknown = rmp_serde::to_vec(&(7, &name)).unwrap();
    let unknown_with_content = rmp_serde::to_vec(&(7, HashMap::from([(&name, 1)]))).unwrap();
    let finish = HashMap::from([("finish", HashMap::from([("upload", &name)]))]);
    for request in [unknown, unknown_with_content, rmp_serde::to_vec(&(7, finish)).unwrap()] {
        assert!(matches!(wire::decode_request(&request), Ok((7, Err(_)))));
        decode(&request);
    }
}
