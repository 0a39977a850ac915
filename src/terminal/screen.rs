//! Who may write on the screen: one thread, which takes lines from a queue and hands them to a [`Surface`], be it a
//! plain stream or a terminal with a prompt on it. When the queue is full, who has a line waits: a terminal that
//! somebody halted halts the conversation, and the server keeps what is said meanwhile. What stands in a line is left
//! to [`super::render`].

use std::io::{self, Write};
use std::thread;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::{mpsc, oneshot};

use super::Error;
use super::line::Line;
use crate::model::limits;
use crate::model::safe_text;

/// Characters of a file's name beside a progress bar.
const BAR_LABEL_CHARS_MAX: usize = 30;

/// Something that lines can be written on.
pub(super) trait Surface: Send + 'static {
    /// Writes a line.
    ///
    /// # Errors
    /// If nobody reads it any more.
    fn show(&mut self, line: &Line) -> io::Result<()>;
}

/// A screen without a prompt: words on standard output, what went wrong on standard error.
#[derive(Debug)]
pub(super) struct Plain;

impl Surface for Plain {
    fn show(&mut self, line: &Line) -> io::Result<()> {
        if line.is_fault() {
            return writeln!(io::stderr(), "{line}");
        }
        write_out(&format!("{line}\n"))
    }
}

/// Writes on standard output, at once.
pub(super) fn write_out(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

enum Order {
    Show(Line),
    Tell(oneshot::Sender<()>),
}

/// The way to the screen. When it is dropped, the thread ends.
#[derive(Debug)]
pub(super) struct Screen {
    orders: mpsc::Sender<Order>,
    bars: Option<MultiProgress>,
}

impl Screen {
    /// Starts the thread that writes. With `bars` there are progress bars, which the surface has to heed.
    ///
    /// # Errors
    /// [`Error::Start`] if there is no thread to be had.
    pub(super) fn start(surface: impl Surface, bars: Option<MultiProgress>) -> Result<Self, Error> {
        let (orders, waiting) = mpsc::channel(limits::TERMINAL_LINES_WAITING_MAX);
        let write = || write(surface, waiting);
        thread::Builder::new().name("screen".to_owned()).spawn(write).map_err(Error::Start)?;
        Ok(Self { orders, bars })
    }

    /// Shows a line, or nothing if nobody looks any more.
    pub(super) async fn show(&self, line: Line) {
        let _ = self.orders.send(Order::Show(line)).await;
    }

    /// Waits until everything is shown that was to be shown so far.
    pub(super) async fn settle(&self) {
        let (told, shown) = oneshot::channel();
        let _ = self.orders.send(Order::Tell(told)).await;
        let _ = shown.await;
    }

    /// Waits until nobody looks any more, as when the program behind a pipe has ended.
    pub(super) async fn gone(&self) {
        self.orders.closed().await;
    }

    /// A progress bar that vanishes when it is dropped; an invisible one where there is no room for it.
    #[must_use]
    pub(super) fn bar(&self, label: &str) -> Bar {
        let bar = match &self.bars {
            Some(bars) => bars.add(ProgressBar::new(0).with_style(style())),
            None => ProgressBar::hidden(),
        };
        let label: String = safe_text(label).chars().take(BAR_LABEL_CHARS_MAX).collect();
        Bar(bar.with_message(label))
    }
}

/// How far a transfer is.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// So many bytes of so many are there.
    pub(super) fn set(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} [{bar:24}] {bytes} of {total_bytes}, {bytes_per_sec}")
        .expect("the template is well formed")
        .progress_chars("=> ")
}

fn write(mut surface: impl Surface, mut waiting: mpsc::Receiver<Order>) {
    while let Some(order) = waiting.blocking_recv() {
        match order {
            Order::Show(line) if surface.show(&line).is_err() => return,
            Order::Show(_) => {}
            Order::Tell(told) => drop(told.send(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Paper {
        written: Arc<Mutex<Vec<String>>>,
        lines_left: usize,
    }

    impl Surface for Paper {
        fn show(&mut self, line: &Line) -> io::Result<()> {
            self.lines_left = self.lines_left.checked_sub(1).ok_or(io::ErrorKind::BrokenPipe)?;
            self.written.lock().unwrap().push(line.to_string());
            Ok(())
        }
    }

    #[tokio::test]
    async fn lines_come_in_order_until_nobody_looks() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let screen = Screen::start(Paper { written: Arc::clone(&written), lines_left: 2 }, None).unwrap();
        screen.show(Line::note("a")).await;
        screen.show(Line::note("b")).await;
        screen.settle().await;
        assert_eq!(*written.lock().unwrap(), ["* a", "* b"]);
        screen.show(Line::note("c")).await;
        screen.gone().await;
        screen.show(Line::note("d")).await;
        screen.settle().await;
        assert_eq!(written.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_bar_without_a_terminal_is_silent() {
        let screen = Screen::start(Plain, None).unwrap();
        let bar = screen.bar("a.txt");
        bar.set(1, 2);
        assert!(bar.0.is_hidden());
    }
}
