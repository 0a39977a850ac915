//! What somebody who comes from other chats types, and what is said about what cannot be done.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::{Effect, Outcome};
use super::super::testing::text;
use super::person::Person;
use crate::model::{Body, Seq};
use crate::wire::RoomEntry;

#[test]
fn words_of_other_chats_are_understood_or_answered() {
    let mut ann = Person::in_lobby(80, 24);
    assert_eq!(ann.sends("/part"), [Effect::Leave("lobby".to_owned())]);
    assert_eq!(ann.sends("/names"), [Effect::Who("lobby".to_owned())]);
    assert_eq!(ann.sends("/q"), [Effect::Quit]);
    ann.sends("/nick Ann");
    assert!(ann.sees().contains("a password for other devices"), "{}", ann.sees());
    ann.presses(KeyCode::Esc);
    assert_eq!(ann.sends("/me waves"), []);
    assert!(ann.sees().contains("there is no /me: say it in words"), "{}", ann.sees());
    assert_eq!(ann.line(), "/me waves");
}

#[test]
fn a_room_may_be_written_as_elsewhere() {
    let mut ann = Person::in_lobby(80, 24);
    assert_eq!(ann.sends("/join #irc").last(), Some(&Effect::Join("irc".to_owned())));
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('k'));
    assert_eq!(ann.sends("#dev").last(), Some(&Effect::Join("dev".to_owned())));
    ann.sends("/j no/name");
    assert!(ann.sees().contains("a name is made of letters") && ann.line() == "/j no/name", "{}", ann.sees());
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('k'));
    ann.sends("a!");
    assert!(ann.sees().contains("a name is made of letters") && ann.sees().contains("› a!"), "{}", ann.sees());
}

#[test]
fn who_is_not_let_in_is_back_where_they_were() {
    let mut ann = Person::in_lobby(80, 24);
    ann.joins("dev", 0, None);
    ann.sends("/join closed");
    ann.learns(Outcome::Joined { asked: "closed".to_owned(), joined: Err("denied".to_owned()) });
    assert_eq!((ann.state.rooms.place(), ann.line()), (0, "/join closed"));
    assert!(ann.sees().contains("not in closed: denied"));
}

#[test]
fn a_command_that_is_refused_comes_back_as_it_was_typed() {
    for line in [".reply 99 hi", ".edit 99 hi", ".topic hi", ".react 99 👍", ".delete 99"] {
        let mut ann = Person::in_lobby(80, 24);
        ann.hears_lines(1..=3);
        ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
        ann.presses(KeyCode::Enter);
        assert!(matches!(ann.sends(line)[..], [Effect::Say { .. }, Effect::Keep]), "{line}");
        let refused = Outcome::Said { room: "lobby".to_owned(), id: ann.state.last_id, said: Err("no".to_owned()) };
        ann.learns(refused);
        assert_eq!(ann.line(), line);
        let replying = ann.state.rooms.current().and_then(|room| room.replying);
        assert_eq!(replying, Some(Seq(3)), "{line}: what was chosen to be answered still is");
    }
}

#[test]
fn an_answer_that_is_refused_is_one_still() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears_lines(1..=3);
    ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
    ann.presses(KeyCode::Enter);
    ann.sends("yes");
    ann.learns(Outcome::Said { room: "lobby".to_owned(), id: 1, said: Err("no".to_owned()) });
    assert!(ann.line() == "yes" && ann.sees().contains("the answer to #3 was not said"), "{}", ann.sees());
    let effects = ann.presses(KeyCode::Enter);
    let is_it = |effect: &Effect| matches!(effect, Effect::Say { body: Body::Text(_), reply_to: Some(Seq(3)), .. });
    assert!(effects.iter().any(is_it), "{effects:?} {:?}", text("yes"));
}

#[test]
fn what_is_not_there_is_said_and_the_line_stays() {
    let mut ann = Person::in_lobby(80, 24);
    ann.sends(".goto 3");
    assert!(ann.sees().contains("there is no message 3; nothing was said here yet"));
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c'));
    ann.hears_lines(1..=5);
    for (line, why) in [
        (".goto 1000", "there is no message 1000; the last is 5"),
        (".open 1000", "there is no message 1000; the last is 5"),
        (".open 3", "#3 has no file here"),
        (".save 3", "#3 has no file here"),
        (".open x", "N is the number of a message"),
    ] {
        assert_eq!(ann.sends(line), [], "{line}");
        assert!(ann.sees().contains(why) && ann.line() == line, "{}", ann.sees());
        ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c'));
    }
    assert_eq!(ann.sends(".goto 2"), []);
    assert_eq!(ann.line(), "");
}

