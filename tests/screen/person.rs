//! Somebody at a terminal: types, looks at its cells, is sent signals. What the program writes is read on a thread of its
//! own, as a terminal does.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use expectrl::{Session, WaitStatus};
use nix::sys::termios::{LocalFlags, tcgetattr};

use crate::common::TestServer;

/// Long enough for a slow machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);
const COLUMNS: u16 = 80;
const ROWS: u16 = 24;

/// What is on the terminal, and all bytes that came to it.
struct Cells {
    parser: vt100::Parser,
    raw: Vec<u8>,
    is_over: bool,
}

pub(crate) struct Person {
    session: Session,
    keys: File,
    cells: Arc<(Mutex<Cells>, Condvar)>,
}

impl Person {
    /// Somebody in the lobby.
    pub(crate) fn sit_down(server: &TestServer) -> Self {
        let person = Self::start(server.address().port(), server.temporary_dir().join("state"));
        person.sees("lobby, ");
        person.sees("connected");
        person
    }

    /// Starts the program, with what it remembers in a directory.
    pub(crate) fn start(port: u16, state: PathBuf) -> Self {
        Self::start_as(&["127.0.0.1", &port.to_string()], state)
    }

    /// Starts the program with these words behind its name.
    pub(crate) fn start_as(words: &[&str], state: PathBuf) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
        command.args(words);
        command.env("TERTULIA_DOWNLOAD_DIR", state.join("downloads")).env("TERTULIA_STATE_DIR", state);
        command.env("TERM", "xterm-256color").env("TZ", "UTC").env_remove("NO_COLOR");
        command.env_remove("TMUX").env_remove("VTE_VERSION").env("COLORTERM", "truecolor");
        for inherited in ["KITTY_WINDOW_ID", "TERM_PROGRAM", "LC_TERMINAL", "STY", "ZELLIJ"] {
            command.env_remove(inherited);
        }
        let mut session = Session::spawn(command).expect("it starts");
        session.set_window_size(COLUMNS, ROWS).expect("it is a terminal");
        let keys = session.get_raw_handle().expect("a terminal");
        let cells = Cells { parser: vt100::Parser::new(some(ROWS), some(COLUMNS), 0), raw: Vec::new(), is_over: false };
        let cells = Arc::new((Mutex::new(cells), Condvar::new()));
        let (out, shared) = (keys.try_clone().expect("a handle"), Arc::clone(&cells));
        std::thread::spawn(move || show(out, &shared));
        Self { session, keys, cells }
    }

    #[track_caller]
    pub(crate) fn sees(&self, words: &str) {
        self.waits_for(words, |screen| screen.contains(words));
    }

    #[track_caller]
    pub(crate) fn sees_no_more(&self, words: &str) {
        self.waits_for(words, |screen| !screen.contains(words));
    }

    #[track_caller]
    pub(crate) fn waits_for(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        self.waits_for_cells(what, |screen| is_there(&screen.contents()));
    }

    #[track_caller]
    fn waits_for_cells(&self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        let (cells, came) = &*self.cells;
        let mut cells = cells.lock().expect("no panic there");
        while !is_there(cells.parser.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !cells.is_over, "{what:?} on:\n{}", cells.parser.screen().contents());
            cells = came.wait_timeout(cells, left).expect("no panic there").0;
        }
    }

    /// What is made of the cells once they are so.
    #[track_caller]
    pub(crate) fn looks<T>(&self, what: &str, is_so: impl Fn(&str) -> bool, make: impl Fn(&vt100::Screen) -> T) -> T {
        let taken = std::cell::RefCell::new(None);
        self.waits_for_cells(what, |screen| {
            let is_there = is_so(&screen.contents());
            if is_there {
                *taken.borrow_mut() = Some(make(screen));
            }
            is_there
        });
        taken.into_inner().expect("it was waited for")
    }

    /// Time of the processor that it used, in hundredths of a second.
    pub(crate) fn cpu_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.session.pid())).expect("Linux");
        let fields: Vec<u64> = stat
            .rsplit(')')
            .next()
            .map_or_else(Vec::new, |rest| rest.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect());
        fields[11] + fields[12]
    }

    /// KiB of memory that it has.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.session.pid())).expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it lives");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// All that can be seen.
    pub(crate) fn screen(&self) -> String {
        self.cells.0.lock().expect("no panic there").parser.screen().contents()
    }

    /// Waits until so many such commands came among the bytes.
    #[track_caller]
    pub(crate) fn is_told(&self, command: &str, times: usize) {
        let until = Instant::now() + PATIENCE;
        let (cells, came) = &*self.cells;
        let mut cells = cells.lock().expect("no panic there");
        loop {
            let count = cells.raw.windows(command.len()).filter(|bytes| *bytes == command.as_bytes()).count();
            if count == times {
                return;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !cells.is_over && count < times, "{command:?} {count} times, not {times}");
            cells = came.wait_timeout(cells, left).expect("no panic there").0;
        }
    }

    /// All bytes that came.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.cells.0.lock().expect("no panic there").raw.clone()
    }

    pub(crate) fn types(&mut self, line: &str) {
        self.presses(&format!("{line}\r"));
    }

    pub(crate) fn presses(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it reads");
    }

    /// The terminal gets another size.
    pub(crate) fn resizes(&mut self, columns: u16, rows: u16) {
        self.cells.0.lock().expect("no panic there").parser.screen_mut().set_size(some(rows), some(columns));
        self.session.set_window_size(columns, rows).expect("it is a terminal");
    }

    /// The system sends it a signal.
    pub(crate) fn is_sent(&self, signal: &str) {
        let pid = self.session.pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill is everywhere").success());
    }

    /// The exit code, once it has ended and has left the terminal as it was.
    #[track_caller]
    pub(crate) fn leaves_the_terminal_as_it_was(self) -> i32 {
        let code = match self.session.wait().expect("a child") {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        };
        let modes = tcgetattr(&self.keys).expect("its modes").local_flags;
        assert!(modes.contains(LocalFlags::ICANON), "it hands over lines");
        self.waits_to_be_over();
        let (cells, _) = &*self.cells;
        let cells = cells.lock().expect("no panic there");
        let screen = cells.parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        code
    }

    /// It was killed, and could leave nothing as it was.
    pub(crate) fn dies(self) {
        self.is_sent("-KILL");
        let _ = self.session.wait();
    }

    /// Until nothing more can come.
    fn waits_to_be_over(&self) {
        let (cells, came) = &*self.cells;
        let cells = cells.lock().expect("no panic there");
        let over = came.wait_timeout_while(cells, Duration::from_secs(1), |cells| !cells.is_over);
        drop(over.expect("no panic there"));
    }
}

fn some(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has some")
}

/// Waits for the disk.
#[track_caller]
pub(crate) fn waits_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn show(mut out: File, cells: &(Mutex<Cells>, Condvar)) {
    let mut bytes = [0; 8_192];
    loop {
        let count = out.read(&mut bytes).unwrap_or(0);
        let Ok(mut cells_now) = cells.0.lock() else { return };
        cells_now.parser.process(&bytes[..count]);
        cells_now.raw.extend_from_slice(&bytes[..count]);
        cells_now.is_over = count == 0;
        drop(cells_now);
        cells.1.notify_all();
        if count == 0 {
            return;
        }
    }
}
