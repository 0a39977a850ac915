//! The addresses that a server listens on: taken before anything else is touched, so that one which is in use costs
//! nothing. Accepting is left to [`crate::actors::Listener`].

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};

use super::{BootError, Config};
use crate::model::Fingerprint;

/// Connections that the operating system holds for us while we are busy.
const BACKLOG: i32 = 1_024;

/// Sockets that are listened on.
#[derive(Debug)]
pub struct Sockets {
    /// The main one.
    pub(super) main: TcpListener,
    /// One without TLS, beside a main one with it.
    pub(super) plain: Option<TcpListener>,
}

/// Takes the addresses, before anything else is touched.
///
/// # Errors
/// [`BootError::Listen`]
pub fn bind(config: &Config) -> Result<Sockets, BootError> {
    let taken = |address| listen(address).map_err(|source| BootError::Listen { address, source });
    Ok(Sockets { main: taken(config.address)?, plain: config.plain.map(taken).transpose()? })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    // so that a server that was just stopped does not keep its successor waiting
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Where a server can be reached, and by what it is known. Shown, its first line is `listening on ADDRESS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// The main address.
    pub address: SocketAddr,
    /// The one without TLS, beside a main one with it.
    pub plain: Option<SocketAddr>,
    /// The fingerprint of the certificate, where TLS is spoken.
    pub fingerprint: Option<Fingerprint>,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listening on {}", self.address)?;
        if let Some(plain) = self.plain {
            write!(f, "\nlistening without TLS on {plain}")?;
        }
        if let Some(fingerprint) = self.fingerprint {
            write!(f, "\nthe fingerprint of the certificate is {fingerprint}")?;
        }
        Ok(())
    }
}
