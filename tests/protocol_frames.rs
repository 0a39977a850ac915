//! What travels: frames cut and glued anywhere, frames that are broken, requests that are none, and the order in which
//! requests take effect.

mod common;

use common::peer::{self, frame, hello};
use common::{Peer, Raw, TestServer, code, raw, text};
use tertulia::model::{Body, Seq, limits};
use tertulia::wire::{Answer, ByeCode, Code, InRoom, Request};

/// `hello`, `join` and fifty says, as one piece.
fn conversation() -> Vec<u8> {
    let mut bytes = [frame(1, &hello(None)), frame(2, &peer::join("lobby", None))].concat();
    for number in 1..=50 {
        bytes.extend(frame(100 + number, &peer::say("lobby", number.into(), Body::Text(format!("number {number}")))));
    }
    bytes
}

/// All of the conversation is answered, and is heard in its order.
fn was_understood(mut peer: Peer) {
    for id in [1, 2] {
        assert!(peer.answer_to(id).is_ok());
    }
    for number in 1..=50 {
        let Ok(Answer::Said(said)) = peer.answer_to(100 + number) else { panic!("{number} was not said") };
        let event = peer.event();
        assert_eq!((said.seq, event.seq), (Seq(number.into()), Seq(number.into())));
        assert_eq!(text(&event), format!("number {number}"));
    }
}

#[test]
fn frames_may_be_cut_anywhere() {
    for bytes in [1, 3, 1_000] {
        let server = TestServer::start();
        let mut peer = server.connect();
        for piece in conversation().chunks(bytes) {
            peer.send_bytes(piece);
        }
        was_understood(peer);
    }
}

#[test]
fn frames_may_be_glued_together() {
    let server = TestServer::start();
    let mut peer = server.connect();
    peer.send_bytes(&conversation());
    was_understood(peer);
}

#[test]
fn what_is_no_frame_ends_the_connection() {
    let server = TestServer::start();
    let array = |items| Raw::Array(items).encoded();
    let ping = || Raw::Str("ping");
    for content in [
        vec![0xc1],
        vec![0xc0],
        Raw::map([]).encoded(),
        array(vec![]),
        array(vec![Raw::Uint(1)]),
        array(vec![Raw::Uint(1), ping(), Raw::Nil]),
        array(vec![Raw::Int(-1), ping()]),
        array(vec![Raw::Uint(1 << 32), ping()]),
        array(vec![Raw::Str("1"), ping()]),
        array(vec![Raw::Float(1.0), ping()]),
        array(vec![Raw::Nil, ping()]),
        array(vec![Raw::Uint(1), Raw::Bytes(vec![])]),
        array(vec![Raw::Uint(1), Raw::Bytes(vec![0xa5, b'p', b'i'])]),
        array(vec![Raw::Uint(1), Raw::Bytes(vec![0xdd, 0xff, 0xff, 0xff, 0xff])]),
        array(vec![Raw::Uint(1), ping(), Raw::Nil])[1..].to_vec(),
        [array(vec![Raw::Uint(1), ping()]), vec![0xc0]].concat(),
        array(vec![Raw::Uint(1), Raw::nested(16)]),
    ] {
        let mut ann = server.guest();
        ann.send_bytes(&raw::framed(&content));
        ann.ends_with(ByeCode::BadFrame);
    }
    for length in [0_u32, 131_073, u32::MAX] {
        let mut ann = server.guest();
        ann.send_bytes(&length.to_be_bytes());
        ann.ends_with(ByeCode::BadFrame);
    }
}

#[test]
fn a_frame_may_be_as_large_and_as_deep_as_the_limits_say() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let typing =
        |pad: usize| Raw::map([("typing", Raw::map([("room", Raw::Str("lobby")), ("pad", Raw::Bin(vec![0; pad]))]))]);
    let overhead = raw::request(1, typing(100_000)).len() - 4 - 100_000;
    let full = raw::request(1, typing(limits::FRAME_BYTES_MAX - overhead));
    assert_eq!(full.len(), 4 + limits::FRAME_BYTES_MAX);
    ann.send_bytes(&full);
    assert_eq!(ann.answer_to(1), Ok(Answer::Ok));
    assert_eq!(code(ann.call_raw(2, Raw::nested(15))), Code::BadRequest, "well formed, and no request");
    let deep = Raw::map([("leave", Raw::map([("room", Raw::Str("lobby")), ("new", Raw::nested(13))]))]);
    assert_eq!(ann.call_raw(3, deep), Ok(Answer::Ok));
    assert_eq!(ann.call_raw(u32::MAX, Raw::Str("ping")), Ok(Answer::Pong), "any u32 is an id");
    assert_eq!(ann.call_raw(0, Raw::map([("ping", Raw::Nil)])), Ok(Answer::Pong));
}

