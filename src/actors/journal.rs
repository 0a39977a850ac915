//! Gathers what all rooms want written while the last commit is still under way: the next batch forms by itself, so
//! that one sync serves many messages and a lone message waits for nobody. At most one batch is in flight. How a
//! batch is settled is left to [`super::batch`].

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, MailboxError, Message, ResponseFuture, WrapFuture,
};
use tokio::sync::oneshot;

use super::batch;
use super::executor::Query;
use super::permits::Permit;
use super::session::SessionId;
use super::shares::Share;
use super::{DbExecutor, Ending, Fanout, OpenRoom, Vital};
use crate::files::BlobStore;
use crate::model::{Clock, Digest, RoomName, Seq, Timestamp, limits};
use crate::store::{Entry, Store, StoreError};
use crate::wire::{Code, Refusal};

/// A session, as seen by whoever answers it.
#[derive(Debug)]
pub struct Origin {
    /// Which session.
    pub session: SessionId,
    /// The index of its thread.
    pub thread: u16,
    /// Its thread's fan-out; one address for all, since each copy of an address takes memory of its own.
    pub fanout: Arc<Addr<Fanout>>,
    /// Whence it comes.
    pub address: IpAddr,
    /// Where it is counted, until all of what it said is settled.
    pub place: Share,
    /// Set when the device connects again: what is not in a batch by then is dropped.
    pub revoked: AtomicBool,
}

/// What a say is answered with.
#[derive(Debug)]
pub struct Ticket {
    /// The request's id.
    pub request: u32,
    /// For one say.
    pub permit: Permit,
}

/// What one session said to one room in one read, in order.
#[derive(Debug)]
pub struct Group {
    /// Who said it.
    pub origin: Arc<Origin>,
    /// The room's name, for the answers.
    pub room: RoomName,
    /// The id of each entry's request.
    pub requests: Vec<u32>,
    /// For all of them; comes back with the answers.
    pub permit: Permit,
    /// What is to be written, in order.
    pub entries: Vec<Entry>,
}

/// Where an event got to, or why it did not.
pub type Verdict = Result<Placed, Refusal>;

/// Groups, with a verdict for each of their entries.
pub type Judged = Vec<(Group, Vec<Verdict>)>;

/// A message's place in its room's log.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// The place.
    pub seq: Seq,
    /// When it was said.
    pub at: Timestamp,
    /// False if it had been said before.
    pub is_new: bool,
}

/// A group to be written. `back` is the live room, which tells its members; without one (a device says something
/// into a room that it has not joined, which is only looked up) the session is answered directly.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Append {
    /// The room that hears of the outcome.
    pub back: Option<Arc<OpenRoom>>,
    /// What is to be written.
    pub group: Group,
}

/// To a room: these groups were committed, in this order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Committed(pub Judged);

/// Answered once nothing that was in flight when it came is in flight any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Barrier;

/// To the journal itself, behind whatever stands in its mailbox: all of that goes into the batch.
#[derive(Message)]
#[rtype(result = "()")]
struct Begin;

/// See the module.
pub struct Journal {
    writer: Addr<DbExecutor>,
    files: Arc<BlobStore>,
    clock: Clock,
    queue: VecDeque<Append>,
    is_in_flight: bool,
    is_beginning: bool,
    waiting: Vec<oneshot::Sender<()>>,
    _vital: Vital,
}

impl Journal {
    /// A journal that writes through `writer` and unlinks files that nothing refers to any more.
    #[must_use]
    pub fn new(writer: Addr<DbExecutor>, files: Arc<BlobStore>, clock: Clock, ending: Ending) -> Self {
        let vital = Vital::new("the journal", ending);
        let (queue, waiting) = (VecDeque::new(), Vec::new());
        Self { writer, files, clock, queue, is_in_flight: false, is_beginning: false, waiting, _vital: vital }
    }

