//! What keys do, from the press to the effect.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::{Arrival, Effect, Outcome};
use super::super::drafts::Kept;
use super::super::overlay::{Dropped, Found};
use super::super::testing::{event, text, user};
use super::super::timeline::Way;
use super::person::{Person, in_room};
use crate::client::Happening;
use crate::model::{Body, Password, Seq, Timestamp};
use crate::terminal::command::Command;
use crate::wire::{Said, Signal};

const ALT: KeyModifiers = KeyModifiers::ALT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

fn said(effects: &[Effect]) -> Vec<(&str, &Body, Option<Seq>)> {
    let said = effects.iter().filter_map(|effect| match effect {
        Effect::Say { room, body, reply_to, .. } => Some((room.as_str(), body, *reply_to)),
        _ => None,
    });
    said.collect()
}

#[test]
fn a_line_is_said_and_waits_until_it_is_back() {
    let mut ann = Person::in_lobby(80, 24);
    let effects = ann.sends("hello");
    assert_eq!(said(&effects), [("lobby", &text("hello"), None)]);
    assert!(
        matches!(effects[..], [Effect::Say { .. }, Effect::Keep]),
        "on disk, and then out of the draft: {effects:?}"
    );
    assert!(ann.line().is_empty() && ann.sees().contains("… "), "{}", ann.sees());
    ann.hears(event(1, "ann", text("hello")));
    assert_eq!(ann.sees().matches("hello").count(), 1);
    let said = Said { room: "lobby".to_owned(), seq: Seq(1), at: Timestamp(0) };
    ann.learns(Outcome::Said { room: "lobby".to_owned(), id: 1, said: Ok(said) });
    assert_eq!(ann.state.unanswered(), 0);
}

#[test]
fn who_types_on_over_a_page_loses_nothing() {
    let mut ann = Person::in_lobby(80, 24);
    ann.types("hel");
    ann.presses(KeyCode::F(1));
    assert!(ann.sees().contains("Esc closes"));
    ann.types("lo");
    assert_eq!(ann.line(), "hello");
    assert!(!ann.sees().contains("Esc closes"));
    ann.presses(KeyCode::F(1));
    ann.presses(KeyCode::Esc);
    assert_eq!(ann.line(), "hello", "Esc only closes");
}

#[test]
fn what_is_refused_comes_back_into_the_line() {
    let mut ann = Person::in_lobby(80, 24);
    ann.sends("hello");
    ann.learns(Outcome::Said { room: "lobby".to_owned(), id: 1, said: Err("this room is closed".to_owned()) });
    assert_eq!(ann.line(), "hello");
    assert!(ann.sees().contains("* not said: this room is closed"));
    let long = "x".repeat(20_000);
    ann.takes(Arrival::Paste(long));
    ann.presses(KeyCode::Enter);
    assert!(ann.presses(KeyCode::Enter).is_empty());
    assert!(ann.line().len() > 20_000 && ann.sees().contains("too long"));
}

#[test]
fn commands_work_with_either_sign() {
    let mut ann = Person::in_lobby(80, 24);
    for sign in ['.', '/'] {
        assert_eq!(ann.sends(&format!("{sign}join dev")).last(), Some(&Effect::Join("dev".to_owned())));
        assert_eq!(ann.sends(&format!("{sign}leave")), [Effect::Leave("dev".to_owned())]);
        ann.learns(Outcome::Left { room: "dev".to_owned(), left: Ok(()) });
        assert_eq!(ann.sends(&format!("{sign}rooms")), [Effect::Rooms { is_shown: true }]);
        ann.presses(KeyCode::Esc);
        assert_eq!(ann.sends(&format!("{sign}quit")), [Effect::Quit]);
        let words = format!("{sign}{sign}quit");
        assert_eq!(said(&ann.sends(&words)), [("lobby", &text(&words[1..]), None)]);
    }
    assert!(ann.sends(".qiut").is_empty() && ann.line() == ".qiut");
    assert!(ann.sees().contains("did you mean .quit?"));
}

#[test]
fn a_password_is_asked_for_and_never_shown() {
    let mut ann = Person::in_lobby(80, 24);
    ann.sends(".login Ann");
    ann.types("horse");
    assert!(ann.sees().contains("password: •••••") && !ann.sees().contains("horse"));
    let effects = ann.presses(KeyCode::Enter);
    assert_eq!(effects, [Effect::People(Command::Login("Ann".to_owned()), vec![Password("horse".to_owned())])]);
    ann.sends(".login Ann");
    assert!(ann.presses(KeyCode::Esc).is_empty() && ann.sees().contains("nothing was done"));
}

