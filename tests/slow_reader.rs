//! Somebody who does not read while much is said: the others are not held up, and in the end the slow one gets all of
//! it, in order and once, from the log.

mod common;

use std::thread;

use common::peer::frame;
use common::{Peer, TestServer, peer, text};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, Event, ServerFrame};

const SPEAKERS: usize = 3;
const SAYS_EACH: u32 = 3_500;
const EVENTS: u64 = SPEAKERS as u64 * SAYS_EACH as u64;
/// Says of one speaker that are unanswered at the same time.
const IN_FLIGHT: u32 = 100;

/// About a kilobyte that tells who said it and when.
fn kilobyte(speaker: usize, number: u32) -> String {
    format!("{speaker} {number} {}", "x".repeat(1_000))
}

/// What one has heard: every event once, in its order.
#[derive(Default)]
struct Ear {
    seq: u64,
    numbers: [u32; SPEAKERS],
}

impl Ear {
    fn hear(&mut self, event: &Event) {
        self.seq += 1;
        assert_eq!(event.seq, Seq(self.seq));
        let mut words = text(event).split(' ').map(|word| word.parse().expect("a number"));
        let (speaker, number): (usize, usize) = (words.next().expect("a speaker"), words.next().expect("a number"));
        self.numbers[speaker] += 1;
        assert_eq!(number, self.numbers[speaker] as usize, "of speaker {speaker}");
    }
}

/// Says everything and hears everything.
fn speak(mut peer: Peer, speaker: usize) {
    let (mut ear, mut said, mut answered) = (Ear::default(), 0, 0);
    while ear.seq < EVENTS || answered < SAYS_EACH {
        while said < SAYS_EACH && said - answered < IN_FLIGHT {
            said += 1;
            let say = peer::say("lobby", said.into(), Body::Text(kilobyte(speaker, said)));
            peer.send_bytes(&frame(said, &say));
        }
        match peer.frame() {
            Some(ServerFrame::Answer((_, Answer::Said(_)))) => answered += 1,
            Some(ServerFrame::Event(event)) => ear.hear(&event),
            Some(ServerFrame::Signal(_)) => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
}

#[test]
fn a_slow_reader_holds_nobody_up_and_loses_nothing() {
    let server = TestServer::start();
    let mut slow = server.guest();
    slow.hold_little();
    slow.join("lobby", Some(0));
    let speakers: Vec<_> = (0..SPEAKERS)
        .map(|speaker| {
            let mut peer = server.guest();
            peer.join("lobby", Some(0));
            thread::spawn(move || speak(peer, speaker))
        })
        .collect();
    for speaker in speakers {
        speaker.join().expect("it said and heard everything, while one did not read");
    }
    let mut ear = Ear::default();
    while ear.seq < EVENTS {
        ear.hear(&slow.event());
    }
    let mut late = server.guest();
    late.join("lobby", Some(EVENTS - 1));
    assert_eq!(late.event().seq, Seq(EVENTS));
    late.say("lobby", "live again");
    assert_eq!(slow.events_so_far().iter().map(text).collect::<Vec<_>>(), ["live again"]);
}

#[test]
fn requests_of_a_slow_reader_wait_and_are_all_answered() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    for number in 1..=40 {
        ann.say("lobby", &kilobyte(0, number));
    }
    let mut slow = server.guest();
    slow.hold_little();
    let page = peer::history("lobby", None, None, 1_000);
    let ids: Vec<u32> = (0..500).map(|_| slow.send(&page)).collect();
    ann.say("lobby", "somebody waits");
    for id in ids {
        assert!(matches!(slow.answer_to(id), Ok(Answer::Page(page)) if page.events.len() >= 40));
    }
    slow.lives();
}
