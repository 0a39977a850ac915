//! The screen while a server cannot be reached at the start: it says why and when the next attempt is, and does not wait
//! where somebody does not want to. What is shown once one is in is left to [`mod@super::run`].

use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt;
use ratatui::buffer::Buffer;
use ratatui::text::Line;
use tokio::time::{Instant, sleep_until};

use super::editor::Editor;
use super::gallery::Gallery;
use super::motion::Motion;
use super::page::broken;
use super::press::letter;
use super::screen::Screen;
use super::view::put;
use crate::client;
use crate::terminal::door::{self, Entering};
use crate::terminal::signals::{Signal, Signals};
use crate::terminal::{Config, Error};

/// Between two attempts: soon enough for who waits, and seldom enough for who is called.
const PAUSE: Duration = Duration::from_secs(5);

/// What was taken over while waiting, for who comes in.
pub(super) struct Edge {
    pub screen: Screen,
    pub signals: Signals,
    pub keys: EventStream,
    /// What was typed while waiting: it is what somebody wants to say first.
    pub typed: Editor,
    /// Messages of an earlier run that wait to be sent.
    unsaid: usize,
}

impl Edge {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub(super) fn take_over() -> Result<Self, Error> {
        let signals = Signals::take()?;
        Ok(Self {
            screen: Screen::take_over()?,
            signals,
            keys: EventStream::new(),
            typed: Editor::default(),
            unsaid: 0,
        })
    }
}

/// What somebody wants who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Now,
    Leave,
    Anew,
}

/// Comes in, and waits for a server that is away, for which it takes the terminal over. Only what may be otherwise in a
/// moment is tried again.
///
/// # Errors
/// Those of [`door::enter`]; that of the last attempt if nobody wants to wait any more.
pub(super) async fn enter(config: Config) -> Result<(Entering, Option<Edge>), Error> {
    let mut error = match door::enter(config.clone()).await {
        Ok(entering) => return Ok((entering, None)),
        Err(error) if is_away(&error) => error,
        Err(error) => return Err(error),
    };
    let mut edge = Edge { unsaid: door::unsaid(&config), ..Edge::take_over()? };
    loop {
        let again_at = Instant::now() + PAUSE;
        if !rests(&mut edge, &error, again_at).await {
            return Err(error);
        }
        let tried = {
            let attempt = door::enter(config.clone());
            tokio::pin!(attempt);
            loop {
                show(&mut edge, &error, None);
                tokio::select! {
                    tried = &mut attempt => break tried,
                    wish = wish(&mut edge) => if wish == Wish::Leave { return Err(error) },
                }
            }
        };
        match tried {
            Ok(entering) => return Ok((entering, Some(edge))),
            Err(again) if is_away(&again) => error = again,
            Err(again) => return Err(again),
        }
    }
}

const fn is_away(error: &Error) -> bool {
    matches!(error, Error::Client(client::Error::Unreachable { .. } | client::Error::Unnamed { .. }))
}

/// Waits until it is time to try again; false if nobody wants to.
async fn rests(edge: &mut Edge, error: &Error, again_at: Instant) -> bool {
    loop {
        let left = again_at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        let seconds = begun(left);
        show(edge, error, Some(seconds));
        let next_second = again_at - Duration::from_secs(seconds.saturating_sub(1));
        tokio::select! {
            () = sleep_until(next_second) => {}
            wish = wish(edge) => match wish {
                Wish::Now => return true,
                Wish::Leave => return false,
                Wish::Anew => {}
            },
        }
    }
}

/// Seconds of a time, of which the last may be a part of one.
fn begun(left: Duration) -> u64 {
    left.as_secs() + u64::from(left.subsec_nanos() > 0)
}

