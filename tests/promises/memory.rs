//! The fifth promise: who does not read loses nothing, and costs the server no memory.

use std::net::SocketAddr;
use std::thread;

use tertulia::model::{Body, Seq};

use crate::common::{Peer, ServerProcess, peer};
use crate::heard::{Heard, id_of};

#[test]
fn slow_readers_lose_nothing() {
    cost_no_memory(&[], Peer::guest);
}

/// What TLS has encrypted would wait somewhere, too, if more of it were taken than the reader takes.
#[test]
fn slow_readers_lose_nothing_under_tls_either() {
    cost_no_memory(&["--tls-self-signed"], Peer::encrypted_guest);
}

fn cost_no_memory(options: &[&str], guest: fn(SocketAddr) -> Peer) {
    const EVENTS: u64 = 14_000;
    const TEXT_BYTES: usize = 1_024;
    /// A quarter of what was said: far above noise, and far below what a queue would hold, even if the operating system
    /// holds a few megabytes of it.
    const DIFFERENCE_KIB_MAX: u64 = EVENTS * TEXT_BYTES as u64 / 1_024 / 4;
    let told_kib = |is_stuck: bool| {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let server = ServerProcess::start_with(dir.path(), "0", options);
        let address = server.address;
        let mut reader = guest(address);
        reader.hold_little();
        reader.join("lobby", Some(0));
        let read_all = move || (1..=EVENTS).for_each(|seq| assert_eq!(reader.event().seq, Seq(seq)));
        if is_stuck {
            say_much(guest(address), EVENTS, TEXT_BYTES);
            let kib = resident_kib(&server);
            thread::spawn(read_all).join().expect("it sees all of them later");
            return kib;
        }
        let along = thread::spawn(read_all);
        say_much(guest(address), EVENTS, TEXT_BYTES);
        along.join().expect("it sees all of them");
        resident_kib(&server)
    };
    let (few_behind, many_behind) = (told_kib(false), told_kib(true));
    println!("resident: {few_behind} KiB with a reader who keeps up, {many_behind} KiB with one who is stuck");
    assert!(many_behind < few_behind + DIFFERENCE_KIB_MAX, "{many_behind} KiB instead of {few_behind}");
}

/// Says so many texts, as fast as they are answered.
fn say_much(mut peer: Peer, events: u64, text_bytes: usize) {
    peer.join("lobby", None);
    let mut heard = Heard::default();
    for nonce in 1..=events {
        let body = Body::Text(format!("{nonce:0>text_bytes$}"));
        peer.send_bytes(&peer::frame(id_of(nonce), &peer::say("lobby", nonce, body)));
        if nonce % 100 == 0 {
            heard.answers(&mut peer, usize::try_from(nonce).expect("small"));
            heard.events.clear();
        }
    }
}

fn resident_kib(server: &ServerProcess) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
