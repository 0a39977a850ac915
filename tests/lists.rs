//! What can be read without being in a room: pages of its log, the rooms, who is there. And where a `join` puts the
//! cursor.

mod common;

use common::peer::{self, history};
use common::{Peer, TestServer, code, text};
use tertulia::model::names::key_of;
use tertulia::model::{Body, LogId, Seq, limits};
use tertulia::wire::{
    Answer, Code, Event, InRoom, Join, Members, MembersAfter, Register, Request, RoomEntry, Rooms, RoomsAfter,
};

fn seqs(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq.0).collect()
}

fn rooms(peer: &mut Peer, prefix: Option<&str>, after: Option<&str>) -> Rooms {
    let request = Request::Rooms(RoomsAfter { prefix: prefix.map(str::to_owned), after: after.map(str::to_owned) });
    match peer.call(request) {
        Ok(Answer::Rooms(rooms)) => rooms,
        other => panic!("no rooms: {other:?}"),
    }
}

fn names(rooms: &Rooms) -> Vec<&str> {
    rooms.rooms.iter().map(|entry| entry.room.as_str()).collect()
}

fn members(peer: &mut Peer, room: &str, after: Option<&str>) -> Members {
    let request = Request::Members(MembersAfter { room: room.into(), after: after.map(str::to_owned) });
    match peer.call(request) {
        Ok(Answer::Members(members)) => members,
        other => panic!("no members: {other:?}"),
    }
}

#[test]
fn a_page_walks_back_from_its_end_or_forward_from_a_cursor() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    for number in 1..=10 {
        ann.say("lobby", &format!("number {number}"));
    }
    let mut ben = server.guest();
    for (before, after, limit, expected) in [
        (None, None, 3, 8..=10),
        (None, None, 1_000, 1..=10),
        (Some(8), None, 3, 5..=7),
        (Some(2), None, 3, 1..=1),
        (Some(99), None, 2, 9..=10),
        (None, Some(0), 4, 1..=4),
        (None, Some(4), 4, 5..=8),
        (None, Some(8), 4, 9..=10),
    ] {
        let page = ben.history("Lobby", before, after, limit);
        assert_eq!(seqs(&page.events), expected.collect::<Vec<_>>(), "{before:?} {after:?} {limit}");
        assert_eq!((page.room.as_str(), page.first, page.head), ("lobby", Seq(1), Seq(10)));
    }
    for (before, after) in [(Some(1), None), (Some(0), None), (None, Some(10)), (None, Some(1 << 52))] {
        assert_eq!(ben.history("lobby", before, after, 5).events, [], "{before:?} {after:?}: the end");
    }
    for (before, after, limit) in [(Some(5), Some(1), 5), (None, None, 0), (None, None, 1_001)] {
        assert_eq!(code(ben.call(history("lobby", before, after, limit))), Code::BadRequest);
    }
    assert_eq!(code(ben.call(history("nowhere", None, None, 5))), Code::NoSuchRoom);
    assert_eq!(code(ben.call(history("no where", None, None, 5))), Code::RoomInvalid);
}

#[test]
fn a_page_fits_in_a_frame_and_the_next_goes_on_after_it() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    for number in 1..=30 {
        ann.say("lobby", &format!("{number:03}").repeat(5_461));
    }
    let (mut forward, mut pages) = (Vec::new(), 0);
    loop {
        let page = ann.history("lobby", None, Some(forward.len() as u64), 1_000);
        if page.events.is_empty() {
            break;
        }
        pages += 1;
        forward.extend(page.events);
    }
    assert_eq!(seqs(&forward), (1..=30).collect::<Vec<_>>());
    assert!((5..=6).contains(&pages), "seven texts of 16 KiB fit in a frame of 128, not {}", 30 / pages);
    let mut backward = Vec::new();
    while backward.first().is_none_or(|event: &Event| event.seq > Seq(1)) {
        let page = ann.history("lobby", backward.first().map(|event| event.seq.0), None, 1_000);
        backward.splice(0..0, page.events);
    }
    assert_eq!(backward, forward);
    let mut late = server.guest();
    late.join("lobby", Some(0));
    assert_eq!((0..30).map(|_| late.event()).collect::<Vec<_>>(), forward, "what a cursor is given, too");
}

