//! The rooms that a client is in, wants to be in, or has to enter to say what an earlier run left unsaid there: an
//! errand, of which the program hears nothing. Each room's rule is in [`super::room`]; what follows from a refusal for
//! the rest of the conversation is left to [`super::session`].

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::command::Reply;
use super::marks::Marks;
use super::requests::{Pending, Requests};
use super::room::{Refused, Room};
use super::{From, Happening};
use crate::model::NameKey;
use crate::model::names::key_of;
use crate::wire::{Joined, Refusal, Request};

/// A room to leave once all that was said there before is answered.
#[derive(Debug)]
struct Leaving {
    key: NameKey,
    name: String,
    reply: Reply<()>,
}

/// All of them, by key.
#[derive(Debug)]
pub(super) struct Rooms {
    known: BTreeMap<NameKey, Room>,
    leaving: Vec<Leaving>,
    marks: Arc<Marks>,
}

impl Rooms {
    /// None; `marks` tell where rooms were left.
    pub(super) const fn new(marks: Arc<Marks>) -> Self {
        Self { known: BTreeMap::new(), leaving: Vec::new(), marks }
    }

    /// Somebody asks to be in a room.
    pub(super) fn ask(&mut self, name: &str, from: From, reply: Reply<Joined>) {
        let key = key_of(name);
        let stopped = self.marks.of(&key);
        self.known.entry(key).or_insert_with(|| Room::new(name)).ask(from, stopped, reply);
    }

    /// Somebody does not want to be in a room any more.
    pub(super) fn leave(&mut self, name: String, reply: Reply<()>) {
        self.leaving.push(Leaving { key: key_of(&name), name, reply });
    }

    /// The rooms to leave now, where all is said: they are forgotten here.
    pub(super) fn leave_due(&mut self, is_said: impl Fn(&NameKey) -> bool) -> Vec<(String, Reply<()>)> {
        let Self { known, leaving, .. } = self;
        let due = leaving.extract_if(.., |leaving| is_said(&leaving.key)).map(|Leaving { key, name, reply }| {
            let room = known.remove(&key);
            let name = room.as_ref().map_or(name, |room| room.name().to_owned());
            room.into_iter().for_each(Room::left);
            (name, reply)
        });
        due.collect()
    }

    /// Something is to be said in a room, whether one is in it or not.
    pub(super) fn run_errand(&mut self, name: &str) {
        self.known.entry(key_of(name)).or_insert_with(|| Room::errand(name));
    }

    /// Whether one is in a room only to say something.
    pub(super) fn is_errand(&self, key: &NameKey) -> bool {
        self.known.get(key).is_some_and(Room::is_errand)
    }

    /// Nobody wants to be in the room any more.
    pub(super) fn remove(&mut self, key: &NameKey) -> Option<Room> {
        self.known.remove(key)
    }

    /// The connection is another one.
    pub(super) fn reconnected(&mut self) {
        self.known.values_mut().for_each(Room::reconnected);
    }

    /// Whether something can be said there: not while one is on the way in.
    pub(super) fn is_open(&self, key: &NameKey) -> bool {
        self.known.get(key).is_none_or(Room::is_in)
    }

    /// Whether a room has to be read again from the log.
    pub(super) fn is_any_behind(&self) -> bool {
        self.known.values().any(Room::is_behind)
    }

    /// When the next join that had to wait is due.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.known.values().filter_map(Room::due_at).min()
    }

    /// The room with this name. By the server's spelling, which is the same in every frame: making a key costs more than
    /// looking at all rooms.
    pub(super) fn named(&mut self, name: &str) -> Option<&mut Room> {
        self.known.values_mut().find(|room| room.name() == name)
    }

    /// Requests the joins that are due.
    pub(super) fn join_due(&mut self, now: Instant, has_space: bool, requests: &mut Requests) {
        for (key, room) in &mut self.known {
            if has_space && room.is_behind() {
                room.catch_up();
            }
            if room.is_in() {
                continue;
            }
            let id = requests.next_id();
            if let Some(join) = room.join(id, now) {
                requests.push(id, Request::Join(join), Pending::Join(key.clone()));
            }
        }
    }

    /// The server lets one in; tells of what was missed, if that is heard now.
    pub(super) fn joined(&mut self, key: &NameKey, id: u32, joined: &Joined) -> Option<Happening> {
        let room = self.known.get_mut(key).filter(|room| room.expects(id))?;
        if let Some(begins) = room.joined(joined) {
            self.marks.put(room.name(), begins);
        }
        let missed = room.lacks(joined.head);
        (missed > 0).then(|| Happening::Resumed { room: room.name().to_owned(), missed })
    }

    /// The server does not let one in; with the room's name, unless that does not matter any more.
    pub(super) fn refused(&mut self, key: &NameKey, id: u32, why: &Refusal, now: Instant) -> Option<(String, Refused)> {
        let room = self.known.get_mut(key).filter(|room| room.expects(id))?;
        let (name, refused) = (room.name().to_owned(), room.refused(why, now));
        if matches!(refused, Refused::Out { .. } | Refused::NoErrand) {
            self.known.remove(key);
        }
        Some((name, refused))
    }
}
