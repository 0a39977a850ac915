//! One live room: who is in, and which threads they are on. It passes what is said to the journal in the order in
//! which it came, and what was committed, encoded once, to each thread. Numbering is the store's; sockets are the
//! fan-outs'.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix::{Actor, Addr, Context, Handler, Message};
use bytes::{Bytes, BytesMut};

use super::fanout::{Deliver, Whisper};
use super::journal::{Append, Committed, Group, Judged, Origin, Placed, Verdict};
use super::registry::Answer;
use super::session::SessionId;
use super::{Ending, Fanout, Journal, OpenRoom, Vital};
use crate::chat::{Members, Present, lists};
use crate::model::{Body, NameKey, Seq, User};
use crate::store;
use crate::wire::{self, Code, Event, Refusal, ServerFrame, Signal};

/// See the module.
pub struct Room {
    stored: store::Room,
    journal: Addr<Journal>,
    members: Members,
    /// How many members there are, for whoever lists rooms.
    count: Arc<AtomicU32>,
    seats: HashMap<SessionId, (Arc<Origin>, Arc<Present>)>,
    threads: Vec<Option<Thread>>,
    vital: Vital,
}

/// An arbiter's thread with sessions that are, or were, in the room.
struct Thread {
    fanout: Arc<Addr<Fanout>>,
    members: usize,
}

/// A session comes in, or joins again.
#[derive(Message)]
#[rtype(result = "Result<Entered, Refusal>")]
pub struct Enter {
    /// The session.
    pub origin: Arc<Origin>,
    /// Whose it is.
    pub present: Arc<Present>,
    /// The cursor.
    pub after: Option<Seq>,
    /// The head that the store knows: what was committed a moment ago may not have come here yet, and a reader may
    /// have seen it all the same.
    pub stored_head: Seq,
}

/// How a session found the room.
#[derive(Debug)]
pub struct Entered {
    /// What it is about.
    pub topic: String,
    /// The first seq that is kept.
    pub first: Seq,
    /// The last seq.
    pub head: Seq,
    /// How many are there.
    pub members: u32,
}

/// A session leaves.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave(pub SessionId);

/// Somebody types.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Typing(pub SessionId);

/// The guest of a session has become somebody.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Rename {
    /// The session.
    pub session: SessionId,
    /// Whose it is now.
    pub present: Arc<Present>,
}

/// Who is there, after a name: as many as fit in a frame, and whether there are more.
#[derive(Message)]
#[rtype(result = "(Vec<User>, bool)")]
pub struct ListMembers(pub Option<NameKey>);

/// Something was said; it goes to the journal, with the room that is to hear of the outcome.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Submit(pub Arc<OpenRoom>, pub Group);

/// Whether nobody is in, after all that was sent before this.
#[derive(Message)]
#[rtype(result = "bool")]
pub struct Settle;

impl Room {
    /// A live room over what the store knows of it.
    #[must_use]
    pub fn new(stored: store::Room, journal: Addr<Journal>, count: Arc<AtomicU32>, ending: Ending) -> Self {
        let vital = Vital::new("a room", ending);
        let (members, seats, threads) = (Members::default(), HashMap::new(), Vec::new());
        Self { stored, journal, members, count, seats, threads, vital }
    }

    fn seat(&mut self, origin: Arc<Origin>, present: Arc<Present>) {
        let session = origin.session;
        if self.seats.contains_key(&session) {
            return;
        }
        let fresh = self.members.arrive(&present);
        self.thread(&origin).members += 1;
        let user = present.user.clone();
        self.seats.insert(session, (origin, present));
        self.note_members(fresh, session, user, true);
    }

    fn unseat(&mut self, session: SessionId) {
        let Some((origin, present)) = self.seats.remove(&session) else { return };
        self.thread(&origin).members -= 1;
        let gone = self.members.depart(&present.key);
        self.note_members(gone, session, present.user.clone(), false);
    }

    /// Somebody's first device came or their last one left: the count is told to the lobby, the news to the others.
    fn note_members(&self, changed: bool, session: SessionId, user: User, here: bool) {
        if changed {
            self.count.store(self.members.count(), Ordering::Relaxed);
            self.whisper(session, Signal::Presence { room: self.stored.name.to_string(), user, here });
        }
    }

    fn thread(&mut self, origin: &Origin) -> &mut Thread {
        let thread = usize::from(origin.thread);
        if self.threads.len() <= thread {
            self.threads.resize_with(thread + 1, || None);
        }
        self.threads[thread].get_or_insert_with(|| Thread { fanout: Arc::clone(&origin.fanout), members: 0 })
    }

    /// Tells all but the session that caused it, unless there are too many.
    fn whisper(&self, except: SessionId, signal: Signal) {
        if self.members.is_crowd() {
            return;
        }
        let frame = wire::encode_frame(&ServerFrame::Signal(signal));
        for thread in self.threads.iter().flatten().filter(|thread| thread.members > 0) {
            // bounded: one a join, leave or typing, each of which its session waits for
            thread.fanout.do_send(Whisper { room: self.stored.id, frame: frame.clone(), except });
        }
    }

