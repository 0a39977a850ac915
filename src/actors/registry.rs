//! The sessions of one thread and who of them is in which room: what a room sends to the thread once is appended here
//! to the outbox of every member, without a mailbox between. Which of them take it is the cursors' rule; sockets that
//! are full are left to their sessions' own tasks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;

use super::fanout::{Deliver, Whisper};
use super::journal::{Group, Ticket, Verdict};
use super::permits::Permit;
use super::session::{Link, SessionId};
use crate::chat::{Cursor, Offer};
use crate::model::RoomId;
use crate::wire::{self, Refusal, Said, ServerFrame};

/// The sessions of one thread, shared between the fan-out and the sessions themselves.
#[derive(Default)]
pub struct Registry {
    links: HashMap<SessionId, Rc<Link>>,
    rooms: HashMap<RoomId, Vec<Seat>>,
}

/// A session of this thread in a room.
struct Seat {
    link: Rc<Link>,
    cursor: Rc<RefCell<Cursor>>,
}

impl Registry {
    /// A session's cursor is moved by what goes by in `room` from now on.
    pub fn subscribe(&mut self, room: RoomId, link: &Rc<Link>, cursor: &Rc<RefCell<Cursor>>) {
        let seat = Seat { link: Rc::clone(link), cursor: Rc::clone(cursor) };
        self.rooms.entry(room).or_default().push(seat);
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

    /// Hands committed events to the members, each as its cursor has it, and their answers to those who said them.
    /// Answers are appended first and written with the events.
    pub fn deliver(&self, deliver: Deliver) {
        let touched = self.append(deliver.answers);
        let seats = self.rooms.get(&deliver.room).filter(|_| !deliver.frames.is_empty());
        for Seat { link, cursor } in seats.into_iter().flatten() {
            match cursor.borrow_mut().offer(deliver.first, deliver.last, link.takes(deliver.frames.len())) {
                Offer::Deliver => {
                    link.push(deliver.frames.clone());
                    link.flush();
                }
                Offer::Behind => link.ask_for_room(),
                Offer::Drop => {}
            }
        }
        flush_all(&touched);
    }

    /// Hands a signal to all members but the one who caused it; who is slow, or not yet in, misses it.
    pub fn whisper(&self, whisper: &Whisper) {
        for Seat { link, cursor } in self.rooms.get(&whisper.room).into_iter().flatten() {
            if link.id != whisper.except && link.is_low() && cursor.borrow().is_placed() {
                link.push(whisper.frame.clone());
                link.flush();
            }
        }
    }

    /// Answers those who said something.
    pub fn answer(&self, answers: Vec<Answer>) {
        flush_all(&self.append(answers));
    }

    fn append(&self, answers: Vec<Answer>) -> Vec<Rc<Link>> {
        let mut touched: Vec<Rc<Link>> = Vec::new();
        for answer in answers {
            if let Some(link) = self.links.get(&answer.session) {
                if touched.last().is_none_or(|last| last.id != link.id) {
                    touched.push(Rc::clone(link));
                }
                link.push(answer.encode());
            }
        }
        touched
    }
}

fn flush_all(links: &[Rc<Link>]) {
    for link in links {
        link.flush();
    }
}

/// An answer to a say, for one session of this thread.
#[derive(Debug)]
pub struct Answer {
    session: SessionId,
    frame: Result<(u32, Said), (u32, Refusal)>,
    _permit: Permit,
}

impl Answer {
    /// What the says of a group are answered with.
    #[must_use]
    pub fn to_group(group: Group, verdicts: &[Verdict]) -> Vec<Self> {
        let (session, room) = (group.origin.session, group.room);
        let answer = |(ticket, verdict): (Ticket, &Verdict)| {
            let frame = match verdict {
                Ok(placed) => Ok((ticket.request, Said { room: room.to_string(), seq: placed.seq, at: placed.at })),
                Err(refusal) => Err((ticket.request, refusal.clone())),
            };
            Self { session, frame, _permit: ticket.permit }
        };
        group.tickets.into_iter().zip(verdicts).map(answer).collect()
    }

    fn encode(self) -> Bytes {
        wire::encode_frame(&match self.frame {
            Ok((id, said)) => ServerFrame::Answer((id, wire::Answer::Said(said))),
            Err(refused) => ServerFrame::Error(refused),
        })
    }
}
