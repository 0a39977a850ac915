//! What was said and is not acknowledged yet: one queue for each room, of which only the first is on its way. That keeps
//! their order when the server refuses one for now, and whatever breaks, each is sent again under its own nonce until
//! the server has answered it, be it by a later run. Sending is left to [`super::session`].

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::time::Instant;

use super::command::Reply;
use super::outgoing::Outgoing;
use super::{Error, pause};
use crate::model::NameKey;
use crate::model::names::key_of;
use crate::wire::{Refusal, Said, Say};

#[derive(Debug)]
struct Unanswered {
    say: Say,
    reply: Reply<Said>,
    /// Its number among those that are kept on disk; it is not sent before it is synced.
    number: u64,
    /// Whether an earlier run left it.
    is_left: bool,
    /// The id of the request, while it is on its way.
    sent: Option<u32>,
    repeated: u32,
    not_before: Option<Instant>,
}

impl Unanswered {
    fn is_due(&self, now: Instant) -> bool {
        self.sent.is_none() && self.not_before.is_none_or(|at| at <= now)
    }
}

/// All that is unanswered. The permits that come with the replies bound it.
#[derive(Debug)]
pub(super) struct Outbox {
    queues: BTreeMap<NameKey, VecDeque<Unanswered>>,
    outgoing: Arc<Outgoing>,
}

impl Outbox {
    /// Nothing to say; what is said is kept in `outgoing` until it is answered.
    pub(super) const fn new(outgoing: Arc<Outgoing>) -> Self {
        Self { queues: BTreeMap::new(), outgoing }
    }

    /// Something more to say, with its number among those that are kept.
    pub(super) fn push(&mut self, say: Say, number: u64, reply: Reply<Said>) {
        self.add(Unanswered { say, reply, number, is_left: false, sent: None, repeated: 0, not_before: None });
    }

    /// Something that an earlier run left; comes before all else.
    pub(super) fn push_left(&mut self, say: Say, reply: Reply<Said>) {
        self.add(Unanswered { say, reply, number: 0, is_left: true, sent: None, repeated: 0, not_before: None });
    }

    fn add(&mut self, unsaid: Unanswered) {
        self.queues.entry(key_of(&unsaid.say.room)).or_default().push_back(unsaid);
    }

    /// Whether something that an earlier run left is to be said in a room.
    pub(super) fn has_left(&self, room: &NameKey) -> bool {
        self.queues.get(room).and_then(VecDeque::front).is_some_and(|unsaid| unsaid.is_left)
    }

    /// What an earlier run left cannot be said in this room.
    pub(super) fn give_up(&mut self, room: &NameKey, why: &Refusal) {
        while self.has_left(room)
            && let Some(unsaid) = self.pop(room)
        {
            unsaid.reply.send(Err(Error::Refused(why.clone())));
        }
    }

    /// Takes out the first of a room, which no later run has to say.
    fn pop(&mut self, room: &NameKey) -> Option<Unanswered> {
        let queue = self.queues.get_mut(room)?;
        let unsaid = queue.pop_front();
        if queue.is_empty() {
            self.queues.remove(room);
        }
        self.outgoing.answered(unsaid.as_ref()?.say.nonce);
        unsaid
    }

    /// Whether nothing is to be said in a room.
    pub(super) fn is_empty(&self, room: &NameKey) -> bool {
        !self.queues.contains_key(room)
    }

    /// Sends the first of each queue whose room is open, unless it is on its way or has to wait. `send` tells the id
    /// that the request got.
    pub(super) fn send_due(
        &mut self,
        now: Instant,
        is_open: impl Fn(&NameKey) -> bool,
        mut send: impl FnMut(&NameKey, Say) -> u32,
    ) {
        let Self { queues, outgoing } = self;
        for (room, queue) in queues.iter_mut().filter(|(room, _)| is_open(room)) {
            let front = queue.front_mut().filter(|unsaid| unsaid.is_due(now) && outgoing.is_synced(unsaid.number));
            if let Some(unsaid) = front {
                unsaid.sent = Some(send(room, unsaid.say.clone()));
            }
        }
    }

    /// When the next say that had to wait is due.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let fronts = self.queues.values().filter_map(VecDeque::front);
        fronts.filter(|unsaid| unsaid.sent.is_none()).filter_map(|unsaid| unsaid.not_before).min()
    }

    /// The answer to the say that `id` names.
    pub(super) fn answered(&mut self, room: &NameKey, id: u32, outcome: Result<Said, Error>) {
        let front = self.queues.get(room).and_then(VecDeque::front);
        if front.is_some_and(|unsaid| unsaid.sent == Some(id))
            && let Some(unsaid) = self.pop(room)
        {
            unsaid.reply.send(outcome);
        }
    }

    /// A refusal of the say that `id` names: for now, or for good.
    pub(super) fn refused(&mut self, room: &NameKey, id: u32, refusal: Refusal, now: Instant) {
        let front = self.queues.get_mut(room).and_then(VecDeque::front_mut).filter(|unsaid| unsaid.sent == Some(id));
        let Some(unsaid) = front else { return };
        match pause::before_repeating(&refusal, unsaid.repeated) {
            Some(pause) => {
                unsaid.repeated = unsaid.repeated.saturating_add(1);
                (unsaid.sent, unsaid.not_before) = (None, Some(now + pause));
            }
            None => self.answered(room, id, Err(Error::Refused(refusal))),
        }
    }

    /// The connection is another one: whatever was sent has to be sent again.
    pub(super) fn reconnected(&mut self) {
        self.queues.values_mut().filter_map(VecDeque::front_mut).for_each(|unsaid| {
            (unsaid.sent, unsaid.not_before) = (None, None);
        });
    }
}
