//! The terminal itself: taken over, drawn on, given back. One thread writes, so that a terminal that takes nothing holds
//! up neither the keys nor the connection; while it writes, nothing is drawn, and what changed meanwhile is one frame.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::Notify;

use super::cells::Cells;
use super::doubt::Doubt;
use super::gallery::Gallery;
use super::guarded::is_guarded;
use super::notify::{self, Dialect};
use super::showing::{self, Showing};
use super::view_pictures::Placed;
use crate::model::limits;
use crate::terminal::Error;

/// The other screen, the mouse (clicks, drags, wheel), pastes that say so, who looks.
const TAKE_OVER: &[u8] = b"\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?1004h\x1b[2J";
/// All of that back, and the cursor.
const GIVE_BACK: &[u8] =
    b"\x1b[?2026l\x1b[?1004l\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[0m\x1b[?1049l\x1b[?25h";
/// A frame is shown when all of it is there.
const FRAME: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal, until it is dropped.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Cells>>,
    cells: Cells,
    frames: Option<SyncSender<Vec<u8>>>,
    writer: Arc<Writer>,
    dialect: Dialect,
    showing: Showing,
    doubt: Doubt,
    title: String,
    /// What goes out with the next frame, beside it.
    aside: String,
}

/// What the thread that writes tells.
#[derive(Debug, Default)]
struct Writer {
    is_busy: AtomicBool,
    is_gone: AtomicBool,
    has_written: Notify,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// [`Error::Start`] if it is none, or there is no thread to be had.
    pub(super) fn take_over() -> Result<Self, Error> {
        let cells = Cells::default();
        let terminal = Terminal::new(CrosstermBackend::new(cells.clone())).map_err(Error::Start)?;
        let writer = Arc::new(Writer::default());
        let ((frames, waiting), shared) = (sync_channel(1), Arc::clone(&writer));
        thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || write(&waiting, &shared))
            .map_err(Error::Start)?;
        give_back_after_a_panic();
        take().map_err(Error::Start)?;
        let dialect = Dialect::of_environment();
        Ok(Self {
            terminal,
            cells,
            frames: Some(frames),
            writer,
            dialect,
            showing: Showing::new(dialect.is_tmux),
            doubt: Doubt::default(),
            title: String::new(),
            aside: String::new(),
        })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Whether the last frame is written.
    pub(super) fn is_ready(&self) -> bool {
        !self.writer.is_busy.load(Ordering::SeqCst)
    }

    /// Resolves once a frame is written.
    pub(super) async fn ready(&self) {
        self.writer.has_written.notified().await;
    }

    /// Whether there is no terminal any more.
    pub(super) fn is_gone(&self) -> bool {
        self.writer.is_gone.load(Ordering::SeqCst)
    }

    /// Draws, unless the last frame is still being written or the size has just changed. Returns whether it did.
    pub(super) fn draw(
        &mut self,
        size: (u16, u16),
        title: &str,
        gallery: &Gallery,
        paint: impl FnOnce(&mut Buffer) -> (Option<Position>, Vec<Placed>),
    ) -> bool {
        if !self.is_ready() {
            return false;
        }
        let (mut is_drawn, mut pictures) = (false, Vec::new());
        let drawn = self.terminal.draw(|frame| {
            let area = frame.area();
            if (area.width, area.height) == size {
                let (cursor, seen) = paint(frame.buffer_mut());
                pictures = seen;
                if let Some(cursor) = cursor {
                    frame.set_cursor_position(cursor);
                }
                is_drawn = true;
            }
        });
        let mended = drawn.as_ref().map(|drawn| self.doubt.mended(drawn.buffer)).unwrap_or_default();
        if !mended.is_empty() {
            self.showing.repaint();
        }
        let [before, behind] = self.showing.frame(gallery, pictures);
        if title != self.title {
            self.aside += &notify::set_title(title);
            title.clone_into(&mut self.title);
        }
        let aside = std::mem::take(&mut self.aside);
        let frame = [before.as_bytes(), &self.cells.take(), &mended, behind.as_bytes()].concat();
        if drawn.is_ok() && !(frame.is_empty() && aside.is_empty()) {
            self.send([FRAME.0, &frame, FRAME.1, aside.as_bytes()].concat());
        }
        is_drawn
    }

    /// Makes itself heard, once however often before the next frame.
    pub(super) fn ring(&mut self, how: notify::Notify, text: &str) {
        self.aside = notify::ring(how, self.dialect, text);
    }

