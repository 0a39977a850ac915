//! What a client holds while a server pours out whatever it likes, and nobody reads the client's output.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::sync::mpsc;
use std::time::Duration;

use tertulia::model::Body;
use tertulia::wire::{ServerFrame, Signal, encode_frame};

use crate::evil::{ESCAPES, Evil, event, guest, welcome};
use crate::screen::client;

/// The most that a client may ever have held: 256 happenings, as many lines with each byte of them become a mark, and
/// itself. Half of it was seen.
const KIB_MAX: u64 = 32 * 1024;
/// Bytes of the flood.
const POURED: usize = 50 * 1024 * 1024;

/// What a process has held at most, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a line");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

/// Pours out what `frames` makes of a number, and returns what the client held at most.
fn poured(frame: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static) -> u64 {
    let home = tempfile::tempdir().expect("a directory");
    let (done, is_done) = mpsc::sync_channel(1);
    let evil = Evil::new(move |number, victim| {
        let _ = victim.decent_until_asked(&welcome(), 0);
        let mut sent = 0;
        for seq in 1.. {
            let frame = frame(seq);
            sent += frame.len();
            // a client that does not read any more has done what it should
            if number > 0 || sent > POURED || !victim.send_bytes_soon(&frame) {
                break;
            }
        }
        done.try_send(sent).ok();
    });
    let mut child = client(&evil, home.path()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"hello\n").expect("it reads");
    let sent = is_done.recv_timeout(Duration::from_secs(180)).expect("it ends");
    let held = peak(child.id());
    assert!(child.try_wait().expect("ours").is_none(), "it lives");
    child.kill().expect("ours");
    child.wait().expect("it ends");
    assert!(sent > 1024 * 1024, "something was poured: {sent}");
    held
}

#[test]
fn no_flood_fills_a_clients_memory() {
    let long = ESCAPES.repeat(4_000 / ESCAPES.len());
    let signal = Signal::Presence { room: "lobby".into(), user: guest(&long), here: true };
    let signal = encode_frame(&ServerFrame::Signal(signal)).to_vec();
    let held = poured(move |_| signal.clone());
    assert!(held < KIB_MAX, "signals: {held} KiB");

    let body = Body::Text(long);
    let held = poured(move |seq| encode_frame(&ServerFrame::Event(event(seq, body.clone()))).to_vec());
    assert!(held < KIB_MAX, "events: {held} KiB");
}
