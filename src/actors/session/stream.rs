//! A session's bytes on their way: over the bare socket, or encrypted by a session of TLS that is driven by hand, so
//! that it takes no more than the socket does. Neither waits: what cannot be done now is `WouldBlock`. When to try
//! again is left to [`super::link`], how TLS begins to [`crate::actors::handshake`].

use std::cell::RefCell;
use std::io::{self, IoSlice, Read, Write};
use std::task::{Context, Poll};

use rustls::ServerConnection;
use tokio::net::TcpStream;

use crate::model::limits;

/// See the module. One that is not encrypted takes no more memory than the socket.
pub enum Stream {
    /// The socket and nothing else.
    Plain(TcpStream),
    /// Encrypted; boxed, so that the others do not pay for it.
    Tls(Box<Encrypted>),
}

const _: () = assert!(size_of::<Stream>() == size_of::<TcpStream>(), "whoever does without TLS pays nothing for it");

/// A socket and the session of TLS over it, after the handshake.
pub struct Encrypted {
    socket: TcpStream,
    session: RefCell<ServerConnection>,
}

impl Stream {
    /// A stream of TLS after its handshake.
    #[must_use]
    pub fn encrypted(socket: TcpStream, mut session: ServerConnection) -> Self {
        session.set_buffer_limit(Some(limits::TLS_BUFFER_BYTES));
        Self::Tls(Box::new(Encrypted { socket, session: RefCell::new(session) }))
    }

    /// What the operating system knows it by.
    pub(super) const fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(encrypted) => &encrypted.socket,
        }
    }

    /// Takes some of these bytes: what is taken is on its way, or goes before all else at the next try.
    pub(super) fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match (self, slices) {
            // mostly there is one, and for one the system has a shorter way
            (Self::Plain(socket), [slice]) => socket.try_write(slice),
            (Self::Plain(socket), slices) => socket.try_write_vectored(slices),
            (Self::Tls(encrypted), slices) => encrypted.try_write(slices),
        }
    }

    /// Sends on what was taken and is not sent yet.
    pub(super) fn try_flush(&self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Tls(encrypted) => send(&encrypted.socket, &mut encrypted.session.borrow_mut()),
        }
    }

    /// Whether something was taken, or is to be said by TLS itself, and is not sent yet.
    pub(super) fn holds_back(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(encrypted) => encrypted.session.borrow().wants_write(),
        }
    }

    /// Reads what there is into `scratch`: the number of bytes, 0 at the end.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, scratch: &mut [u8]) -> Poll<io::Result<usize>> {
        let socket = match self {
            Self::Plain(socket) => socket,
            Self::Tls(encrypted) => return encrypted.poll_read(cx, scratch),
        };
        loop {
            std::task::ready!(socket.poll_read_ready(cx))?;
            match socket.try_read(scratch) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }

    /// Nothing more will be written: says so to the peer's TLS, as soon as it is flushed.
    pub(super) fn end(&self) {
        if let Self::Tls(encrypted) = self {
            encrypted.session.borrow_mut().send_close_notify();
        }
    }
}

impl Encrypted {
    /// Takes more only when all of what it took before is sent, and never more than its limit.
    fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut session = self.session.borrow_mut();
        send(&self.socket, &mut session)?;
        match session.writer().write_vectored(slices)? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            taken => Ok(taken),
        }
    }

    fn poll_read(&self, cx: &mut Context<'_>, scratch: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut session = self.session.borrow_mut();
        loop {
            match session.reader().read(scratch) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // cut off without a word of TLS: an end like any other, since half a frame is never taken for one
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Poll::Ready(Ok(0)),
                done => return Poll::Ready(done),
            }
            std::task::ready!(self.socket.poll_read_ready(cx))?;
            match session.read_tls(&mut Bare(&self.socket)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(_) => _ = session.process_new_packets().map_err(invalid)?,
            }
        }
    }
}

/// Sends what a session of TLS has to send, as far as the socket takes it.
pub(in crate::actors) fn send(socket: &TcpStream, session: &mut ServerConnection) -> io::Result<()> {
    while session.wants_write() {
        if session.write_tls(&mut Bare(socket))? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    Ok(())
}

/// What a peer sent is no TLS.
pub(in crate::actors) fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// A socket as the standard library's traits want it; it never waits.
pub(in crate::actors) struct Bare<'a>(pub(in crate::actors) &'a TcpStream);

impl Read for Bare<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(bytes)
    }
}

impl Write for Bare<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