    /// Draws everything anew the next time.
    pub(super) fn forget(&mut self) {
        self.showing.forget();
        self.doubt.forget();
        // clearing it would ask the terminal where its cursor is, and wait for the answer
        if let Ok(size) = self.terminal.size() {
            let _ = self.terminal.resize(Rect::from((Position::ORIGIN, size)));
        }
    }

    /// Gives the terminal back to the shell, and takes it again when that lets the program go on.
    pub(super) fn suspend(&mut self) {
        if !self.is_ready() {
            return;
        }
        give_back();
        #[cfg(unix)]
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP);
        let _ = take();
        self.title.clear();
        self.forget();
    }

    fn send(&self, bytes: Vec<u8>) {
        self.writer.is_busy.store(true, Ordering::SeqCst);
        if let Some(frames) = &self.frames {
            let _ = frames.try_send(bytes);
        }
    }
}

impl Drop for Screen {
    /// Whoever leaves does not wait for ever for a terminal that takes nothing.
    fn drop(&mut self) {
        let patience = Duration::from_millis(20);
        let frames = self.frames.take();
        let tries = limits::TERMINAL_LEAVE_TIMEOUT.as_millis() / patience.as_millis();
        let is_told = frames.is_some_and(|frames| {
            (0..tries).any(|_| {
                let is_sent = frames.try_send(Vec::new()).is_ok();
                if !is_sent {
                    thread::park_timeout(patience);
                }
                is_sent
            })
        });
        let has_ended = || {
            (0..tries).any(|_| {
                let is_over = self.writer.is_gone.load(Ordering::SeqCst);
                if !is_over {
                    thread::park_timeout(patience);
                }
                is_over
            })
        };
        if is_told && has_ended() {
            give_back();
        } else {
            IS_TAKEN.store(false, Ordering::SeqCst);
            let _ = disable_raw_mode();
        }
    }
}

/// Writes frames until there is an empty one, or no terminal.
fn write(frames: &Receiver<Vec<u8>>, writer: &Writer) {
    for frame in frames {
        let mut out = io::stdout().lock();
        let is_to_be_shown = IS_TAKEN.load(Ordering::SeqCst);
        if frame.is_empty() || is_to_be_shown && out.write_all(&frame).and_then(|()| out.flush()).is_err() {
            break;
        }
        writer.is_busy.store(false, Ordering::SeqCst);
        writer.has_written.notify_one();
    }
    writer.is_gone.store(true, Ordering::SeqCst);
    writer.has_written.notify_one();
}

/// Here and not by the thread that writes: what a panic gives back must not be taken afterwards.
fn take() -> io::Result<()> {
    enable_raw_mode()?;
    IS_TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    out.write_all(notify::KEEP_TITLE.as_bytes()).and_then(|()| out.write_all(TAKE_OVER)).and_then(|()| out.flush())
}

/// Once, whoever asks.
fn give_back() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = out
            .write_all(showing::taken_back().as_bytes())
            .and_then(|()| out.write_all(GIVE_BACK))
            .and_then(|()| out.write_all(notify::TITLE_BACK.as_bytes()))
            .and_then(|()| out.flush());
        let _ = disable_raw_mode();
    }
}

/// What a panic says is read on a terminal that is as it was.
fn give_back_after_a_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !is_guarded() {
                give_back();
                before(panic);
            }
        }));
    });
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use expectrl::Session;

    use super::super::guarded::guarded;
    use super::*;

    #[test]
    #[ignore = "run by the test below, on a terminal of its own"]
    fn panics() {
        let _screen = Screen::take_over().unwrap();
        assert_eq!(guarded::<()>(|| panic!("in a decoder")), None);
        panic!("on purpose");
    }

    #[test]
    fn what_a_panic_says_is_read_on_a_terminal_that_was_given_back() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "tui::screen::tests::panics", "--ignored", "--nocapture", "--test-threads", "1"]);
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        let before = session.expect("\x1b[?1049h").unwrap();
        assert!(!String::from_utf8_lossy(before.as_bytes()).contains("on purpose"));
        let taken = session.expect("\x1b[?1049l\x1b[?25h").unwrap();
        assert!(!String::from_utf8_lossy(taken.as_bytes()).contains("in a decoder"));
        session.expect("on purpose").unwrap();
    }
}
