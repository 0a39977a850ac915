//! What a batch does, and every way in which an entry is refused.

use super::*;
use crate::model::{DeviceId, Handle, RoomId, UserId};
use crate::store::testing::{Fixture, NOW, appended, entry, file, image, repeated, text};
use crate::store::{FileRow, Registered};

fn answering(mut entry: Entry, seq: u64) -> Entry {
    entry.reply_to = Some(Seq(seq));
    entry
}

fn edit(of: u64, words: &str) -> Body {
    Body::Edit { of: Seq(of), text: words.to_owned() }
}

fn delete(of: u64) -> Body {
    Body::Delete { of: Seq(of) }
}

fn react(of: u64, on: bool) -> Body {
    Body::React { of: Seq(of), emoji: "👍".to_owned(), on }
}

fn scene() -> (Fixture, DeviceId, RoomId) {
    let mut fixture = Fixture::new();
    let (device, room) = (fixture.device(), fixture.room("lobby"));
    (fixture, device, room)
}

#[test]
fn each_room_numbers_its_own_in_the_order_of_the_entries() {
    let (mut fixture, ann, lobby) = scene();
    let (bea, hall) = (fixture.device(), fixture.room("hall"));
    let outcomes = fixture.commit(&[
        entry(ann, 1, lobby, text("a")),
        entry(bea, 1, hall, text("b")),
        entry(bea, 2, lobby, text("c")),
        entry(ann, 2, lobby, text("d")),
    ]);
    assert_eq!(outcomes, [appended(1), appended(1), appended(2), appended(3)]);
    fixture.reopen();
    assert_eq!(fixture.commit(&[entry(ann, 3, lobby, text("e"))]), [appended(4)]);
    assert_eq!(fixture.bodies(lobby), ["a", "c", "d", "e"].map(text));
    assert_eq!(fixture.bodies(hall), [text("b")]);
    let room = fixture.store.room(lobby).unwrap().unwrap();
    assert_eq!((room.first, room.head), (Seq(1), Seq(4)));
    assert_eq!(fixture.commit(&[]), []);
}

#[test]
fn every_body_reads_back_as_it_was_said() {
    let (mut fixture, device, room) = scene();
    fixture.say(device, 100, room, "answered by all");
    let bodies = [
        text("words\n\tand \u{1f3bb}"),
        file("notes.txt", 1),
        image("cat.png", 2),
        react(1, true),
        react(1, false),
        Body::Topic("cats".to_owned()),
        Body::Topic(String::new()),
        edit(1, "other words"),
    ];
    for (nonce, body) in (0..).zip(&bodies) {
        fixture.commit(&[answering(entry(device, nonce, room, body.clone()), 1)]);
    }
    let log = fixture.log(room);
    assert_eq!(log[1..].iter().map(|message| &message.body).collect::<Vec<_>>(), bodies.iter().collect::<Vec<_>>());
    assert!(log[1..].iter().all(|message| message.reply_to == Some(Seq(1)) && message.at == NOW));
    assert_eq!((log[0].reply_to, log[0].author.name.as_str()), (None, "guest-1"));
}

#[test]
fn a_nonce_names_one_message_for_ever() {
    let (mut fixture, ann, lobby) = scene();
    let (bea, hall) = (fixture.device(), fixture.room("hall"));
    let first = entry(ann, u64::MAX, lobby, text("a"));
    let batch = [first.clone(), first.clone(), entry(ann, u64::MAX, lobby, text("b"))];
    assert_eq!(fixture.commit(&batch), [appended(1), repeated(1), Outcome::NonceReused]);
    fixture.reopen();
    let later = fixture.store.commit(std::slice::from_ref(&first), Timestamp(NOW.0 + 5)).unwrap();
    assert_eq!(later.outcomes, [repeated(1)], "with the time of the first");
    let outcomes = fixture.commit(&[
        entry(ann, u64::MAX, hall, text("a")),
        answering(first.clone(), 1),
        entry(ann, u64::MAX, lobby, Body::Topic("a".to_owned())),
        entry(ann, u64::MAX, lobby, edit(1, "a")),
        entry(bea, u64::MAX, lobby, text("a")),
        entry(ann, 0, lobby, text("a")),
    ]);
    let reused = Outcome::NonceReused;
    assert_eq!(outcomes, [reused, reused, reused, reused, appended(2), appended(3)]);
    assert_eq!(fixture.bodies(hall), []);
}

#[test]
fn what_is_refused_leaves_its_nonce_unused_and_the_batch_goes_on() {
    let (mut fixture, device, room) = scene();
    let refused = Entry { refuse_if_new: true, ..entry(device, 1, room, text("a")) };
    let outcomes =
        fixture.commit(&[refused.clone(), entry(device, 2, room, edit(1, "x")), entry(device, 3, room, text("b"))]);
    assert_eq!(outcomes, [Outcome::Refused, Outcome::NoSuchMessage, appended(1)]);
    assert_eq!(fixture.commit(&[entry(device, 1, room, text("a"))]), [appended(2)]);
    assert_eq!(fixture.commit(&[refused]), [repeated(2)], "a repetition passes");
    assert_eq!(fixture.commit(&[entry(device, 2, room, text("c"))]), [appended(3)]);
}