fn room() -> (&'static str, Raw) {
    ("room", Raw::Str("lobby"))
}

fn bad_names() -> Vec<Raw> {
    vec![
        Raw::Nil,
        Raw::Uint(7),
        Raw::Bool(true),
        Raw::Array(vec![]),
        Raw::map([]),
        Raw::Str("dance"),
        Raw::Str("Ping"),
        Raw::Str("join"),
        Raw::map([("dance", Raw::map([]))]),
        Raw::map([("ping", Raw::Nil), ("pong", Raw::Nil)]),
        Raw::Map(vec![(Raw::Bin(b"ping".to_vec()), Raw::Nil)]),
        Raw::Map(vec![(Raw::Uint(15), Raw::Nil)]),
    ]
}

fn bad_joins() -> Vec<Raw> {
    let join = |fields| Raw::map([("join", fields)]);
    vec![
        join(Raw::Nil),
        join(Raw::map([])),
        join(Raw::map([("room", Raw::Uint(5))])),
        join(Raw::map([("room", Raw::Nil)])),
        join(Raw::map([("room", Raw::Bin(b"lobby".to_vec()))])),
        join(Raw::map([("room", Raw::Bytes(vec![0xa2, 0xff, 0xfe]))])),
        join(Raw::Array(vec![Raw::Str("lobby")])),
        join(Raw::map([room(), room()])),
        join(Raw::map([room(), ("after", Raw::Int(-1))])),
        join(Raw::map([room(), ("after", Raw::Float(0.0))])),
        join(Raw::map([room(), ("after", Raw::Str("0"))])),
        join(Raw::map([room(), ("after", Raw::Nil), ("after", Raw::Nil)])),
        join(Raw::Map(vec![(Raw::Uint(0), Raw::Str("lobby"))])),
    ]
}

fn bad_says() -> Vec<Raw> {
    let say = |body| Raw::map([("say", Raw::map([room(), ("nonce", Raw::Uint(1)), ("body", body)]))]);
    vec![
        say(Raw::Nil),
        say(Raw::Str("text")),
        say(Raw::map([])),
        say(Raw::map([("text", Raw::Str("a")), ("topic", Raw::Str("b"))])),
        say(Raw::map([("text", Raw::Bin(b"a".to_vec()))])),
        say(Raw::map([("text", Raw::Bytes(vec![0xa1, 0xff]))])),
        say(Raw::map([("shout", Raw::Str("a"))])),
        say(Raw::map([("edit", Raw::map([("of", Raw::Uint(1))]))])),
        say(Raw::map([("react", Raw::map([("of", Raw::Uint(1)), ("emoji", Raw::Str("x")), ("on", Raw::Uint(1))]))])),
        Raw::map([("say", Raw::map([room(), ("body", Raw::map([("text", Raw::Str("a"))]))]))]),
    ]
}

fn bad_numbers_and_bytes() -> Vec<Raw> {
    let upload = |sha256| {
        let [nonce, kind] = [("nonce", Raw::Uint(1)), ("kind", Raw::Str("file"))];
        let [name, size] = [("name", Raw::Str("a")), ("size", Raw::Uint(1))];
        Raw::map([("upload", Raw::map([room(), nonce, kind, name, size, ("sha256", sha256)]))])
    };
    vec![
        Raw::map([("history", Raw::map([room(), ("limit", Raw::Uint(65_536))]))]),
        upload(Raw::Bin(vec![0; 31])),
        upload(Raw::Bin(vec![0; 33])),
        upload(Raw::Str("0123456789abcdef0123456789abcdef")),
        upload(Raw::Array(vec![Raw::Uint(0); 32])),
        Raw::map([("chunk", Raw::map([("upload", Raw::Uint(1)), ("offset", Raw::Uint(0)), ("data", Raw::Str("x"))]))]),
    ]
}

