//! What is said about what was said: edits, deletions, reactions, topics, and how far somebody has read.

mod common;

use common::{Peer, TestServer, code, peer};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, Code, InRoom, Read, Register, Request};

fn edit(of: u64, text: &str) -> Body {
    Body::Edit { of: Seq(of), text: text.into() }
}

fn delete(of: u64) -> Body {
    Body::Delete { of: Seq(of) }
}

fn react(of: u64) -> Body {
    Body::React { of: Seq(of), emoji: "👍".into(), on: true }
}

/// Says any body under a fresh nonce.
fn say(peer: &mut Peer, body: Body) -> Result<u64, Code> {
    let say = peer.next_say("lobby", body);
    match peer.call(say) {
        Ok(Answer::Said(said)) => Ok(said.seq.0),
        Ok(other) => panic!("not said: {other:?}"),
        Err(refusal) => Err(refusal.code),
    }
}

#[test]
fn only_its_author_changes_a_message() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    ann.say("lobby", "helo");
    assert_eq!(say(&mut ben, edit(1, "hello")), Err(Code::Denied));
    assert_eq!(say(&mut ben, delete(1)), Err(Code::Denied));
    assert_eq!(say(&mut ben, react(1)), Ok(2), "anybody may react");
    assert_eq!(say(&mut ann, edit(1, "hello")), Ok(3));
    let register = Request::Register(Register { handle: "Ann".into(), password: None });
    assert!(ann.call(register).is_ok());
    assert_eq!(say(&mut ann, edit(1, "Hello")), Ok(4), "what this device said before it had a name");
    for body in [edit(2, "x"), edit(3, "x"), edit(9, "x"), delete(3), delete(0), react(4), react(u64::MAX)] {
        assert_eq!(say(&mut ann, body.clone()), Err(Code::NoSuchMessage), "{body:?}");
    }
}

#[test]
fn a_deleted_message_is_gone_for_who_reads_later() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    ann.say("lobby", "a secret");
    assert_eq!(say(&mut ann, edit(1, "another secret")), Ok(2));
    assert_eq!(say(&mut ben, react(1)), Ok(3));
    assert_eq!(say(&mut ann, delete(1)), Ok(4));
    let live: Vec<Body> = ben.events(4).into_iter().map(|event| event.body).collect();
    assert_eq!(live, [Body::Text("a secret".into()), edit(1, "another secret"), react(1), delete(1)]);
    let kept = ben.history("lobby", None, None, 10).events;
    let bodies: Vec<&Body> = kept.iter().map(|event| &event.body).collect();
    assert_eq!(bodies, [&Body::Gone {}, &Body::Gone {}, &react(1), &delete(1)]);
    let mut late = server.guest();
    late.join("lobby", Some(0));
    assert_eq!((0..4).map(|_| late.event()).collect::<Vec<_>>(), kept);
    for body in [edit(1, "x"), delete(1), react(1)] {
        assert_eq!(say(&mut ann, body), Err(Code::NoSuchMessage));
    }
}

#[test]
fn a_deletion_said_again_is_the_same_one() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    ann.say("lobby", "a mistake");
    let delete = peer::say("lobby", 99, delete(1));
    let said = ann.said(delete.clone());
    assert_eq!(ann.said(delete), said, "its target is gone, and it was said");
    let again = ann.call(peer::say("lobby", 1, Body::Text("a mistake".into())));
    assert!(matches!(again, Ok(Answer::Said(ref said)) if said.seq == Seq(1)), "so is what it deleted: {again:?}");
}

#[test]
fn anybody_says_what_the_room_is_about() {
    let mut server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    assert_eq!(ann.join("lobby", None).topic, "");
    assert_eq!(say(&mut ann, Body::Topic("tea".into())), Ok(1));
    assert_eq!(say(&mut ben, Body::Topic("x".repeat(1_024))), Ok(2));
    assert_eq!(say(&mut ann, Body::Topic("coffee".into())), Ok(3));
    assert_eq!(ben.join("lobby", None).topic, "coffee");
    server.restart();
    assert_eq!(server.guest().join("lobby", None).topic, "coffee");
    assert_eq!(say(&mut server.guest_in("lobby"), Body::Topic(String::new())), Ok(4));
    assert_eq!(server.guest().join("lobby", None).topic, "");
}

#[test]
fn a_mark_stands_where_somebody_has_read_to() {
    let mut server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    assert_eq!(ann.join("lobby", None).read, None);
    for text in ["one", "two", "three"] {
        ann.say("lobby", text);
    }
    let read = |room: &str, seq| Request::Read(Read { room: room.into(), seq: Seq(seq) });
    for (seq, mark) in [(2, 2), (1, 2), (1_000, 3)] {
        assert_eq!(ann.call(read("lobby", seq)), Ok(Answer::Ok));
        assert_eq!(ann.join("lobby", None).read, Some(Seq(mark)), "after {seq}");
    }
    assert_eq!(code(ann.call(read("elsewhere", 1))), Code::NotJoined);
    assert_eq!(server.guest_in("lobby").join("lobby", None).read, None, "a mark of one guest's device");
    let register = Request::Register(Register { handle: "Ann".into(), password: None });
    assert!(ann.call(register).is_ok());
    server.restart();
    let mut ann = Peer::device(server.address(), Some(ann.key()));
    assert_eq!(ann.join("lobby", None).read, Some(Seq(3)), "she brought it along");
    assert_eq!(ann.call(Request::Leave(InRoom { room: "lobby".into() })), Ok(Answer::Ok));
    assert_eq!(code(ann.call(read("lobby", 1))), Code::NotJoined);
}
