//! A connection that can be cut between any two bytes, in either direction. What travels over it is left to
//! [`super::conversation`].

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Buf, BufMut, BytesMut};
use socket2::SockRef;
use tertulia::wire::{self, FrameCodec, Request, ServerFrame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::codec::Decoder;

use crate::plan::Fate;

/// Why a connection is over.
#[derive(Debug)]
pub(crate) enum Over {
    /// We cut it.
    Cut,
    /// The server did, or its end.
    Closed,
    /// What the server sent is no frame of the protocol.
    Garbage(String),
}

pub(crate) struct Line {
    stream: TcpStream,
    codec: FrameCodec,
    received: BytesMut,
    outgoing: BytesMut,
    fate: Fate,
    last_id: u32,
}

impl Line {
    /// `is_narrow`: so little room for what comes that the server soon has to wait.
    pub(crate) async fn connect(address: SocketAddr, fate: Fate, is_narrow: bool) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if is_narrow {
            socket.set_recv_buffer_size(4_096)?;
        }
        let stream = socket.connect(address).await?;
        if stream.local_addr()? == address {
            // a port without a listener can connect to itself, and would then be taken when the server comes back
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        stream.set_nodelay(true)?;
        if fate.is_abrupt {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
        let (received, outgoing) = (BytesMut::new(), BytesMut::new());
        Ok(Self { stream, codec: FrameCodec::default(), received, outgoing, fate, last_id: 0 })
    }

    /// Puts a request on its way, which goes on while frames are waited for; returns its id.
    pub(crate) fn queue(&mut self, request: &Request) -> u32 {
        self.last_id += 1;
        wire::append_frame(&mut self.outgoing, &(self.last_id, request));
        self.last_id
    }

    /// The next frame. Nothing is lost if this is dropped half way.
    pub(crate) async fn frame(&mut self) -> Result<ServerFrame, Over> {
        loop {
            let frame = self.codec.decode(&mut self.received).map_err(|error| Over::Garbage(error.to_string()))?;
            if let Some(frame) = frame {
                return wire::decode_server_frame(&frame).map_err(|error| Over::Garbage(error.to_string()));
            }
            self.transfer().await?;
        }
    }

    async fn transfer(&mut self) -> Result<(), Over> {
        let Fate { bytes_out, bytes_in, .. } = self.fate;
        if bytes_in == 0 || (bytes_out == 0 && !self.outgoing.is_empty()) {
            return Err(Over::Cut);
        }
        let outgoing = &self.outgoing[..self.outgoing.len().min(bytes_out)];
        let mut incoming = (&mut self.received).limit(bytes_in);
        let (mut from, mut to) = self.stream.split();
        tokio::select! {
            read = from.read_buf(&mut incoming) => match read {
                Ok(0) | Err(_) => Err(Over::Closed),
                Ok(read) => { self.fate.bytes_in -= read; Ok(()) }
            },
            written = to.write(outgoing), if !outgoing.is_empty() => match written {
                Err(_) => self.drain().await,
                Ok(written) => {
                    self.outgoing.advance(written);
                    self.fate.bytes_out -= written;
                    Ok(())
                }
            },
        }
    }

    /// The server takes nothing more, and may have sent something before.
    async fn drain(&mut self) -> Result<(), Over> {
        self.outgoing.clear();
        match self.stream.read_buf(&mut self.received).await {
            Ok(0) | Err(_) => Err(Over::Closed),
            Ok(_) => Ok(()),
        }
    }
}
