//! Passwords at the prompt: typed unseen, and asked for without holding up the conversation.

use std::process::Command;

use crate::common::TestServer;
use crate::person::Person;

#[test]
fn a_password_is_not_shown_and_stands_in_no_history() {
    const SECRET: &str = "correct horse battery";
    let server = TestServer::start();
    let (mut ann, mut other) = (Person::sit_down(&server), Person::sit_down(&server));
    for (person, line, question) in
        [(&mut ann, ".register Ann", "or nothing: "), (&mut other, ".login Ann", "password: ")]
    {
        person.types(line);
        person.sees(question);
        person.types(SECRET);
        if line.starts_with(".register") {
            person.sees("once more: ");
            person.types(SECRET);
        }
        let shown = person.0.expect("* you are Ann now").expect("the right one");
        assert!(!String::from_utf8_lossy(shown.before()).contains("horse"), "{:?}", shown.before());
        person.types("/quit");
    }
    assert_eq!((ann.ends(), other.ends()), (0, 0));
    let found = Command::new("grep").args(["-r", "horse"]).arg(server.temporary_dir().join("state")).output();
    assert!(found.expect("grep runs").stdout.is_empty());
}

/// Somebody who is asked for a password while a message comes.
fn is_asked(server: &TestServer) -> Person {
    let mut ben = server.guest_in("lobby");
    let mut ann = Person::sit_down(server);
    ann.types(".login Ann");
    ann.sees("password: ");
    ben.say("lobby", "meanwhile");
    ann.sees(": meanwhile\r\npassword: ");
    ann
}

#[test]
fn a_password_that_is_asked_for_holds_up_no_message_and_is_cancelled() {
    let server = TestServer::start();
    let mut ann = is_asked(&server);
    assert!(!ann.has_echo());
    for cancel in ["half of it\x03", "\x04"] {
        ann.presses(cancel);
        ann.sees("* nothing was done: no password was typed");
        ann.sees("lobby> ");
        ann.types("I am here");
        ann.sees(": I am here\r\n");
        ann.types(".login Ann");
        ann.sees("password: ");
    }
    ann.types("correct horse battery");
    ann.sees("do not belong together");
    ann.types("/quit");
    assert_eq!(ann.ends(), 0);
}

#[test]
fn nobody_types_a_password_for_nothing() {
    let mut server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    ann.types(".password");
    ann.sees("* a guest has no password");
    ann.types(".register Ann");
    ann.sees("or nothing: ");
    ann.types("correct horse");
    ann.sees("once more: ");
    ann.types("correct house");
    ann.sees("* nothing was done: that was not the same twice");
    ann.types(".login Ann");
    ann.sees("password: ");
    ann.types("");
    ann.sees("* nothing was done: an empty password is none");
    ann.types(".register Ann");
    ann.sees("or nothing: ");
    ann.types("");
    ann.sees("* you are Ann now");
    ann.types(".password");
    for question in ["if there is none: ", "the new one (8 characters or more): "] {
        ann.sees(question);
        ann.types("");
    }
    ann.sees("* nothing was done: an empty password is none");
    server.stop();
    ann.sees("* connection lost");
    for line in [".password", ".login Ann", ".register Ben", ".who", ".rooms", ".save 1", ".history", ".devices"] {
        ann.types(line);
        ann.sees("* there is no connection now; the client is trying again");
    }
    ann.types("/quit");
    assert_eq!(ann.ends(), 0);
}

#[test]
fn whoever_is_asked_for_a_password_can_be_told_to_go() {
    let server = TestServer::start();
    for signal in ["-TERM", "-INT"] {
        let mut ann = is_asked(&server);
        ann.is_sent(signal);
        ann.sees("\r\x1b[J");
        assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
    }
}

#[test]
fn a_halted_terminal_halts_nobody_who_is_told_to_go() {
    const HALT: &str = "\x13";
    let server = TestServer::start();
    let mut ann = is_asked(&server);
    ann.presses(HALT);
    server.guest_in("lobby").say("lobby", "to nobody");
    ann.is_sent("-TERM");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
}
