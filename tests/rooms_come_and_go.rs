//! A room is opened whenever somebody comes and retired whenever the last one leaves. Whoever says something meanwhile
//! must not notice: nothing is lost, doubled or out of its order, and the members are counted right.

mod common;

use std::net::SocketAddr;
use std::thread;

use common::{Peer, TestServer, text};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, Event, InRoom, Request, Said};

/// So few that the room is often empty.
const PEERS: usize = 3;
const ROUNDS: usize = 120;
const SAYS: usize = 3;

/// Comes, talks and goes, in one of three ways; returns what was acknowledged.
fn visit(peer: &mut Peer, who: usize, round: usize) -> Vec<(Said, String)> {
    assert!(peer.join("lobby", None).members > 0);
    let texts: Vec<String> = (0..SAYS).map(|say| format!("{who} {round} {say}")).collect();
    let says = texts.iter().map(|text| {
        let say = peer.next_say("lobby", Body::Text(text.clone()));
        peer.send(&say)
    });
    let ids: Vec<u32> = says.collect();
    match round % 3 {
        0 => hear_all(peer, &texts),
        // joins once more while it talks
        1 => drop(peer.join("lobby", None)),
        _ => {}
    }
    let leave = peer.send(&Request::Leave(InRoom { room: "lobby".into() }));
    let acknowledged = ids.into_iter().zip(texts).map(|(id, text)| match peer.answer_to(id) {
        Ok(Answer::Said(said)) => (said, text),
        other => panic!("not said: {other:?}"),
    });
    let acknowledged = acknowledged.collect();
    assert_eq!(peer.answer_to(leave), Ok(Answer::Ok));
    acknowledged
}

/// What one said is heard in its order, also from a room that was opened a moment ago.
fn hear_all(peer: &mut Peer, texts: &[String]) {
    let mut heard: Vec<Event> = Vec::new();
    while heard.len() < texts.len() {
        heard.extend(Some(peer.event()).filter(|event| texts.iter().any(|said| said == text(event))));
    }
    assert!(heard.iter().map(text).eq(texts), "heard {heard:?}");
}

/// Hangs up in the middle of a word now and then.
fn come_and_go(address: SocketAddr, who: usize) -> Vec<(Said, String)> {
    let mut peer = Peer::guest(address);
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        acknowledged.extend(visit(&mut peer, who, round));
        if round % 10 == 9 {
            peer.join("lobby", None);
            let say = peer.next_say("lobby", Body::Text("cut off".into()));
            peer.send(&say);
            peer.reset();
            peer = Peer::guest(address);
        }
    }
    acknowledged
}

#[test]
fn nothing_is_lost_while_a_room_is_opened_and_retired() {
    let server = TestServer::start();
    let address = server.address();
    let peers: Vec<_> = (0..PEERS).map(|who| thread::spawn(move || come_and_go(address, who))).collect();
    let acknowledged: Vec<Vec<(Said, String)>> = peers.into_iter().map(|peer| peer.join().unwrap()).collect();

    let mut reader = server.guest();
    let joined = reader.join("lobby", Some(0));
    let log: Vec<Event> = reader.events(usize::try_from(joined.head.0).unwrap());
    assert!(log.iter().map(|event| event.seq.0).eq(1..=joined.head.0), "1, 2, 3, …");
    for said in &acknowledged {
        assert!(said.is_sorted_by_key(|(said, _)| said.seq), "each peer's words stand in its order");
        assert_eq!(said.len(), ROUNDS * SAYS);
    }
    let said: Vec<&(Said, String)> = acknowledged.iter().flatten().collect();
    for (said, words) in &said {
        assert_eq!(text(&log[usize::try_from(said.seq.0).unwrap() - 1]), words);
    }
    let cut_off = log.iter().filter(|event| text(event) == "cut off").count();
    assert_eq!(log.len(), said.len() + cut_off, "each once");
}

#[test]
fn who_has_left_is_not_counted_in_the_next_life_of_a_room() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest(), server.guest());
    for round in 0..200 {
        assert_eq!(ann.join("lobby", None).members, 1, "round {round}");
        ann.leave("lobby");
        let joined = ben.join("lobby", None);
        assert_eq!((joined.members, joined.head), (1, Seq(round)));
        ben.say("lobby", "here");
        ben.leave("lobby");
    }
    assert!(ann.events_so_far().is_empty(), "what was said after it left");
}
