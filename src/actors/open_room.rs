//! A room that somebody uses. Whoever is in it, is about to come in, or has something on its way through it holds the
//! same [`OpenRoom`], so that its actor meets every message; the lobby hears when nobody does any more. What becomes
//! of the actor then is left to [`super::lobby`].

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use actix::{Addr, Message};

use super::{Lobby, Room};
use crate::model::{NameKey, RoomId, RoomName};

/// See the module.
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
    use_number: u64,
    lobby: Addr<Lobby>,
}

/// Nobody holds the [`OpenRoom`] of this use any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Unused {
    pub(super) key: NameKey,
    pub(super) use_number: u64,
}

impl Drop for OpenRoom {
    fn drop(&mut self) {
        // bounded: one for each time that a session asked the lobby for a room, and waited
        self.lobby.do_send(Unused { key: self.key.clone(), use_number: self.use_number });
    }
}

/// What the lobby keeps of a room whose actor runs.
pub(super) struct LiveRoom {
    pub(super) id: RoomId,
    pub(super) room: Addr<Room>,
    pub(super) members: Arc<AtomicU32>,
    name: RoomName,
    open: Weak<OpenRoom>,
    /// Which of the lobby's uses of rooms this is: what is said of an earlier one is no news.
    use_number: u64,
}

impl LiveRoom {
    /// A room that nobody uses yet.
    pub(super) const fn new(id: RoomId, name: RoomName, room: Addr<Room>, members: Arc<AtomicU32>) -> Self {
        Self { id, room, members, name, open: Weak::new(), use_number: 0 }
    }

    /// What those who use it hold, if there are any.
    pub(super) fn in_use(&self) -> Option<Arc<OpenRoom>> {
        self.open.upgrade()
    }

    /// The room for one more who uses it; a new use has this number.
    pub(super) fn open(&mut self, use_number: u64, lobby: Addr<Lobby>) -> Arc<OpenRoom> {
        if let Some(open) = self.in_use() {
            return open;
        }
        let (id, name, room) = (self.id, self.name.clone(), self.room.clone());
        let open = Arc::new(OpenRoom { id, key: name.key(), name, room, use_number, lobby });
        self.open = Arc::downgrade(&open);
        self.use_number = use_number;
        open
    }

    /// Whether this was its last use.
    pub(super) const fn was_last_used_in(&self, use_number: u64) -> bool {
        self.use_number == use_number
    }

    /// How many are in.
    pub(super) fn count(&self) -> u32 {
        self.members.load(Ordering::Relaxed)
    }
}
