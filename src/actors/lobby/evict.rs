//! Ends connections whose sessions are known, and not only their devices: those that come from a network.

use std::collections::HashSet;

use actix::{ActorFutureExt, Context, Handler, Message, ResponseActFuture, WrapFuture};

use super::{Barrier, Lobby, revoke};
use crate::actors::session::SessionId;
use crate::wire::Bye;

/// As [`super::Evict`], for sessions. Whoever has not said hello yet is judged when it does.
#[derive(Message)]
#[rtype(result = "()")]
pub struct EvictSessions(pub HashSet<SessionId>, pub Bye);

impl Handler<EvictSessions> for Lobby {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, EvictSessions(sessions, bye): EvictSessions, _: &mut Context<Self>) -> Self::Result {
        let evicted = self.devices.values().filter(|origin| sessions.contains(&origin.session));
        evicted.for_each(|origin| revoke(origin, bye.clone()));
        let barrier = self.journal.send(Barrier);
        Box::pin(barrier.into_actor(self).map(|_, _, _| ()))
    }
}