#[test]
fn up_changes_the_last_message_and_esc_brings_back_what_was_there() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ann", text("helo")));
    ann.presses(KeyCode::Up);
    assert_eq!(ann.line(), "helo");
    ann.presses(KeyCode::Esc);
    assert_eq!(ann.line(), "");
    ann.presses(KeyCode::Up);
    ann.types("!");
    let effects = ann.presses(KeyCode::Enter);
    assert_eq!(said(&effects), [("lobby", &Body::Edit { of: Seq(1), text: "helo!".to_owned() }, None)]);
}

#[test]
fn a_message_is_chosen_and_answered() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears_lines(1..=5);
    ann.holds(ALT, KeyCode::Char('m'));
    ann.presses(KeyCode::Up);
    ann.presses(KeyCode::Enter);
    assert!(ann.sees().contains("answering #4"));
    assert_eq!(said(&ann.sends("yes")), [("lobby", &text("yes"), Some(Seq(4)))]);
}

#[test]
fn rooms_are_gone_through_and_drafts_stay_where_they_are() {
    let mut ann = Person::in_lobby(80, 24);
    ann.joins("dev", 0, None);
    ann.types("half a line");
    ann.holds(CTRL, KeyCode::Char('n'));
    assert_eq!(ann.line(), "");
    ann.hears(in_room("lobby", event(1, "ben", text("ann?"))));
    assert!(ann.sees().contains("lobby  ✎") || ann.sees().contains("@1"), "{}", ann.sees());
    ann.holds(ALT, KeyCode::Char('a'));
    assert_eq!(ann.line(), "half a line");
    ann.holds(ALT, KeyCode::Char('2'));
    assert_eq!(ann.state.rooms.place(), 1);
}

#[test]
fn tab_finishes_what_was_begun() {
    let mut ann = Person::in_lobby(80, 24);
    ann.learns(Outcome::Members { room: "lobby".to_owned(), members: vec![user("ann"), user("benedict")] });
    for (typed, finished) in [("be", "benedict: "), ("hi @be", "hi @benedict "), (".qu", ".quit"), (":rocke", "🚀 ")]
    {
        ann.types(typed);
        ann.presses(KeyCode::Tab);
        assert_eq!(ann.line(), finished);
        ann.holds(CTRL, KeyCode::Char('c'));
    }
    ann.types(".re");
    ann.presses(KeyCode::Tab);
    assert!(ann.sees().contains("claims a name"), "what it means: {}", ann.sees());
    ann.presses(KeyCode::Tab);
    assert_eq!(ann.line(), ".reply ");
}

#[test]
fn a_long_paste_asks_and_a_path_is_looked_at() {
    let mut ann = Person::in_lobby(80, 24);
    ann.takes(Arrival::Paste("a\r\nb\rc".to_owned()));
    assert_eq!(ann.line(), "a\nb\nc");
    ann.holds(CTRL, KeyCode::Char('c'));
    ann.takes(Arrival::Paste("line\n".repeat(40)));
    assert!(ann.sees().contains("paste 40 lines") && ann.line().is_empty());
    ann.types("no");
    assert_eq!(ann.line(), "no", "whoever types on has not read the question");
    ann.holds(CTRL, KeyCode::Char('u'));
    ann.holds(CTRL, KeyCode::Char('y'));
    assert_eq!(ann.line(), "no");
    ann.holds(CTRL, KeyCode::Char('u'));
    let effects = ann.takes(Arrival::Paste("'/tmp/a b.png'".to_owned()));
    assert_eq!(effects, [Effect::Look("'/tmp/a b.png'".to_owned())]);
    let typed = "'/tmp/a b.png'".to_owned();
    let files = vec![Found { path: "/tmp/a b.png".into(), is_image: true, bytes: 2_048 }];
    ann.learns(Outcome::Files(Dropped { files, typed }));
    assert!(ann.sees().contains("send a b.png (2.00 KiB)?"));
    assert_eq!(ann.presses(KeyCode::Tab), []);
    assert!(ann.sees().contains("Enter: send as a file"));
    ann.waits(600);
    assert!(matches!(ann.presses(KeyCode::Enter)[..], [Effect::Upload { .. }]));
    assert!(ann.line().is_empty());
}

