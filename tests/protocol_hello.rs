//! How a connection begins and how it ends: `hello` first and once, within its time; silence, strangers, `quit`.

mod common;

use std::thread;
use std::time::Instant;

use common::peer::{self, frame, hello};
use common::{Peer, Raw, TestServer, code, raw};
use tertulia::model::{Body, DeviceId, limits};
use tertulia::wire::{ByeCode, Code, DeviceKey, Hello, InRoom, Request, ServerFrame};

/// The first request is refused, and the connection ends for the same reason.
fn is_turned_away(mut peer: Peer, request: &[u8], expected: (Code, ByeCode)) {
    peer.send_bytes(request);
    match peer.frame() {
        Some(ServerFrame::Error((7, refusal))) => assert_eq!(refusal.code, expected.0),
        other => panic!("not refused: {other:?}"),
    }
    peer.ends_with(expected.1);
}

#[test]
fn nothing_comes_before_hello() {
    let server = TestServer::start();
    let lobby = || "lobby".to_owned();
    for request in [Request::Ping, Request::Quit, peer::join("lobby", None), Request::Leave(InRoom { room: lobby() })] {
        is_turned_away(server.connect(), &frame(7, &request), (Code::HelloFirst, ByeCode::HelloFirst));
    }
    for unknown in [Raw::Nil, Raw::Str("hallo"), Raw::map([("dance", Raw::Nil)])] {
        is_turned_away(server.connect(), &raw::request(7, unknown), (Code::HelloFirst, ByeCode::HelloFirst));
    }
}

#[test]
fn a_hello_that_is_none_ends_the_connection() {
    let server = TestServer::start();
    let agent = || ("agent", Raw::Str("test"));
    let device = |id, secret| ("device", Raw::map([("id", id), ("secret", secret)]));
    for content in [
        Raw::Nil,
        Raw::map([]),
        Raw::map([("protocol", Raw::Uint(1))]),
        Raw::map([("protocol", Raw::Str("1")), agent()]),
        Raw::map([("protocol", Raw::Uint(1)), agent(), agent()]),
        Raw::map([("protocol", Raw::Uint(1)), agent(), device(Raw::Uint(1), Raw::Str("0123456789abcdef"))]),
        Raw::map([("protocol", Raw::Uint(1)), agent(), device(Raw::Int(-1), Raw::Bin(vec![0; 16]))]),
        Raw::Array(vec![Raw::Uint(1), Raw::Str("test")]),
    ] {
        let request = raw::request(7, Raw::map([("hello", content)]));
        is_turned_away(server.connect(), &request, (Code::BadRequest, ByeCode::BadRequest));
    }
    let bare = raw::request(7, Raw::Str("hello"));
    is_turned_away(server.connect(), &bare, (Code::BadRequest, ByeCode::BadRequest));
}

#[test]
fn another_version_is_told_so() {
    let server = TestServer::start();
    for protocol in [0, 2, u64::MAX] {
        let request = frame(7, &Request::Hello(Hello { protocol, agent: "test".into(), device: None }));
        is_turned_away(server.connect(), &request, (Code::UnsupportedProtocol, ByeCode::UnsupportedProtocol));
    }
}

#[test]
fn a_device_is_known_by_its_secret_only() {
    let mut server = TestServer::start();
    let key = server.guest().key();
    assert_eq!(key.secret.len(), 16);
    let mut almost = key.secret.clone();
    almost[15] ^= 1;
    let unknown = DeviceId(key.id.0 + 1);
    for (id, secret) in [
        (key.id, almost),
        (key.id, Vec::new()),
        (key.id, key.secret[..15].to_vec()),
        (key.id, [&key.secret[..], &[0]].concat()),
        (unknown, key.secret.clone()),
        (DeviceId(u64::MAX), key.secret.clone()),
    ] {
        let request = frame(7, &hello(Some(DeviceKey { id, secret })));
        is_turned_away(server.connect(), &request, (Code::Denied, ByeCode::Denied));
    }
    let name = Peer::device(server.address(), Some(key.clone())).user().name;
    server.restart();
    let mut again = Peer::device(server.address(), Some(key.clone()));
    assert_eq!((again.user().name, again.key()), (name, key));
    again.lives();
}

#[test]
fn hello_comes_once_and_is_told_the_limits() {
    let server = TestServer::start_with(|config| (config.idle_s, config.file_bytes_max) = (77, 88));
    let mut ann = server.guest();
    let welcome = ann.welcome.clone().expect("welcomed");
    assert_eq!((welcome.protocol, welcome.limits.idle, welcome.limits.file), (1, 77, 88));
    assert_eq!((welcome.limits.frame, welcome.limits.text, welcome.limits.chunk), (131_072, 16_384, 65_536));
    assert_eq!(code(ann.call(hello(None))), Code::BadRequest);
    assert_eq!(code(ann.call(hello(Some(ann.key())))), Code::BadRequest);
    ann.lives();
}