#[test]
fn what_is_no_request_is_refused_and_the_connection_lives_on() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    for (id, request) in (1_000..).zip([bad_names(), bad_joins(), bad_says(), bad_numbers_and_bytes()].concat()) {
        let shown = format!("{request:?}");
        let refusal = ann.call_raw(id, request).expect_err(&shown);
        assert_eq!(refusal.code, Code::BadRequest, "{shown}");
    }
    assert!(ann.events_so_far().is_empty());
    assert_eq!(ann.join("lobby", None).head, Seq(0));
}

#[test]
fn a_long_name_of_nothing_gets_a_short_answer() {
    let server = TestServer::start();
    let mut ann = server.guest();
    let name = "\u{1}".repeat(limits::FRAME_BYTES_MAX - 100);
    let name = Raw::Bytes([&[0xdb][..], &u32::try_from(name.len()).unwrap().to_be_bytes(), name.as_bytes()].concat());
    let finish = Raw::map([("finish", Raw::map([("upload", name.clone())]))]);
    for (id, request) in (100..).zip([name.clone(), Raw::Map(vec![(name, Raw::Nil)]), finish]) {
        let refusal = ann.call_raw(id, request).expect_err("no request");
        assert!(refusal.code == Code::BadRequest && refusal.message.len() < 1_000);
        assert!(!refusal.message.contains(char::is_control));
    }
}

#[test]
fn unknown_keys_are_ignored_and_nil_is_absence() {
    let server = TestServer::start();
    let mut ann = server.connect();
    let hello = Raw::map([
        ("colour", Raw::Array(vec![Raw::Nil, Raw::Float(1.5)])),
        ("agent", Raw::Str("test")),
        ("device", Raw::Nil),
        ("protocol", Raw::Uint(1)),
    ]);
    assert!(ann.call_raw(1, Raw::map([("hello", hello)])).is_ok());
    let join = Raw::map([("log", Raw::Nil), ("room", Raw::Str("lobby")), ("after", Raw::Nil), ("new", Raw::Int(-9))]);
    assert!(ann.call_raw(2, Raw::map([("join", join)])).is_ok());
    let body = Raw::map([("text", Raw::Str("hello"))]);
    let say = [("reply_to", Raw::Nil), ("room", Raw::Str("lobby")), ("nonce", Raw::Uint(u64::MAX)), ("body", body)];
    assert!(ann.call_raw(3, Raw::map([("say", Raw::map(say))])).is_ok());
    assert_eq!(text(&ann.event()), "hello");
    assert_eq!(ann.call_raw(4, Raw::map([("rooms", Raw::map([("prefix", Raw::Nil)]))])).map(drop), Ok(()));
}

#[test]
fn requests_take_effect_in_the_order_in_which_they_came() {
    let server = TestServer::start();
    let mut ann = server.guest();
    let text = |nonce: u64| peer::say("lobby", nonce, Body::Text(format!("number {nonce}")));
    let leave = Request::Leave(InRoom { room: "lobby".into() });
    let requests =
        [peer::join("lobby", None), text(1), leave, text(2), peer::join("lobby", None), text(3), Request::Ping];
    let glued: Vec<u8> = (1..).zip(&requests).flat_map(|(id, request)| frame(id, request)).collect();
    ann.send_bytes(&glued);
    let said = |seq| move |answer| matches!(answer, Ok(Answer::Said(said)) if said.seq == Seq(seq));
    assert!(matches!(ann.answer_to(1), Ok(Answer::Joined(_))));
    assert!(said(1)(ann.answer_to(2)));
    assert_eq!(ann.answer_to(3), Ok(Answer::Ok));
    assert_eq!(code(ann.answer_to(4)), Code::NotJoined);
    assert!(matches!(ann.answer_to(5), Ok(Answer::Joined(_))));
    assert!(said(2)(ann.answer_to(6)));
    assert_eq!(ann.answer_to(7), Ok(Answer::Pong));
}
