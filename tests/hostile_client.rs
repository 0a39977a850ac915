//! Clients that mean ill, or do not know what they do: what they cost the server is bounded, and the others talk on.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::peer::{frame, hello, join, say};
use common::{Peer, ServerProcess};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, Code, Request, ServerFrame};

/// A server that holds nobody to a rate, so that the other limits have to do it.
struct Server {
    process: ServerProcess,
    _dir: tempfile::TempDir,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let options = [&["--max-per-address", "0"], options].concat();
        Self { process: ServerProcess::start_with(dir.path(), "0", &options), _dir: dir }
    }

    fn guest(&self) -> Peer {
        Peer::guest(self.process.address)
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.process.address).expect("the server listens")
    }

    fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says so");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id())).expect("it runs").count()
    }

    /// Two people talk, and each hears it within a time that anybody would wait.
    fn is_pleasant(&self) {
        let (mut ann, mut ben) = (self.guest(), self.guest());
        ann.join("garden", None);
        ben.join("garden", None);
        let begun = Instant::now();
        let said = ann.say("garden", "a fine day");
        assert_eq!(ben.event().seq, said.seq);
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

fn text(word: impl Into<String>) -> Body {
    Body::Text(word.into())
}

/// Writes as long as the other end takes it within a second; how many bytes it took.
fn pour(mut socket: &TcpStream, bytes: &[u8], total_max: usize) -> usize {
    socket.set_write_timeout(Some(Duration::from_secs(1))).expect("a timeout");
    let mut taken = 0;
    while taken < total_max {
        match socket.write(bytes) {
            Ok(written) => taken += written,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
                break;
            }
        }
    }
    taken
}

#[test]
fn who_sends_without_reading_is_not_read_either() {
    const STUCK: u64 = 4;
    let server = Server::start(&[]);
    let stuck: Vec<Peer> = (0..STUCK).map(|_| server.guest()).collect();
    let before = server.resident_kib();
    let ping = frame(1, &Request::Ping).repeat(1_000);
    // its answers fill what the operating system holds, then the outbox; nothing is read from then on
    let taken: Vec<usize> = stuck.iter().map(|peer| pour(peer.line().socket(), &ping, 1 << 30)).collect();
    let after = server.resident_kib();
    println!("{taken:?} bytes were taken, {before} KiB became {after}");
    assert!(taken.iter().all(|bytes| *bytes < 64 << 20), "{taken:?}");
    assert!(after < before + STUCK * 2 * 1_024, "{before} KiB became {after}");
    server.is_pleasant();
}

#[test]
fn ten_thousand_connections_come_and_go_and_leave_nothing_behind() {
    let server = Server::start(&[]);
    server.is_pleasant();
    let (files, before) = (server.open_files(), server.resident_kib());
    for number in 0..10_000 {
        let mut socket = server.connect();
        match number % 4 {
            0 => {}
            1 => socket.write_all(&frame(1, &hello(None))[..9]).expect("it listens"),
            2 => socket.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it listens"),
            _ => socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO)).expect("a socket"),
        }
    }
    server.is_pleasant();
    let begun = Instant::now();
    while server.open_files() > files && begun.elapsed() < Duration::from_secs(20) {
        server.guest().lives();
    }
    let after = server.resident_kib();
    println!("{files} open files, {before} KiB before, {after} KiB after");
    assert!(server.open_files() <= files + 1, "{} instead of {files}", server.open_files());
    assert!(after < before + 16 * 1_024, "{before} KiB became {after}");
}

#[test]
fn who_joins_ten_thousand_rooms_is_in_a_thousand() {
    let server = Server::start(&["--sync", "normal"]);
    let mut greedy = server.guest();
    let before = server.resident_kib();
    let mut joined = 0;
    for number in 0..10_000 {
        match greedy.call(join(&format!("room-{number}"), None)) {
            Ok(Answer::Joined(_)) => joined += 1,
            Err(refusal) => assert_eq!(refusal.code, Code::Quota),
            other => panic!("{other:?}"),
        }
    }
    let after = server.resident_kib();
    println!("{joined} rooms, {before} KiB became {after}");
    assert_eq!(joined, 1_000);
    assert!(after < before + 32 * 1_024, "{before} KiB became {after}");
    server.is_pleasant();
}

#[test]
fn a_thousand_devices_say_something_into_one_room_and_all_of_it_stands_there_once() {
    const DEVICES: usize = 1_000;
    const EACH: u64 = 3;
    let server = Server::start(&["--sync", "normal"]);
    let mut ear = server.guest();
    ear.join("square", None);
    let mut crowd: Vec<Peer> = (0..DEVICES).map(|_| server.guest()).collect();
    crowd.iter_mut().for_each(|peer| drop(peer.join("square", None)));
    for peer in &mut crowd {
        (1..=EACH).for_each(|nonce| peer.send_bytes(&frame(9, &say("square", nonce, text(format!("word {nonce}"))))));
    }
    let total = DEVICES as u64 * EACH;
    (1..=total).for_each(|seq| assert_eq!(ear.event().seq, Seq(seq)));
    for peer in &mut crowd {
        let mut seqs = Vec::new();
        while seqs.len() < 3 {
            if let Some(ServerFrame::Answer((9, Answer::Said(said)))) = peer.frame() {
                seqs.push(said.seq);
            }
        }
        assert!(seqs.is_sorted(), "{seqs:?}");
    }
    server.is_pleasant();
}

#[test]
fn a_stranger_who_was_not_welcomed_takes_less_than_8_kib() {
    const STRANGERS: u64 = 2_000;
    const KIB_EACH_MAX: u64 = 8;
    let server = Server::start(&[]);
    server.is_pleasant();
    let before = server.resident_kib();
    // the longest hello but its last byte
    let mut bytes = 4_096_u32.to_be_bytes().to_vec();
    bytes.resize(4 + 4_095, 0x91);
    let mut strangers: Vec<TcpStream> = (0..STRANGERS).map(|_| server.connect()).collect();
    strangers.iter_mut().for_each(|socket| socket.write_all(&bytes).expect("it listens"));
    server.is_pleasant();
    let after = server.resident_kib();
    println!("{before} KiB became {after}: {} bytes for each", (after - before) * 1_024 / STRANGERS);
    assert!(after < before + STRANGERS * KIB_EACH_MAX, "{before} KiB became {after}");
    // and they are not waited for
    let mut rest = Vec::new();
    strangers[0].set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    strangers[0].read_to_end(&mut rest).expect("it is ended");
    assert!(String::from_utf8_lossy(&rest).contains("hello_timeout"));
}
