//! The rooms that a session is in. A membership is left by dropping it, so that no way out of a session forgets one.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::rc::Rc;

use super::Link;
use crate::actors::journal;
use crate::actors::lobby::OpenRoom;
use crate::actors::registry::Registry;
use crate::actors::room::Leave;
use crate::chat::{Cursor, form};
use crate::model::{NameKey, RoomId, Seq};
use crate::wire::Refusal;

/// One room that a session is in, with its cursor there.
pub(super) struct Membership {
    /// The room.
    pub(super) open: OpenRoom,
    /// Where the session stands in its log.
    pub(super) cursor: Rc<RefCell<Cursor>>,
    registry: Rc<RefCell<Registry>>,
    link: Rc<Link>,
}

impl Membership {
    /// Subscribes, before the room is asked, so that nothing goes by unseen.
    pub(super) fn subscribe(open: OpenRoom, registry: Rc<RefCell<Registry>>, link: Rc<Link>) -> Self {
        let cursor = Rc::default();
        registry.borrow_mut().subscribe(open.id, &link, &cursor);
        Self { open, cursor, registry, link }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.registry.borrow_mut().unsubscribe(self.open.id, self.link.id);
        // bounded: one a join, each of which was waited for
        self.open.room.do_send(Leave(self.link.id));
    }
}

/// All rooms that a session is in.
pub(super) struct Memberships {
    registry: Rc<RefCell<Registry>>,
    link: Rc<Link>,
    by_id: BTreeMap<RoomId, Membership>,
    by_spelling: HashMap<String, RoomId>,
    by_key: HashMap<NameKey, RoomId>,
    /// Whose log was read last: the next one behind has its turn.
    served: RoomId,
}

impl Memberships {
    /// None yet.
    pub(super) fn new(registry: Rc<RefCell<Registry>>, link: Rc<Link>) -> Self {
        let (by_id, by_spelling, by_key) = (BTreeMap::new(), HashMap::new(), HashMap::new());
        Self { registry, link, by_id, by_spelling, by_key, served: RoomId(0) }
    }

    /// What a new membership is subscribed with.
    pub(super) fn subscriber(&self) -> (Rc<RefCell<Registry>>, Rc<Link>) {
        (Rc::clone(&self.registry), Rc::clone(&self.link))
    }

    /// The room that is meant, if the session is in it.
    ///
    /// # Errors
    /// `room_invalid`, or the key of the room that the session is not in.
    pub(super) fn find(&self, room: &str) -> Result<Result<&Membership, NameKey>, Refusal> {
        if let Some(id) = self.by_spelling.get(room) {
            return Ok(Ok(&self.by_id[id]));
        }
        let key = form::room(room)?.key();
        Ok(self.by_key.get(&key).map(|id| &self.by_id[id]).ok_or(key))
    }

    /// The room that is meant.
    ///
    /// # Errors
    /// `room_invalid` or `not_joined`
    pub(super) fn joined(&self, room: &str) -> Result<&Membership, Refusal> {
        self.find(room)?.map_err(|_| journal::not_joined())
    }

    /// The room with this row, if the session is in it.
    pub(super) fn by_id(&self, id: RoomId) -> Option<&Membership> {
        self.by_id.get(&id)
    }

    /// The session has come in, unless it was in already.
    pub(super) fn insert(&mut self, membership: Option<Membership>) {
        let Some(membership) = membership else { return };
        let (id, name) = (membership.open.id, membership.open.name.clone());
        self.by_spelling.insert(name.to_string(), id);
        self.by_key.insert(name.key(), id);
        self.by_id.insert(id, membership);
    }

    /// The session leaves.
    pub(super) fn remove(&mut self, id: RoomId) {
        if let Some(membership) = self.by_id.remove(&id) {
            self.by_spelling.remove(membership.open.name.as_str());
            self.by_key.remove(&membership.open.name.key());
        }
    }

    /// The session leaves all.
    pub(super) fn clear(&mut self) {
        self.by_spelling.clear();
        self.by_key.clear();
        self.by_id.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Membership> {
        self.by_id.values()
    }

    /// The next room whose log has to be read, and from where; each has its turn.
    pub(super) fn next_behind(&mut self) -> Option<(OpenRoom, Rc<RefCell<Cursor>>, Seq)> {
        let after = self.by_id.range((Bound::Excluded(self.served), Bound::Unbounded));
        let mut in_turn = after.chain(self.by_id.range(..=self.served)).map(|(_, membership)| membership);
        let (membership, from) = in_turn.find_map(|one| Some((one, one.cursor.borrow().behind()?)))?;
        self.served = membership.open.id;
        Some((membership.open.clone(), Rc::clone(&membership.cursor), from))
    }
}
