//! Which of a thread's sessions come from a network. Their addresses are asked of the operating system, so that no idle
//! connection pays for a question that is rarely asked.

use actix::{Context, Handler, Message};
use ipnet::IpNet;

use super::Fanout;
use crate::actors::session::SessionId;

/// The sessions whose peers' addresses are in this network.
#[derive(Message)]
#[rtype(result = "Vec<SessionId>")]
pub struct Peers(pub IpNet);

impl Handler<Peers> for Fanout {
    type Result = Vec<SessionId>;

    fn handle(&mut self, Peers(network): Peers, _: &mut Context<Self>) -> Vec<SessionId> {
        let registry = self.registry.borrow();
        let is_in = |peer: std::net::IpAddr| network.contains(&peer.to_canonical());
        // of a socket that was reset nobody knows any more whence it came: what it had said does not get in either
        registry.links().filter(|link| link.peer().is_none_or(is_in)).map(|link| link.id).collect()
    }
}