#[test]
fn a_room_that_was_not_joined_only_answers_repetitions() {
    let (mut fixture, device, room) = scene();
    let say = |nonce, place: &str| {
        let place = Place::Key(crate::model::names::key_of(place));
        Entry { place, refuse_if_new: true, ..entry(device, nonce, room, text("a")) }
    };
    fixture.say(device, 1, room, "a");
    fixture.room("hall");
    let outcomes =
        fixture.commit(&[say(1, "Lobby"), say(1, "hall"), say(1, "nowhere"), say(2, "lobby"), say(2, "nowhere")]);
    let (other, new) = (Outcome::NonceReused, Outcome::Refused);
    assert_eq!(outcomes, [repeated(1), other, other, new, new]);
    let lost = [entry(device, 3, RoomId(999), text("a")), entry(device, 1, RoomId(999), text("a"))];
    assert_eq!(fixture.commit(&lost), [new, other]);
}

#[test]
fn what_others_refer_to_must_be_a_message_of_the_room() {
    let (mut fixture, device, lobby) = scene();
    let hall = fixture.room("hall");
    fixture.say(device, 100, hall, "in the other room");
    fixture.say(device, 101, hall, "in the other room");
    fixture
        .commit(&[entry(device, 102, lobby, image("cat.png", 1)), entry(device, 103, lobby, Body::Topic("t".into()))]);
    let missing = Outcome::NoSuchMessage;
    for (nonce, of) in (0..).zip([0, 2, 3, 1 << 63, u64::MAX]) {
        for body in [edit(of, "x"), delete(of), react(of, true)] {
            assert_eq!(fixture.commit(&[entry(device, nonce, lobby, body)]), [missing], "{of}");
        }
        assert_eq!(fixture.commit(&[answering(entry(device, nonce, lobby, text("x")), of)]), [missing], "{of}");
    }
    assert_eq!(fixture.commit(&[entry(device, 0, lobby, edit(1, "x"))]), [missing], "an image has no words");
    let outcomes = fixture.commit(&[
        entry(device, 0, lobby, react(1, true)),
        answering(entry(device, 1, lobby, text("in this batch")), 1),
        answering(entry(device, 2, lobby, edit(4, "new")), 4),
        entry(device, 3, lobby, edit(5, "an edit cannot be edited")),
    ]);
    assert_eq!(outcomes, [appended(3), appended(4), appended(5), missing]);
    assert_eq!(fixture.log(lobby)[3].reply_to, Some(Seq(1)));
}

#[test]
fn only_the_author_edits_and_deletes() {
    let (mut fixture, ann, room) = scene();
    let (phone, bea) = (fixture.device(), fixture.device());
    fixture.say(ann, 1, room, "a guest's");
    let handle = Handle::parse("Ann").unwrap();
    let Ok(Registered::Done(user)) = fixture.store.register(ann, &handle, None, NOW) else { panic!() };
    let as_ann = |device, nonce, body| Entry { author: user.clone(), ..entry(device, nonce, room, body) };
    fixture.commit(&[as_ann(ann, 2, text("a user's"))]);
    let denied = Outcome::Denied;
    let outcomes = fixture.commit(&[
        entry(bea, 1, room, edit(1, "x")),
        entry(bea, 2, room, delete(2)),
        entry(bea, 3, room, delete(9)),
        as_ann(phone, 4, edit(1, "said before that device knew her")),
        as_ann(phone, 5, edit(2, "another device of hers")),
        as_ann(ann, 6, edit(1, "the device that said it")),
        entry(bea, 7, room, react(1, true)),
        entry(bea, 8, room, Body::Gone {}),
    ]);
    let missing = Outcome::NoSuchMessage;
    assert_eq!(outcomes, [denied, denied, missing, denied, appended(3), appended(4), appended(5), denied]);
    assert_ne!(user.id, UserId::ANONYMOUS);
}

#[test]
fn a_delete_leaves_nothing_of_a_message_and_its_edits() {
    let (mut fixture, device, room) = scene();
    let other = fixture.room("hall");
    fixture.commit(&[entry(device, 90, other, text("kept")), entry(device, 91, other, edit(1, "kept too"))]);
    let secret = entry(device, 1, room, text("xyzzy-1"));
    let batch = [
        secret.clone(),
        entry(device, 2, room, edit(1, "xyzzy-2")),
        entry(device, 3, room, react(1, true)),
        entry(device, 4, room, delete(1)),
        entry(device, 5, room, delete(1)),
        entry(device, 6, room, edit(1, "x")),
        answering(entry(device, 7, room, text("x")), 1),
    ];
    let missing = Outcome::NoSuchMessage;
    assert_eq!(fixture.commit(&batch), [appended(1), appended(2), appended(3), appended(4), missing, missing, missing]);
    assert_eq!(fixture.bodies(room), [Body::Gone {}, Body::Gone {}, react(1, true), delete(1)]);
    assert_eq!(fixture.bodies(other), [text("kept"), edit(1, "kept too")]);
    assert_eq!(
        fixture.commit(&[secret.clone(), batch[1].clone(), batch[3].clone()]),
        [repeated(1), repeated(2), repeated(4)]
    );
    let elsewhere = Entry { place: Place::Room(other), ..secret };
    assert_eq!(fixture.commit(&[elsewhere]), [Outcome::NonceReused]);
    fixture.reopen();
    let bytes = std::fs::read(fixture.path()).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"xyzzy"), "not even in free pages");
}

