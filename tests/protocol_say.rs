//! What is said: its form, where it may be said, and that a nonce names one message for ever.

mod common;

use common::peer::{self, Answered};
use common::{Peer, TestServer, code, text};
use tertulia::model::{Body, Digest, FileBody, ImageBody, Seq};
use tertulia::wire::{Answer, Code, InRoom, Request, Said};

fn seq_of(answer: Answered) -> Seq {
    match answer {
        Ok(Answer::Said(said)) => said.seq,
        other => panic!("not said: {other:?}"),
    }
}

fn words(text: &str) -> Body {
    Body::Text(text.into())
}

/// A say that answers `reply_to`.
fn reply(nonce: u64, text: &str, reply_to: u64) -> Request {
    match peer::say("lobby", nonce, words(text)) {
        Request::Say(mut say) => {
            say.reply_to = Some(Seq(reply_to));
            Request::Say(say)
        }
        other => other,
    }
}

#[test]
fn a_body_has_its_form_and_its_limits() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let sha256 = Digest([0; 32]);
    let file = FileBody { name: "a".into(), size: 1, mime: "text/plain".into(), sha256 };
    let image = ImageBody { name: "a".into(), size: 1, mime: "image/png".into(), sha256, width: 1, height: 1 };
    let of = Seq(1);
    ann.say("lobby", "something to refer to");
    for (body, expected) in [
        (words(""), Code::BadRequest),
        (words("\u{1b}[2J"), Code::BadRequest),
        (words("a\rb"), Code::BadRequest),
        (words("a\0b"), Code::BadRequest),
        (words("a\u{7f}"), Code::BadRequest),
        (words("a\u{9b}31m"), Code::BadRequest),
        (words(&"é".repeat(8_193)), Code::TooLarge),
        (Body::Edit { of, text: String::new() }, Code::BadRequest),
        (Body::Edit { of, text: "x".repeat(16_385) }, Code::TooLarge),
        (Body::React { of, emoji: String::new(), on: true }, Code::BadRequest),
        (Body::React { of, emoji: "x".repeat(65), on: true }, Code::TooLarge),
        (Body::React { of, emoji: "\n".into(), on: true }, Code::BadRequest),
        (Body::Topic("two\nlines".into()), Code::BadRequest),
        (Body::Topic("x".repeat(1_025)), Code::TooLarge),
        (Body::File(file), Code::BadRequest),
        (Body::Image(image), Code::BadRequest),
        (Body::Gone {}, Code::BadRequest),
    ] {
        assert_eq!(code(ann.call(peer::say("lobby", 100, body.clone()))), expected, "{body:?}");
    }
    assert_eq!(seq_of(ann.call(peer::say("lobby", 100, words(&"é".repeat(8_192))))), Seq(2), "its nonce was unused");
    let tabs = ann.next_say("lobby", words("a\n\tb"));
    assert_eq!(ann.said(tabs).seq, Seq(3));
}

#[test]
fn one_speaks_only_where_one_is() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    server.guest_in("elsewhere");
    for room in ["elsewhere", "nowhere"] {
        assert_eq!(code(ann.call(peer::say(room, 1, words("hello")))), Code::NotJoined);
        assert_eq!(code(ann.call(Request::Typing(InRoom { room: room.into() }))), Code::NotJoined);
    }
    for room in ["", "two words", ".hidden", &"x".repeat(65)] {
        assert_eq!(code(ann.call(peer::say(room, 1, words("hello")))), Code::RoomInvalid, "{room:?}");
    }
    assert_eq!(code(ann.call(peer::say("nowhere", 1, words("")))), Code::BadRequest, "the form comes first");
    assert_eq!(ann.said(peer::say("LOBBY", 1, words("hello"))).room, "lobby", "any spelling, answered in the first");
    ann.leave("lobby");
    assert_eq!(code(ann.call(peer::say("lobby", 2, words("hello")))), Code::NotJoined);
}

