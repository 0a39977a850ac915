//! What somebody stumbled over who sat at the full screen for the first time.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::super::arrival::{Arrival, Effect, Outcome};
use super::super::overlay::{Dropped, Found};
use super::super::testing::{event, text};
use super::person::Person;
use crate::client::Happening;
use crate::model::{Body, Seq};

const ALT: KeyModifiers = KeyModifiers::ALT;

fn is_offline(ann: &mut Person) {
    let lost = Happening::Lost { why: "shutdown".to_owned(), retry_in: std::time::Duration::from_secs(60) };
    ann.takes(Arrival::Happening(Box::new(lost)));
}

#[test]
fn what_waits_to_be_sent_is_not_changed_in_the_place_of_something_older() {
    let mut ann = Person::in_lobby(120, 24);
    ann.hears(event(1, "ann", text("the older one")));
    is_offline(&mut ann);
    ann.sends("the nwe one");
    assert_eq!(ann.sends(".edit the new one"), []);
    assert_eq!(ann.line(), ".edit the new one");
    assert!(
        ann.sees().contains("your last message is still on its way; it can be changed once it has"),
        "{}",
        ann.sees()
    );
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    assert_eq!((ann.presses(KeyCode::Up), ann.line()), (vec![], ""));
    assert_eq!(ann.sends(".delete"), []);
    assert!(ann.sees().contains("still on its way") && ann.line() == ".delete", "{}", ann.sees());
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    assert!(matches!(ann.sends(".edit 1 an older one")[..], [Effect::Say { .. }, Effect::Keep]), "a number is plain");
    ann.hears(event(2, "ann", text("the nwe one")));
    ann.hears(event(3, "ann", Body::Edit { of: Seq(1), text: "an older one".to_owned() }));
    ann.presses(KeyCode::Up);
    assert_eq!(ann.line(), "the nwe one");
}

#[test]
fn what_was_told_goes_by_itself_or_with_the_next_enter() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears_lines(1..=3);
    ann.sends("/tmp/x");
    assert!(ann.sees().contains("sends a file"), "{}", ann.sees());
    ann.waits(19_000);
    assert!(ann.sees().contains("sends a file"));
    assert!(ann.state.deadline().is_some_and(|at| at < 21_000));
    ann.waits(2_000);
    assert!(!ann.sees().contains("sends a file"));
    ann.presses(KeyCode::F(2));
    assert!(ann.sees().contains("sends a file"), "it can be looked up");
    ann.presses(KeyCode::Esc);
    ann.presses(KeyCode::Enter);
    assert!(ann.sees().contains("sends a file"));
    let files = vec![Found { path: "/tmp/a.txt".into(), is_image: false, bytes: 5 }];
    ann.learns(Outcome::Files(Dropped { files, typed: "/tmp/x".to_owned() }));
    ann.waits(600);
    assert!(matches!(ann.presses(KeyCode::Enter)[..], [Effect::Upload { .. }]));
    assert!(!ann.sees().contains("sends a file"), "{}", ann.sees());
}

#[test]
fn what_was_told_goes_while_somebody_types() {
    let mut ann = Person::in_lobby(80, 24);
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c'));
    assert!(ann.sees().contains("Ctrl-C again leaves"));
    for letter in "letters!!".chars() {
        ann.is_slow(1_000);
        ann.types(&letter.to_string());
    }
    assert!(!ann.sees().contains("Ctrl-C again leaves"), "{}", ann.sees());
}

#[test]
fn what_others_said_is_not_asked_about() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ann", text("mine")));
    ann.hears(event(2, "ben", text("his")));
    for key in ['d', 'e'] {
        ann.holds(ALT, KeyCode::Char('m'));
        ann.presses(KeyCode::Char(key));
        assert!(ann.sees().contains("* #2 is not yours") && ann.state.overlay.is_none(), "{}", ann.sees());
        assert_eq!(ann.line(), "");
    }
    for line in [".delete 2", ".edit 2 hers"] {
        assert_eq!((ann.sends(line), ann.line()), (vec![], line));
        assert!(ann.sees().contains("* #2 is not yours"), "{}", ann.sees());
        ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    }
    assert!(matches!(ann.sends(".delete 1")[..], [Effect::Say { .. }, Effect::Keep]));
    assert!(matches!(ann.sends(".delete 99")[..], [Effect::Say { .. }, Effect::Keep]), "the server knows");
    ann.holds(ALT, KeyCode::Char('m'));
    ann.presses(KeyCode::Up);
    ann.presses(KeyCode::Char('d'));
    assert!(ann.sees().contains("take back #1"), "{}", ann.sees());
}

/// The rows of the screen on which something stands out in the conversation.
fn marked(ann: &Person) -> Vec<String> {
    let area = super::super::layout::areas(&ann.state).chat;
    let mut buffer = Buffer::empty(Rect::new(0, 0, ann.state.size.0, ann.state.size.1));
    super::super::view::draw(&ann.state, &mut buffer);
    let is_marked = |row: &u16| buffer[(area.x, *row)].modifier.contains(Modifier::REVERSED);
    let text = |row| (area.left()..area.right()).map(|column| buffer[(column, row)].symbol()).collect::<String>();
    (area.top()..area.bottom()).filter(is_marked).map(|row| format!("{}:{}", row - area.y, text(row))).collect()
}

#[test]
fn the_message_that_was_gone_to_stands_out_in_the_upper_third() {
    let mut ann = super::scrolling::in_long_room();
    ann.sends(".goto 900");
    assert!(marked(&ann)[0].starts_with("5:") && marked(&ann)[0].contains("line 900"), "{:?}", marked(&ann));
    ann.presses(KeyCode::PageDown);
    ann.presses(KeyCode::PageUp);
    assert_eq!(marked(&ann).len(), 1);
    ann.types("x");
    assert_eq!(marked(&ann), [""; 0]);
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    ann.sends(".goto 998");
    assert!(marked(&ann)[0].contains("line 998") && ann.sees().contains("line 1000"), "{}", ann.sees());
}

#[test]
fn a_key_goes_to_what_is_new_in_this_room_too() {
    let mut ann = super::scrolling::in_long_room();
    ann.presses(KeyCode::PageUp);
    ann.hears_lines(1_001..=1_042);
    assert!(ann.sees().contains("42 unread, Alt-A"), "{}", ann.sees());
    ann.holds(ALT, KeyCode::Char('a'));
    assert!(ann.sees().contains("── new ──") && ann.sees().contains("line 1001"), "{}", ann.sees());
    assert!(!ann.sees().contains("line 1042"));
    ann.holds(ALT, KeyCode::Char('a'));
    assert!(ann.sees().contains("line 1042"), "{}", ann.sees());
    ann.holds(ALT, KeyCode::Char('a'));
    assert!(ann.sees().contains("nothing new in other rooms"));
}
