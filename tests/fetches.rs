//! What is kept of files: parts of them, replies with them, the same content once, and nothing of what broke off.

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use common::files::{digest_of, upload};
use common::{Peer, TestServer, code, peer};
use tertulia::model::{Body, Clock, Seq, limits};
use tertulia::wire::{Answer, Code, Fetch, Request, Upload};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

fn partial(server: &TestServer) -> Vec<PathBuf> {
    let folder = server.data_dir().join("files").join("partial");
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn a_part_is_fetched_and_nothing_past_the_end() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let content: Vec<u8> = (0..=u8::MAX).cycle().take(100_000).collect();
    let seq = ann.send_file(&upload(1, "count.bin", &content), &content).seq;
    for (offset, length, expected) in [
        (0, 10, 0..10),
        (99_990, 10, 99_990..100_000),
        (99_990, 11, 99_990..100_000),
        (0, u32::MAX, 0..65_536),
        (50_000, 65_536, 50_000..100_000),
        (5, 0, 5..5),
    ] {
        let data = ann.data(seq, offset, length);
        assert_eq!((data.offset, data.size), (offset, 100_000));
        assert!(data.data == content[expected], "{length} from {offset}");
    }
    for past in [100_000, 100_001, (1 << 53) - 1, u64::MAX] {
        assert_eq!(ann.data(seq, past, 10).data, b"", "{past}");
    }
}

#[test]
fn only_a_file_of_the_room_is_fetched() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    ann.say("lobby", "no file");
    let seq = ann.send_file(&upload(100, "a.txt", b"hello"), b"hello").seq;
    for nothing in [Seq(0), Seq(1), seq.next(), Seq(u64::MAX)] {
        assert_eq!(code(ann.fetch(nothing, 0, 10)), Code::NoSuchMessage);
    }
    let fetch = |room: &str| Request::Fetch(Fetch { room: room.into(), seq, offset: 0, length: 10 });
    ann.join("elsewhere", None);
    for (room, expected) in
        [("nowhere", Code::NoSuchRoom), ("elsewhere", Code::NoSuchMessage), ("no where", Code::RoomInvalid)]
    {
        assert_eq!(code(ann.call(fetch(room))), expected);
    }
}

#[test]
fn an_empty_file_is_a_file() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let seq = ann.send_file(&upload(1, "empty", b""), b"").seq;
    assert_eq!(ann.fetch_all(seq), b"");
    assert!(matches!(ann.event().body, Body::File(file) if file.size == 0 && file.name == "empty"));
}

#[test]
fn a_reply_with_a_file_is_judged_when_it_is_finished() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let asked = Upload { reply_to: Some(Seq(1)), ..upload(1, "a.txt", b"hello") };
    let uploading = ann.uploading(&asked);
    ann.send_rest(&uploading, b"hello");
    assert_eq!(code(ann.finish(uploading.upload)), Code::NoSuchMessage);
    ann.said(peer::say("lobby", 2, Body::Text("what is in it?".into())));
    let Ok(Answer::Said(said)) = ann.finish(uploading.upload) else { panic!("not said") };
    let page = ann.history("lobby", None, None, 10);
    assert_eq!((page.events[1].seq, page.events[1].reply_to), (said.seq, Some(Seq(1))));
    assert_eq!(ann.fetch_all(said.seq), b"hello");
}

#[test]
fn content_is_kept_as_long_as_a_message_shows_it() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    let first = ann.send_file(&upload(1, "a.txt", b"hello"), b"hello").seq;
    let second = ben.send_file(&upload(1, "b.txt", b"hello"), b"hello").seq;
    let hex = digest_of(b"hello").to_string();
    let kept = server.data_dir().join("files").join(&hex[..2]).join(&hex);
    assert_eq!(fs::read(&kept).expect("it is kept"), b"hello");
    ann.said(peer::say("lobby", 2, Body::Delete { of: first }));
    assert_eq!(code(ann.fetch(first, 0, 9)), Code::NoSuchMessage);
    assert_eq!(ben.fetch_all(second), b"hello", "another message shows it");
    ben.said(peer::say("lobby", 2, Body::Delete { of: second }));
    // a commit waits behind the removal
    ben.said(peer::say("lobby", 3, Body::Text("gone".into())));
    assert!(!kept.exists());
}

#[test]
fn a_device_has_few_uploads_under_way() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let allowed = limits::UPLOADS_PER_DEVICE_MAX as u64;
    for nonce in 0..allowed {
        ann.uploading(&upload(nonce, "a.txt", b"hello"));
    }
    assert_eq!(code(ann.call(Request::Upload(upload(allowed, "a.txt", b"hello")))), Code::Quota);
    ann.send_file(&upload(0, "a.txt", b"hello"), b"hello");
    ann.uploading(&upload(allowed, "a.txt", b"hello"));
    server.guest_in("lobby").uploading(&upload(0, "a.txt", b"hello"));
}

#[test]
fn what_broke_off_is_gone_after_a_day() {
    let clock = Clock::manual(1_790_000_000_000);
    let mut server = TestServer::start_with(|config| config.clock = clock.clone());
    let Clock::Manual(ms) = &clock else { unreachable!() };
    let mut ann = server.guest_in("lobby");
    let asked = upload(1, "a.txt", b"hello");
    let uploading = ann.uploading(&asked);
    assert_eq!(ann.chunk(uploading.upload, 0, b"hel"), Ok(Answer::Ok));
    let mut return_after = |pause_ms: u64| {
        ms.fetch_add(pause_ms, Ordering::Relaxed);
        server.restart();
        let mut again = Peer::device(server.address(), Some(ann.key()));
        again.join("lobby", None);
        (again.uploading(&asked).offset, partial(&server).len())
    };
    assert_eq!(return_after(DAY_MS - 1), (3, 1), "within the day, which begins anew");
    assert_eq!(return_after(DAY_MS - 1), (3, 1));
    assert_eq!(return_after(DAY_MS + 1), (0, 0));
}