    /// Encodes what is new and moves the head.
    fn publish(&mut self, groups: &mut Judged) -> Bytes {
        let mut frames = BytesMut::new();
        for (group, verdicts) in groups {
            for (entry, verdict) in group.entries.drain(..).zip(verdicts) {
                if let Ok(Placed { seq, at, is_new: true }) = *verdict {
                    if let Body::Topic(topic) = &entry.body {
                        self.stored.topic.clone_from(topic);
                    }
                    self.stored.head = seq;
                    let room = self.stored.name.clone();
                    let event =
                        Event { room, seq, at, author: entry.author, body: entry.body, reply_to: entry.reply_to };
                    wire::append_frame(&mut frames, &ServerFrame::Event(event));
                }
            }
        }
        frames.freeze()
    }

    /// One message to each thread: the events for its members, and its own answers.
    fn distribute(&mut self, first: Seq, frames: &Bytes, groups: Judged) {
        let mut answers: Vec<Vec<Answer>> = Vec::new();
        for (group, verdicts) in groups {
            let thread = usize::from(group.origin.thread);
            self.thread(&group.origin);
            answers.resize_with(answers.len().max(thread + 1), Vec::new);
            answers[thread].push(Answer::to_group(group, verdicts));
        }
        answers.resize_with(self.threads.len(), Vec::new);
        let (room, last) = (self.stored.id, self.stored.head);
        for (thread, answers) in self.threads.iter().zip(answers) {
            let Some(thread) = thread else { continue };
            if (thread.members > 0 && !frames.is_empty()) || !answers.is_empty() {
                // bounded: one a committed batch, whose says hold permits until they are answered
                thread.fanout.do_send(Deliver { room, first, last, frames: frames.clone(), answers });
            }
        }
    }
}

impl Actor for Room {
    type Context = Context<Self>;

    fn stopped(&mut self, ctx: &mut Context<Self>) {
        // the lobby let go of the last address: nobody can miss it
        if !ctx.connected() {
            self.vital.retire();
        }
    }
}

impl Handler<Submit> for Room {
    type Result = ();

    fn handle(&mut self, Submit(open, group): Submit, _: &mut Context<Self>) {
        // bounded: each say in the group holds a permit
        self.journal.do_send(Append { back: Some(open), group });
    }
}

impl Handler<Settle> for Room {
    type Result = bool;

    fn handle(&mut self, _: Settle, _: &mut Context<Self>) -> bool {
        self.seats.is_empty()
    }
}

impl Handler<Committed> for Room {
    type Result = ();

    fn handle(&mut self, Committed(mut groups): Committed, _: &mut Context<Self>) {
        let new = |verdict: &Verdict| verdict.as_ref().ok().filter(|placed| placed.is_new).map(|placed| placed.seq);
        let first = groups.iter().flat_map(|(_, verdicts)| verdicts).find_map(new).unwrap_or_default();
        let frames = self.publish(&mut groups);
        self.distribute(first, &frames, groups);
    }
}

impl Handler<Enter> for Room {
    type Result = Result<Entered, Refusal>;

    fn handle(&mut self, enter: Enter, _: &mut Context<Self>) -> Self::Result {
        let head = self.stored.head.max(enter.stored_head);
        if enter.after.is_some_and(|after| after > head) {
            return Err(Refusal::new(Code::CursorAhead, "the room has fewer events; start over"));
        }
        self.seat(enter.origin, enter.present);
        let store::Room { topic, first, .. } = self.stored.clone();
        Ok(Entered { topic, first, head, members: self.members.count() })
    }
}

impl Handler<Leave> for Room {
    type Result = ();

    fn handle(&mut self, Leave(session): Leave, _: &mut Context<Self>) {
        self.unseat(session);
    }
}

impl Handler<Typing> for Room {
    type Result = ();

    fn handle(&mut self, Typing(session): Typing, _: &mut Context<Self>) {
        if let Some((_, present)) = self.seats.get(&session) {
            let (room, user) = (self.stored.name.to_string(), present.user.clone());
            self.whisper(session, Signal::Typing { room, user });
        }
    }
}

impl Handler<Rename> for Room {
    type Result = ();

    fn handle(&mut self, Rename { session, present }: Rename, _: &mut Context<Self>) {
        let Some((_, seated)) = self.seats.get_mut(&session) else { return };
        let before = std::mem::replace(seated, Arc::clone(&present));
        self.members.depart(&before.key);
        self.members.arrive(&present);
        self.count.store(self.members.count(), Ordering::Relaxed);
        let room = self.stored.name.to_string();
        self.whisper(session, Signal::Renamed { room, from: before.user.clone(), to: present.user.clone() });
    }
}

impl Handler<ListMembers> for Room {
    type Result = actix::MessageResult<ListMembers>;

    fn handle(&mut self, ListMembers(after): ListMembers, _: &mut Context<Self>) -> Self::Result {
        actix::MessageResult(lists::cut(self.members.list(after.as_ref()).cloned()))
    }
}
