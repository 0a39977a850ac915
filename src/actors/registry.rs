//! The sessions of one thread and who of them is in which room: what a room sends to the thread once is appended here
//! to the outbox of every member, without a mailbox between. Which of them take it is the cursors' rule; sockets that
//! are full are left to their sessions' own tasks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use super::fanout::{Deliver, Whisper};
use super::journal::{Group, Placed, Verdict};
use super::session::{Link, SessionId};
use crate::chat::{Cursor, Offer};
use crate::model::RoomId;
use crate::wire::{self, Said, ServerFrame};

/// What the answer to a say takes in a room with a short name.
const ANSWER_BYTES: usize = 64;

/// The sessions of one thread, shared between the fan-out and the sessions themselves.
#[derive(Default)]
pub struct Registry {
    links: HashMap<SessionId, Rc<Link>>,
    rooms: HashMap<RoomId, Vec<Rc<Seat>>>,
    /// Those to whose outboxes something was appended since they were last flushed.
    fresh: RefCell<Vec<Rc<Link>>>,
    emptied: Rc<Notify>,
}

/// A session of this thread in a room.
pub struct Seat {
    /// The session's socket.
    pub link: Rc<Link>,
    /// Where the session stands in the room's log.
    pub cursor: RefCell<Cursor>,
}

impl Registry {
    /// A session's cursor is moved by what goes by in `room` from now on.
    pub fn subscribe(&mut self, room: RoomId, seat: &Rc<Seat>) {
        self.rooms.entry(room).or_default().push(Rc::clone(seat));
    }

    /// Nothing of `room` goes to the session any more.
    pub fn unsubscribe(&mut self, room: RoomId, session: SessionId) {
        if let Some(seats) = self.rooms.get_mut(&room) {
            seats.retain(|seat| seat.link.id != session);
            if seats.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }

    /// A session has come to this thread.
    pub fn insert(&mut self, link: &Rc<Link>) {
        self.links.insert(link.id, Rc::clone(link));
    }

    /// The session is gone.
    pub fn remove(&mut self, session: SessionId) {
        self.links.remove(&session);
        if self.links.is_empty() {
            self.emptied.notify_waiters();
        }
    }

    /// Tells whenever the last session is gone.
    #[must_use]
    pub fn emptied(&self) -> Rc<Notify> {
        Rc::clone(&self.emptied)
    }

    /// A session of this thread, if it is still there.
    #[must_use]
    pub fn link(&self, session: SessionId) -> Option<Rc<Link>> {
        self.links.get(&session).map(Rc::clone)
    }

    /// All sessions of this thread.
    pub fn links(&self) -> impl Iterator<Item = &Rc<Link>> {
        self.links.values()
    }

    /// Appends committed events to the outboxes of the members, each as its cursor has it, and before them the answers
    /// to those who said them. What was appended leaves with [`Self::flush`].
    pub fn deliver(&self, deliver: Deliver) {
        self.answer(deliver.answers);
        let seats = self.rooms.get(&deliver.room).filter(|_| !deliver.frames.is_empty());
        for seat in seats.into_iter().flatten() {
            let Seat { link, cursor } = &**seat;
            match cursor.borrow_mut().offer(deliver.first, deliver.last, link.takes(deliver.frames.len())) {
                Offer::Deliver => self.append(link, deliver.frames.clone()),
                Offer::Behind => link.ask_for_room(),
                Offer::Drop => {}
            }
        }
    }

    /// Hands a signal to all members but the one who caused it; who is slow, or not yet in, misses it.
    pub fn whisper(&self, whisper: &Whisper) {
        for seat in self.rooms.get(&whisper.room).into_iter().flatten() {
            let Seat { link, cursor } = &**seat;
            if link.id != whisper.except && link.is_low() && cursor.borrow().is_placed() {
                self.append(link, whisper.frame.clone());
            }
        }
    }

    /// Answers those who said something.
    pub fn answer(&self, answers: Vec<Answer>) {
        for answer in answers {
            if let Some(link) = self.links.get(&answer.group.origin.session) {
                self.append(link, answer.encode());
            }
        }
    }

    /// Tries the socket of each who was given something, once for all that they were given.
    pub fn flush(&self) {
        log::trace!("{} sockets are written to", self.fresh.borrow().len());
        for link in self.fresh.take() {
            link.is_fresh.set(false);
            link.flush();
        }
    }

    fn append(&self, link: &Rc<Link>, frames: Bytes) {
        link.push(frames);
        if !link.is_fresh.replace(true) {
            self.fresh.borrow_mut().push(Rc::clone(link));
        }
    }
}

/// The answers to what one session of this thread has said.
#[derive(Debug)]
pub struct Answer {
    group: Group,
    verdicts: Vec<Verdict>,
}

impl Answer {
    /// What a group is answered with; its permit comes back when that is encoded, or nobody is there to hear it.
    #[must_use]
    pub const fn to_group(group: Group, verdicts: Vec<Verdict>) -> Self {
        Self { group, verdicts }
    }

    fn encode(self) -> Bytes {
        let Self { group, verdicts } = self;
        let mut frames = BytesMut::with_capacity(verdicts.len() * ANSWER_BYTES);
        for (id, verdict) in group.requests.into_iter().zip(verdicts) {
            let frame = match verdict {
                Ok(Placed { seq, at, .. }) => {
                    ServerFrame::Answer((id, wire::Answer::Said(Said { room: group.room.to_string(), seq, at })))
                }
                Err(refusal) => ServerFrame::Error((id, refusal)),
            };
            wire::append_frame(&mut frames, &frame);
        }
        frames.freeze()
    }
}
