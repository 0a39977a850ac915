//! Where newcomers go first: it finds or starts the actor of a room, and knows which session speaks for a device.
//! What the store knows of rooms it asks the store; who is in a room, the room.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix::{
    Actor, ActorFutureExt, Addr, ArbiterHandle, AsyncContext, Context, Handler, Message, ResponseActFuture, WrapFuture,
};

use super::executor::Query;
use super::fanout::Close;
use super::hub;
use super::journal::{Barrier, Origin};
use super::permits::Permits;
use super::session::SessionId;
use super::{DbExecutor, Ending, Journal, Room, Vital};
use crate::model::{Clock, DeviceId, NameKey, RoomId, RoomName};
use crate::store::{self, Created, Store, StoreError};
use crate::wire::{Bye, ByeCode, Code, Refusal};

/// A live room, one for all who are in it.
#[derive(Debug)]
pub struct OpenRoom {
    /// Its row.
    pub id: RoomId,
    /// Its first spelling.
    pub name: RoomName,
    /// What all spellings of its name have in common.
    pub key: NameKey,
    /// Its actor.
    pub room: Addr<Room>,
    members: Arc<AtomicU32>,
}

/// Finds the actor of a room, starts it, or makes the room.
#[derive(Message)]
#[rtype(result = "Result<Option<Arc<OpenRoom>>, Refusal>")]
pub struct Open {
    /// Which room.
    pub name: RoomName,
    /// Whether to make it if it does not exist.
    pub create: bool,
}

/// A device has said hello; answered once nothing that an earlier connection of it said can still be committed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Arrive(pub DeviceId, pub Arc<Origin>);

/// A session of a device is gone. What it said may still be on its way: until all of its permits are back, the device
/// is known as one to wait for.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Depart(pub DeviceId, pub SessionId, pub Permits);

/// How many are in each of these rooms.
#[derive(Message)]
#[rtype(result = "Vec<u32>")]
pub struct Count(pub Vec<NameKey>);

/// A room, if it is live.
#[derive(Message)]
#[rtype(result = "Option<Arc<OpenRoom>>")]
pub struct Find(pub NameKey);

/// See the module.
pub struct Lobby {
    writer: Addr<DbExecutor>,
    journal: Addr<Journal>,
    clock: Clock,
    arbiters: Vec<ArbiterHandle>,
    rooms: BTreeMap<NameKey, Arc<OpenRoom>>,
    devices: HashMap<DeviceId, Arc<Origin>>,
    ending: Ending,
    _vital: Vital,
}

impl Lobby {
    /// A lobby that starts rooms on `arbiters`, of which there is at least one.
    #[must_use]
    pub fn new(
        writer: Addr<DbExecutor>,
        journal: Addr<Journal>,
        clock: Clock,
        arbiters: Vec<ArbiterHandle>,
        ending: Ending,
    ) -> Self {
        let vital = Vital::new("the lobby", ending.clone());
        let (rooms, devices) = (BTreeMap::new(), HashMap::new());
        Self { writer, journal, clock, arbiters, rooms, devices, ending, _vital: vital }
    }

    /// The actor for what the store knows of a room. Two who asked at once get the same one.
    fn start_room(&mut self, stored: store::Room) -> Arc<OpenRoom> {
        let key = stored.name.key();
        if let Some(open) = self.rooms.get(&key) {
            return Arc::clone(open);
        }
        let (id, name, members) = (stored.id, stored.name.clone(), Arc::new(AtomicU32::new(0)));
        let (journal, count, ending) = (self.journal.clone(), Arc::clone(&members), self.ending.clone());
        let index = usize::try_from(id.0).unwrap_or_default() % self.arbiters.len();
        let arbiter = &self.arbiters[index];
        let room = Room::start_in_arbiter(arbiter, move |_| Room::new(stored, journal, count, ending));
        log::debug!("room {id} is live");
        let open = Arc::new(OpenRoom { id, name, key: key.clone(), room, members });
        self.rooms.insert(key, Arc::clone(&open));
        open
    }
}

/// What the store knows of a room, which is made if it is wanted and not there.
fn find_or_create(
    store: &mut Store,
    open: &Open,
    clock: &Clock,
) -> Result<Result<Option<store::Room>, Refusal>, StoreError> {
    if !open.create {
        return store.find_room(&open.name.key()).map(Ok);
    }
    Ok(match store.create_room(&open.name, clock.now())? {
        Created::Room(room) => Ok(Some(room)),
        Created::Quota => Err(Refusal::new(Code::Quota, "this server has as many rooms as it allows")),
    })
}

impl Actor for Lobby {
    type Context = Context<Self>;
}

impl Handler<Open> for Lobby {
    type Result = ResponseActFuture<Self, Result<Option<Arc<OpenRoom>>, Refusal>>;

    /// A room that is not live is looked up by the thread that writes: it may have to make it, and what it has
    /// committed of it by then is what the room's actor starts from.
    fn handle(&mut self, open: Open, _: &mut Context<Self>) -> Self::Result {
        if let Some(open) = self.rooms.get(&open.name.key()) {
            return Box::pin(actix::fut::ready(Ok(Some(Arc::clone(open)))));
        }
        let clock = self.clock.clone();
        let found = self.writer.send(Query::new(move |store: &mut Store| find_or_create(store, &open, &clock)));
        Box::pin(found.into_actor(self).map(|found, lobby, _| match found {
            Ok(Ok(found)) => found.map(|room| room.map(|stored| lobby.start_room(stored))),
            Ok(Err(StoreError::Unavailable(_))) => Err(hub::unavailable()),
            Ok(Err(StoreError::Fatal(_))) | Err(_) => Err(hub::internal()),
        }))
    }
}

impl Handler<Arrive> for Lobby {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, Arrive(device, origin): Arrive, _: &mut Context<Self>) -> Self::Result {
        if let Some(before) = self.devices.insert(device, origin) {
            before.revoked.store(true, Ordering::Release);
            let bye = Bye { code: ByeCode::Replaced, message: "this device has connected again".into() };
            // bounded: one a hello, which waits for this answer
            before.fanout.do_send(Close(before.session, bye));
        }
        // also for whoever finds nobody: the one before may have been cut while it waited here itself
        let barrier = self.journal.send(Barrier);
        Box::pin(barrier.into_actor(self).map(|_, _, _| ()))
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

impl Handler<Count> for Lobby {
    type Result = Vec<u32>;

    fn handle(&mut self, Count(keys): Count, _: &mut Context<Self>) -> Vec<u32> {
        let count = |key| self.rooms.get(key).map_or(0, |open| open.members.load(Ordering::Relaxed));
        keys.iter().map(count).collect()
    }
}

impl Handler<Find> for Lobby {
    type Result = Option<Arc<OpenRoom>>;

    fn handle(&mut self, Find(key): Find, _: &mut Context<Self>) -> Option<Arc<OpenRoom>> {
        self.rooms.get(&key).map(Arc::clone)
    }
}