#[test]
fn what_a_password_has_to_be_is_said_and_looked_at_at_once() {
    let mut ann = Person::in_lobby(100, 24);
    ann.sends(".register Ann");
    assert!(ann.sees().contains("(8 characters or more), or nothing"), "{}", ann.sees());
    assert_eq!(ann.sends("short"), []);
    assert!(ann.sees().contains("* a password has at least 8 characters"), "{}", ann.sees());
    ann.sends("long enough");
    assert!(ann.sees().contains("the same once more"), "{}", ann.sees());
    assert!(matches!(ann.sends("long enough")[..], [Effect::People(..)]));
    ann.sends(".register Ann");
    ann.sends("long enough");
    assert_eq!(ann.sends("something else"), []);
    assert!(ann.sees().contains("not the same twice") && ann.state.overlay.is_none(), "{}", ann.sees());
}

#[test]
fn a_reaction_is_an_emoji_and_not_a_word() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears_lines(1..=3);
    for (line, why) in [
        (".react 3 hello", "\"hello\" is no emoji; :name: is one, and Tab finishes it"),
        (".react 3 :thumsup:", "there is no :thumsup:; did you mean :thumbsup:?"),
        (".react 3 :fnord:", "there is no :fnord:"),
        (".unreact 3 🎉", "you have not reacted to #3 with 🎉"),
    ] {
        assert_eq!(ann.sends(line), [], "{line}");
        assert!(ann.sees().contains(why) && ann.line() == line, "{}", ann.sees());
        ann.holds(KeyModifiers::CONTROL, KeyCode::Char('c'));
    }
    for (line, expected) in
        [(".react 3 tada", "🎉"), (".react 3 +1", "👍"), (".react 3 ❤️", "❤️"), (".react 3 ?!", "?!")]
    {
        let effects = ann.sends(line);
        let is_it = |effect: &Effect| matches!(effect, Effect::Say { body: Body::React { emoji, .. }, .. } if emoji == expected);
        assert!(effects.iter().any(is_it), "{line}: {effects:?}");
    }
    assert_ne!(ann.sends(".unreact 3 🎉"), [], "it is on its way");
}

#[test]
fn tab_offers_the_commonest_emoji_first() {
    let mut ann = Person::in_lobby(80, 24);
    for (typed, finished) in
        [(":thum", "👍 "), (":umbs", "👍 "), (".react 3 ", ".react 3 👍 "), (".react 3 roc", ".react 3 🚀 ")]
    {
        ann.types(typed);
        ann.presses(KeyCode::Tab);
        assert_eq!(ann.line(), finished);
        ann.presses(KeyCode::Esc);
        ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    }
    ann.hears_lines(1..=3);
    ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
    ann.types("+");
    ann.presses(KeyCode::Tab);
    assert_eq!(ann.line(), ".react 3 👍 ");
}

#[test]
fn the_list_of_rooms_is_one_to_choose_from() {
    let mut ann = Person::in_lobby(80, 24);
    ann.sends(".rooms");
    let entry = |number: u32| {
        let topic = format!("about {number}");
        RoomEntry { room: format!("room-{number:02}"), topic, members: number, head: Seq(u64::from(number) * 100) }
    };
    ann.learns(Outcome::Rooms { rooms: Ok((1..=40).map(entry).collect()), is_shown: true });
    assert!(ann.sees().contains("go to a room · 1 to 19 of 41"), "{}", ann.sees());
    assert!(ann.sees().contains("room-07     7 here     700 messages  not joined  about 7"), "{}", ann.sees());
    ann.presses(KeyCode::PageDown);
    ann.presses(KeyCode::PageDown);
    ann.presses(KeyCode::Down);
    assert!(ann.sees().contains("4 to 22 of 41"), "{}", ann.sees());
    assert_eq!(ann.presses(KeyCode::Enter).last(), Some(&Effect::Join("room-21".to_owned())));
    ann.sends(".rooms");
    ann.learns(Outcome::Rooms { rooms: Err("no connection".to_owned()), is_shown: true });
    assert!(ann.sees().contains("* no connection"));
}
