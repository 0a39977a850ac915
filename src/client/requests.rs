//! What was asked of the server on this connection, and what each answer is waited for. What an answer means is left to
//! [`super::session`].

use std::collections::{HashMap, VecDeque};

use super::Error;
use super::command::Reply;
use crate::model::NameKey;
use crate::wire::{Answer, Request};

/// What an answer is waited for.
#[derive(Debug)]
pub(super) enum Pending {
    /// The join of a room.
    Join(NameKey),
    /// The first say of a room.
    Say(NameKey),
    /// A leave, of which the program knows nothing if there is no reply.
    Leave(Option<Reply<()>>),
    /// Anything that does not outlive the connection.
    Call(Reply<Answer>),
    /// Only a sign of life.
    Ping,
}

/// The requests of one connection: those to send, and those that are unanswered.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pending: HashMap<u32, Pending>,
    ready: VecDeque<(u32, Request)>,
    last_id: u32,
    answered: u64,
}

impl Requests {
    /// An id that no unanswered request has.
    pub(super) fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        while self.pending.contains_key(&self.last_id) {
            self.last_id = self.last_id.wrapping_add(1);
        }
        self.last_id
    }

    /// Something to ask, after all that was asked before.
    pub(super) fn push(&mut self, id: u32, request: Request, pending: Pending) {
        self.pending.insert(id, pending);
        self.ready.push_back((id, request));
    }

    /// Something that has no answer.
    pub(super) fn push_last_word(&mut self, request: Request) {
        let id = self.next_id();
        self.ready.push_back((id, request));
    }

    /// The next one to send.
    pub(super) fn pop(&mut self) -> Option<(u32, Request)> {
        self.ready.pop_front()
    }

    /// What the answer with this id was waited for.
    pub(super) fn answered(&mut self, id: u32) -> Option<Pending> {
        let pending = self.pending.remove(&id)?;
        self.answered += u64::from(!matches!(pending, Pending::Ping));
        Some(pending)
    }

    /// How many answers came to what somebody waited for.
    pub(super) const fn answers(&self) -> u64 {
        self.answered
    }

    /// Whether somebody waits for an answer.
    pub(super) fn is_waited_for(&self) -> bool {
        self.pending.values().any(|pending| !matches!(pending, Pending::Ping))
    }

    /// There will be no answers: what need not outlive a connection fails, and who has left a room is out.
    pub(super) fn lost(&mut self) {
        self.ready.clear();
        for (_, pending) in self.pending.drain() {
            match pending {
                Pending::Call(reply) => reply.send(Err(Error::Disconnected)),
                Pending::Leave(Some(reply)) => reply.send(Ok(())),
                Pending::Leave(None) | Pending::Join(_) | Pending::Say(_) | Pending::Ping => {}
            }
        }
    }
}
