//! A disk that fails: whoever was not answered does not know, nobody was shown what is not there, and the next start
//! finds the truth. A sync that failed is never tried again.

use tertulia::model::{Body, Nonce, Seq};
use tertulia::wire::{Answer, ServerFrame};

use super::common::peer::say;
use super::common::{Peer, ServerProcess, is_sound};
use super::machine::Traced;

fn number(nonce: u64) -> Body {
    Body::Text(nonce.to_string())
}

/// Says one thing after the other until the server ends; returns where each answered one stands.
fn say_until_the_end(ann: &mut Peer, body: impl Fn(u64) -> Body) -> Vec<Seq> {
    let mut answered = Vec::new();
    for nonce in 1..200 {
        ann.try_send_bytes(&super::common::peer::frame(7, &say("lobby", nonce, body(nonce))));
        loop {
            match ann.frame() {
                Some(ServerFrame::Answer((7, Answer::Said(said)))) => break answered.push(said.seq),
                Some(ServerFrame::Event(_) | ServerFrame::Signal(_)) => {}
                None => return answered,
                other => panic!("neither answered nor cut off: {other:?}"),
            }
        }
    }
    panic!("the fault did not happen")
}

/// All that a listener was shown until the end.
fn heard_until_the_end(ben: &mut Peer) -> Vec<(Seq, Body)> {
    let mut heard = Vec::new();
    while let Some(frame) = ben.frame() {
        match frame {
            ServerFrame::Event(event) => heard.push((event.seq, event.body)),
            ServerFrame::Signal(_) => {}
            other => panic!("{other:?}"),
        }
    }
    heard
}

fn a_failing_call_ends_the_server_and_the_next_start_finds_the_truth(inject: &str) {
    let home = tempfile::tempdir().expect("a temporary directory");
    drop(ServerProcess::start(home.path()));
    let Some(server) = Traced::start(home.path(), &["-e", inject]) else { return };
    let (mut ann, mut ben) = (Peer::guest(server.address), Peer::guest(server.address));
    ann.join("lobby", None);
    ben.join("lobby", None);
    let answered = say_until_the_end(&mut ann, number);
    let heard = heard_until_the_end(&mut ben);
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(1), "{log}");
    let why: Vec<&str> = log.lines().filter(|line| line.contains("the database failed: ")).collect();
    assert_eq!(why.len(), 1, "said once: {log}");
    is_sound(home.path());

    let server = ServerProcess::start(home.path());
    let mut ann = Peer::device(server.address, Some(ann.key()));
    let kept = ann.join("lobby", Some(0)).head.0;
    let count = answered.len() as u64;
    assert!(kept == count || kept == count + 1, "{count} answered, {kept} kept");
    for (nonce, seq) in (1..).zip(&answered) {
        assert_eq!(ann.said(say("lobby", nonce, number(nonce))).seq, *seq, "nonce {nonce}");
    }
    let unknown = say("lobby", count + 1, number(count + 1));
    let told = ann.said(unknown.clone());
    assert_eq!(told.seq, Seq(count + 1));
    assert_eq!(ann.said(unknown), told);
    let log: Vec<(Seq, Body)> = (0..=count).map(|_| ann.event()).map(|event| (event.seq, event.body)).collect();
    assert!(log.starts_with(&heard), "shown {heard:?}, kept {log:?}");
    assert_eq!(Nonce(count + 1).0, log.len() as u64);
}

#[test]
fn a_sync_of_the_log_that_fails() {
    a_failing_call_ends_the_server_and_the_next_start_finds_the_truth("inject=fsync,fdatasync:error=EIO:when=30");
}

#[test]
fn a_write_to_the_log_that_fails() {
    a_failing_call_ends_the_server_and_the_next_start_finds_the_truth("inject=pwrite64:error=EIO:when=90");
}

/// A checkpoint's sync that failed and is tried again would be answered with a success that means nothing.
#[test]
fn a_sync_of_the_database_that_fails() {
    let home = tempfile::tempdir().expect("a temporary directory");
    drop(ServerProcess::start(home.path()));
    let database = home.path().join("tertulia.db");
    let only = database.to_str().expect("UTF-8");
    let Some(server) = Traced::start(home.path(), &["-P", only, "-e", "inject=fsync,fdatasync:error=EIO:when=2"])
    else {
        return;
    };
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    // each deletion takes the log into the database
    let body = |nonce| if nonce % 2 == 1 { number(nonce) } else { Body::Delete { of: Seq(nonce - 1) } };
    let answered = say_until_the_end(&mut ann, body);
    assert!(!answered.is_empty() && answered.len() % 2 == 1, "a deletion was under way: {answered:?}");
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("the database failed: "), "{log}");
    is_sound(home.path());
}