#[test]
fn rooms_are_listed_in_the_order_of_their_keys() {
    let server = TestServer::start();
    let mut ann = server.guest();
    assert_eq!(rooms(&mut ann, None, None), Rooms { rooms: vec![], more: false });
    for room in ["tea", "Lobby", "coffee", "loft"] {
        ann.join(room, None);
    }
    ann.leave("tea");
    ann.said(peer::say("lobby", 1, Body::Topic("talk".into())));
    server.guest_in("loft").join("lobby", None);
    let all = rooms(&mut ann, None, None);
    assert_eq!(names(&all), ["coffee", "Lobby", "loft", "tea"]);
    assert!(!all.more);
    let lobby = RoomEntry { room: "Lobby".into(), topic: "talk".into(), members: all.rooms[1].members, head: Seq(1) };
    assert_eq!(all.rooms[1], lobby);
    assert_eq!((all.rooms[0].members, all.rooms[3].members), (1, 0));
    assert_eq!(names(&rooms(&mut ann, Some("LO"), None)), ["Lobby", "loft"]);
    assert_eq!(names(&rooms(&mut ann, Some("x"), None)), [""; 0]);
    assert_eq!(names(&rooms(&mut ann, None, Some("lobby"))), ["loft", "tea"]);
    assert_eq!(names(&rooms(&mut ann, Some("lo"), Some("LOBBY"))), ["loft"]);
}

#[test]
fn a_long_list_says_that_there_is_more() {
    let server = TestServer::start();
    let mut ann = server.guest();
    let topic = "x".repeat(1_024);
    for number in 0..150 {
        let room = format!("room-{number:03}");
        ann.join(&room, None);
        let say = ann.next_say(&room, Body::Topic(topic.clone()));
        ann.said(say);
    }
    let (mut listed, mut lists) = (Vec::new(), 0);
    loop {
        let list = rooms(&mut ann, Some("room-"), listed.last().map(|name: &String| name.as_str()));
        listed.extend(names(&list).into_iter().map(str::to_owned));
        lists += 1;
        if !list.more {
            break;
        }
    }
    assert_eq!(lists, 2, "150 topics of 1 KiB in frames of 128");
    let mut expected: Vec<String> = (0..150).map(|number| format!("room-{number:03}")).collect();
    expected.sort_by_key(|name| key_of(name));
    assert_eq!(listed, expected);
}

#[test]
fn members_are_who_is_there_now() {
    let mut server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let mut guests: Vec<Peer> = (0..3).map(|_| server.guest_in("lobby")).collect();
    let register = Request::Register(Register { handle: "Ann".into(), password: None });
    let Ok(Answer::User(user)) = ann.call(register) else { panic!("not registered") };
    let mut expected: Vec<_> = guests.iter().map(Peer::user).collect();
    expected.sort_by_key(|user| key_of(&user.name));
    expected.insert(0, user);
    let mut visitor = server.guest();
    let listed = members(&mut visitor, "LOBBY", None);
    assert_eq!((&listed.members, listed.more), (&expected, false));
    assert_eq!(members(&mut visitor, "lobby", Some("ANN")).members, expected[1..]);
    assert_eq!(members(&mut visitor, "lobby", Some(&expected[3].name)).members, []);
    assert_eq!(visitor.join("lobby", None).members, 5);
    for guest in &mut guests {
        guest.leave("lobby");
    }
    assert_eq!(visitor.join("lobby", None).members, 2);
    for (room, expected) in [("nowhere", Code::NoSuchRoom), ("no where", Code::RoomInvalid)] {
        let request = Request::Members(MembersAfter { room: room.into(), after: None });
        assert_eq!(code(visitor.call(request)), expected);
    }
    server.restart();
    assert_eq!(members(&mut server.guest(), "lobby", None).members, [], "a room that nobody is in");
}

