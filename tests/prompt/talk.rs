//! What is typed at the prompt, what arrives meanwhile, how one leaves.

use expectrl::ControlCode;
use tertulia::model::Seq;
use tertulia::wire::{History, Request, Signal};

use crate::common::{TestServer, text};
use crate::person::{Person, WIPE};

#[test]
fn two_people_talk() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (Person::sit_down(&server), Person::sit_down(&server));
    ann.sees(" came");
    ann.types(".register Ann");
    ann.sees("a password for other devices (8 characters or more), or nothing: ");
    ann.types("");
    ann.sees("* you are Ann now");
    ben.sees(" is now Ann");
    ann.types("hello");
    ann.sees(WIPE);
    ann.sees(" Ann: hello\r\n");
    ben.sees(" Ann: hello\r\n");
    ben.types("..hi");
    ann.sees(": .hi\r\n");
    ben.types("/quit");
    assert_eq!(ben.ends(), 0);
    ann.sees(" left");
    ann.0.send_control(ControlCode::EndOfTransmission).expect("it reads");
    assert_eq!(ann.ends(), 0);
}

#[test]
fn a_line_that_arrives_leaves_the_one_being_typed_whole() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let mut ben = Person::sit_down(&server);
    ben.presses("half a line");
    ben.sees("half a line");
    ann.say("lobby", "meanwhile");
    ben.sees(": meanwhile\r\nlobby> half a line");
    ben.types(" and the rest");
    ann.event();
    assert_eq!(text(&ann.event()), "half a line and the rest");
}

#[test]
fn what_was_said_before_is_shown_and_typing_is_helped() {
    let server = TestServer::start();
    server.guest_in("lobby").say("lobby", "before");
    server.guest_in("design").say("design", "x");
    let mut ann = Person::sit_down(&server);
    ann.types(".history 1");
    ann.sees(": before\r\n");
    ann.types(".qiut");
    ann.sees("did you mean .quit?");
    ann.types(".rooms");
    ann.sees("design ");
    ann.sees("lobby ");
    ann.presses(".jo\tdes\t\r");
    ann.sees("* in design, 1 here");
    ann.types(".leave");
    ann.sees("* left design; in lobby");
    ann.types(".leave");
    ann.sees("in no room now");
    ann.types("lost?");
    ann.sees("* you are in no room");
    ann.sees("> lost?");
    ann.0.send_control(ControlCode::EndOfText).expect("it reads");
    assert_eq!(ann.ends(), 0);
}

#[test]
fn a_server_that_comes_back_hears_once_what_was_typed_meanwhile() {
    let mut server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    server.stop();
    ann.sees("* connection lost (");
    ann.types("while you were away");
    ann.sees("* that will be said once the connection is back");
    server.restart();
    ann.sees("* back");
    ann.sees(": while you were away\r\n");
    let mut ben = server.guest_in("lobby");
    let all = History { room: "lobby".into(), before: None, after: Some(Seq(0)), limit: 10 };
    let Ok(tertulia::wire::Answer::Page(page)) = ben.call(Request::History(all)) else { panic!("no page") };
    assert_eq!(page.events.iter().map(text).collect::<Vec<_>>(), ["while you were away"]);
}

#[test]
fn a_prompt_that_is_told_to_end_gives_the_terminal_back() {
    let server = TestServer::start();
    let mut ben = server.guest_in("lobby");
    let mut ann = Person::sit_down(&server);
    assert!(!ann.has_lines());
    ann.presses("half a line");
    ann.sees("half a line");
    ann.is_sent("-TERM");
    ann.sees("\r\x1b[J");
    assert!(matches!(ben.signal(), Signal::Presence { here: true, .. }));
    assert!(matches!(ben.signal(), Signal::Presence { here: false, .. }));
    assert!(ann.has_lines());
    assert_eq!(ann.ends(), 0);
}
