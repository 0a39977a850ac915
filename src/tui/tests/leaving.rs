//! Going away from what one was at: from a line, from files on their way, from a room, from all of it.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::{Effect, Outcome};
use super::super::drafts::Kept;
use super::super::testing::{event, text};
use super::person::Person;
use crate::model::{Body, Digest, FileBody};

#[test]
fn nobody_leaves_by_a_key_too_many() {
    let mut ann = Person::in_lobby(80, 24);
    let interrupts = |ann: &mut Person| ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c'));
    ann.types("a word");
    assert_eq!((interrupts(&mut ann), ann.line()), (vec![], ""));
    assert_eq!(interrupts(&mut ann), []);
    assert!(ann.sees().contains("Ctrl-C again leaves"));
    ann.waits(6_000);
    assert_eq!(interrupts(&mut ann), [], "that was long ago");
    assert_eq!(interrupts(&mut ann), [Effect::Quit]);
}

#[test]
fn what_is_on_its_way_is_stopped_before_one_leaves() {
    let mut ann = Person::in_lobby(80, 24);
    let sent = ann.sends(".file /tmp/a.bin");
    let [Effect::Upload { transfer, .. }] = sent[..] else { panic!("{sent:?}") };
    assert_eq!(ann.sends(".quit"), [], "it would be lost");
    assert_eq!(ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c')), [Effect::Stop(transfer)]);
    assert_eq!(ann.sends(".stop"), [Effect::Stop(transfer)]);
    ann.learns(Outcome::Stopped(transfer));
    assert!(ann.sees().contains("stopped: a.bin was not sent"));
    ann.learns(Outcome::Stopped(transfer));
    assert_eq!(ann.sends(".stop"), []);
    assert!(ann.sees().contains("no file is on its way"));
    assert_eq!(ann.sends(".quit"), [Effect::Quit]);
}

#[test]
fn a_reaction_to_a_chosen_message_leaves_the_draft_alone() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ben", text("hello")));
    for ending in [KeyCode::Enter, KeyCode::Esc] {
        ann.types("precious");
        ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
        ann.types("+");
        assert_eq!(ann.line(), ".react 1 ");
        ann.types(":tada:");
        assert!(Kept::of(&ann.state).rooms[0].draft == "precious", "a crash loses nothing");
        let effects = ann.presses(ending);
        let is_said = matches!(effects[..], [Effect::Say { body: Body::React { .. }, .. }, ..]);
        assert_eq!((is_said, ann.line()), (ending == KeyCode::Enter, "precious"));
        ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    }
}

#[test]
fn a_letter_right_behind_esc_is_typed() {
    let mut ann = Person::in_lobby(80, 24);
    ann.holds(KeyModifiers::ALT, KeyCode::Char('.'));
    ann.types("who");
    assert_eq!(ann.line(), ".who");
}

#[test]
fn who_leaves_a_room_before_being_in_it_is_told_nothing() {
    let mut ann = Person::in_lobby(80, 24);
    ann.sends(".join far");
    ann.sends(".leave");
    ann.learns(Outcome::Joined { asked: "far".to_owned(), joined: Err("the room was left".to_owned()) });
    ann.learns(Outcome::Left { room: "far".to_owned(), left: Ok(()) });
    assert!(!ann.sees().contains("the room was left"));
    assert_eq!((ann.line(), ann.state.rooms.all().len()), ("", 1));
}

#[test]
fn a_password_that_was_typed_into_the_line_is_kept_nowhere() {
    let mut ann = Person::in_lobby(80, 24);
    ann.types(".login Ann geheim12");
    assert!(!format!("{:?}", Kept::of(&ann.state)).contains("geheim12"), "not while it is typed");
    ann.presses(KeyCode::Enter);
    assert_eq!(ann.line(), ".login Ann");
    ann.types(" geheim12");
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c'));
    ann.presses(KeyCode::Up);
    ann.holds(KeyModifiers::ALT, KeyCode::Up);
    assert!(!ann.line().contains("geheim12"));
    assert!(!format!("{:?}", Kept::of(&ann.state)).contains("geheim12"));
}

#[test]
fn what_is_done_to_a_chosen_message_leaves_the_draft_alone() {
    for (keys, enters) in [("s", 0), ("o", 0), ("d", 1), ("+:tada:", 1), ("e and more", 1)] {
        let mut ann = Person::in_lobby(80, 24);
        let sha256 = Digest([0; 32]);
        let file = FileBody { name: "a.txt".into(), size: 17, mime: "text/plain".into(), sha256 };
        let body = if "so".contains(keys) { Body::File(file) } else { text("hello") };
        ann.hears(event(1, "ann", body));
        ann.types("precious");
        ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
        let mut effects = ann.types(keys);
        (0..enters).for_each(|_| effects.extend(ann.presses(KeyCode::Enter)));
        assert!(!effects.is_empty(), "{keys}: something is done");
        assert_eq!(ann.line(), "precious", "{keys}");
    }
}

#[test]
fn a_draft_outlives_one_command_begun_after_the_other() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ann", text("hello")));
    ann.types("precious");
    for keys in ["+", "e"] {
        ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
        ann.types(keys);
    }
    ann.types(" and more");
    ann.presses(KeyCode::Enter);
    assert_eq!(ann.line(), "precious");
}

#[test]
fn a_command_in_the_finder_leaves_the_draft_alone() {
    let mut ann = Person::in_lobby(80, 24);
    ann.types("precious");
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('k'));
    let effects = ann.sends(".who");
    assert_eq!(effects.last(), Some(&Effect::Who("lobby".to_owned())));
    assert_eq!(ann.line(), "precious");
}
