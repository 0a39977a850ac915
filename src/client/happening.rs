//! What a client hears without having asked. How it stays bounded is left to [`super::outlet`].

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::Distrust;
use super::marks::{Cursor, Marks};
use crate::model::{LogId, RoomName};
use crate::wire::{Bye, Event, Refusal, Signal, Welcome};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Something stands in the log of a joined room. Every event of a room comes once, and in order.
    Event(Event),
    /// Something that no log keeps. Some are missed by who is slow to take happenings.
    Signal(Signal),
    /// The connection broke, and is made anew after a pause.
    Lost {
        /// Why, for people; the server's own words if it had some.
        why: String,
        /// How long the pause is.
        retry_in: Duration,
    },
    /// Connected again: the rooms are joined where they were left, and unanswered says are sent again.
    Back(Welcome),
    /// A room is joined that has more than was heard of it: so many events follow, before what is said from now on. Who is
    /// slow to take happenings may miss this, and hears the events all the same.
    Resumed {
        /// Which room.
        room: String,
        /// How many.
        missed: u64,
    },
    /// The room's log is another one than before, or shorter: the room was joined anew, from now on.
    StartedOver {
        /// Which room.
        room: String,
    },
    /// The room could not be joined again.
    Left {
        /// Which room.
        room: String,
        /// Why not.
        why: Refusal,
    },
    /// The server hung up for good; the client does not try again.
    Ended(Bye),
    /// Another server may answer in its place now, or one that cannot be talked to as before; the client does not try
    /// again.
    Distrusted(Distrust),
}

/// What happens, one after the other.
///
/// Who does not take happenings holds up nobody: answers still come, the memory that waiting happenings take is
/// bounded, and a room that fell behind goes on where it was once there is space. Dropping this means that nobody
/// wants to know.
#[derive(Debug)]
pub struct Happenings {
    waiting: mpsc::Receiver<Heard>,
    marks: Arc<Marks>,
    /// The last event, with which the program is done when it asks for the next one.
    taken: Option<(RoomName, Cursor)>,
}

/// A happening on its way, an event with the log that it stands in.
pub(super) type Heard = (Happening, Option<LogId>);

impl Happenings {
    pub(super) const fn new(waiting: mpsc::Receiver<Heard>, marks: Arc<Marks>) -> Self {
        Self { waiting, marks, taken: None }
    }

    /// The next one; none after the end. Asking for it says that one is done with the last: from then on, a later run
    /// that joins [`From::Stopped`](super::From::Stopped) does not hear that again.
    pub async fn next(&mut self) -> Option<Happening> {
        if let Some((room, cursor)) = self.taken.take() {
            self.marks.put(room.as_str(), cursor);
        }
        let (happening, log) = self.waiting.recv().await?;
        if let (Happening::Event(event), Some(log)) = (&happening, log) {
            self.taken = Some((event.room.clone(), Cursor { log, seq: event.seq }));
        }
        Some(happening)
    }
}
