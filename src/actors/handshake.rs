//! How TLS begins on a fresh connection: so many handshakes at once, each for so long, on the thread that will serve the
//! connection, which meanwhile serves the others. Which certificate is shown is the operator's, and can be changed at
//! any time; what is said after the handshake is left to the session.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use actix::{Addr, Context, Handler, Message};
use rustls::{ServerConfig, ServerConnection};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::listener::turn_away;
use super::session::stream::{Bare, Stream, invalid, send};
use super::shares::Share;
use super::{Fanout, Shares, SharesMax};
use crate::model::{Network, limits};
use crate::wire::{Bye, ByeCode};

/// With this byte begins every frame that may come before `hello`, and nothing of TLS.
const OF_A_FRAME: u8 = 0x00;

/// The operator's certificate as it is now, and how many handshakes may still begin.
#[derive(Debug)]
pub struct Tls {
    config: RwLock<Arc<ServerConfig>>,
    free: Arc<Shares>,
}

impl Tls {
    /// With this certificate.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>) -> Self {
        let max = SharesMax { all: limits::HANDSHAKES_MAX, per_network: limits::HANDSHAKES_PER_NETWORK_MAX };
        Self { config: RwLock::new(config), free: Shares::new(max) }
    }

    /// From now on, another certificate. Who is connected stays so.
    pub fn replace(&self, config: Arc<ServerConfig>) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    /// Leave to begin a handshake; none if too many are under way, in all or with this network.
    #[must_use]
    pub(super) fn begin(&self, network: Network) -> Option<Leave> {
        let share = self.free.take(network).ok()?;
        let config = Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner));
        Some(Leave { config, _share: share })
    }
}

/// Leave for one handshake.
pub(super) struct Leave {
    config: Arc<ServerConfig>,
    _share: Share,
}

/// A connection for this thread that TLS has to begin on.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Greet {
    /// The socket, not yet of any runtime.
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: SocketAddr,
    /// Counts it until it is gone.
    pub(super) place: Share,
    pub(super) leave: Leave,
}

/// The handshake is done.
#[derive(Message)]
#[rtype(result = "()")]
struct Greeted {
    stream: Stream,
    peer: SocketAddr,
    place: Share,
}

impl Handler<Greet> for Fanout {
    type Result = ();

    fn handle(&mut self, greet: Greet, _: &mut Context<Self>) {
        // a task of its own: the actor would look at all of them whenever one has something to do
        actix_rt::spawn(greet_in_time(greet, Arc::clone(self.address())));
    }
}

impl Handler<Greeted> for Fanout {
    type Result = ();

    fn handle(&mut self, Greeted { stream, peer, place }: Greeted, ctx: &mut Context<Self>) {
        // whoever comes while the server stops finds the next one
        if !self.is_hushed() {
            self.adopt(stream, peer, place, ctx);
        }
    }
}

async fn greet_in_time(greet: Greet, fanout: Arc<Addr<Fanout>>) {
    let Greet { stream, peer, place, leave } = greet;
    match timeout(limits::HANDSHAKE_TIMEOUT, shake_hands(stream, leave)).await {
        // bounded: one a connection, of which there are so many places
        Ok(Ok(stream)) => fanout.do_send(Greeted { stream, peer, place }),
        Ok(Err(error)) => log::debug!("no handshake with {peer}: {error}"),
        Err(_) => log::debug!("no handshake with {peer}: it took too long"),
    }
}

async fn shake_hands(stream: std::net::TcpStream, leave: Leave) -> io::Result<Stream> {
    let socket = TcpStream::from_std(stream)?;
    // until the first byte has come, a stranger costs no more than the socket
    if first_byte(&socket).await? == OF_A_FRAME {
        return Err(refuse_plain(&socket).await);
    }
    let mut session = ServerConnection::new(Arc::clone(&leave.config)).map_err(io::Error::other)?;
    let mut taken = 0;
    while session.is_handshaking() {
        if taken > limits::HANDSHAKE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is too long"));
        }
        socket.readable().await?;
        match session.read_tls(&mut Bare(&socket)) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => taken += bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let outcome = session.process_new_packets();
        // what went wrong is told to the peer, too
        send_all(&socket, &mut session).await?;
        outcome.map_err(invalid)?;
    }
    Ok(Stream::encrypted(socket, session))
}

async fn first_byte(socket: &TcpStream) -> io::Result<u8> {
    let mut first = [0];
    match socket.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0]),
    }
}

async fn send_all(socket: &TcpStream, session: &mut ServerConnection) -> io::Result<()> {
    loop {
        match send(socket, session) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => socket.writable().await?,
            done => return done,
        }
    }
}

/// Says in the peer's own words that TLS is spoken here, and waits a little until that was read: closed with something
/// unread in it, the socket would drop it.
async fn refuse_plain(socket: &TcpStream) -> io::Error {
    let bye = Bye { code: ByeCode::BadRequest, message: "this port speaks TLS only".into() };
    turn_away(&socket2::SockRef::from(socket), bye);
    let drained = async {
        let mut scratch = [0; 512];
        let mut left = limits::FRAME_BEFORE_HELLO_BYTES_MAX;
        while socket.readable().await.is_ok() {
            match socket.try_read(&mut scratch) {
                Ok(1..) if left == 0 => return,
                Ok(bytes @ 1..) => left = left.saturating_sub(bytes),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return,
            }
        }
    };
    drop(timeout(limits::GOODBYE_TIMEOUT, drained).await);
    io::Error::new(io::ErrorKind::InvalidData, "it speaks without TLS")
}

#[cfg(test)]
mod tests {
    use rustls::crypto::ring;
    use rustls::server::ResolvesServerCertUsingSni;

    use super::*;

    fn config() -> Arc<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(builder.with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new())))
    }

    fn network(number: usize) -> Network {
        Network::V6(number as u64)
    }

    #[test]
    fn so_many_handshakes_are_under_way_and_no_more() {
        let tls = Tls::new(config());
        let fill = |from| std::iter::from_fn(|| tls.begin(network(from))).collect::<Vec<Leave>>();
        let one = fill(0);
        assert_eq!(one.len(), limits::HANDSHAKES_PER_NETWORK_MAX);
        assert!(tls.begin(network(1)).is_some(), "somebody elsewhere");
        let mut others: Vec<Leave> = (1..100).flat_map(fill).collect();
        assert_eq!(one.len() + others.len(), limits::HANDSHAKES_MAX);
        others.pop();
        assert!(tls.begin(network(1_000)).is_some(), "one has ended");
    }

    #[test]
    fn a_handshake_keeps_the_certificate_that_it_began_with() {
        let (first, second) = (config(), config());
        let tls = Tls::new(Arc::clone(&first));
        let begun = tls.begin(network(1)).unwrap();
        tls.replace(Arc::clone(&second));
        assert!(Arc::ptr_eq(&begun.config, &first) && Arc::ptr_eq(&tls.begin(network(1)).unwrap().config, &second));
    }
}