    /// Takes the next batch, without what was said on a connection that its device has replaced.
    fn take_batch(&mut self) -> Vec<Append> {
        let (mut batch, mut says, mut text_bytes) = (Vec::new(), 0, 0);
        while says < limits::BATCH_SAYS_MAX && text_bytes < limits::BATCH_TEXT_BYTES_MAX {
            let Some(append) = self.queue.pop_front() else { break };
            if !append.group.origin.revoked.load(Ordering::Acquire) {
                says += append.group.entries.len();
                text_bytes += append.group.entries.iter().map(|entry| entry.body.text_bytes()).sum::<usize>();
                batch.push(append);
            }
        }
        batch
    }

    fn start_batch(&mut self, ctx: &mut Context<Self>) {
        if self.is_in_flight {
            return;
        }
        let batch = self.take_batch();
        if batch.is_empty() {
            return;
        }
        self.is_in_flight = true;
        let clock = self.clock.clone();
        let commit = self.writer.send(Query::new(move |store: &mut Store| batch::settle(store, batch, &clock)));
        ctx.spawn(commit.into_actor(self).map(|settled, journal, ctx| {
            journal.finish_batch(settled);
            journal.start_batch(ctx);
        }));
    }

    fn finish_batch(&mut self, settled: Result<Result<Vec<Digest>, StoreError>, MailboxError>) {
        match settled {
            Ok(Ok(orphans)) => self.unlink(orphans),
            Ok(Err(StoreError::Unavailable(_))) => {}
            // the outcome is unknown: nobody is told that nothing is in flight, and the process ends
            Ok(Err(StoreError::Fatal(_))) | Err(_) => return,
        }
        self.is_in_flight = false;
        for waiting in self.waiting.drain(..) {
            // whoever waited and is gone needs no answer
            waiting.send(()).ok();
        }
    }

    /// Removes contents that nothing refers to any more: on the thread that writes, so that no commit comes between
    /// the look and the removal.
    fn unlink(&self, orphans: Vec<Digest>) {
        if orphans.is_empty() {
            return;
        }
        let files = Arc::clone(&self.files);
        // bounded: one message a batch, and the next batch waits behind it in the same mailbox
        self.writer.do_send(Query::new(move |store: &mut Store| {
            for digest in orphans {
                unlink_if_unused(store, &files, &digest)?;
            }
            Ok::<(), StoreError>(())
        }));
    }
}

/// Removes a content that nothing refers to: to be called on the thread that writes.
///
/// # Errors
/// The store's.
pub fn unlink_if_unused(store: &mut Store, files: &BlobStore, digest: &Digest) -> Result<(), StoreError> {
    if store.is_file_kept(digest)? {
        return Ok(());
    }
    if let Err(error) = files.remove(digest, SystemTime::now()) {
        log::warn!("could not remove an unused file, the next sweep will: {error}");
    }
    Ok(())
}

/// The refusal for who is not in a room.
#[must_use]
pub fn not_joined() -> Refusal {
    Refusal::new(Code::NotJoined, "join the room first")
}

impl Actor for Journal {
    type Context = Context<Self>;
}

impl Handler<Append> for Journal {
    type Result = ();

    fn handle(&mut self, append: Append, ctx: &mut Context<Self>) {
        self.queue.push_back(append);
        // what several sessions said in one turn of their thread is one batch and not a first small one and a rest
        if !self.is_in_flight && !std::mem::replace(&mut self.is_beginning, true) {
            ctx.notify(Begin);
        }
    }
}

impl Handler<Begin> for Journal {
    type Result = ();

    fn handle(&mut self, _: Begin, ctx: &mut Context<Self>) {
        self.is_beginning = false;
        self.start_batch(ctx);
    }
}

impl Handler<Barrier> for Journal {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Barrier, _: &mut Context<Self>) -> Self::Result {
        if !self.is_in_flight {
            return Box::pin(std::future::ready(()));
        }
        let (done, wait) = oneshot::channel();
        self.waiting.push(done);
        Box::pin(async { wait.await.unwrap_or(()) })
    }
}
