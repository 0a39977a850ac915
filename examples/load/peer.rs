//! One connection of the generator: its socket, what of a message is there so far, and what it waits for.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;

use super::dialect::Seat;

/// What a connection does once it is in its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It only listens.
    Listens,
    /// It says things, too.
    Talks,
    /// It asks for one page of the log after the other.
    Leafs,
    /// It sends one ping after the other: what everybody waits for, whatever they ask.
    Pings,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    pub(crate) seat: Seat,
    pub(crate) role: Role,
    /// It is in its room.
    pub(crate) is_ready: bool,
    /// The last event that it has.
    pub(crate) last: u64,
    /// The room's last event when it came in.
    pub(crate) head: u64,
    /// When each of its messages was due that is not acknowledged, the oldest first.
    pub(crate) due_ns: VecDeque<u64>,
    /// Bytes of a message whose end has not come.
    pub(crate) partial: Vec<u8>,
    /// Bytes that are on their way out.
    pub(crate) out: Vec<u8>,
    written: usize,
}

impl Peer {
    /// A connection that begins with `greeting`; it may still be under way.
    pub(crate) fn connect(address: SocketAddr, seat: Seat, role: Role, greeting: Vec<u8>) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let (due_ns, partial) = (VecDeque::new(), Vec::new());
        Ok(Self { stream, seat, role, is_ready: false, last: 0, head: 0, due_ns, partial, out: greeting, written: 0 })
    }

    /// Whether it has everything that the room had when it came in.
    pub(crate) fn is_live(&self) -> bool {
        self.is_ready && self.last >= self.head
    }

    /// Writes what waits, as far as the socket takes it; the rest goes when it is writable again.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.written < self.out.len() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(bytes) => self.written += bytes,
                Err(error) if is_early(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.out.clear();
        self.written = 0;
        Ok(())
    }

    /// Reads once: the number of bytes, none if there is nothing now.
    ///
    /// # Errors
    /// The connection's, its end included.
    pub(crate) fn read(&mut self, scratch: &mut [u8]) -> io::Result<Option<usize>> {
        match self.stream.read(scratch) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_early(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// It will go later: the socket is full, empty, or not yet connected.
fn is_early(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, NotConnected, WouldBlock};
    matches!(error.kind(), WouldBlock | NotConnected | Interrupted)
}
