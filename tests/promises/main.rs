//! The five promises, each tried by a short conversation that would break it. What happens when everything is tried at
//! once is left to `tests/chaos`; what is promised stands in `docs/promises.md`.

#[path = "../common/mod.rs"]
mod common;

mod heard;
#[cfg(target_os = "linux")]
mod memory;

use std::net::SocketAddr;
use std::thread;

use common::{Peer, ServerProcess, TestServer, code, peer, text};
use heard::{Heard, flood, numbered};
use tempfile::TempDir;
use tertulia::model::{Body, Seq};
use tertulia::wire::{Code, DeviceKey, Event, Said};

/// How often a server is killed: a fault that shows in one of three kills is found.
const KILLS: usize = 6;

fn start() -> (TempDir, ServerProcess) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(dir.path());
    (dir, server)
}

fn restart(dir: &TempDir, server: ServerProcess) -> ServerProcess {
    server.kill();
    ServerProcess::start(dir.path())
}

/// The whole log, as a newcomer reads it.
fn log(address: SocketAddr) -> Vec<Event> {
    let mut peer = Peer::guest(address);
    let head = peer.join("lobby", Some(0)).head;
    let mut log: Vec<Event> = Vec::new();
    while log.last().map_or(Seq(0), |event| event.seq) < head {
        log.push(peer.event());
    }
    assert!(log.iter().map(|event| event.seq.0).eq(1..=head.0), "1, 2, 3, …");
    log
}

fn at(log: &[Event], seq: Seq) -> Option<&Event> {
    log.iter().find(|event| event.seq == seq)
}

#[test]
fn acknowledged_is_kept() {
    let (dir, mut server) = start();
    for writer in 0..KILLS {
        let mut peer = Peer::guest(server.address);
        peer.join("lobby", None);
        flood(&mut peer, writer, 1..=100);
        let mut heard = Heard::default();
        heard.answers(&mut peer, 1 + 10 * writer);
        // the answers that are on their way when it dies are acknowledgements, too
        server = restart(&dir, server);
        heard.said.extend(Heard::to_the_end(peer).said);
        let log = log(server.address);
        for (nonce, said) in heard.said {
            let kept = at(&log, said.seq).unwrap_or_else(|| panic!("{writer}.{nonce} is lost"));
            assert_eq!((text(kept), kept.at), (format!("{writer}.{nonce}").as_str(), said.at));
        }
    }
}

#[test]
fn one_order() {
    const WRITERS: usize = 4;
    const SAYS: u64 = 150;
    let server = TestServer::start();
    let address = server.address();
    let read = |after: Option<u64>| {
        let mut peer = Peer::guest(address);
        let joined = peer.join("lobby", after);
        let first = after.unwrap_or(joined.head.0) + 1;
        thread::spawn(move || (first..=WRITERS as u64 * SAYS).map(|_| peer.event()).collect::<Vec<_>>())
    };
    let early = read(Some(0));
    let writers = (0..WRITERS).map(|writer| {
        thread::spawn(move || {
            let mut peer = Peer::guest(address);
            peer.join("lobby", None);
            let mut heard = Heard::default();
            for nonce in 1..=SAYS {
                flood(&mut peer, writer, nonce..=nonce);
                if nonce % 10 == 0 {
                    heard.answers(&mut peer, usize::try_from(nonce).expect("small"));
                }
            }
            assert!(heard.said.is_sorted_by_key(|(nonce, said)| (*nonce, said.seq)), "in the order of sending");
        })
    });
    let writers: Vec<_> = writers.collect();
    let late = [read(None), read(Some(0)), read(Some(0))];
    for writer in writers {
        writer.join().expect("a writer");
    }
    let log = log(address);
    assert_eq!(log.len() as u64, WRITERS as u64 * SAYS);
    assert_eq!(early.join().expect("a reader"), log);
    for reader in late {
        assert!(log.ends_with(&reader.join().expect("a reader")));
    }
    for writer in 0..WRITERS {
        let own = log.iter().map(text).filter(|text| text.starts_with(&format!("{writer}.")));
        assert!(own.eq((1..=SAYS).map(|nonce| format!("{writer}.{nonce}"))), "a device's order is its own");
    }
}

