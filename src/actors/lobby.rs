//! Where newcomers go first: it finds or starts the actor of a room, retires it once nobody uses the room, and knows
//! which session speaks for a device. What the store knows of rooms it asks the store; who is in a room, the room.
//!
//! A room is retired in two steps. Once the last [`OpenRoom`] of a use is dropped, nobody can send the actor anything
//! but the lobby, which asks it to settle: behind whatever was sent before. If by the answer nobody has opened the room
//! again, the lobby forgets the actor, which ends. The next who opens the room gets a new one, that starts from what the
//! thread that writes has committed. So there is never more than one that has members or publishes.

mod devices;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use actix::{
    Actor, ActorFutureExt, Addr, ArbiterHandle, AsyncContext, Context, Handler, Message, ResponseActFuture, WrapFuture,
};

pub use devices::{AreHere, Arrive, Depart, Evict, Evicted};

use super::executor::Query;
use super::hub;
use super::journal::Origin;
use super::open_room::{LiveRoom, OpenRoom, Unused};
use super::room::Settle;
use super::{DbExecutor, Ending, Journal, Rates, Room, Vital};
use crate::model::{Clock, DeviceId, NameKey, Network, RoomName};
use crate::store::{self, Created, Store, StoreError};
use crate::wire::{Code, Refusal};

/// Finds the actor of a room, starts it, or makes the room.
#[derive(Message)]
#[rtype(result = "Result<Option<Arc<OpenRoom>>, Refusal>")]
pub struct Open {
    /// Which room.
    pub name: RoomName,
    /// For whom to make it, if it does not exist.
    pub create: Option<Maker>,
}

/// Somebody who may make rooms, at a certain rate.
pub struct Maker {
    /// How fast.
    pub rates: Arc<Rates>,
    /// From where.
    pub network: Network,
}

/// How many are in each of these rooms.
#[derive(Message)]
#[rtype(result = "Vec<u32>")]
pub struct Count(pub Vec<NameKey>);

/// A room, if anybody uses it.
#[derive(Message)]
#[rtype(result = "Option<Arc<OpenRoom>>")]
pub struct Find(pub NameKey);

/// See the module.
pub struct Lobby {
    writer: Addr<DbExecutor>,
    journal: Addr<Journal>,
    clock: Clock,
    arbiters: Vec<ArbiterHandle>,
    rooms: BTreeMap<NameKey, LiveRoom>,
    /// Of how many uses of rooms there were.
    uses: u64,
    /// Rooms that are being looked up: what the store says of them must not be older than their next retirement.
    looked_up: Vec<NameKey>,
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
        let (rooms, looked_up, devices) = (BTreeMap::new(), Vec::new(), HashMap::new());
        Self { writer, journal, clock, arbiters, rooms, uses: 0, looked_up, devices, ending, _vital: vital }
    }

    /// A room whose actor runs, for one more who uses it.
    fn open_live(&mut self, key: &NameKey, ctx: &Context<Self>) -> Option<Arc<OpenRoom>> {
        let live = self.rooms.get_mut(key)?;
        self.uses += 1;
        Some(live.open(self.uses, ctx.address()))
    }

    /// Starts the actor for what the store knows of a room. Two who asked at once get the same one.
    fn start_room(&mut self, stored: store::Room) -> NameKey {
        let key = stored.name.key();
        if self.rooms.contains_key(&key) {
            return key;
        }
        let (id, name, members) = (stored.id, stored.name.clone(), Arc::new(AtomicU32::new(0)));
        let (journal, count, ending) = (self.journal.clone(), Arc::clone(&members), self.ending.clone());
        let index = usize::try_from(id.0).unwrap_or_default() % self.arbiters.len();
        let arbiter = &self.arbiters[index];
        let room = Room::start_in_arbiter(arbiter, move |_| Room::new(stored, journal, count, ending));
        log::debug!("room {id} is live");
        self.rooms.insert(key.clone(), LiveRoom::new(id, name, room, members));
        key
    }

    fn note_found(&mut self, key: &NameKey) {
        let place = self.looked_up.iter().position(|other| other == key);
        self.looked_up.swap_remove(place.expect("it was noted when it was looked up"));
    }

    /// Forgets a room's actor, unless somebody uses the room again or soon will.
    fn retire(&mut self, Unused { key, use_number }: &Unused) {
        if self.unused(key, *use_number).is_some() && !self.looked_up.contains(key) {
            let retired = self.rooms.remove(key);
            retired.iter().for_each(|live| log::debug!("room {} is retired", live.id));
        }
    }

    /// The counts of the rooms whose actors run.
    #[cfg(test)]
    pub(super) fn live_rooms(&self) -> Vec<std::sync::Weak<AtomicU32>> {
        self.rooms.values().map(|live| Arc::downgrade(&live.members)).collect()
    }

    fn unused(&self, key: &NameKey, use_number: u64) -> Option<&LiveRoom> {
        self.rooms.get(key).filter(|live| live.was_last_used_in(use_number))
    }
}

/// What the store knows of a room, which is made if it is wanted and not there.
fn find_or_create(
    store: &mut Store,
    open: &Open,
    clock: &Clock,
) -> Result<Result<Option<store::Room>, Refusal>, StoreError> {
    let found = store.find_room(&open.name.key())?;
    let Some(maker) = open.create.as_ref().filter(|_| found.is_none()) else { return Ok(Ok(found)) };
    if let Err(too_fast) = maker.rates.make_room(maker.network) {
        let message =
            format!("too many new rooms from this address; try again in {} s", too_fast.retry_after.as_secs() + 1);
        return Ok(Err(Refusal::new(Code::Quota, message)));
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
    fn handle(&mut self, open: Open, ctx: &mut Context<Self>) -> Self::Result {
        let key = open.name.key();
        if let Some(open) = self.open_live(&key, ctx) {
            return Box::pin(actix::fut::ready(Ok(Some(open))));
        }
        self.looked_up.push(key.clone());
        let clock = self.clock.clone();
        let found = self.writer.send(Query::new(move |store: &mut Store| find_or_create(store, &open, &clock)));
        Box::pin(found.into_actor(self).map(move |found, lobby, ctx| {
            lobby.note_found(&key);
            match found {
                Ok(Ok(found)) => found.map(|room| {
                    let key = lobby.start_room(room?);
                    lobby.open_live(&key, ctx)
                }),
                Ok(Err(StoreError::Unavailable(_))) => Err(hub::unavailable()),
                Ok(Err(StoreError::Fatal(_))) | Err(_) => Err(hub::internal()),
            }
        }))
    }
}

impl Handler<Unused> for Lobby {
    type Result = ();

    fn handle(&mut self, unused: Unused, ctx: &mut Context<Self>) {
        let Some(live) = self.unused(&unused.key, unused.use_number) else { return };
        let settled = live.room.send(Settle);
        ctx.spawn(settled.into_actor(self).map(move |settled, lobby, _| {
            if settled == Ok(true) {
                lobby.retire(&unused);
            }
        }));
    }
}

impl Handler<Count> for Lobby {
    type Result = Vec<u32>;

    fn handle(&mut self, Count(keys): Count, _: &mut Context<Self>) -> Vec<u32> {
        keys.iter().map(|key| self.rooms.get(key).map_or(0, LiveRoom::count)).collect()
    }
}

impl Handler<Find> for Lobby {
    type Result = Option<Arc<OpenRoom>>;

    fn handle(&mut self, Find(key): Find, _: &mut Context<Self>) -> Option<Arc<OpenRoom>> {
        self.rooms.get(&key).and_then(LiveRoom::in_use)
    }
}
