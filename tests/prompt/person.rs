//! Somebody at a terminal: types, looks, leaves.

use std::process::Command;
use std::time::Duration;

use expectrl::{Eof, Session, WaitStatus};
use nix::sys::termios::{LocalFlags, tcgetattr};

use crate::common::TestServer;

/// Long enough for a slow machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes back the row that was typed.
pub(crate) const WIPE: &str = "\x1b[1A\r\x1b[J";

pub(crate) struct Person(pub(crate) Session);

impl Person {
    /// Somebody at a prompt in the lobby.
    pub(crate) fn sit_down(server: &TestServer) -> Self {
        let mut command = Command::new("sh");
        // as terminals are; this one would show nothing
        command.args(["-c", "stty echo && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_client")]);
        command.args(["127.0.0.1", &server.address().port().to_string(), "--plain"]);
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
    pub(crate) fn sees(&mut self, words: &str) {
        self.0.expect(words).unwrap_or_else(|error| panic!("{words:?} did not come: {error}"));
    }

    pub(crate) fn types(&mut self, line: &str) {
        self.0.send_line(line).expect("it reads");
    }

    pub(crate) fn presses(&mut self, keys: &str) {
        self.0.send(keys).expect("it reads");
    }

    /// Whether the terminal hands over lines, as it does where no editor reads key by key.
    pub(crate) fn has_lines(&self) -> bool {
        self.modes().contains(LocalFlags::ICANON)
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn has_echo(&self) -> bool {
        self.modes().contains(LocalFlags::ECHO)
    }

    fn modes(&self) -> LocalFlags {
        let terminal = self.0.get_raw_handle().expect("a terminal");
        tcgetattr(terminal).expect("its modes").local_flags
    }

    /// The system sends it a signal.
    pub(crate) fn is_sent(&self, signal: &str) {
        let pid = self.0.pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill is everywhere").success());
    }

    /// The exit code, once it has ended and has left the terminal as it was.
    pub(crate) fn leaves_the_terminal_as_it_was(mut self) -> i32 {
        self.0.expect(Eof).expect("it ends");
        assert!(self.has_echo() && self.has_lines());
        self.ends()
    }

    /// The exit code, once it has ended.
    pub(crate) fn ends(mut self) -> i32 {
        self.0.expect(Eof).expect("it ends");
        match self.0.wait().expect("a child") {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        }
    }
}
