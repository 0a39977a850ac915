//! The reading side of a session: a stream of what happened to its socket. It reads only while the session wants
//! requests, so that pressure reaches the peer. What a request means is left to the session.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tokio::time::Sleep;
use tokio_util::codec::Decoder;

use super::Link;
use crate::model::limits;
use crate::wire::{Broken, ByeCode, FrameCodec};

/// Bytes that one read takes: shared by all sessions of a thread, so that an idle one holds no buffer.
const SCRATCH_BYTES: usize = 64 * 1024;

thread_local! {
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH_BYTES].into());
}

/// What happened to a session's socket.
#[derive(Debug)]
pub(super) enum Happened {
    /// Whole frames came; at the end of them perhaps something that is none.
    Frames(Vec<Bytes>, Option<Broken>),
    /// There is room in the outbox again, which the session had asked for.
    Drained,
    /// The peer sends nothing more, and may still listen.
    AtEnd,
    /// `bye` was said: the session leaves its rooms, and its last words are on their way, for which it sets a time.
    Closing,
}

/// Ends when the connection is gone.
pub(super) struct Incoming {
    link: Rc<Link>,
    partial: BytesMut,
    /// The first frame, which is hello or the last one, has come.
    has_begun: bool,
    is_closing: bool,
    is_at_end: bool,
    /// When the frame that has begun must be there; made only once the socket has no more of it.
    overdue: Option<Pin<Box<Sleep>>>,
}

impl Incoming {
    /// What comes over a fresh connection.
    pub(super) fn new(link: Rc<Link>) -> Self {
        let partial = BytesMut::new();
        Self { link, partial, has_begun: false, is_closing: false, is_at_end: false, overdue: None }
    }

    fn codec(&self) -> FrameCodec {
        let frame_bytes_max =
            if self.has_begun { limits::FRAME_BYTES_MAX } else { limits::FRAME_BEFORE_HELLO_BYTES_MAX };
        FrameCodec { frame_bytes_max }
    }

    /// Frames out of what was read so far.
    fn cut(&mut self) -> Option<Happened> {
        let mut frames = Vec::new();
        let mut broken = None;
        while frames.len() < limits::REQUESTS_PER_TURN_MAX && broken.is_none() {
            match self.codec().decode(&mut self.partial) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => broken = Some(error),
            }
            self.has_begun = true;
        }
        if self.partial.is_empty() || !frames.is_empty() {
            self.overdue = None;
        }
        if self.partial.is_empty() {
            self.partial = BytesMut::new();
        }
        if frames.is_empty() && broken.is_none() {
            return None;
        }
        self.link.note_heard();
        Some(Happened::Frames(frames, broken))
    }

    fn poll_frames(&mut self, cx: &mut Context<'_>) -> Poll<Option<Happened>> {
        loop {
            if let Some(happened) = self.cut() {
                return Poll::Ready(Some(happened));
            }
            match self.poll_fill(cx) {
                Poll::Ready(Ok(0)) => {
                    self.is_at_end = true;
                    return Poll::Ready(Some(Happened::AtEnd));
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(None),
                Poll::Pending => return self.poll_overdue(cx),
            }
        }
    }

    /// Who has begun a frame must end it in time: what has come of it takes memory.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<Option<Happened>> {
        if self.partial.is_empty() {
            return Poll::Pending;
        }
        let overdue = self.overdue.get_or_insert_with(|| Box::pin(tokio::time::sleep(limits::FRAME_TIMEOUT)));
        std::task::ready!(overdue.as_mut().poll(cx));
        self.link.close(ByeCode::Idle, "a frame took too long to come");
        self.poll_goodbye(cx)
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let bytes = std::task::ready!(self.link.poll_read(cx, scratch))?;
            self.partial.extend_from_slice(&scratch[..bytes]);
            Poll::Ready(Ok(bytes))
        })
    }

    /// Throws away what still comes, until the peer is done too.
    fn poll_goodbye(&mut self, cx: &mut Context<'_>) -> Poll<Option<Happened>> {
        if !std::mem::replace(&mut self.is_closing, true) {
            return Poll::Ready(Some(Happened::Closing));
        }
        self.link.shut_down();
        while !self.is_at_end {
            self.partial = BytesMut::new();
            match std::task::ready!(self.poll_fill(cx)) {
                Ok(0) => self.is_at_end = true,
                Ok(_) => {}
                Err(_) => return Poll::Ready(None),
            }
        }
        if self.link.is_drained() { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Stream for Incoming {
    type Item = Happened;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Happened>> {
        let this = &mut *self;
        if this.link.poll_flush(cx).is_err() {
            Poll::Ready(None)
        } else if this.link.is_closing() {
            this.poll_goodbye(cx)
        } else if this.link.take_room() {
            Poll::Ready(Some(Happened::Drained))
        } else if this.is_at_end || !this.link.may_read() {
            Poll::Pending
        } else {
            this.poll_frames(cx)
        }
    }
}
