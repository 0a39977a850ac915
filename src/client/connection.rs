//! One connection from its first byte to its last: dials, says hello, carries frames. Reading and writing never wait
//! for each other: a server whose outbox is full reads nothing until it is read from, so a client that could only do
//! one of both would wait for ever. What frames mean is left to [`super::session`].

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_util::codec::FramedRead;

use super::Error;
use crate::model::limits;
use crate::wire::{
    Answer, Broken, Bye, DeviceKey, FrameCodec, Hello, PROTOCOL, Refusal, Request, ServerFrame, Welcome, append_frame,
    decode_server_frame,
};

/// Why there is no connection any more, or none at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("cannot connect: {0}")]
    Unreachable(io::Error),
    #[error("the server does not answer")]
    Silent,
    #[error("the connection was cut")]
    Cut,
    #[error("{}", .0.message)]
    Bye(Bye),
    #[error(transparent)]
    Refused(Refusal),
    #[error("what answers there does not speak the protocol")]
    Nonsense,
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Io(_) => Self::Cut,
            Broken::Length(_) | Broken::Malformed => Self::Nonsense,
        }
    }
}

impl Failure {
    /// The same for who made the first attempt.
    pub(super) fn into_error(self, address: &str) -> Error {
        let unreachable = |source| Error::Unreachable { address: address.to_owned(), source };
        match self {
            Self::Unreachable(source) => unreachable(source),
            Self::Silent => unreachable(io::Error::new(io::ErrorKind::TimedOut, "nothing answered in time")),
            Self::Cut => unreachable(io::Error::new(io::ErrorKind::ConnectionReset, "it hung up without a word")),
            Self::Bye(bye) => Error::Ended(bye),
            Self::Refused(refusal) => Error::Refused(refusal),
            Self::Nonsense => Error::Unexpected("what answers there is no server of this protocol"),
        }
    }
}

/// A socket whose other end speaks frames.
#[derive(Debug)]
pub(super) struct Connection {
    frames: FramedRead<OwnedReadHalf, FrameCodec>,
    socket: OwnedWriteHalf,
    outgoing: BytesMut,
}

impl Connection {
    /// Connects to `host:port` and says hello.
    pub(super) async fn open(
        address: &str,
        agent: &str,
        device: Option<DeviceKey>,
    ) -> Result<(Self, Welcome), Failure> {
        let stream = within(limits::CONNECT_TIMEOUT, TcpStream::connect(address)).await?;
        let stream = stream.map_err(Failure::Unreachable)?;
        stream.set_nodelay(true).map_err(Failure::Unreachable)?;
        let (reader, socket) = stream.into_split();
        let frames = FramedRead::new(reader, FrameCodec::default());
        let mut connection = Self { frames, socket, outgoing: BytesMut::new() };
        let known = device.as_ref().map(|key| key.id);
        let hello = Hello { protocol: PROTOCOL, agent: agent.to_owned(), device };
        connection.push(0, &Request::Hello(hello));
        let welcome = within(limits::CONNECT_TIMEOUT, connection.welcome()).await??;
        // Nonces that belong to another device would name nothing.
        if known.is_some_and(|id| id != welcome.device.id) {
            return Err(Failure::Nonsense);
        }
        Ok((connection, welcome))
    }

    /// Adds a request to what is to be written.
    pub(super) fn push(&mut self, id: u32, request: &Request) {
        append_frame(&mut self.outgoing, &(id, request));
    }

    /// Whether another request would be held for too long.
    pub(super) fn is_clogged(&self) -> bool {
        self.outgoing.len() >= limits::CLIENT_OUTGOING_BYTES
    }

    /// Writes what is to be written and reads, if `reading`, until a frame is there or some bytes were written.
    /// Nothing is lost if this is dropped.
    pub(super) async fn turn(&mut self, reading: bool) -> Result<Option<ServerFrame>, Failure> {
        let Self { frames, socket, outgoing } = self;
        tokio::select! {
            frame = frames.next(), if reading => {
                let frame = frame.ok_or(Failure::Cut)??;
                Ok(Some(decode_server_frame(&frame)?))
            }
            written = socket.write_buf(outgoing), if !outgoing.is_empty() => match written {
                Ok(1..) => Ok(None),
                Ok(0) | Err(_) => Err(Failure::Cut),
            },
            else => std::future::pending().await,
        }
    }

    async fn frame(&mut self) -> Result<ServerFrame, Failure> {
        loop {
            if let Some(frame) = self.turn(true).await? {
                return Ok(frame);
            }
        }
    }

    async fn welcome(&mut self) -> Result<Welcome, Failure> {
        match self.frame().await? {
            ServerFrame::Answer((_, Answer::Welcome(welcome))) => Ok(welcome),
            ServerFrame::Bye(bye) => Err(Failure::Bye(bye)),
            // A bye with the same code follows; it says whether trying again helps.
            ServerFrame::Error((_, refusal)) => match self.frame().await {
                Ok(ServerFrame::Bye(bye)) => Err(Failure::Bye(bye)),
                _ => Err(Failure::Refused(refusal)),
            },
            _ => Err(Failure::Nonsense),
        }
    }
}

async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::time::timeout(time, future).await.map_err(|_| Failure::Silent)
}
