//! Fills a database through the server's own store, for measurements that need a past.

use std::path::Path;

use tertulia::model::{Body, Chance, Clock, Nonce, RoomId, RoomName};
use tertulia::store::{Created, Entry, Identity, Outcome, Place, Store, Sync};
use tertulia::wire::DeviceKey;

use crate::dialect::room_name;
use crate::swarm::Fallible;

/// Messages of one commit: what the server puts into one at most.
const BATCH: usize = tertulia::model::limits::BATCH_SAYS_MAX;

/// Opens a database that nobody uses. What is written before it is measured may be lost with the power.
pub(super) fn open(path: &Path, sync: Sync) -> Fallible<Store> {
    Ok(Store::open_writer(path, sync, &mut Chance::from_os()?, Clock::System.now())?)
}

/// Rooms of a database, and devices that were made to talk in them.
#[derive(Debug)]
pub(super) struct World {
    pub(super) rooms: Vec<RoomId>,
    pub(super) devices: Vec<Identity>,
    /// What the devices show, in the same order.
    pub(super) keys: Vec<DeviceKey>,
    /// Messages that a device says before the next one has its turn.
    pub(super) in_a_row: usize,
}

impl World {
    /// The first so many rooms of the generator, made if they are not there, and so many new devices.
    pub(super) fn make(store: &mut Store, rooms: usize, devices: usize) -> Fallible<Self> {
        let (mut chance, now) = (Chance::from_os()?, Clock::System.now());
        let mut world = Self { rooms: Vec::new(), devices: Vec::new(), keys: Vec::new(), in_a_row: 1 };
        for room in 0..rooms {
            let name = RoomName::parse(&room_name(room)).expect("letters, a dash and digits are a name");
            match store.create_room(&name, now)? {
                Created::Room(room) => world.rooms.push(room.id),
                Created::Quota => return Err("the database takes no more rooms".into()),
            }
        }
        for _ in 0..devices {
            let (identity, secret) = store.new_device(&mut chance, now)?;
            world.keys.push(DeviceKey { id: identity.device, secret: secret.to_vec() });
            world.devices.push(identity);
        }
        Ok(world)
    }

    /// The room, by its index, and the device of the message with this number: they take turns.
    pub(super) fn turn(&self, number: usize) -> (usize, &Identity) {
        let turn = number / self.in_a_row;
        (turn % self.rooms.len(), &self.devices[turn % self.devices.len()])
    }

    /// The message with this number.
    pub(super) fn entry(&self, number: usize, text: &str) -> Entry {
        let (room, Identity { device, user }) = self.turn(number);
        let (device, user) = (*device, user.clone());
        Entry {
            place: Place::Room(self.rooms[room]),
            device,
            author: user,
            nonce: Nonce(number as u64),
            body: Body::Text(text.to_owned()),
            reply_to: None,
            upload: None,
            refuse_if_new: false,
        }
    }
}

/// Adds so many messages to each of the generator's first rooms, which take turns, and leaves nothing in the
/// write-ahead log.
pub(crate) fn fill(path: &Path, rooms: usize, messages_per_room: usize, text_bytes: usize) -> Fallible<()> {
    let mut store = open(path, Sync::Normal)?;
    let world = World::make(&mut store, rooms, rooms)?;
    let (text, clock) = ("x".repeat(text_bytes), Clock::System);
    let numbers: Vec<usize> = (0..rooms * messages_per_room).collect();
    for batch in numbers.chunks(BATCH) {
        let entries: Vec<Entry> = batch.iter().map(|number| world.entry(*number, &text)).collect();
        append(&mut store, &entries, &clock)?;
    }
    Ok(store.checkpoint()?)
}

/// Commits what is new, every word of it.
pub(super) fn append(store: &mut Store, entries: &[Entry], clock: &Clock) -> Fallible<()> {
    let committed = store.commit(entries, clock.now())?;
    let is_new = |outcome: &Outcome| matches!(outcome, Outcome::Appended { .. });
    if committed.outcomes.iter().all(is_new) { Ok(()) } else { Err("the store refused what is new".into()) }
}

#[cfg(test)]
mod tests {
    use tertulia::model::Seq;

    use super::*;

    #[test]
    fn all_rooms_are_filled_evenly_and_more_can_be_added() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tertulia.db");
        fill(&path, 3, 200, 50).unwrap();
        fill(&path, 2, 10, 50).unwrap();
        let mut store = open(&path, Sync::Normal).unwrap();
        let mut rooms = store.rooms_after(None, None, 9).unwrap();
        // their keys, by which they are listed, have another order than their numbers
        rooms.sort_by_key(|room| room.id.0);
        let heads: Vec<Seq> = rooms.iter().map(|room| room.head).collect();
        assert_eq!(heads, [Seq(210), Seq(210), Seq(200)]);
    }
}
