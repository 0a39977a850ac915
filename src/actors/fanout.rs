//! One for each arbiter thread: it starts the thread's sessions, watches that they are not idle, and passes what a
//! room sends here once to all of its members on this thread. How they are reached is left to [`super::registry`].

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message, SpawnHandle};
use bytes::Bytes;
use tokio::time::Instant;

use super::journal::Origin;
use super::registry::{Answer, Registry};
use super::session::{Link, Session, SessionId, Stream};
use super::shares::Share;
use super::{Hub, Vital};
use crate::chat::Deadlines;
use crate::model::{RoomId, Seq, limits};
use crate::wire::{Bye, ByeCode};

/// Committed events `first` to `last` of a room, and the answers to those of this thread who said them.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// The room.
    pub room: RoomId,
    /// The first event; there is none if `frames` is empty.
    pub first: Seq,
    /// The last event.
    pub last: Seq,
    /// All of them, encoded.
    pub frames: Bytes,
    /// For sessions of this thread.
    pub answers: Vec<Answer>,
}

/// Answers for sessions of this thread.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Answers(pub Vec<Answer>);

/// A signal for the members on this thread, except the one who caused it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Whisper {
    /// The room.
    pub room: RoomId,
    /// The signal, encoded.
    pub frame: Bytes,
    /// Who caused it.
    pub except: SessionId,
}

/// A connection for this thread.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Adopt {
    /// The socket, not yet of any runtime.
    pub stream: std::net::TcpStream,
    /// Who is at the other end.
    pub peer: SocketAddr,
    /// Counts it until it is gone.
    pub place: Share,
}

/// Ends one session.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close(pub SessionId, pub Bye);

/// From now on nobody's requests are read.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Hush;

/// Ends all sessions; answered once they are gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CloseAll(pub Bye);

/// To the fan-out itself, behind whatever stands in its mailbox: what that appends is written together.
#[derive(Message)]
#[rtype(result = "()")]
struct Flush;

/// See the module.
pub struct Fanout {
    thread: u16,
    address: Arc<Addr<Self>>,
    hub: Arc<Hub>,
    registry: Rc<RefCell<Registry>>,
    deadlines: Deadlines<SessionId>,
    /// For the next of the deadlines, and when that is.
    timer: Option<(u64, SpawnHandle)>,
    born: Instant,
    hushed: bool,
    is_flushing: bool,
    _vital: Vital,
}

impl Fanout {
    /// The fan-out of the thread with this index, at this address.
    #[must_use]
    pub fn new(thread: u16, address: Addr<Self>, hub: Arc<Hub>) -> Self {
        let vital = Vital::new("a fan-out", hub.ending.clone());
        let (address, registry, deadlines, timer) = (Arc::new(address), Rc::default(), Deadlines::default(), None);
        let (born, hushed, is_flushing) = (Instant::now(), false, false);
        Self { thread, address, hub, registry, deadlines, timer, born, hushed, is_flushing, _vital: vital }
    }

