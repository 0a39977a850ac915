//! A session's socket and what waits for it, shared on one thread between the session and the fan-out, so that
//! events reach the socket without a mailbox. What is read from the socket is left to [`super::incoming`].

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::Stream;
use crate::chat::Outbox;
use crate::wire::{self, Bye, ByeCode, ServerFrame};

/// Slices of one vectored write.
const SLICES_PER_WRITE: usize = 32;

/// Names a connection as long as the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(u64);

impl SessionId {
    fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Frames go both ways.
    Open,
    /// `bye` was said: nothing more goes in, what waits still goes out.
    Closing,
    /// The socket failed, or was given up.
    Broken,
}

/// See the module.
pub struct Link {
    /// Which connection.
    pub id: SessionId,
    stream: Stream,
    outbox: RefCell<Outbox>,
    phase: Cell<Phase>,
    /// The socket was full when it was last tried: the session's task waits for it.
    is_blocked: Cell<bool>,
    wants_room: Cell<bool>,
    /// The registry has noted that something is to be flushed.
    pub(in crate::actors) is_fresh: Cell<bool>,
    is_hushed: Cell<bool>,
    is_paused: Cell<bool>,
    has_hello: Cell<bool>,
    active_at: Cell<Instant>,
    task: Cell<Option<Waker>>,
}

impl Link {
    /// A link over a fresh connection.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        Self {
            id: SessionId::fresh(),
            stream,
            outbox: RefCell::default(),
            phase: Cell::new(Phase::Open),
            is_blocked: Cell::new(false),
            wants_room: Cell::new(false),
            is_fresh: Cell::new(false),
            is_hushed: Cell::new(false),
            is_paused: Cell::new(false),
            has_hello: Cell::new(false),
            active_at: Cell::new(Instant::now()),
            task: Cell::new(None),
        }
    }

    /// Appends whole frames to what waits; after `bye` nothing is appended.
    pub fn push(&self, frames: Bytes) {
        if self.is_open() {
            self.outbox.borrow_mut().push(frames);
        }
    }

    /// Appends one frame.
    pub fn say(&self, frame: &ServerFrame) {
        self.push(wire::encode_frame(frame));
    }

    /// Whether requests may be read, whose answers go in.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.outbox.borrow().has_room()
    }

    /// Whether so many bytes of live events go in, if need be after what waits was tried.
    #[must_use]
    pub fn takes(&self, bytes: usize) -> bool {
        let takes = self.outbox.borrow().takes(bytes);
        if !takes {
            self.flush();
        }
        takes || self.outbox.borrow().takes(bytes)
    }

    /// Whether there is room for a page, or for a signal.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.outbox.borrow().is_low()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.outbox.borrow().is_empty() && !self.stream.holds_back()
    }

    /// Tries the socket once. Where it is full, the session's task takes over.
    pub fn flush(&self) {
        if !self.is_blocked.get() && self.write_some().is_err() {
            self.give_up();
        }
    }

    fn write_some(&self) -> io::Result<()> {
        match self.write_all() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.is_blocked.set(true);
                self.wake();
                Ok(())
            }
            done => done,
        }
    }

    fn write_all(&self) -> io::Result<()> {
        let mut outbox = self.outbox.borrow_mut();
        while !outbox.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES_PER_WRITE];
            let filled = outbox.slices(&mut slices);
            let written = self.stream.try_write(&slices[..filled])?;
            outbox.advance(written);
        }
        self.stream.try_flush()
    }

    /// Writes what waits, as far as the socket takes it; the task is woken when it takes more.
    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> io::Result<()> {
        self.task.replace(Some(cx.waker().clone()));
        if self.phase.get() == Phase::Broken {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        while !self.is_drained() {
            match self.stream.socket().poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => break,
            }
            self.is_blocked.set(false);
            // whoever takes what is written is not idle, even while its requests are not read
            self.active_at.set(Instant::now());
            self.task.replace(None);
            self.write_some()?;
            self.task.replace(Some(cx.waker().clone()));
        }
        Ok(())
    }

    /// Reads what the socket holds into `scratch`: the number of bytes, 0 at the end.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, scratch: &mut [u8]) -> Poll<io::Result<usize>> {
        let read = self.stream.poll_read(cx, scratch);
        if self.stream.holds_back() {
            // TLS has something to say itself, also about what it could not read
            self.flush();
        }
        read
    }

    /// Says `bye` with whatever waits before it, and takes no more.
    pub fn close(&self, code: ByeCode, message: impl Into<Cow<'static, str>>) {
        if self.is_open() {
            log::debug!("session {} ends: {code:?}", self.id);
            self.say(&ServerFrame::Bye(Bye { code, message: message.into() }));
            self.phase.set(Phase::Closing);
            self.wake();
        }
    }

    /// Waits no longer for a peer that does not take its last words.
    pub(super) fn give_up(&self) {
        self.phase.set(Phase::Broken);
        self.wake();
    }

    /// Whether frames go both ways: `bye` was not said, and the socket has not failed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.phase.get() == Phase::Open
    }

    /// Whether `bye` was said, and what waits still goes out.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.phase.get() == Phase::Closing
    }

    /// Tells the peer that nothing more comes, once nothing more waits.
    pub(super) fn shut_down(&self) {
        if self.is_drained() {
            self.stream.end();
            self.flush();
        }
        if self.is_drained() {
            // a peer that is gone already needs no telling
            drop(socket2::SockRef::from(self.stream.socket()).shutdown(std::net::Shutdown::Write));
        }
    }

    /// The session wants to hear once there is room in the outbox again: it has fallen behind, or has answers to give.
    pub fn ask_for_room(&self) {
        if !self.wants_room.replace(true) {
            self.wake();
        }
    }

    /// Whether there is room for a session that asked for it; says so once.
    pub(super) fn take_room(&self) -> bool {
        self.is_low() && self.wants_room.replace(false)
    }

    /// Stops the reading of requests for good: the server is going down.
    pub fn hush(&self) {
        self.is_hushed.set(true);
    }

    /// Stops or resumes the reading of requests, while the session is busy with those that it has.
    pub(super) fn pause(&self, is_paused: bool) {
        if self.is_paused.replace(is_paused) && !is_paused {
            self.wake();
        }
    }

    /// Whether requests are to be read now.
    pub(super) fn may_read(&self) -> bool {
        !self.is_hushed.get() && !self.is_paused.get() && self.has_room()
    }

    /// A frame came.
    pub(super) fn note_heard(&self) {
        self.active_at.set(Instant::now());
    }

    /// How long nothing was heard, and nothing that waited was taken.
    #[must_use]
    pub fn idle_for(&self) -> Duration {
        self.active_at.get().elapsed()
    }

    pub(super) fn note_hello(&self) {
        self.has_hello.set(true);
    }

    /// Whether `hello` came; it may still have to wait for its answer.
    #[must_use]
    pub fn has_said_hello(&self) -> bool {
        self.has_hello.get()
    }

    pub(super) fn wake(&self) {
        if let Some(task) = self.task.take() {
            task.wake();
        }
    }
}
