//! The rooms that a session is in. A membership is left by dropping it, so that no way out of a session forgets one.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use smallvec::SmallVec;

use super::Link;
use crate::actors::OpenRoom;
use crate::actors::journal;
use crate::actors::registry::{Registry, Seat};
use crate::actors::room::Leave;
use crate::chat::form;
use crate::model::{NameKey, RoomId, Seq};
use crate::wire::Refusal;

/// One room that a session is in, with its cursor there.
pub(super) struct Membership {
    /// The room.
    pub(super) open: Arc<OpenRoom>,
    /// Where the session stands in its log, known to the registry too.
    pub(super) seat: Rc<Seat>,
    registry: Rc<RefCell<Registry>>,
}

/// A room that the session was in when it asked to join; the seat is gone once it has left.
pub(super) type Known = (Arc<OpenRoom>, Weak<Seat>);

impl Membership {
    pub(super) fn known(&self) -> Known {
        (Arc::clone(&self.open), Rc::downgrade(&self.seat))
    }

    /// Subscribes, before the room is asked, so that nothing goes by unseen.
    pub(super) fn subscribe(open: Arc<OpenRoom>, registry: Rc<RefCell<Registry>>, link: Rc<Link>) -> Self {
        let seat = Rc::new(Seat { link, cursor: RefCell::default() });
        registry.borrow_mut().subscribe(open.id, &seat);
        Self { open, seat, registry }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let session = self.seat.link.id;
        self.registry.borrow_mut().unsubscribe(self.open.id, session);
        // bounded: one a join, each of which was waited for
        self.open.room.do_send(Leave(session));
    }
}

/// All rooms that a session is in: mostly one, so that this is a list and no map.
#[derive(Default)]
pub(super) struct Memberships {
    /// In the order of their spellings.
    rooms: SmallVec<[Membership; 1]>,
    /// Whose log was read last: the next one behind has its turn.
    served: RoomId,
}

impl Memberships {
    /// The room that is meant, if the session is in it.
    ///
    /// # Errors
    /// `room_invalid`, or the key of the room that the session is not in.
    pub(super) fn find(&self, room: &str) -> Result<Result<&Membership, NameKey>, Refusal> {
        if let Ok(place) = self.place_of(room) {
            return Ok(Ok(&self.rooms[place]));
        }
        let key = form::room(room)?.key();
        Ok(self.rooms.iter().find(|membership| membership.open.key == key).ok_or(key))
    }

    /// The room that is meant.
    ///
    /// # Errors
    /// `room_invalid` or `not_joined`
    pub(super) fn joined(&self, room: &str) -> Result<&Membership, Refusal> {
        self.find(room)?.map_err(|_| journal::not_joined())
    }

    /// Where the room that is spelled so stands, or would.
    fn place_of(&self, spelling: &str) -> Result<usize, usize> {
        self.rooms.binary_search_by(|membership| membership.open.name.as_str().cmp(spelling))
    }

    /// The room with this row, if the session is in it.
    pub(super) fn by_id(&self, id: RoomId) -> Option<&Membership> {
        self.rooms.iter().find(|membership| membership.open.id == id)
    }

    /// The session has come in, unless it was in already.
    pub(super) fn insert(&mut self, membership: Option<Membership>) {
        let Some(membership) = membership else { return };
        if let Err(place) = self.place_of(membership.open.name.as_str()) {
            self.rooms.insert(place, membership);
        }
    }

    /// The session leaves.
    pub(super) fn remove(&mut self, id: RoomId) {
        self.rooms.retain(|membership| membership.open.id != id);
    }

    /// The session leaves all.
    pub(super) fn clear(&mut self) {
        self.rooms.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rooms.len()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Membership> {
        self.rooms.iter()
    }

    /// The next room whose log has to be read, and from where; each has its turn.
    pub(super) fn next_behind(&mut self) -> Option<(Arc<OpenRoom>, Rc<Seat>, Seq)> {
        let served = self.rooms.iter().position(|membership| membership.open.id == self.served);
        let (before, after) = self.rooms.split_at(served.map_or(0, |served| served + 1));
        let mut in_turn = after.iter().chain(before);
        let (membership, from) = in_turn.find_map(|one| Some((one, one.seat.cursor.borrow().behind()?)))?;
        self.served = membership.open.id;
        Some((Arc::clone(&membership.open), Rc::clone(&membership.seat), from))
    }
}
