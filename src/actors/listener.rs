//! Accepts connections and hands each to a thread in turn, as a socket of no runtime yet. What is said over it is
//! left to the thread's sessions.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture};
use socket2::{SockRef, Socket, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};

use super::fanout::Adopt;
use super::handshake::Greet;
use super::shares::Full;
use super::{Ending, Fanout, Rates, Shares, Tls, Vital};
use crate::model::Network;
use crate::wire::{self, Bye, ByeCode, ServerFrame};

/// How long to wait after a failure to accept, which is mostly a lack of file descriptors.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);
/// Connections that are accepted before others on this thread have their turn: a storm of strangers must not stand
/// between a word and the journal.
const ACCEPTED_PER_TURN: usize = 8;
/// A peer whose cable was cut is noticed within about a minute, however long it may be idle.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 3;

/// Accept no more; answered at once.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopAccepting;

/// See the module.
pub struct Listener {
    socket: Arc<TcpListener>,
    fanouts: Vec<Addr<Fanout>>,
    next: usize,
    accepted: usize,
    places: Arc<Shares>,
    rates: Arc<Rates>,
    /// What is spoken before anything else, if it is.
    tls: Option<Arc<Tls>>,
    _vital: Vital,
}

impl Listener {
    /// A listener over a bound socket, for at least one thread.
    #[must_use]
    pub fn new(
        socket: TcpListener,
        fanouts: Vec<Addr<Fanout>>,
        places: Arc<Shares>,
        rates: Arc<Rates>,
        ending: Ending,
    ) -> Self {
        let vital = Vital::new("the listener", ending);
        Self { socket: Arc::new(socket), fanouts, next: 0, accepted: 0, places, rates, tls: None, _vital: vital }
    }

    /// The same, where TLS is spoken.
    #[must_use]
    pub fn speaking(self, tls: Option<Arc<Tls>>) -> Self {
        Self { tls, ..self }
    }

    /// Another socket beside this one, without TLS: the connections of both are counted together.
    #[must_use]
    pub fn beside(&self, socket: TcpListener, ending: Ending) -> Self {
        Self::new(socket, self.fanouts.clone(), Arc::clone(&self.places), Arc::clone(&self.rates), ending)
    }

    fn accept(&mut self, ctx: &mut Context<Self>) {
        let (socket, is_turn_of_others) = (Arc::clone(&self.socket), self.accepted.is_multiple_of(ACCEPTED_PER_TURN));
        let accepted = async move {
            if is_turn_of_others {
                tokio::task::yield_now().await;
            }
            socket.accept().await
        };
        ctx.spawn(accepted.into_actor(self).map(|accepted, this, ctx| {
            this.accepted = this.accepted.wrapping_add(1);
            if let Err(error) = accepted.and_then(|(stream, peer)| this.admit(stream, peer)) {
                log::warn!("could not accept a connection: {error}");
                ctx.run_later(PAUSE_AFTER_FAILURE, Self::accept);
                return;
            }
            this.accept(ctx);
        }));
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
        let network = Network::of(peer.ip());
        let entered = match self.rates.connect(network) {
            Ok(()) => self.places.take(network).map_err(|full| match full {
                Full::All => "the server is full; try again later",
                Full::Network => "too many connections come from this address; close one, or try again later",
            }),
            Err(_) => Err("too many connections came from this address; wait a little"),
        };
        let place = match entered {
            Ok(place) => place,
            Err(message) => {
                log::debug!("turned away {peer}: {message}");
                if self.tls.is_none() {
                    turn_away(&SockRef::from(&stream), Bye { code: ByeCode::Full, message: message.into() });
                }
                return Ok(());
            }
        };
        let stream = prepare(stream)?;
        self.next = (self.next + 1) % self.fanouts.len();
        let fanout = &self.fanouts[self.next];
        match self.tls.as_ref().map(|tls| tls.begin(network)) {
            // bounded: one a connection, of which there are so many places
            None => fanout.do_send(Adopt { stream, peer, place }),
            // bounded: likewise
            Some(Some(leave)) => fanout.do_send(Greet { stream, peer, place, leave }),
            Some(None) => log::debug!("turned away {peer}: too many handshakes are under way"),
        }
        Ok(())
    }
}

fn prepare(stream: TcpStream) -> io::Result<std::net::TcpStream> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive.with_retries(KEEPALIVE_RETRIES))?;
    stream.into_std()
}

/// A last word that fits into any socket's buffer, for a peer that gets no session.
pub(super) fn turn_away(mut stream: &Socket, bye: Bye) {
    // a peer that is gone already needs no telling
    drop(stream.write_all(&wire::encode_frame(&ServerFrame::Bye(bye))));
    drop(stream.shutdown(std::net::Shutdown::Write));
}

impl Actor for Listener {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.accept(ctx);
    }
}

impl Handler<StopAccepting> for Listener {
    type Result = ();

    fn handle(&mut self, _: StopAccepting, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}
