//! However it ends, the terminal is as it was, and no word is lost.

use std::process::Command;

use crate::common::TestServer;
use crate::person::{Person, waits_until};

#[test]
fn whoever_is_told_to_go_gives_the_terminal_back() {
    let server = TestServer::start();
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut ann = Person::sit_down(&server);
        ann.presses("half a line");
        ann.sees("half a line");
        ann.is_sent(signal);
        assert_eq!(ann.leaves_the_terminal_as_it_was(), 0, "{signal}");
        let mut ann = Person::sit_down(&server);
        ann.sees("› half a line");
        ann.presses("\x03\x03");
        ann.sees("Ctrl-C again leaves");
        ann.presses("\x03");
        assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
    }
}

#[test]
fn a_killed_client_comes_back_to_its_rooms_and_drafts() {
    let mut server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    ann.types(".join dev");
    ann.sees("dev, 1 here");
    ann.presses("a draft in dev");
    ann.presses("\x10");
    ann.sees("✎");
    ann.presses("another");
    ann.sees("› another");
    server.stop();
    ann.sees("offline");
    ann.presses("\x15");
    ann.types("said to nobody");
    ann.sees("sending 1");
    ann.presses("unfinished");
    ann.sees("› unfinished");
    let state = server.temporary_dir().join("state");
    waits_until("drafts are kept", || {
        let found = Command::new("grep").args(["-rlq", "--include=screen", "unfinished"]).arg(&state).status();
        found.expect("grep runs").success()
    });
    ann.dies();
    let away = Person::start(server.address().port(), state);
    away.sees("a message waits and goes out once you are in");
    away.dies();
    server.restart();
    let mut ann = Person::sit_down(&server);
    ann.sees("2 dev");
    ann.sees("› unfinished");
    ann.sees("said to nobody");
    ann.sees_no_more("sending");
    ann.presses("\x0e");
    ann.sees("› a draft in dev");
}

#[test]
fn nothing_that_others_say_reaches_the_terminal_raw() {
    let server = TestServer::start();
    let mut evil = server.guest_in("lobby");
    let mut ann = Person::sit_down(&server);
    evil.say("lobby", "\u{202e}gpj.exe \u{2066}x\u{200b}");
    ann.sees("<U+202E>gpj.exe");
    ann.presses("\x1b[200~\x1b]0;pasted\x07 by \u{202e} hand\x1b[201~");
    ann.sees("by <U+202E> hand");
    let raw = String::from_utf8_lossy(&ann.raw()).into_owned();
    let titles = ["2;Tertulia\x1b\\", "2;lobby – Tertulia\x1b\\"];
    for command in raw.split("\x1b]").skip(1) {
        assert!(titles.iter().any(|title| command.starts_with(title)), "{command:?}");
    }
    for evil in ["\u{202e}", "\u{2066}", "\u{200b}"] {
        assert!(!raw.contains(evil), "{evil:?}");
    }
}

#[test]
fn a_server_that_is_away_at_the_start_is_waited_for() {
    let mut server = TestServer::start();
    server.stop();
    let state = server.temporary_dir().join("state");
    let mut ann = Person::start(server.address().port(), state.clone());
    ann.sees("cannot reach");
    ann.sees("trying again in");
    ann.resizes(40, 10);
    ann.sees("Ctrl-C: leave");
    ann.presses("\x03");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 1);
    let mut ann = Person::start(server.address().port(), state);
    ann.presses("early woq\x7frds");
    ann.sees("› early words");
    ann.sees("trying again in 1 s");
    ann.sees("trying again in 5 s");
    server.restart();
    ann.presses("\r");
    ann.sees("lobby, 1 here");
    ann.types(" at last");
    ann.sees("early words at last");
    ann.sees_no_more("sending");
}

#[test]
fn who_is_told_to_go_can_read_why_and_loses_no_word() {
    let server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    ann.types("said before");
    ann.sees("#1");
    let (state, copy) = (server.temporary_dir().join("state"), server.temporary_dir().join("copy"));
    assert!(Command::new("cp").arg("-r").args([&state, &copy]).status().expect("cp is everywhere").success());
    let other = Person::start(server.address().port(), copy);
    other.sees("lobby, ");
    ann.sees("the conversation is over");
    ann.presses("half a line");
    ann.sees("› half a line");
    ann.sees("the conversation is over");
    ann.presses("\r");
    ann.sees_no_more("the conversation is over");
    ann.sees("said before");
    ann.presses("\r");
    ann.sees("nothing was said");
    ann.sees("› half a line");
    ann.presses("\x15\x03\x03");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 1);
}

#[test]
fn a_file_on_its_way_can_be_stopped() {
    let server = TestServer::start();
    let path = server.temporary_dir().join("large.bin");
    std::fs::write(&path, vec![7; 60_000_000]).expect("there is room");
    let mut ann = Person::sit_down(&server);
    ann.types(&format!(".file {}", path.display()));
    ann.sees("↑ large.bin");
    ann.presses("\x04");
    ann.sees("once more stops it and leaves");
    ann.presses("\x03");
    ann.sees("stopped: large.bin was not sent");
    ann.types("still here");
    ann.sees("#1");
    assert!(!ann.screen().contains("[file]"));
}

#[test]
fn who_is_stopped_from_outside_goes_on_where_it_was() {
    let server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    ann.presses("half a line");
    ann.sees("› half a line");
    ann.is_sent("-STOP");
    let before = ann.raw().len();
    ann.is_sent("-CONT");
    waits_until("the terminal is taken again", || {
        let raw = ann.raw();
        let since = String::from_utf8_lossy(&raw[before..]).into_owned();
        since.contains("\x1b[?1049h") && since.contains("half")
    });
    ann.types(" and more");
    ann.sees("half a line and more");
    ann.presses("\x04");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
}
