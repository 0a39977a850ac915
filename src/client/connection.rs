//! One connection from its first byte to its last: dials, says hello, carries frames. Reading and writing never wait
//! for each other: a server whose outbox is full reads nothing until it is read from, so a client that could only do
//! one of both would wait for ever. What frames mean is left to [`super::session`].

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio_util::codec::FramedRead;

use super::tls::Tls;
use super::{Distrust, Error};
use crate::model::limits;
use crate::wire::{
    Answer, Broken, Bye, ByeCode, DeviceKey, FrameCodec, Hello, PROTOCOL, Refusal, Request, ServerFrame, Welcome,
    append_frame, decode_server_frame,
};

/// Why there is no connection any more, or none at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("cannot find it by its name: {0}")]
    Unnamed(io::Error),
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
    #[error("the server speaks TLS only")]
    NeedsTls,
    #[error("what answers there does not speak TLS")]
    NoTls,
    #[error("no TLS came about: {0}")]
    Handshake(String),
    #[error(transparent)]
    Distrusted(Distrust),
    #[error(transparent)]
    State(Error),
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Io(_) => Self::Cut,
            Broken::Length(length) if length >> 16 == ALERT_OF_TLS => Self::NeedsTls,
            Broken::Length(_) | Broken::Malformed => Self::Nonsense,
        }
    }
}

impl Failure {
    /// The same for who made the first attempt.
    pub(super) fn into_error(self, address: &str) -> Error {
        let unreachable = |source| Error::Unreachable { address: address.to_owned(), source };
        match self {
            Self::Unnamed(source) => Error::Unnamed { address: address.to_owned(), source },
            Self::Unreachable(source) => unreachable(source),
            Self::Silent => unreachable(io::Error::new(io::ErrorKind::TimedOut, "nothing answered in time")),
            Self::Cut => unreachable(io::Error::new(io::ErrorKind::ConnectionReset, "it hung up without a word")),
            Self::Bye(bye) => Error::Ended(bye),
            Self::NeedsTls => Error::NeedsTls(address.to_owned()),
            Self::NoTls => Error::NoTls(address.to_owned()),
            Self::Handshake(why) => unreachable(io::Error::other(format!("no TLS came about: {why}"))),
            Self::Distrusted(why) => Error::Distrusted(why),
            Self::State(error) => error,
            Self::Refused(refusal) => Error::Refused(refusal),
            Self::Nonsense => Error::Unexpected("what answers there is no server of this protocol"),
        }
    }
}

/// What a peer's TLS says of frames begins so, taken for a frame.
const ALERT_OF_TLS: usize = 0x1503;

/// A socket whose other end speaks frames, encrypted or not.
pub(super) struct Connection {
    frames: FramedRead<Box<dyn AsyncRead + Send + Unpin>, FrameCodec>,
    socket: Sender,
    outgoing: BytesMut,
}

/// The way out.
struct Sender {
    socket: Box<dyn AsyncWrite + Send + Unpin>,
    is_encrypted: bool,
    /// TLS has taken something that it may not have sent.
    is_held_back: bool,
}

impl Sender {
    /// Writes some of it, or what was held back. Nothing is lost if this is dropped.
    async fn send(&mut self, outgoing: &mut BytesMut) -> io::Result<()> {
        if outgoing.is_empty() {
            self.socket.flush().await?;
            self.is_held_back = false;
        } else if self.socket.write_buf(outgoing).await? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        } else {
            self.is_held_back = self.is_encrypted;
        }
        Ok(())
    }
}

impl Connection {
    /// Connects to `host:port` and says hello.
    pub(super) async fn open(
        address: &str,
        tls: Option<&Tls>,
        agent: &str,
        device: Option<DeviceKey>,
    ) -> Result<(Self, Welcome), Failure> {
        let stream = within(limits::CONNECT_TIMEOUT, dial(address)).await??;
        stream.set_nodelay(true).map_err(Failure::Unreachable)?;
        let mut connection = if let Some(tls) = tls {
            let (reader, socket) = tokio::io::split(within(limits::CONNECT_TIMEOUT, tls.begin(stream)).await??);
            Self::over(reader, socket, true)
        } else {
            let (reader, socket) = stream.into_split();
            Self::over(reader, socket, false)
        };
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

    fn over(
        reader: impl AsyncRead + Send + Unpin + 'static,
        socket: impl AsyncWrite + Send + Unpin + 'static,
        is_encrypted: bool,
    ) -> Self {
        let frames = FramedRead::new(Box::new(reader) as _, FrameCodec::default());
        let socket = Sender { socket: Box::new(socket), is_encrypted, is_held_back: false };
        Self { frames, socket, outgoing: BytesMut::new() }
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
            sent = socket.send(outgoing), if !outgoing.is_empty() || socket.is_held_back => {
                sent.map(|()| None).map_err(|_| Failure::Cut)
            }
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
            ServerFrame::Answer((_, Answer::Welcome(welcome))) if welcome.protocol == PROTOCOL => Ok(welcome),
            ServerFrame::Bye(bye) if bye.code == ByeCode::BadRequest && bye.message.contains("TLS") => {
                Err(Failure::NeedsTls)
            }
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

async fn dial(address: &str) -> Result<TcpStream, Failure> {
    let places: Vec<_> = lookup_host(address).await.map_err(Failure::Unnamed)?.collect();
    TcpStream::connect(&places[..]).await.map_err(Failure::Unreachable)
}

async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::time::timeout(time, future).await.map_err(|_| Failure::Silent)
}
