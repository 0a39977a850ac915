//! A write-ahead log that gets long: it is carried into the database while the server goes on, begins anew, and a disk that
//! fails meanwhile ends the server before anything is tried again.

use std::fs;
use std::path::Path;

use tertulia::model::{Body, limits};
use tertulia::wire::{Answer, ServerFrame};

use super::common::peer::{frame, say};
use super::common::{Peer, ServerProcess, is_sound};
use super::machine::Traced;

/// Says that are unanswered at the same time.
const IN_FLIGHT: u64 = 100;
/// Says of the longest texts: enough to make the log long and for it to be carried over meanwhile, too few for the thread
/// that writes to have to do it.
const SAYS: u64 = 6_000;
/// Enough for the thread that writes to have to do it, however late the other one comes.
const SAYS_BEYOND: u64 = 20_000;
const PAGE_BYTES: u64 = 4_096;

/// Says `says` long texts, until all are answered or the server has ended; how many were answered.
fn say_much(ann: &mut Peer, says: u64) -> u64 {
    let long = "x".repeat(limits::TEXT_BYTES_MAX);
    let (mut said, mut answered) = (0, 0);
    while answered < says {
        while said < says && said - answered < IN_FLIGHT {
            said += 1;
            ann.try_send_bytes(&frame(7, &say("lobby", said, Body::Text(long.clone()))));
        }
        match ann.frame() {
            Some(ServerFrame::Answer((7, Answer::Said(_)))) => answered += 1,
            Some(ServerFrame::Event(_) | ServerFrame::Signal(_)) => {}
            None => return answered,
            other => panic!("neither answered nor cut off: {other:?}"),
        }
    }
    answered
}

fn pages(data_dir: &Path, file: &str) -> u64 {
    fs::metadata(data_dir.join(file)).expect("a file").len() / PAGE_BYTES
}

#[test]
fn it_is_carried_over_before_the_thread_that_writes_has_to_do_it() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    assert_eq!(say_much(&mut ann, SAYS), SAYS);
    let begin = u64::from(limits::WAL_CHECKPOINT_PAGES.unsigned_abs());
    let (carried, log) = (pages(home.path(), "tertulia.db"), pages(home.path(), "tertulia.db-wal"));
    assert!(carried >= begin / 2, "{carried} pages in the database, {log} in its log");
    assert!(log >= begin && log < u64::from(limits::WAL_PAGES_MAX.unsigned_abs()), "{log} pages in the log");
    server.kill();
    is_sound(home.path());
}

#[test]
fn a_sync_that_fails_there_ends_the_server_and_keeps_what_was_answered() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    server.terminate();
    assert!(server.wait().success());
    let database = home.path().join("tertulia.db");
    let only = database.to_str().expect("UTF-8");
    let inject = "inject=fsync,fdatasync:error=EIO";
    let Some(server) = Traced::start(home.path(), &["--seccomp-bpf", "-P", only, "-e", inject]) else { return };
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    let answered = say_much(&mut ann, SAYS_BEYOND);
    assert!(answered < SAYS_BEYOND, "the server went on");
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("the database failed: "), "{log}");
    is_sound(home.path());
    let server = ServerProcess::start(home.path());
    let kept = Peer::guest(server.address).join("lobby", None).head.0;
    assert!(kept >= answered, "{answered} answered, {kept} kept");
}
