//! The floor to compare with: a relay that copies each frame to all who are in its room, and knows nothing else. Frames
//! that came in one turn of its event loop leave in one write for each member. Nothing is kept, numbered, decoded or
//! acknowledged; what cannot be done with less than this, no chat server does with less.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use super::dialect::JOIN;

const HEADER_BYTES: usize = 4;
const SCRATCH_BYTES: usize = 256 * 1024;
const EVENTS_PER_TURN: usize = 1_024;
const LISTENER: Token = Token(usize::MAX);

struct Member {
    stream: TcpStream,
    room: Option<u32>,
    /// The beginning of a frame whose end has not come.
    partial: Vec<u8>,
    /// What the socket did not take.
    waiting: Vec<u8>,
}

#[derive(Default)]
struct Room {
    members: Vec<usize>,
    /// Frames of this turn.
    fresh: Vec<u8>,
}

/// See the module.
pub(crate) struct Relay {
    poll: Poll,
    listener: TcpListener,
    members: HashMap<usize, Member>,
    rooms: HashMap<u32, Room>,
    next: usize,
    scratch: Vec<u8>,
}

impl Relay {
    /// Listens there; port 0 picks a free one.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let (poll, mut listener) = (Poll::new()?, TcpListener::bind(address)?);
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let (members, rooms, scratch) = (HashMap::new(), HashMap::new(), vec![0; SCRATCH_BYTES]);
        Ok(Self { poll, listener, members, rooms, next: 0, scratch })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Relays until the process is ended.
    pub(crate) fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        loop {
            self.poll.poll(&mut events, None)?;
            let mut touched = Vec::new();
            for event in &events {
                if event.token() == LISTENER {
                    self.accept()?;
                } else {
                    self.serve(event.token().0, event.is_writable(), &mut touched);
                }
            }
            for room in touched {
                self.copy_to_all(room);
            }
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            stream.set_nodelay(true)?;
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(self.next), both)?;
            let (partial, waiting) = (Vec::new(), Vec::new());
            self.members.insert(self.next, Member { stream, room: None, partial, waiting });
            self.next += 1;
        }
    }

    fn serve(&mut self, index: usize, is_writable: bool, touched: &mut Vec<u32>) {
        let Some(member) = self.members.get_mut(&index) else { return };
        let rooms = &mut self.rooms;
        let read = loop {
            match member.stream.read(&mut self.scratch) {
                Ok(0) => break Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(bytes) => {
                    member.take(index, &self.scratch[..bytes], rooms, touched);
                    // a short read has emptied the socket: what comes later is told by another event
                    if bytes < self.scratch.len() {
                        break Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let done = if is_writable { read.and_then(|()| member.write(&[])) } else { read };
        if done.is_err() {
            self.drop_member(index);
        }
    }

    fn copy_to_all(&mut self, room: u32) {
        let Some(Room { members, fresh }) = self.rooms.get_mut(&room) else { return };
        let mut write = |index: &usize| self.members.get_mut(index).is_some_and(|member| member.write(fresh).is_err());
        let gone: Vec<usize> = members.iter().copied().filter(|index| write(index)).collect();
        fresh.clear();
        for index in gone {
            self.drop_member(index);
        }
    }

    fn drop_member(&mut self, index: usize) {
        let room = self.members.remove(&index).and_then(|member| member.room);
        if let Some(room) = room.and_then(|room| self.rooms.get_mut(&room)) {
            room.members.retain(|member| *member != index);
        }
    }
}

impl Member {
    fn take(&mut self, index: usize, bytes: &[u8], rooms: &mut HashMap<u32, Room>, touched: &mut Vec<u32>) {
        let mut partial = std::mem::take(&mut self.partial);
        if partial.is_empty() {
            let used = self.pass_on(index, bytes, rooms, touched);
            partial.extend_from_slice(&bytes[used..]);
        } else {
            partial.extend_from_slice(bytes);
            let used = self.pass_on(index, &partial, rooms, touched);
            partial.drain(..used);
        }
        self.partial = partial;
    }

    /// Gives all whole frames to the room; the number of bytes that they had.
    fn pass_on(&mut self, index: usize, bytes: &[u8], rooms: &mut HashMap<u32, Room>, touched: &mut Vec<u32>) -> usize {
        let mut used = 0;
        if self.room.is_none() {
            let Some(end) = frame_end(bytes) else { return 0 };
            used = end;
            self.join(index, &bytes[..end], rooms);
        }
        let start = used;
        while let Some(end) = frame_end(&bytes[used..]) {
            used += end;
        }
        if let Some(room) = self.room.filter(|_| used > start) {
            let Room { fresh, .. } = rooms.entry(room).or_default();
            if fresh.is_empty() {
                touched.push(room);
            }
            fresh.extend_from_slice(&bytes[start..used]);
        }
        used
    }

    fn join(&mut self, index: usize, frame: &[u8], rooms: &mut HashMap<u32, Room>) {
        let Some(room) = frame.last_chunk().filter(|_| frame.get(HEADER_BYTES) == Some(&JOIN)) else { return };
        let room = u32::from_be_bytes(*room);
        self.room = Some(room);
        rooms.entry(room).or_default().members.push(index);
        // who is gone already is noticed at the next read
        self.write(frame).ok();
    }

    /// Writes this behind what waits, as far as the socket takes it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.waiting.is_empty() {
            self.waiting.extend_from_slice(bytes);
            let written = write_some(&mut self.stream, &self.waiting)?;
            self.waiting.drain(..written);
            return Ok(());
        }
        let written = write_some(&mut self.stream, bytes)?;
        self.waiting.extend_from_slice(&bytes[written..]);
        Ok(())
    }
}

fn frame_end(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<HEADER_BYTES>()?;
    let end = HEADER_BYTES + u32::from_be_bytes(*header) as usize;
    (bytes.len() >= end).then_some(end)
}

fn write_some(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match stream.write(&bytes[written..]) {
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}