#[test]
fn no_letter_that_is_typed_on_sends_a_file() {
    for word in ["is it this one?", "yes", "for you", "no"] {
        let mut ann = Person::in_lobby(80, 24);
        let typed = "/etc/passwd".to_owned();
        ann.takes(Arrival::Paste(typed.clone()));
        let files = vec![Found { path: "/etc/passwd".into(), is_image: false, bytes: 2_048 }];
        ann.learns(Outcome::Files(Dropped { files, typed }));
        assert!(ann.sees().contains("send passwd"));
        let effects = ann.types(word);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Upload { .. })), "{word}: {effects:?}");
        assert_eq!(ann.line(), format!("/etc/passwd{word}"));
    }
}

#[test]
fn typing_is_told_seldom_and_commands_never() {
    let mut ann = Person::in_lobby(80, 24);
    assert_eq!(ann.types("hello"), [Effect::Typing("lobby".to_owned())]);
    ann.presses(KeyCode::Enter);
    assert_eq!(ann.types(".join"), []);
    let typing = Signal::Typing { room: "lobby".to_owned(), user: user("ben") };
    ann.takes(Arrival::Happening(Box::new(Happening::Signal(typing))));
    assert!(ann.sees().contains("ben is typing"));
    ann.waits(7_000);
    assert!(!ann.sees().contains("ben is typing"));
}

#[test]
fn what_is_seen_is_marked_and_what_is_not_is_counted() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears_lines(1..=3);
    assert_eq!(ann.waits(1), [Effect::Mark { room: "lobby".to_owned(), seq: Seq(3) }]);
    ann.takes(Arrival::Focus(false));
    ann.hears_lines(4..=5);
    assert_eq!(ann.state.rooms.current().map(|room| room.unread), Some(2));
    assert!(ann.sees().contains("── new ──"));
    ann.takes(Arrival::Focus(true));
    assert_eq!(ann.state.rooms.current().map(|room| room.unread), Some(0));
}

#[test]
fn what_is_being_changed_outlives_the_run_too() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ann", text("helo")));
    ann.types("half");
    ann.holds(ALT, KeyCode::Char('m'));
    ann.presses(KeyCode::Char('e'));
    ann.types(" world");
    let kept = Kept::of(&ann.state);
    assert_eq!((kept.rooms[0].draft.as_str(), kept.rooms[0].lines[0].as_str()), ("half", ".edit 1 helo world"));
    let mut later = Person::new(80, 24);
    kept.restore(&mut later.state);
    assert_eq!(later.line(), "half");
    later.holds(ALT, KeyCode::Up);
    assert_eq!(later.line(), ".edit 1 helo world");
}

#[test]
fn whoever_is_in_no_room_types_the_name_of_one_or_a_command() {
    let mut ann = Person::in_lobby(80, 24);
    assert_eq!(ann.sends(".leave"), [Effect::Leave("lobby".to_owned())]);
    ann.learns(Outcome::Left { room: "lobby".to_owned(), left: Ok(()) });
    assert!(ann.sees().contains("in no room"));
    assert_eq!(ann.sends(".join dev").last(), Some(&Effect::Join("dev".to_owned())));
    ann.learns(Outcome::Joined { asked: "dev".to_owned(), joined: Err("denied".to_owned()) });
    assert!(ann.sees().contains("not in dev: denied"));
    assert_eq!(ann.sends("garden").last(), Some(&Effect::Join("garden".to_owned())));
    ann.learns(Outcome::Joined { asked: "garden".to_owned(), joined: Err("denied".to_owned()) });
    assert_eq!(ann.sends("/quit").last(), Some(&Effect::Quit));
}

#[test]
fn whether_what_was_missed_names_oneself_shows_at_once() {
    let mut ann = Person::in_lobby(80, 24);
    let effects = ann.joins("dev", 3, Some(1));
    assert_eq!(effects, [Effect::Load { room: "dev".to_owned(), way: Way::End }]);
    let said = [(1, "ann!"), (2, "hello"), (3, "where is ann?")];
    ann.reads("dev", said.map(|(seq, words)| in_room("dev", event(seq, "ben", text(words)))).to_vec());
    assert_eq!(ann.state.rooms.all()[1].mentions, 1);
    assert!(ann.sees().contains("@2"), "{}", ann.sees());
}