#[test]
fn a_nonce_names_one_message() {
    let mut server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    ann.join("hall", None);
    let said = ann.said(peer::say("lobby", 7, words("once")));
    for again in [peer::say("lobby", 7, words("once")), peer::say("ＬＯＢＢＹ", 7, words("once"))] {
        assert_eq!(ann.said(again), said, "the same answer");
    }
    let others = [
        peer::say("lobby", 7, words("twice")),
        peer::say("hall", 7, words("once")),
        peer::say("nowhere", 7, words("once")),
        peer::say("lobby", 7, Body::Topic("once".into())),
        reply(7, "once", 1),
    ];
    for other in &others {
        assert_eq!(code(ann.call(other.clone())), Code::NonceReused, "{other:?}");
    }
    assert_eq!(seq_of(ben.call(peer::say("lobby", 7, words("once")))), Seq(2), "a nonce of another device");

    ann.leave("lobby");
    assert_eq!(ann.said(peer::say("lobby", 7, words("once"))), said, "it is looked up before membership");
    server.restart();
    let mut ann = Peer::device(server.address(), Some(ann.key()));
    assert_eq!(ann.said(peer::say("lobby", 7, words("once"))), said, "on another connection, of another server");
    assert_eq!(code(ann.call(others[0].clone())), Code::NonceReused);
    assert_eq!(ann.history("lobby", None, None, 10).events.len(), 2);
}

#[test]
fn a_nonce_repeated_in_one_breath_is_one_message() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let glued: Vec<u8> = (1..=60_u32)
        .flat_map(|id| peer::frame(1_000 + id, &peer::say("lobby", u64::MAX - u64::from(id % 20), words("again"))))
        .collect();
    ann.send_bytes(&glued);
    let said: Vec<Said> = (1..=60)
        .map(|id| match ann.answer_to(1_000 + id) {
            Ok(Answer::Said(said)) => said,
            other => panic!("not said: {other:?}"),
        })
        .collect();
    assert_eq!((&said[..20], &said[..20]), (&said[20..40], &said[40..]));
    assert_eq!(ann.events_so_far().len(), 20);
    assert_eq!(ann.join("lobby", None).head, Seq(20));
}

#[test]
fn a_refused_nonce_is_unused() {
    let server = TestServer::start();
    let mut ann = server.guest();
    assert_eq!(code(ann.call(peer::say("lobby", 1, words("x")))), Code::NotJoined);
    ann.join("lobby", None);
    assert_eq!(code(ann.call(reply(1, "x", 5))), Code::NoSuchMessage);
    assert_eq!(code(ann.call(peer::say("lobby", 1, words("")))), Code::BadRequest);
    assert_eq!(seq_of(ann.call(peer::say("lobby", 1, words("another text")))), Seq(1));
}

#[test]
fn a_reply_names_a_message_of_the_room() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    ann.say("lobby", "hello");
    ann.said(peer::say("lobby", 50, Body::Topic("talk".into())));
    for nothing in [0, 2, 3, 4, u64::MAX] {
        assert_eq!(code(ann.call(reply(60, "hi", nothing))), Code::NoSuchMessage, "{nothing}");
    }
    let said = ann.said(reply(60, "hi", 1));
    assert_eq!(ann.said(reply(60, "hi", 1)), said);
    assert_eq!(code(ann.call(peer::say("lobby", 60, words("hi")))), Code::NonceReused);
    let events = ann.events_so_far();
    assert_eq!(events[2].reply_to, Some(Seq(1)));
    assert_eq!(ann.history("lobby", None, None, 10).events, events, "live and kept are the same");
}

#[test]
fn many_speak_and_all_hear_one_order() {
    let server = TestServer::start();
    let mut listener = server.guest_in("lobby");
    let mut speakers: Vec<Peer> = (0..5).map(|_| server.guest_in("lobby")).collect();
    let mut ids = Vec::new();
    for number in 0..100 {
        for speaker in &mut speakers {
            let say = speaker.next_say("lobby", words(&format!("{} {number}", speaker.user().name)));
            ids.push(speaker.send(&say));
        }
    }
    let heard: Vec<_> = (0..500).map(|_| listener.event()).collect();
    assert!((1..).map(Seq).zip(&heard).all(|(seq, event)| event.seq == seq), "no gap");
    for (index, speaker) in speakers.iter_mut().enumerate() {
        let mine: Vec<Seq> = ids.iter().skip(index).step_by(5).map(|id| seq_of(speaker.answer_to(*id))).collect();
        assert!(mine.is_sorted(), "answered in the order in which they were said");
        let name = speaker.user().name;
        let in_log = heard.iter().filter(|event| event.author.name == name);
        let texts = in_log.map(|event| (event.seq, text(event).to_owned())).collect::<Vec<_>>();
        let expected = (0..100).map(|number| format!("{name} {number}"));
        assert_eq!(texts, mine.into_iter().zip(expected).collect::<Vec<_>>());
        assert_eq!((0..500).map(|_| speaker.event()).collect::<Vec<_>>(), heard, "everybody hears the same");
    }
}
