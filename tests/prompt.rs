//! The client as a person uses it, in a pseudo terminal: what is typed, what arrives meanwhile, how one leaves.
#![cfg(unix)]

mod common;

use std::process::Command;
use std::time::Duration;

use common::{TestServer, text};
use expectrl::{ControlCode, Eof, Session, WaitStatus};
use nix::sys::termios::{LocalFlags, tcgetattr};
use tertulia::model::Seq;
use tertulia::wire::{History, Request, Signal};

/// Long enough for a slow machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes back the row that was typed.
const WIPE: &str = "\x1b[1A\r\x1b[J";

struct Person(Session);

impl Person {
    /// Somebody at a prompt in the lobby.
    fn sit_down(server: &TestServer) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
        command.args(["127.0.0.1", &server.address().port().to_string()]);
        command.env("TERTULIA_STATE_DIR", server.temporary_dir().join("state"));
        command.env("TERTULIA_DOWNLOAD_DIR", server.temporary_dir().join("downloads"));
        command.env("TERM", "xterm").env("NO_COLOR", "1");
        let mut session = Session::spawn(command).expect("it starts");
        session.set_expect_timeout(Some(PATIENCE));
        let mut person = Self(session);
        person.sees("* in lobby");
        person.sees("lobby> ");
        person
    }

    #[track_caller]
    fn sees(&mut self, words: &str) {
        self.0.expect(words).unwrap_or_else(|error| panic!("{words:?} did not come: {error}"));
    }

    fn types(&mut self, line: &str) {
        self.0.send_line(line).expect("it reads");
    }

    fn presses(&mut self, keys: &str) {
        self.0.send(keys).expect("it reads");
    }

    /// Whether the terminal hands over lines, as it does where no editor reads key by key.
    fn has_lines(&self) -> bool {
        let terminal = self.0.get_raw_handle().expect("a terminal");
        tcgetattr(terminal).expect("its modes").local_flags.contains(LocalFlags::ICANON)
    }

    /// The exit code, once it has ended.
    fn ends(mut self) -> i32 {
        self.0.expect(Eof).expect("it ends");
        match self.0.wait().expect("a child") {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn two_people_talk() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (Person::sit_down(&server), Person::sit_down(&server));
    ann.sees(" came");
    ann.types(".register Ann");
    ann.sees("a password for other devices, or nothing: ");
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
        let shown = person.0.expect("* you are Ann now").expect("the right one");
        assert!(!String::from_utf8_lossy(shown.before()).contains("horse"), "{:?}", shown.before());
        person.types("/quit");
    }
    assert_eq!((ann.ends(), other.ends()), (0, 0));
    let found = Command::new("grep").args(["-r", "horse"]).arg(server.temporary_dir().join("state")).output();
    assert!(found.expect("grep runs").stdout.is_empty());
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
    let pid = ann.0.pid().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill is everywhere").success());
    ann.sees("\r\x1b[J");
    assert!(matches!(ben.signal(), Signal::Presence { here: true, .. }));
    assert!(matches!(ben.signal(), Signal::Presence { here: false, .. }));
    assert!(ann.has_lines());
    assert_eq!(ann.ends(), 0);
}