#[test]
fn a_name_is_the_same_however_it_is_spelled() {
    let server = TestServer::start();
    let mut ann = server.guest();
    assert_eq!(ann.join("Café", None).room, "Café");
    for same in ["café", "CAFÉ", "Cafe\u{301}", "Ｃａｆé", "Саfé"] {
        assert_eq!(ann.join(same, None).room, "Café", "{same}");
    }
    assert_eq!(ann.join("cafe", None).room, "cafe", "without the accent it is another");
    assert_eq!(names(&rooms(&mut ann, None, None)).len(), 2);
}

#[test]
fn a_connection_is_in_so_many_rooms_and_no_more() {
    let server = TestServer::start();
    let mut ann = server.guest();
    let allowed = limits::ROOMS_PER_SESSION_MAX;
    let ids: Vec<u32> = (0..allowed).map(|number| ann.send(&peer::join(&format!("room-{number}"), None))).collect();
    assert!(ids.into_iter().all(|id| ann.answer_to(id).is_ok()));
    assert_eq!(code(ann.call(peer::join("one-more", None))), Code::Quota);
    assert_eq!(code(ann.call(history("one-more", None, None, 1))), Code::NoSuchRoom, "it was not made");
    assert!(ann.call(peer::join("room-0", Some(0))).is_ok(), "joining again is no more");
    ann.leave("room-7");
    assert!(ann.call(peer::join("one-more", None)).is_ok());
}

#[test]
fn a_refused_join_creates_and_changes_nothing() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest());
    let log = ann.join("lobby", None).log;
    ann.say("lobby", "one");
    let join =
        |room: &str, after, log| Request::Join(Join { room: room.into(), after: Some(Seq(after)), log: Some(log) });
    let other = LogId(log.0 ^ 1);
    for room in ["lobby", "nowhere"] {
        assert_eq!(code(ben.call(join(room, 0, other))), Code::LogChanged);
        assert_eq!(code(ben.call(join(room, 9, other))), Code::LogChanged, "the log is looked at first");
        assert_eq!(code(ben.call(join(room, 9, log))), Code::CursorAhead);
    }
    assert_eq!(code(ben.call(join("no where", 9, other))), Code::RoomInvalid);
    assert_eq!(code(ben.call(peer::say("lobby", 1, Body::Text("x".into())))), Code::NotJoined);
    assert_eq!(code(ben.call(Request::Leave(InRoom { room: "nowhere".into() }))), Code::NoSuchRoom);
    assert_eq!(ann.join("lobby", None).members, 1);
    assert_eq!(code(ann.call(join("lobby", 9, log))), Code::CursorAhead);
    ben.call(join("lobby", 1, log)).expect("the right log");
    ben.say("lobby", "two");
    assert_eq!(seqs(&ann.events(2)), [1, 2], "her cursor stands where it stood");
    assert_eq!(seqs(&ben.events(1)), [2]);
}

#[test]
fn joining_again_moves_the_cursor_and_leaving_ends_the_events() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    for word in ["one", "two", "three"] {
        ann.say("lobby", word);
    }
    assert_eq!(seqs(&ben.events(3)), [1, 2, 3]);
    assert_eq!(ben.join("lobby", Some(1)).members, 2);
    assert_eq!([ben.event().seq, ben.event().seq], [Seq(2), Seq(3)], "once more");
    ben.join("lobby", None);
    ben.leave("lobby");
    ben.leave("lobby");
    ann.say("lobby", "four");
    assert_eq!(ben.events_so_far(), []);
    assert_eq!(ben.join("lobby", Some(3)).head, Seq(4));
    assert_eq!(text(&ben.event()), "four");
    let joined = server.guest().join("empty", Some(0));
    assert_eq!((joined.first, joined.head, joined.topic.as_str()), (Seq(1), Seq(0), ""));
}
