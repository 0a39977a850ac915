//! Which session speaks for a device, and how one is ended so that nothing of it gets in any more: since the device
//! connects again, or since its owner or the operator wants it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message, ResponseActFuture, WrapFuture};
use ipnet::IpNet;

use super::Lobby;
use crate::actors::fanout::Close;
use crate::actors::journal::{Barrier, Origin};
use crate::actors::permits::Permits;
use crate::actors::session::SessionId;
use crate::model::DeviceId;
use crate::wire::{Bye, ByeCode};

/// A device has said hello; answered once nothing that an earlier connection of it said can still be committed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Arrive(pub DeviceId, pub Arc<Origin>);

/// Ends these connections with this word; answered once nothing that was said over them can still be committed, also over
/// those that have ended by themselves. Whoever asks has seen to it before that they cannot come back; whoever has not said
/// hello yet is judged when it does.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Evict(pub Evicted, pub Bye);

/// Whose connections have to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evicted {
    /// Those of these devices.
    Devices(Vec<DeviceId>),
    /// Those that come from a network.
    Network(IpNet),
}

/// Which of these devices are connected.
#[derive(Message)]
#[rtype(result = "Vec<bool>")]
pub struct AreHere(pub Vec<DeviceId>);

/// A session of a device is gone. What it said may still be on its way: until all of its permits are back, the device
/// is known as one to wait for.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Depart(pub DeviceId, pub SessionId, pub Permits);

/// From now on nothing more of what this connection said gets into a batch, and it ends.
fn revoke(origin: &Origin, bye: Bye) {
    origin.revoked.store(true, Ordering::Release);
    // bounded: one a device that says hello or is turned out, by somebody who waits for it
    origin.fanout.do_send(Close(origin.session, bye));
}

impl Handler<Arrive> for Lobby {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, Arrive(device, origin): Arrive, _: &mut Context<Self>) -> Self::Result {
        if let Some(before) = self.devices.insert(device, origin) {
            revoke(&before, Bye { code: ByeCode::Replaced, message: "this device has connected again".into() });
        }
        // also for whoever finds nobody: the one before may have been cut while it waited here itself
        let barrier = self.journal.send(Barrier);
        Box::pin(barrier.into_actor(self).map(|_, _, _| ()))
    }
}

impl Handler<Evict> for Lobby {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, Evict(evicted, bye): Evict, _: &mut Context<Self>) -> Self::Result {
        let origins: Vec<_> = match &evicted {
            Evicted::Devices(devices) => devices.iter().filter_map(|device| self.devices.get(device)).collect(),
            Evicted::Network(network) => {
                let is_in = |origin: &&Arc<Origin>| network.contains(&origin.address.to_canonical());
                self.devices.values().filter(is_in).collect()
            }
        };
        origins.into_iter().for_each(|origin| revoke(origin, bye.clone()));
        let barrier = self.journal.send(Barrier);
        Box::pin(barrier.into_actor(self).map(|_, _, _| ()))
    }
}

impl Handler<AreHere> for Lobby {
    type Result = Vec<bool>;

    fn handle(&mut self, AreHere(devices): AreHere, _: &mut Context<Self>) -> Vec<bool> {
        devices.iter().map(|device| self.devices.contains_key(device)).collect()
    }
}

impl Handler<Depart> for Lobby {
    type Result = ();

    fn handle(&mut self, Depart(device, session, permits): Depart, ctx: &mut Context<Self>) {
        ctx.spawn(permits.wait_for_all().into_actor(self).map(move |(), lobby, _| {
            if lobby.devices.get(&device).is_some_and(|origin| origin.session == session) {
                lobby.devices.remove(&device);
            }
        }));
    }
}
