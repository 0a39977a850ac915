//! The terminal itself: taken over, drawn on, given back. One thread writes, so that a terminal that takes nothing holds
//! up neither the keys nor the connection; while it writes, nothing is drawn, and what changed meanwhile is one frame.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::Notify;

use super::cells::Cells;
use super::doubt::Doubt;
use super::gallery::Gallery;
use super::notify::{self, Dialect};
use super::showing::Showing;
use super::taken;
use super::view_pictures::Placed;
use crate::model::limits;
use crate::terminal::Error;

/// A frame is shown when all of it is there.
const FRAME: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

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
    due: Option<Due>,
    /// What goes out with the next frame, beside it.
    aside: String,
}

/// What is to be done to the terminal when it has taken all that was written.
#[derive(Debug, Clone, Copy)]
enum Due {
    Suspend,
    Retake,
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
        taken::give_back_after_a_panic();
        taken::take().map_err(Error::Start)?;
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
            due: None,
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
        self.do_what_is_due();
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

    /// Gives the terminal back to the shell, and takes it again when that lets the program go on; before the next frame.
    pub(super) const fn suspend(&mut self) {
        self.due = Some(Due::Suspend);
    }

    /// Takes the terminal again before the next frame: somebody else stopped the program and let it go on, and the shell
    /// had it meanwhile.
    pub(super) const fn retake(&mut self) {
        self.due = Some(Due::Retake);
    }

    /// Nothing is being written now.
    fn do_what_is_due(&mut self) {
        match self.due.take() {
            None => return,
            Some(Due::Suspend) => {
                taken::give_back();
                #[cfg(unix)]
                let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP);
                let _ = taken::take();
                self.title.clear();
            }
            Some(Due::Retake) => drop(taken::take_again()),
        }
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
            taken::give_back();
        } else {
            taken::abandon();
        }
    }
}

/// Writes frames until there is an empty one, or no terminal.
fn write(frames: &Receiver<Vec<u8>>, writer: &Writer) {
    for frame in frames {
        let mut out = io::stdout().lock();
        let is_to_be_shown = taken::is_taken();
        if frame.is_empty() || is_to_be_shown && out.write_all(&frame).and_then(|()| out.flush()).is_err() {
            break;
        }
        writer.is_busy.store(false, Ordering::SeqCst);
        writer.has_written.notify_one();
    }
    writer.is_gone.store(true, Ordering::SeqCst);
    writer.has_written.notify_one();
}
