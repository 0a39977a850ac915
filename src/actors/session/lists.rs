//! `history`, `rooms` and `members`: what can be read without being in a room. The work is done on the threads that
//! read; a list holds what fits in a frame.

use std::sync::Arc;

use actix::Context;

use super::Session;
use super::rooms::no_such_room;
use crate::actors::Hub;
use crate::actors::lobby::{Count, Find};
use crate::actors::room::ListMembers;
use crate::chat::form;
use crate::chat::lists::{self, Budget};
use crate::model::names::key_of;
use crate::model::{NameKey, RoomName, User};
use crate::store::{self, Store, StoreError};
use crate::wire::{Answer, Event, History, Members, MembersAfter, Page, Refusal, RoomEntry, Rooms, RoomsAfter};

/// Rooms that are looked at for one list: as many of the smallest entries as fit in a frame.
const ROOMS_PER_LIST_MAX: usize = 4_096;

impl Session {
    pub(super) fn history(&mut self, id: u32, history: &History, ctx: &mut Context<Self>) {
        let key = match form::history(history).and_then(|()| form::room(&history.room)) {
            Ok(name) => name.key(),
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, asked) = (Arc::clone(&self.hub), history.clone());
        let work = async move { hub.read(move |store: &mut Store| read_page(store, &key, &asked)).await };
        self.later(id, ctx, work, |_, page| page.map(Answer::Page).ok_or_else(no_such_room));
    }

    pub(super) fn rooms(&mut self, id: u32, rooms: &RoomsAfter, ctx: &mut Context<Self>) {
        let (hub, prefix, after) =
            (Arc::clone(&self.hub), key_of_any(rooms.prefix.as_ref()), key_of_any(rooms.after.as_ref()));
        self.later(id, ctx, list_rooms(hub, prefix, after), |_, rooms| Ok(Answer::Rooms(rooms)));
    }

    pub(super) fn members(&mut self, id: u32, members: &MembersAfter, ctx: &mut Context<Self>) {
        let key = match form::room(&members.room) {
            Ok(name) => name.key(),
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, after) = (Arc::clone(&self.hub), key_of_any(members.after.as_ref()));
        let work = list_members(hub, key, after);
        self.later(id, ctx, work, |_, (members, more)| Ok(Answer::Members(Members { members, more })));
    }
}

fn key_of_any(text: Option<&String>) -> Option<NameKey> {
    text.map(|text| key_of(text))
}

fn read_page(store: &mut Store, key: &NameKey, asked: &History) -> Result<Option<Page>, StoreError> {
    let Some(room) = store.find_room(key)? else { return Ok(None) };
    let (mut budget, limit) = (Budget::default(), usize::from(asked.limit));
    let fits = |message: &store::Message| budget.fits_event(room.name.as_str(), &message.author, &message.body);
    let messages = match asked.after {
        Some(after) => store.after(room.id, after, limit, fits)?,
        None => store.before(room.id, asked.before, limit, fits)?,
    };
    // what was committed between the two looks is in the page: the head is no lower
    let head = messages.last().map_or(room.head, |last| last.seq.max(room.head));
    let events = messages.into_iter().map(|message| event_of(&room.name, message)).collect();
    Ok(Some(Page { room: room.name.to_string(), first: room.first, head, events }))
}

/// A row of the log as it travels.
pub(super) fn event_of(room: &RoomName, message: store::Message) -> Event {
    let store::Message { seq, at, author, body, reply_to } = message;
    Event { room: room.clone(), seq, at, author, body, reply_to }
}

async fn list_rooms(hub: Arc<Hub>, prefix: Option<NameKey>, after: Option<NameKey>) -> Result<Rooms, Refusal> {
    let query = move |store: &mut Store| {
        let rows = store.rooms_after(prefix.as_ref(), after.as_ref(), ROOMS_PER_LIST_MAX)?;
        let is_long = rows.len() == ROOMS_PER_LIST_MAX;
        let (rooms, is_cut) = lists::cut(rows.into_iter().map(entry_of));
        let keys = rooms.iter().map(|entry| key_of(&entry.room)).collect();
        Ok((Rooms { rooms, more: is_cut || is_long }, keys))
    };
    let (mut list, keys) = hub.read(query).await?;
    let counts = hub.lobby.send(Count(keys)).await.map_err(super::gone)?;
    list.rooms.iter_mut().zip(counts).for_each(|(entry, members)| entry.members = members);
    Ok(list)
}

/// Counted as if the room were full: the list must fit whoever is there.
fn entry_of(room: store::Room) -> RoomEntry {
    RoomEntry { room: room.name.to_string(), topic: room.topic, members: u32::MAX, head: room.head }
}

async fn list_members(hub: Arc<Hub>, key: NameKey, after: Option<NameKey>) -> Result<(Vec<User>, bool), Refusal> {
    if let Some(open) = hub.lobby.send(Find(key.clone())).await.map_err(super::gone)? {
        return open.room.send(ListMembers(after)).await.map_err(super::gone);
    }
    let found = hub.read(move |store: &mut Store| store.find_room(&key)).await?;
    found.map(|_| (Vec::new(), false)).ok_or_else(no_such_room)
}