#[test]
fn a_stranger_may_send_little_until_hello_and_much_right_behind_it() {
    let server = TestServer::start();
    let long = |bytes: usize| frame(1, &Request::Hello(Hello { protocol: 1, agent: "x".repeat(bytes), device: None }));
    let overhead = long(4_000).len() - 4 - 4_000;
    let mut small = server.connect();
    small.send_bytes(&long(4_096 - overhead));
    assert!(small.answer_to(1).is_ok());
    let mut large = server.connect();
    large.send_bytes(&long(4_097 - overhead));
    large.ends_with(ByeCode::BadFrame);

    let mut eager = server.connect();
    let text = "x".repeat(limits::TEXT_BYTES_MAX);
    let say = frame(3, &peer::say("lobby", 1, Body::Text(text)));
    eager.send_bytes(&[frame(1, &hello(None)), frame(2, &peer::join("lobby", None)), say].concat());
    for id in 1..=3 {
        assert!(eager.answer_to(id).is_ok());
    }
}

#[test]
fn who_does_not_say_hello_in_time_is_sent_away() {
    let server = TestServer::start();
    let begun = Instant::now();
    let (mut silent, mut slow) = (server.connect(), server.connect());
    slow.send_bytes(&frame(1, &hello(None))[..20]);
    silent.ends_with(ByeCode::HelloTimeout);
    slow.ends_with(ByeCode::HelloTimeout);
    assert!(begun.elapsed() >= limits::HELLO_TIMEOUT);
}

#[test]
fn who_is_silent_is_taken_for_gone_and_who_pings_is_not() {
    let server = TestServer::start_with(|config| config.idle_s = 1);
    let (mut silent, mut lively) = (server.guest(), server.guest());
    let begun = Instant::now();
    let silence = thread::spawn(move || silent.ends_with(ByeCode::Idle));
    while !silence.is_finished() {
        lively.lives();
    }
    silence.join().expect("it heard bye");
    let silent_for = begun.elapsed().as_secs();
    assert!((1..5).contains(&silent_for), "a second of silence, not {silent_for}");
    lively.lives();
}

#[test]
fn a_device_that_connects_again_replaces_itself() {
    let server = TestServer::start();
    let mut first = server.guest_in("lobby");
    for number in 1..=200 {
        let say = first.next_say("lobby", Body::Text(format!("number {number}")));
        first.send(&say);
    }
    let mut second = Peer::device(server.address(), Some(first.key()));
    let kept = second.history("lobby", None, None, 1_000).events;
    first.ends_with(ByeCode::Replaced);
    second.join("lobby", None);
    second.said(peer::say("lobby", 1_000, Body::Text("after".into())));
    let events = second.history("lobby", None, None, 1_000).events;
    assert_eq!(events[..events.len() - 1], kept[..], "nothing of the first came after the second was welcomed");
}

#[test]
fn who_leaves_is_told_good_bye() {
    let server = TestServer::start();
    for ask in [true, false] {
        let mut ann = server.guest_in("lobby");
        let say = ann.next_say("lobby", Body::Text("last words".into()));
        let id = ann.send(&say);
        if ask {
            ann.send(&Request::Quit);
        } else {
            ann.send_no_more();
        }
        assert!(ann.answer_to(id).is_ok(), "what was said before is answered");
        ann.ends_with(ByeCode::Quit);
    }
}

#[test]
fn nothing_takes_effect_after_good_bye() {
    let server = TestServer::start();
    let mut ben = server.guest_in("lobby");
    let say = || frame(3, &peer::say("lobby", 9, Body::Text("too late".into())));
    for (last, expected) in [
        (frame(2, &Request::Quit), ByeCode::Quit),
        (raw::framed(&[0xc1]), ByeCode::BadFrame),
        (raw::framed(&[]), ByeCode::BadFrame),
    ] {
        let mut ann = server.guest_in("lobby");
        let first = frame(100, &peer::say("lobby", 8, Body::Text("in time".into())));
        ann.send_bytes(&[first, last, say()].concat());
        assert!(ann.answer_to(100).is_ok());
        ann.ends_with(expected);
    }
    let mut stranger = server.connect();
    let join = frame(3, &peer::join("made-by-nobody", None));
    stranger.send_bytes(&[frame(1, &Request::Ping), frame(2, &hello(None)), join].concat());
    stranger.ends_with(ByeCode::HelloFirst);
    ben.lives();
    let said = ben.history("lobby", None, None, 10).events;
    assert_eq!(said.iter().map(common::text).collect::<Vec<_>>(), ["in time"; 3]);
    assert_eq!(code(ben.call(peer::history("made-by-nobody", None, None, 1))), Code::NoSuchRoom);
}

#[test]
fn a_full_server_says_so_until_somebody_leaves() {
    let server = TestServer::start_with(|config| config.connections_max = 1);
    let mut ann = server.guest();
    server.connect().ends_with(ByeCode::Full);
    ann.send(&Request::Quit);
    ann.ends_with(ByeCode::Quit);
    // the place is free a moment after the last frame
    let mut peer = server.connect();
    peer.send_bytes(&frame(1, &hello(None)));
    while matches!(peer.frame(), Some(ServerFrame::Bye(_))) {
        peer = server.connect();
        peer.try_send_bytes(&frame(1, &hello(None)));
    }
    peer.lives();
}
