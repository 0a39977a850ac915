//! The same at a prompt, where the line editor draws what it finishes: nothing of it is what the server sent.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use expectrl::{Eof, Session};

use crate::evil::Evil;
use crate::screen::poison;

/// What is drawn while somebody types these lines, one after what the one before brings.
fn shown(options: &[&str], lines: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().expect("a directory");
    let evil = Evil::new(|_, victim| poison(victim));
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.args(["127.0.0.1", &evil.address.port().to_string()]).args(options).env("TERM", "xterm");
    command.env("TERTULIA_STATE_DIR", home.path().join("state"));
    command.env("TERTULIA_DOWNLOAD_DIR", home.path().join("downloads"));
    let mut session = Session::spawn(command).expect("it starts");
    session.set_window_size(120, 40).expect("it is a terminal");
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    let mut shown = Vec::new();
    for (typed, seen) in lines {
        session.send(typed).expect("it reads");
        let found = session.expect(*seen).unwrap_or_else(|error| panic!("{seen:?} did not come: {error}"));
        shown.extend_from_slice(found.as_bytes());
    }
    session.send("\u{15}.quit\r").expect("it reads");
    shown.extend_from_slice(session.expect(Eof).expect("it ends").as_bytes());
    String::from_utf8_lossy(&shown).into_owned()
}

#[track_caller]
fn is_harmless(shown: &str) {
    assert!(shown.contains("␛]0;pwn␇"), "something of it was shown: {shown:?}");
    for raw in ["\x1b]", "\x1b[31m", "\x1b[200~", "\u{9b}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{2028}", "\u{e0041}"]
    {
        assert!(!shown.contains(raw), "{raw:?} in {shown:?}");
    }
}

#[test]
fn nothing_raw_reaches_a_terminal_also_not_by_the_tab_key() {
    is_harmless(&shown(
        &["--plain"],
        &[
            ("", "lobby> "),
            (".rooms\r", "1 here"),
            // what begins like the rooms that the server named
            (".join lo\t\t", ".join lobby"),
            ("\u{15}.who\r", "member"),
            (".history 9\r", "topic"),
            ("hello\r", "refused"),
        ],
    ));
}

/// What is shown beside the titles that the client gives the window, each of which is one line of plain text.
#[track_caller]
fn without_titles(shown: &str) -> String {
    let mut pieces = shown.split("\x1b]2;");
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (title, after) = piece.split_once("\x1b\\").expect("a title ends");
        assert!(title.len() < 200 && !title.contains(char::is_control), "{title:?}");
        rest += after;
    }
    rest
}

#[test]
fn nothing_raw_is_drawn_on_the_full_screen() {
    is_harmless(&without_titles(&shown(
        &[],
        &[
            ("", "0 here"),
            (".rooms\r", "go to a room"),
            (".who\r", "Esc closes"),
            // only what is not there already is drawn
            (".join lo\t\t", "bby"),
            ("\u{15}\u{b}", "go to a room"),
            ("\u{3}hello\r", "not said"),
        ],
    )));
}
