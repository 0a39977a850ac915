//! Who types: one thread, which reads a line when it is asked for one, be it at a prompt or from a pipe. Between a
//! line and the next request for one the terminal is free for other things. What a line means is left to
//! [`super::command`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc as threads};
use std::thread;

use tokio::sync::mpsc;

use super::Error;
use crate::model::{Password, RoomName, limits, safe_text};

/// What came from whoever types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line, without its end.
    Line(String),
    /// A line, and the passwords that it asked for.
    Secret(String, Vec<Password>),
    /// A line that cannot be one, and why.
    Unreadable(String),
    /// Nothing more will come.
    End,
}

/// What a line is asked for with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ready {
    /// What stands before it.
    pub prompt: String,
    /// What stands in it already: words that could not be said.
    pub left: String,
}

/// Something that lines can be read from.
pub(super) trait Keyboard: Send + 'static {
    /// Waits for a line.
    fn read(&mut self, ready: &Ready) -> Typed;
}

/// What the typing side needs to know of the conversation.
#[derive(Debug, Default)]
pub(super) struct Facts {
    is_live: AtomicBool,
    is_guest: AtomicBool,
    rooms: Mutex<Vec<String>>,
}

impl Facts {
    /// Whether what is said comes back at once as an event, so that the typed line need not stay.
    #[must_use]
    pub(super) fn is_live(&self) -> bool {
        self.is_live.load(Ordering::Relaxed)
    }

    /// Notes whether there is a connection.
    pub(super) fn set_live(&self, is_live: bool) {
        self.is_live.store(is_live, Ordering::Relaxed);
    }

    /// Whether one has no handle.
    #[must_use]
    pub(super) fn is_guest(&self) -> bool {
        self.is_guest.load(Ordering::Relaxed)
    }

    /// Notes whether one has a handle.
    pub(super) fn set_guest(&self, is_guest: bool) {
        self.is_guest.store(is_guest, Ordering::Relaxed);
    }

    /// Notes that there is a room, unless its name is none: the editor would draw it as the server sent it.
    pub(super) fn add_room(&self, room: &str) {
        let mut rooms = self.rooms();
        if let Err(place) = rooms.binary_search_by(|known| known.as_str().cmp(room))
            && rooms.len() < limits::TERMINAL_ROOMS_KNOWN_MAX
            && RoomName::parse(room).is_ok()
            && safe_text(room) == room
        {
            rooms.insert(place, room.to_owned());
        }
    }

    /// The rooms that are known, in order.
    pub(super) fn rooms(&self) -> MutexGuard<'_, Vec<String>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to whoever types.
#[derive(Debug)]
pub(super) struct Typist {
    ready: threads::SyncSender<Ready>,
    typed: mpsc::Receiver<Typed>,
    /// Shared with the thread.
    pub facts: Arc<Facts>,
}

impl Typist {
    /// Starts the thread that reads.
    ///
    /// # Errors
    /// [`Error::Start`] if there is no thread to be had.
    pub(super) fn start(keyboard: impl Keyboard, facts: Arc<Facts>) -> Result<Self, Error> {
        let (ready, requests) = threads::sync_channel(1);
        let (lines, typed) = mpsc::channel(1);
        let read = move || read(keyboard, &requests, &lines);
        thread::Builder::new().name("typist".to_owned()).spawn(read).map_err(Error::Start)?;
        Ok(Self { ready, typed, facts })
    }

    /// Asks for a line; once more only when that one has come. Whoever is gone is not asked.
    pub(super) fn ready(&self, ready: Ready) {
        let _ = self.ready.try_send(ready);
    }

    /// The line that was asked for; the end if the thread is gone.
    pub(super) async fn next(&mut self) -> Typed {
        self.typed.recv().await.unwrap_or(Typed::End)
    }
}

fn read(mut keyboard: impl Keyboard, requests: &threads::Receiver<Ready>, lines: &mpsc::Sender<Typed>) {
    for ready in requests {
        let typed = keyboard.read(&ready);
        let is_end = typed == Typed::End;
        if lines.blocking_send(typed).is_err() || is_end {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Once(Option<&'static str>);

    impl Keyboard for Once {
        fn read(&mut self, ready: &Ready) -> Typed {
            self.0.take().map_or(Typed::End, |line| Typed::Line(format!("{}{line}", ready.left)))
        }
    }

    #[tokio::test]
    async fn a_line_comes_for_each_request_until_the_end() {
        let mut typist = Typist::start(Once(Some("lo")), Arc::default()).unwrap();
        typist.ready(Ready { left: "hel".to_owned(), ..Ready::default() });
        assert_eq!(typist.next().await, Typed::Line("hello".to_owned()));
        typist.ready(Ready::default());
        assert_eq!(typist.next().await, Typed::End);
        assert_eq!(typist.next().await, Typed::End);
    }

    #[test]
    fn rooms_are_known_once_and_in_order() {
        let facts = Facts::default();
        for room in ["lobby", "dev", "lobby", "\u{1b}[2J", "a b", "a\u{202e}b", "a\u{fe0f}"] {
            facts.add_room(room);
        }
        assert_eq!(*facts.rooms(), ["dev", "lobby"], "and none that a terminal would obey");
        (0..limits::TERMINAL_ROOMS_KNOWN_MAX).for_each(|number| facts.add_room(&format!("room-{number:05}")));
        assert_eq!(facts.rooms().len(), limits::TERMINAL_ROOMS_KNOWN_MAX);
    }
}