#[test]
fn a_file_goes_when_the_last_message_that_shows_it_goes() {
    let (mut fixture, device, room) = scene();
    let digest = Digest([7; 32]);
    fixture.commit(&[
        entry(device, 1, room, file("a.png", 7)),
        entry(device, 2, room, image("b.png", 7)),
        answering(entry(device, 3, room, image("c.png", 8)), 1),
    ]);
    assert_eq!(fixture.bodies(room), [file("a.png", 7), image("b.png", 7), image("c.png", 8)]);
    let row = FileRow { sha256: digest, size: 9, mime: "image/png".to_owned() };
    assert_eq!(fixture.store.message_file(room, Seq(2)), Ok(Some(row)));
    assert_eq!(fixture.commit_all(&[entry(device, 4, room, delete(1))]).orphans, []);
    assert_eq!(fixture.store.message_file(room, Seq(1)), Ok(None));
    assert_eq!(fixture.store.is_file_kept(&digest), Ok(true));
    assert_eq!(fixture.commit_all(&[entry(device, 5, room, delete(2))]).orphans, [digest]);
    assert_eq!(fixture.store.is_file_kept(&digest), Ok(false));
    let in_one = [entry(device, 6, room, delete(3)), entry(device, 7, room, image("again.png", 8))];
    assert_eq!(fixture.commit_all(&in_one).orphans, [], "shown again in the same batch");
}

#[test]
fn the_same_file_said_twice_is_a_repetition_and_another_one_is_not() {
    let (mut fixture, device, room) = scene();
    let outcomes = fixture.commit(&[
        entry(device, 1, room, file("a", 1)),
        entry(device, 1, room, file("a", 1)),
        entry(device, 1, room, file("b", 1)),
        entry(device, 1, room, file("a", 2)),
        entry(device, 1, room, image("a", 1)),
    ]);
    let reused = Outcome::NonceReused;
    assert_eq!(outcomes, [appended(1), repeated(1), reused, reused, reused]);
    assert_eq!(fixture.store.is_file_kept(&Digest([2; 32])), Ok(false), "what was refused keeps no file");
}

#[test]
fn a_topic_is_the_rooms_from_then_on() {
    let (mut fixture, device, room) = scene();
    let topic = |words: &str| Body::Topic(words.to_owned());
    fixture.commit(&[entry(device, 1, room, topic("cats")), entry(device, 2, room, topic("dogs"))]);
    fixture.commit(&[entry(device, 1, room, topic("cats"))]);
    assert_eq!(fixture.store.room(room).unwrap().unwrap().topic, "dogs", "a repetition has no effect");
}

#[test]
fn time_never_goes_back_within_a_room() {
    let (mut fixture, device, room) = scene();
    for (nonce, ms, at) in [(1, 500, 500), (2, 400, 500), (3, 501, 501)] {
        let committed = fixture.store.commit(&[entry(device, nonce, room, text("x"))], Timestamp(ms)).unwrap();
        assert_eq!(committed.outcomes, [Outcome::Appended { seq: Seq(nonce), at: Timestamp(at) }]);
    }
}

#[test]
fn two_processes_number_one_log() {
    let (mut fixture, device, room) = scene();
    let mut other = Store::open_writer(&fixture.path(), crate::store::Sync::Full, &mut fixture.chance, NOW).unwrap();
    for nonce in 0..6 {
        let entries = [entry(device, nonce, room, text("x"))];
        let store = if nonce % 2 == 0 { &mut fixture.store } else { &mut other };
        assert_eq!(store.commit(&entries, NOW).unwrap().outcomes, [appended(nonce + 1)]);
    }
}

#[test]
fn a_full_disk_takes_nothing_of_a_batch_and_the_same_batch_later() {
    let (mut fixture, device, room) = scene();
    fixture.say(device, 1, room, "a");
    let pages = |store: &mut Store, limit: &str| {
        diesel::connection::SimpleConnection::batch_execute(&mut store.connection, limit).unwrap();
    };
    // The database may not grow, which SQLite answers as it does a full disk.
    pages(&mut fixture.store, "PRAGMA max_page_count = 1");
    let long = "long ".repeat(3_000);
    let batch: Vec<Entry> = (2..50).map(|nonce| entry(device, nonce, room, text(&long))).collect();
    for _ in 0..2 {
        let error = fixture.store.commit(&batch, NOW).unwrap_err();
        assert_eq!(error, StoreError::Unavailable("database or disk is full".to_owned()));
        assert_eq!(fixture.bodies(room), [text("a")], "reading goes on");
    }
    pages(&mut fixture.store, "PRAGMA max_page_count = 1000000");
    assert_eq!(fixture.commit(&batch), (2..50).map(appended).collect::<Vec<_>>());
}