    fn flush_soon(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.is_flushing, true) {
            ctx.notify(Flush);
        }
    }

    /// Where it is found.
    pub(super) const fn address(&self) -> &Arc<Addr<Self>> {
        &self.address
    }

    /// Whether nobody's requests are read any more: the server stops.
    pub(super) const fn is_hushed(&self) -> bool {
        self.hushed
    }

    /// Starts a session over a connection on which nothing was said yet.
    pub(super) fn adopt(&mut self, stream: Stream, peer: SocketAddr, place: Share, ctx: &mut Context<Self>) {
        let link = Rc::new(Link::new(stream));
        log::debug!("{peer} is session {}", link.id);
        let fanout = Arc::clone(&self.address);
        let origin = Arc::new(Origin {
            session: link.id,
            thread: self.thread,
            fanout,
            address: peer.ip(),
            place,
            revoked: false.into(),
        });
        if self.hushed {
            link.hush();
        }
        self.registry.borrow_mut().insert(&link);
        let silence_max = self.silence_max(&link).min(self.idle_max());
        self.watch(link.id, silence_max);
        self.set_timer(ctx);
        Session::new(Arc::clone(&self.hub), link, Rc::clone(&self.registry), origin).start();
    }

    /// Looks at a session again after a while.
    fn watch(&mut self, session: SessionId, after: Duration) {
        let at_s = (self.born.elapsed() + after).as_secs() + 1;
        self.deadlines.insert(at_s, session);
    }

    /// There is one timer a thread, for whoever is due next.
    fn set_timer(&mut self, ctx: &mut Context<Self>) {
        let next_s = self.deadlines.next_s();
        if self.timer.map(|(at_s, _)| at_s) == next_s {
            return;
        }
        if let Some((_, timer)) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        self.timer = next_s.map(|next_s| {
            let pause = Duration::from_secs(next_s).saturating_sub(self.born.elapsed());
            (next_s, ctx.run_later(pause, Self::look_at_due))
        });
    }

    fn look_at_due(&mut self, ctx: &mut Context<Self>) {
        self.timer = None;
        for session in self.deadlines.take_due(self.born.elapsed().as_secs()) {
            let link = self.registry.borrow().link(session);
            if let Some(pause) = link.and_then(|link| self.judge_silence(&link)) {
                self.watch(session, pause);
            }
        }
        self.set_timer(ctx);
    }

    /// When to look at this session again, if it is not ended now.
    fn judge_silence(&self, link: &Link) -> Option<Duration> {
        let left = self.silence_max(link).checked_sub(link.idle_for()).filter(|left| !left.is_zero());
        if left.is_none() && link.has_said_hello() {
            link.close(ByeCode::Idle, "nothing was heard for too long; ping sooner");
        } else if left.is_none() {
            link.close(ByeCode::HelloTimeout, "no hello came");
        }
        left
    }

    fn silence_max(&self, link: &Link) -> Duration {
        if link.has_said_hello() { self.idle_max() } else { limits::HELLO_TIMEOUT }
    }

    fn idle_max(&self) -> Duration {
        Duration::from_secs(self.hub.settings.limits.idle)
    }
}

impl Actor for Fanout {
    type Context = Context<Self>;
}

impl Handler<Deliver> for Fanout {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, ctx: &mut Context<Self>) {
        self.registry.borrow().deliver(deliver);
        self.flush_soon(ctx);
    }
}

impl Handler<Answers> for Fanout {
    type Result = ();

    fn handle(&mut self, Answers(answers): Answers, ctx: &mut Context<Self>) {
        self.registry.borrow().answer(answers);
        self.flush_soon(ctx);
    }
}

impl Handler<Whisper> for Fanout {
    type Result = ();

    fn handle(&mut self, whisper: Whisper, ctx: &mut Context<Self>) {
        self.registry.borrow().whisper(&whisper);
        self.flush_soon(ctx);
    }
}

impl Handler<Flush> for Fanout {
    type Result = ();

    fn handle(&mut self, _: Flush, _: &mut Context<Self>) {
        self.is_flushing = false;
        self.registry.borrow().flush();
    }
}

impl Handler<Adopt> for Fanout {
    type Result = ();

    fn handle(&mut self, Adopt { stream, peer, place }: Adopt, ctx: &mut Context<Self>) {
        match tokio::net::TcpStream::from_std(stream) {
            Ok(stream) => self.adopt(Stream::Plain(stream), peer, place, ctx),
            Err(error) => log::warn!("could not take over the connection of {peer}: {error}"),
        }
    }
}

impl Handler<Close> for Fanout {
    type Result = ();

    fn handle(&mut self, Close(session, bye): Close, _: &mut Context<Self>) {
        if let Some(link) = self.registry.borrow().link(session) {
            link.close(bye.code, bye.message);
        }
    }
}

impl Handler<Hush> for Fanout {
    type Result = ();

    fn handle(&mut self, _: Hush, _: &mut Context<Self>) {
        self.hushed = true;
        for link in self.registry.borrow().links() {
            link.hush();
        }
    }
}

impl Handler<CloseAll> for Fanout {
    type Result = actix::ResponseFuture<()>;

    fn handle(&mut self, CloseAll(bye): CloseAll, _: &mut Context<Self>) -> Self::Result {
        for link in self.registry.borrow().links() {
            link.close(bye.code, bye.message.clone());
        }
        let (registry, emptied) = (Rc::clone(&self.registry), self.registry.borrow().emptied());
        Box::pin(async move {
            loop {
                let next = emptied.notified();
                if registry.borrow().links().next().is_none() {
                    break;
                }
                next.await;
            }
        })
    }
}