async fn wish(edge: &mut Edge) -> Wish {
    loop {
        tokio::select! {
            biased;
            signal = edge.signals.next() => {
                if signal != Signal::GoOn {
                    return Wish::Leave;
                }
                edge.screen.retake();
                return Wish::Anew;
            }
            event = edge.keys.next() => match event {
                Some(Ok(Event::Key(key))) => return meant(key).unwrap_or_else(|| write(&mut edge.typed, key)),
                Some(Ok(Event::Paste(text))) => {
                    edge.typed.paste(&text.replace("\r\n", "\n").replace('\r', "\n"));
                    return Wish::Anew;
                }
                Some(Ok(Event::Resize(..))) => {
                    edge.screen.forget();
                    return Wish::Anew;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Wish::Leave,
            },
            () = edge.screen.ready() => return if edge.screen.is_gone() { Wish::Leave } else { Wish::Anew },
        }
    }
}

fn meant(key: KeyEvent) -> Option<Wish> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        _ if key.kind == KeyEventKind::Release => None,
        KeyCode::Enter => Some(Wish::Now),
        KeyCode::Esc => Some(Wish::Leave),
        KeyCode::Char('c' | 'd') if is_control => Some(Wish::Leave),
        KeyCode::Char('l') if is_control => Some(Wish::Anew),
        _ => None,
    }
}

fn write(typed: &mut Editor, key: KeyEvent) -> Wish {
    match (key.code, letter(key)) {
        (KeyCode::Backspace, _) => drop(typed.kill(Motion::Left)),
        (_, Some(c)) => typed.type_char(c),
        _ => {}
    }
    Wish::Anew
}

fn show(edge: &mut Edge, error: &Error, seconds: Option<u64>) {
    let words = words(error, seconds, edge.unsaid, edge.typed.text());
    let size = edge.screen.size();
    edge.screen.draw(size, "Tertulia", &Gallery::default(), |buffer| {
        paint(&words, buffer);
        (None, Vec::new())
    });
}

fn words(error: &Error, seconds: Option<u64>, unsaid: usize, typed: &str) -> Vec<String> {
    let mut words: Vec<String> = door::failed(error).words.iter().map(ToString::to_string).collect();
    words.push(String::new());
    words.push(match seconds {
        Some(seconds) => format!("trying again in {seconds} s; Enter: now, Ctrl-C: leave"),
        None => "trying again now; Ctrl-C: leave".to_owned(),
    });
    match unsaid {
        0 => {}
        1 => words.push("a message waits and goes out once you are in".to_owned()),
        more => words.push(format!("{more} messages wait and go out once you are in")),
    }
    if !typed.is_empty() {
        words.extend([String::new(), "kept for when you are in:".to_owned(), format!("› {typed}")]);
    }
    words
}

/// In the middle, or what fits of it.
fn paint(words: &[String], buffer: &mut Buffer) {
    let area = buffer.area;
    let rows = broken(words, usize::from(area.width.saturating_sub(2)).max(1));
    let first = area.height.saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX)) / 2;
    for (row, text) in (first..area.height).zip(rows) {
        put(buffer, area, row, &Line::raw(format!(" {text}")));
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use ratatui::layout::Rect;

    use super::super::view::as_text;
    use super::*;

    fn away() -> Error {
        let source = io::Error::new(io::ErrorKind::ConnectionRefused, "refused");
        Error::Client(client::Error::Unreachable { address: "127.0.0.1:8080".to_owned(), source })
    }

    #[test]
    fn who_waits_is_told_why_and_what_can_be_done() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 11));
        paint(&words(&away(), Some(3), 2, "hello"), &mut buffer);
        insta::assert_snapshot!(as_text(&buffer));
        let mut tiny = Buffer::empty(Rect::new(0, 0, 1, 1));
        paint(&words(&away(), None, 0, ""), &mut tiny);
    }

    #[test]
    fn a_countdown_ends_with_the_last_part_of_a_second() {
        let nanos = Duration::from_nanos;
        let all = [nanos(1), nanos(999_999_999), nanos(1_000_000_000), nanos(1_000_000_001), Duration::ZERO];
        assert_eq!(all.map(begun), [1, 1, 1, 2, 0]);
    }

    #[test]
    fn only_what_may_pass_is_waited_for() {
        let other = Error::Client(client::Error::NeedsTls("127.0.0.1:8080".to_owned()));
        assert!(is_away(&away()) && !is_away(&other));
    }
}
