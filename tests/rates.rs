//! How fast strangers may go on, and how many they may be: over sockets, against a server with all of its limits.

mod common;

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::peer::{Answered, PATIENCE, frame, hello, join, say};
use common::{Peer, TestServer};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, ByeCode, Code, Finish, InRoom, Request, ServerFrame};

/// A server that lets a device say so many things a second.
fn server(rate: u32) -> TestServer {
    TestServer::start_with(|config| config.rate = rate)
}

fn text(word: &str) -> Body {
    Body::Text(word.into())
}

/// Its socket, to be written from another thread.
fn writer(peer: &Peer) -> TcpStream {
    peer.line().socket().try_clone().expect("a socket")
}

/// Waits so long for something to come.
fn hears_nothing_for(peer: &Peer, pause: Duration) -> bool {
    let socket = peer.line().socket();
    socket.set_read_timeout(Some(pause)).expect("a timeout");
    let nothing = socket.peek(&mut [0]).is_err();
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    nothing
}

/// The frames until the end.
fn rest(peer: &mut Peer) -> Vec<ServerFrame> {
    std::iter::from_fn(|| peer.frame()).collect()
}

fn ends_as_told_to_slow_down(frames: &[ServerFrame]) -> bool {
    matches!(frames.last(), Some(ServerFrame::Bye(bye)) if bye.code == ByeCode::SlowDown)
}

#[test]
fn who_says_too_much_is_told_when_to_go_on_and_what_was_said_is_answered_again() {
    let server = server(1);
    let mut ann = server.guest();
    ann.join("lobby", None);
    let said = |nonce, outcome: Answered| match outcome {
        Ok(Answer::Said(said)) => said.seq,
        other => panic!("{nonce}: {other:?}"),
    };
    let mut nonce = 0;
    let refusal = loop {
        nonce += 1;
        match ann.call(say("lobby", nonce, text("word"))) {
            Ok(Answer::Said(said)) => assert_eq!(said.seq, Seq(nonce)),
            Ok(other) => panic!("{other:?}"),
            Err(refusal) => break refusal,
        }
    };
    assert!((10..20).contains(&nonce), "{nonce}");
    assert_eq!(refusal.code, Code::SlowDown);
    let pause = Duration::from_millis(refusal.retry_after_ms.expect("when to go on"));
    assert!(pause <= Duration::from_millis(1_001), "{pause:?}");
    for again in [1, nonce - 1] {
        assert_eq!(said(again, ann.call(say("lobby", again, text("word")))), Seq(again));
    }
    let other = ann.call(say("lobby", 1, text("another word"))).expect_err("it was another");
    assert_eq!(other.code, Code::NonceReused);
    let empty = ann.call(say("lobby", nonce, text(""))).expect_err("the form comes first");
    assert_eq!(empty.code, Code::BadRequest);
    assert!(hears_nothing_for(&ann, pause));
    assert_eq!(said(nonce, ann.call(say("lobby", nonce, text("word")))), Seq(nonce), "the nonce is unused");
}

#[test]
fn who_goes_on_regardless_is_ended_and_others_do_not_notice() {
    let server = server(1);
    let (mut ann, mut ben) = (server.guest(), server.guest());
    ann.join("lobby", None);
    ben.join("lobby", None);
    // written by a thread of its own, since the answers are not read meanwhile
    let mut writer = writer(&ann);
    let flood = std::thread::spawn(move || {
        (1..20_000).all(|nonce| writer.write_all(&frame(1, &say("lobby", nonce, text("x")))).is_ok())
    });
    let frames = rest(&mut ann);
    assert!(ends_as_told_to_slow_down(&frames), "{:?}", frames.last());
    let told = frames.iter().filter(|frame| matches!(frame, ServerFrame::Error(_))).count();
    assert!((1_000..2_000).contains(&told), "{told}");
    flood.join().expect("it ends");
    assert!(matches!(ben.call(say("lobby", 1, text("calm"))), Ok(Answer::Said(_))));
}

#[test]
fn what_may_come_at_once_may_also_be_pipelined() {
    // slow enough for nothing to be given back meanwhile
    let server = server(20);
    let mut ann = server.guest();
    ann.join("lobby", None);
    let says: Vec<u8> = (1..=200).flat_map(|nonce| frame(1, &say("lobby", nonce, text("x")))).collect();
    ann.send_bytes(&says);
    for _ in 0..200 {
        let outcome = ann.wait_for(|frame| match frame {
            ServerFrame::Answer((1, answer)) => Some(Ok(answer.clone())),
            ServerFrame::Error((1, refusal)) => Some(Err(refusal.clone())),
            _ => None,
        });
        assert!(matches!(outcome, Ok(Answer::Said(_))), "{outcome:?}");
    }
}

