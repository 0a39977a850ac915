//! The server's binary, ended while everybody talks: by SIGTERM and by `kill -9`. What was acknowledged is there when
//! it starts again, and what is said again is not said twice.

mod common;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use common::peer::{self, frame};
use common::{Peer, ServerProcess, text};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, Bye, ByeCode, DeviceKey, Event, Said, ServerFrame};

/// Says of one speaker that are unanswered at the same time.
const IN_FLIGHT: u32 = 32;
const SPEAKERS: usize = 4;

/// What somebody said until the server ended.
struct Spoken {
    key: DeviceKey,
    /// By nonce, from 1 on.
    said: Vec<Option<Said>>,
    bye: Option<Bye>,
}

/// Talks until the server ends, and tells when it is well under way.
fn speak(address: SocketAddr, under_way: &SyncSender<()>) -> Spoken {
    let mut peer = Peer::guest(address);
    peer.join("lobby", None);
    let mut spoken = Spoken { key: peer.key(), said: Vec::new(), bye: None };
    for _ in 0..IN_FLIGHT {
        say_next(&mut peer, &mut spoken);
    }
    while let Some(frame) = peer.frame() {
        match frame {
            ServerFrame::Answer((id, Answer::Said(said))) => {
                spoken.said[id as usize - 1] = Some(said);
                say_next(&mut peer, &mut spoken);
                if id == 200 {
                    under_way.try_send(()).ok();
                }
            }
            ServerFrame::Bye(bye) => {
                spoken.bye = Some(bye);
                break;
            }
            ServerFrame::Event(_) | ServerFrame::Signal(_) => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
    spoken
}

fn say_next(peer: &mut Peer, spoken: &mut Spoken) {
    spoken.said.push(None);
    let nonce = u32::try_from(spoken.said.len()).expect("few");
    peer.try_send_bytes(&frame(nonce, &say(spoken, nonce)));
}

fn say(spoken: &Spoken, nonce: u32) -> tertulia::wire::Request {
    peer::say("lobby", nonce.into(), Body::Text(format!("{} of {}", nonce, spoken.key.id)))
}

/// Several who talk at once; returns when one of them is well under way.
fn talk(address: SocketAddr) -> Vec<JoinHandle<Spoken>> {
    let (under_way, is_under_way) = sync_channel(1);
    let speakers = (0..SPEAKERS)
        .map(|_| {
            let under_way = under_way.clone();
            thread::spawn(move || speak(address, &under_way))
        })
        .collect();
    is_under_way.recv().expect("somebody talks");
    speakers
}

fn whole_log(peer: &mut Peer) -> Vec<Event> {
    let mut log: Vec<Event> = Vec::new();
    loop {
        let page = peer.history("lobby", None, Some(log.len() as u64), 1_000);
        if page.events.is_empty() {
            return log;
        }
        log.extend(page.events);
    }
}

/// The log has no gap and nothing twice, and all that was acknowledged.
fn holds(log: &[Event], spoken: &[Spoken]) {
    assert!((1..).map(Seq).zip(log).all(|(seq, event)| event.seq == seq), "a gap");
    assert!(log.is_sorted_by_key(|event| event.at), "time runs backwards");
    assert_eq!(log.iter().map(text).collect::<HashSet<_>>().len(), log.len(), "something twice");
    for speaker in spoken {
        for (nonce, said) in (1..).zip(&speaker.said) {
            let Some(said) = said else { continue };
            let event = &log[usize::try_from(said.seq.0).expect("few") - 1];
            let expected = Body::Text(format!("{nonce} of {}", speaker.key.id));
            assert_eq!((&event.body, event.at), (&expected, said.at));
        }
    }
}

fn start_again(data: &Path) -> (ServerProcess, Peer) {
    let server = ServerProcess::start(data);
    let reader = Peer::guest(server.address);
    (server, reader)
}

#[test]
fn sigterm_answers_what_it_took_says_good_bye_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(dir.path());
    let speakers = talk(server.address);
    server.terminate();
    let begun = Instant::now();
    let spoken: Vec<Spoken> = speakers.into_iter().map(|speaker| speaker.join().expect("no panic")).collect();
    assert_eq!(server.wait().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(spoken.iter().all(|speaker| speaker.bye.as_ref().is_some_and(|bye| bye.code == ByeCode::Shutdown)));
    let (_server, mut reader) = start_again(dir.path());
    let log = whole_log(&mut reader);
    holds(&log, &spoken);
    let acknowledged = spoken.iter().flat_map(|speaker| &speaker.said).flatten().count();
    assert_eq!(log.len(), acknowledged, "what was committed was answered, too");
}

#[test]
fn sigterm_waits_for_nobody_who_does_not_read() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(dir.path());
    let (idle, stranger) = (Peer::guest(server.address), Peer::connect(server.address));
    let begun = Instant::now();
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
    for mut peer in [idle, stranger] {
        peer.ends_with(ByeCode::Shutdown);
    }
}

#[test]
fn kill_loses_nothing_that_was_acknowledged_and_nothing_is_said_twice() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut spoken: Vec<Spoken> = Vec::new();
    for _ in 0..3 {
        let server = ServerProcess::start(dir.path());
        let speakers = talk(server.address);
        server.kill();
        spoken.extend(speakers.into_iter().map(|speaker| speaker.join().expect("no panic")));
    }
    let (server, mut reader) = start_again(dir.path());
    holds(&whole_log(&mut reader), &spoken);
    for speaker in &mut spoken {
        let mut peer = Peer::device(server.address, Some(speaker.key.clone()));
        peer.join("lobby", None);
        for index in 0..speaker.said.len() {
            let again = peer.said(say(speaker, u32::try_from(index).expect("few") + 1));
            if let Some(before) = &speaker.said[index] {
                assert_eq!(&again, before, "the first answer");
            }
            speaker.said[index] = Some(again);
        }
    }
    let log = whole_log(&mut reader);
    holds(&log, &spoken);
    assert_eq!(log.len(), spoken.iter().map(|speaker| speaker.said.len()).sum::<usize>(), "all, and once");
}
