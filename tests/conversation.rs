//! Two people talk: joining, saying, reading back, names, coming and going, over real sockets.

mod common;

use common::{Peer, TestServer, code, peer, text};
use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, Code, InRoom, Register, Request, Signal};

#[test]
fn what_one_says_the_other_hears_once_and_the_speaker_too() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    let said = ann.say("lobby", "hello");
    assert_eq!(said.seq, Seq(1));
    let heard = ben.event();
    assert_eq!((text(&heard), heard.seq, heard.at), ("hello", said.seq, said.at));
    assert_eq!(heard.author, ann.user());
    assert_eq!(ann.event(), heard);
    ben.say("lobby", "hi");
    assert_eq!(text(&ann.event()), "hi");
    assert_eq!(ben.events_so_far().len(), 1);
    assert!(ann.events_so_far().is_empty());
}

#[test]
fn a_guest_becomes_somebody_and_what_they_said_before_stays_the_guests() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    ann.say("lobby", "as a guest");
    let guest = ann.user();
    assert!(guest.guest && guest.name.starts_with("guest-"));
    let Ok(Answer::User(user)) = ann.call(register("Ann")) else { panic!("not registered") };
    assert_eq!((user.name.as_str(), user.guest), ("Ann", false));
    assert_eq!(ann.call(register("ann")), Ok(Answer::User(user.clone())), "the same again");
    assert_eq!(code(ann.call(register("Bea"))), Code::Denied);
    assert_eq!(code(ben.call(register("ａｎｎ"))), Code::HandleTaken, "wide letters");
    assert_eq!(code(ben.call(register("Аnn"))), Code::HandleInvalid, "a Cyrillic А among Latin letters");
    assert_eq!(code(ben.call(register("server"))), Code::HandleInvalid);
    let renamed = ben.wait_for(|frame| match frame {
        tertulia::wire::ServerFrame::Signal(Signal::Renamed { from, to, .. }) => Some((from.clone(), to.clone())),
        _ => None,
    });
    assert_eq!(renamed, (guest.clone(), user.clone()));
    ann.say("lobby", "as Ann");
    let heard = ben.events(2);
    assert_eq!(heard.iter().map(|event| &event.author).collect::<Vec<_>>(), [&guest, &user]);

    let mut again = Peer::device(server.address(), Some(ann.key()));
    assert_eq!(again.user(), user, "the device is still Ann's");
    again.join("lobby", Some(0));
    assert_eq!(again.event().author, guest);
    assert_eq!(ann.bye().code, tertulia::wire::ByeCode::Replaced);
}

#[test]
fn who_comes_and_who_leaves_is_told_to_the_others() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let mut ben = server.guest_in("lobby");
    let user = ben.user();
    let came = |here| Signal::Presence { room: "lobby".into(), user: user.clone(), here };
    assert_eq!(ann.signal(), came(true));
    ben.leave("lobby");
    assert_eq!(ann.signal(), came(false));
    assert_eq!(ben.join("LOBBY", None).room, "lobby", "the first spelling");
    assert_eq!(ann.signal(), came(true));
    drop(ben);
    assert_eq!(ann.signal(), came(false), "the cable was cut");
    assert_eq!(ann.join("lobby", None).members, 1);
}

#[test]
fn who_types_is_told_to_the_others_and_kept_nowhere() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    assert_eq!(ben.call(Request::Typing(InRoom { room: "LOBBY".into() })), Ok(Answer::Ok));
    let (room, user) = ("lobby".to_owned(), ben.user());
    assert_eq!(ann.signal(), Signal::Presence { room: room.clone(), user: user.clone(), here: true });
    assert_eq!(ann.signal(), Signal::Typing { room, user });
    ann.say("lobby", "I see you typing");
    ben.lives();
    assert_eq!(text(&ben.event()), "I see you typing");
    assert_eq!(ben.events_so_far(), []);
    assert!(ben.frames_aside().is_empty(), "not told to who types");
    assert_eq!(ann.history("lobby", None, None, 10).events.len(), 1);
}

#[test]
fn a_reader_with_a_cursor_gets_the_rest_and_then_what_is_new() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    for number in 1..=300 {
        ann.say("lobby", &format!("number {number}"));
    }
    let mut ben = server.guest();
    assert_eq!(ben.join("lobby", Some(100)).head, Seq(300));
    ann.say("lobby", "number 301");
    for number in 101..=301 {
        let event = ben.event();
        assert_eq!((event.seq, text(&event)), (Seq(number), format!("number {number}").as_str()));
    }
    assert_eq!(code(ben.call(peer::join("lobby", Some(302)))), Code::CursorAhead);
    assert_eq!(code(ben.call(peer::join("nowhere", Some(1)))), Code::CursorAhead);
    let room = "nowhere".to_owned();
    assert_eq!(code(ben.call(Request::Leave(InRoom { room }))), Code::NoSuchRoom, "it was not made");
}

#[test]
fn the_conversation_outlives_the_server() {
    let mut server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let say = ann.next_say("lobby", Body::Text("kept".into()));
    let said = ann.said(say.clone());
    let key = ann.key();
    server.restart();
    let mut ann = Peer::device(server.address(), Some(key));
    assert_eq!(ann.said(say), said, "said again, it is the same message");
    ann.join("lobby", Some(0));
    assert_eq!(text(&ann.event()), "kept");
}

fn register(handle: &str) -> Request {
    Request::Register(Register { handle: handle.into(), password: None })
}