#[test]
fn what_is_no_request_counts_too() {
    let server = server(1);
    let mut ann = server.guest();
    let nonsense = [&[0, 0, 0, 3, 0x92, 1][..], &[0xc0]].concat().repeat(10_000);
    let mut writer = writer(&ann);
    let flood = std::thread::spawn(move || writer.write_all(&nonsense).is_ok());
    assert!(ends_as_told_to_slow_down(&rest(&mut ann)));
    flood.join().expect("it ends");
}

#[test]
fn a_file_counts_as_a_message_and_typing_as_many_requests() {
    let server = server(1);
    let mut ann = server.guest();
    ann.join("lobby", None);
    let mut refused = |what: fn() -> Request| {
        (1..1_000).find(|_| matches!(ann.call(what()), Err(refusal) if refusal.code == Code::SlowDown))
    };
    let finish = || Request::Finish(Finish { upload: 99 });
    let typing = || Request::Typing(InRoom { room: "lobby".into() });
    assert!(refused(finish).is_some_and(|asked| asked <= 15), "no such upload, and counted all the same");
    assert!(refused(typing).is_some_and(|asked| asked <= 15), "each is heard by the whole room");
}

#[test]
fn a_device_does_not_get_faster_by_connecting_again() {
    let server = server(1);
    let mut ann = server.guest();
    ann.join("lobby", None);
    let (key, mut nonce) = (ann.key(), 0);
    let mut until_refused = |peer: &mut Peer| {
        let before = nonce;
        while peer.call(say("lobby", nonce + 1, text("x"))).is_ok() {
            nonce += 1;
        }
        nonce - before
    };
    assert!(until_refused(&mut ann) >= 10);
    let mut again = Peer::device(server.address(), Some(key));
    again.join("lobby", None);
    let more = until_refused(&mut again);
    assert!(more <= 5, "{more}");
}

#[test]
fn new_devices_and_rooms_of_one_address_come_at_a_rate() {
    let server = server(20);
    let mut guests = 0;
    let frames = loop {
        let mut peer = server.connect();
        peer.send_bytes(&frame(1, &hello(None)));
        match peer.frame() {
            Some(ServerFrame::Answer(_)) => guests += 1,
            Some(refused) => break [vec![refused], rest(&mut peer)].concat(),
            None => panic!("it was cut off"),
        }
    };
    assert!((200..230).contains(&guests), "{guests}");
    let told = matches!(&frames[0], ServerFrame::Error((1, refusal)) if refusal.code == Code::SlowDown && refusal.retry_after_ms.is_some());
    assert!(told && ends_as_told_to_slow_down(&frames), "{frames:?}");
    let mut other = Peer::connect_from([127, 0, 0, 2], server.address()).welcomed(None);
    let made = (0..999).find(|n| other.call(join(&format!("room-{n}"), None)).is_err()).expect("some");
    assert!((50..55).contains(&made), "{made}");
    let refusal = other.call(join("one-more", None)).expect_err("too many");
    assert_eq!(refusal.code, Code::Quota);
    assert!(other.call(join("room-0", None)).is_ok(), "a room that is there");
}

#[test]
fn one_address_has_so_many_connections_and_others_still_come_in() {
    let server = TestServer::start_with(|config| config.per_address_max = 3);
    let held = [(); 3].map(|()| server.guest());
    server.connect().ends_with(ByeCode::Full);
    Peer::connect_from([127, 0, 0, 2], server.address()).welcomed(None).lives();
    drop(held);
    // a place is free a moment after its connection is gone
    let (begun, mut free) = (Instant::now(), false);
    while !free && begun.elapsed() < Duration::from_secs(10) {
        let mut peer = server.connect();
        peer.try_send_bytes(&frame(1, &hello(None)));
        free = matches!(peer.frame(), Some(ServerFrame::Answer(_)));
    }
    assert!(free, "the places are free again");
}

#[test]
fn a_frame_that_does_not_come_to_its_end_is_not_waited_for() {
    let server = server(20);
    let (slow, mut calm) = (server.guest(), server.guest());
    let (begun, bytes) =
        (Instant::now(), frame(3, &say("lobby", 1, text("slower than anybody needs to be, byte by byte"))));
    let mut sent = bytes.iter();
    while hears_nothing_for(&slow, Duration::from_secs(1)) {
        let byte = sent.next().expect("it is ended before the frame is");
        writer(&slow).write_all(&[*byte]).expect("the server listens");
    }
    let waited = begun.elapsed();
    assert!((29..40).contains(&waited.as_secs()), "{waited:?}");
    let mut slow = slow;
    slow.ends_with(ByeCode::Idle);
    calm.lives();
}
