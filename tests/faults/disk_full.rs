//! A full disk: nothing is taken, all is still told, and when there is space again everything goes on as if nothing had
//! been.

use tertulia::model::{Body, Nonce, Seq};
use tertulia::wire::{Answer, ByeCode, Code, Request};

use super::common::files::upload;
use super::common::peer::{Answered, hello, join, say};
use super::common::{Peer, ServerProcess, code, is_sound, text};
use super::machine::SmallDisk;

/// What fills several pages.
fn long(mark: u64) -> Body {
    Body::Text(format!("{mark} {}", "x".repeat(9_000)))
}

fn seq_of(answer: Answered) -> Option<Seq> {
    match answer {
        Ok(Answer::Said(said)) => Some(said.seq),
        Err(refusal) if refusal.code == Code::Unavailable => None,
        other => panic!("neither said nor unavailable: {other:?}"),
    }
}

/// Ann's device, in `lobby`; a room `attic` stands on disk and nobody has opened it since the server started.
fn start_with_history(disk: &SmallDisk) -> (ServerProcess, Peer) {
    let server = ServerProcess::start(&disk.data_dir());
    let mut ann = Peer::guest(server.address);
    for room in ["lobby", "attic"] {
        ann.join(room, None);
        ann.say(room, "before");
    }
    server.terminate();
    assert!(server.wait().success());
    let server = ServerProcess::start(&disk.data_dir());
    let mut ann = Peer::device(server.address, Some(ann.key()));
    ann.join("lobby", None);
    (server, ann)
}

fn is_refused(answer: Answered) {
    assert_eq!(code(answer), Code::Unavailable);
}

#[test]
fn a_full_disk_takes_nothing_and_goes_on_when_there_is_space() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    let (server, mut ann) = start_with_history(&disk);
    let mut ben = Peer::guest(server.address);
    ben.join("lobby", None);
    let content = vec![7; 200_000];
    let half = ann.uploading(&upload(500, "half.bin", &content));
    disk.fill_but(0);
    for nonce in 100..110 {
        is_refused(ann.call(say("lobby", nonce, long(nonce))));
    }
    is_refused(ann.chunk(half.upload, 0, &content[..65_536]));
    is_refused(ann.call(Request::Upload(upload(501, "new.bin", b"new"))));
    assert!(ben.events_so_far().is_empty(), "nobody is shown what was not taken");

    disk.make_space();
    for (nonce, seq) in (100..110).zip(2..) {
        assert_eq!(seq_of(ann.call(say("lobby", nonce, long(nonce)))), Some(Seq(seq)));
        assert_eq!(ben.event().seq, Seq(seq));
    }
    assert!(ben.events_so_far().is_empty());
    ann.send_file(&upload(500, "half.bin", &content), &content);
    server.terminate();
    assert!(server.wait().success());
    is_sound(&disk.data_dir());
}

#[test]
fn a_full_disk_tells_everything_to_all_who_are_known() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    let (server, ann) = start_with_history(&disk);
    disk.fill_but(0);
    let mut again = Peer::device(server.address, Some(ann.key()));
    assert_eq!(again.join("attic", Some(0)).head, Seq(1), "a room that nobody had opened yet");
    assert_eq!(text(&again.event()), "before");
    assert_eq!(again.join("lobby", None).head, Seq(1));
    assert_eq!(text(&again.history("lobby", None, None, 10).events[0]), "before");
    is_refused(again.call(join("cellar", None)));
    let mut stranger = Peer::connect(server.address);
    is_refused(stranger.call(hello(None)));
    stranger.ends_with(ByeCode::Full);
    disk.make_space();
    again.join("cellar", None);
    Peer::guest(server.address).join("lobby", None);
}

/// With every small amount of space another write is the first that fails: of the log, of its index, of the database.
#[test]
fn wherever_the_space_ends_what_is_answered_is_what_is_kept() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    let (server, mut ann) = start_with_history(&disk);
    let mut kept = vec![(Seq(1), None)];
    let mut nonce = 1_000;
    for pages in (0..24).chain([40, 80, 120]) {
        disk.fill_but(pages);
        let sent: Vec<(u64, u32)> = (0..12)
            .map(|_| {
                nonce += 1;
                (nonce, ann.send(&say("lobby", nonce, long(nonce))))
            })
            .collect();
        for (nonce, id) in sent {
            if let Some(seq) = seq_of(ann.answer_to(id)) {
                kept.push((seq, Some(Nonce(nonce))));
            }
        }
        disk.make_space();
        nonce += 1;
        kept.push((ann.said(say("lobby", nonce, long(nonce))).seq, Some(Nonce(nonce))));
    }
    server.kill();
    is_sound(&disk.data_dir());

    let server = ServerProcess::start(&disk.data_dir());
    let mut ben = Peer::guest(server.address);
    assert_eq!(ben.join("lobby", Some(0)).head.0, kept.len() as u64);
    for ((seq, nonce), expected) in kept.into_iter().zip(1..) {
        let event = ben.event();
        assert_eq!((event.seq, seq), (Seq(expected), Seq(expected)));
        if let Some(nonce) = nonce {
            assert!(event.body == long(nonce.0), "seq {seq} is what was said under nonce {nonce:?}");
        }
    }
}

#[test]
fn a_server_that_finds_no_space_at_its_start_says_so() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    let refused = || {
        let (exit, error) = ServerProcess::refused(&disk.data_dir(), "0");
        assert_eq!(exit, 1, "{error}");
        assert!(error.contains("pace"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    };
    disk.fill_but(0);
    refused();
    disk.make_space();
    let (server, mut ann) = start_with_history(&disk);
    // more than the database's own file can take in where it is
    for nonce in 10..30 {
        ann.said(say("lobby", nonce, long(nonce)));
    }
    server.kill();
    disk.fill_but(0);
    refused();
    is_sound(&disk.data_dir());
    disk.make_space();
    let server = ServerProcess::start(&disk.data_dir());
    assert_eq!(Peer::device(server.address, Some(ann.key())).join("lobby", None).head, Seq(21));
}
