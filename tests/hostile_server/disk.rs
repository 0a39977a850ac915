//! A server, or anybody in the room, that sends files until the disk is full: the client saves so many unasked.

use std::io::{BufRead, BufReader};

use tertulia::model::{Body, Digest, FileBody};
use tertulia::wire::{Answer, Request, ServerFrame};

use crate::evil::{Evil, Victim, event, joined, welcome};
use crate::screen::client;

/// Bytes of each file: ten fit, and an eleventh does not.
const SIZE: u64 = 100 * 1024 * 1024;

fn pour(victim: &mut Victim) {
    while let Some((id, request)) = victim.request() {
        match request {
            Request::Hello(_) => victim.answer(id, Answer::Welcome(welcome())),
            Request::Join(_) => {
                victim.answer(id, Answer::Joined(joined(0)));
                for seq in 1..=11 {
                    let file = FileBody { name: "x".into(), size: SIZE, mime: "x".into(), sha256: Digest([7; 32]) };
                    victim.send(&ServerFrame::Event(event(seq, Body::File(file))));
                }
            }
            // no file ever comes: what is counted is what was announced
            _ => {}
        }
    }
}

#[test]
fn a_client_saves_so_much_unasked_and_no_more() {
    let home = tempfile::tempdir().expect("a directory");
    let evil = Evil::new(|_, victim| pour(victim));
    let mut child = client(&evil, home.path()).args(["--auto-save", "200M"]).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let told = lines.take_while(|line| !line.contains("unasked")).filter(|line| line.contains("sent a file")).count();
    assert_eq!(told, 11, "ten are on their way, and the next is left to whoever wants it");
    child.kill().expect("ours");
    child.wait().expect("it ends");
}