#[test]
fn exactly_once() {
    /// Odd, so that a fault which only shows at every other seq does not hide.
    const SAYS: u64 = 49;
    let (dir, mut server) = start();
    let mut key: Option<DeviceKey> = None;
    let mut told: Vec<(u64, Said)> = Vec::new();
    for round in 1..=KILLS as u64 {
        let last = round * SAYS;
        let mut peer = Peer::device(server.address, key.take());
        key = Some(peer.key());
        peer.join("lobby", None);
        flood(&mut peer, 0, last - SAYS + 1..=last);
        // nobody knows which of them were committed
        server = restart(&dir, server);
        let mut answers = Heard::to_the_end(peer).said;
        let mut peer = Peer::device(server.address, key.clone());
        peer.join("lobby", None);
        for _ in 0..2 {
            let mut heard = Heard::default();
            flood(&mut peer, 0, 1..=last);
            heard.answers(&mut peer, usize::try_from(last).expect("small"));
            answers.extend(heard.said);
        }
        told.extend(answers);
        for (nonce, said) in &told {
            let first = told.iter().find(|(other, _)| other == nonce).expect("itself");
            assert_eq!(said, &first.1, "nonce {nonce} has one place");
        }
        let log = log(server.address);
        assert!(log.iter().map(text).eq((1..=last).map(|nonce| format!("0.{nonce}"))), "each once, in order");
        assert_eq!(code(peer.call(peer::say("lobby", last, Body::Text("else".into())))), Code::NonceReused);
    }
}

#[test]
fn committed_only() {
    let (dir, mut server) = start();
    for writer in 0..KILLS {
        let address = server.address;
        let mut readers: Vec<Peer> = (0..3).map(|_| Peer::guest(address)).collect();
        for reader in &mut readers {
            reader.join("lobby", None);
        }
        let mut peer = Peer::guest(address);
        peer.join("lobby", None);
        flood(&mut peer, writer, 1..=120);
        let shown_first: Vec<Event> = readers.iter_mut().map(Peer::event).collect();
        server = restart(&dir, server);
        let shown = readers.into_iter().chain([peer]).flat_map(|peer| Heard::to_the_end(peer).events);
        let shown: Vec<Event> = shown.chain(shown_first).collect();
        let log = log(server.address);
        for event in &shown {
            assert_eq!(at(&log, event.seq), Some(event), "shown before it was committed");
        }
    }
}

/// The other half of exactly once: what a device said before it came back was committed by then, or never will be.
/// Somebody else keeps the journal busy, so that much is still on its way when a connection ends.
#[test]
fn coming_back_settles_what_was_said_before() {
    let server = TestServer::start();
    let address = server.address();
    let (stop, stopped) = std::sync::mpsc::sync_channel::<()>(0);
    let busy = thread::spawn(move || {
        let mut peer = Peer::guest(address);
        peer.join("hall", None);
        let mut nonces = 1..;
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            let texts = nonces.by_ref().take(120);
            let says = texts.map(|nonce| peer::say("hall", nonce, Body::Text(format!("{nonce:0>2000}"))));
            let frames: Vec<Vec<u8>> = says.map(|say| peer::frame(1, &say)).collect();
            peer.send_bytes(&frames.concat());
            let mut heard = Heard::default();
            heard.answers(&mut peer, 120);
        }
    });
    let (mut peer, mut nonce) = (server.guest(), 0);
    let key = peer.key();
    for round in 0..60 {
        peer.join("lobby", None);
        flood(&mut peer, 0, nonce + 1..=nonce + 100);
        let mut before = Some(peer);
        if round % 2 == 1 {
            // not replaced: it has ended by itself
            before.take().expect("just set").reset();
        }
        peer = Peer::device(address, Some(key.clone()));
        let head = peer.history("lobby", None, None, 1).head;
        peer.join("lobby", None);
        let said = peer.said(numbered(0, nonce + 101));
        assert_eq!(said.seq, head.next(), "something came after the welcome, round {round}");
        nonce += 101;
        drop(before);
    }
    drop(stop);
    busy.join().expect("it was answered");
}
