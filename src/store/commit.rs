//! The one place where words become durable and get their numbers: a batch of messages, for any rooms, in one
//! transaction. Forming batches is left to the journal, telling anyone to the rooms.
//!
//! Nothing is remembered between two transactions: what was said before and where a room's head stands is read from
//! the rows each time, under the lock of the transaction, so that another process may write beside this one.

use std::collections::HashMap;
use std::collections::hash_map;

use diesel::prelude::*;

use super::columns::{column, number};
use super::prepared::{Append, MoveHead};
use super::said::Said;
use super::schema::{messages, rooms};
use super::{Committed, Entry, Outcome, Place, Store, StoreError, files, targets};
use crate::model::{Body, Digest, Seq, Timestamp};

impl Store {
    /// Commits a batch in one transaction: numbers what is new in each room, in the order of the entries, and answers
    /// what was said before as it was then. An entry that may not stand is refused alone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if nothing of the batch was committed, [`StoreError::Fatal`] if nobody knows.
    pub fn commit(&mut self, entries: &[Entry], now: Timestamp) -> Result<Committed, StoreError> {
        if entries.is_empty() {
            return Ok(Committed::default());
        }
        let committed = self.transact(|connection| {
            let mut batch = Batch { connection, now: column(now.0), heads: HashMap::new(), released: Vec::new() };
            let outcomes = entries.iter().map(|entry| batch.settle(entry)).collect::<Result<_, _>>()?;
            let orphans = batch.finish()?;
            Ok(Committed { outcomes, orphans })
        })?;
        self.must_erase |= entries.iter().zip(&committed.outcomes).any(|(entry, outcome)| has_erased(entry, *outcome));
        self.tend()?;
        Ok(committed)
    }
}

impl Store {
    /// What an entry would be answered with if its nonce has been used; nothing if it has not.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn recall(&mut self, entry: &Entry) -> Result<Option<Outcome>, StoreError> {
        let Some(said) = Said::find(&mut self.connection, entry.device, entry.nonce)? else { return Ok(None) };
        let room = find_room(&mut self.connection, &entry.place)?;
        Ok(Some(repetition(&said, room, entry)))
    }
}

const fn has_erased(entry: &Entry, outcome: Outcome) -> bool {
    matches!((&entry.body, outcome), (Body::Delete { .. }, Outcome::Appended { .. }))
}

/// A room's end while a batch is being written.
struct Head {
    last_seq: i64,
    last_at: i64,
    /// The operator has closed it: what was said before is answered, and nothing is added.
    is_closed: bool,
    appended: i64,
}

/// A transaction under way.
struct Batch<'a> {
    connection: &'a mut SqliteConnection,
    now: i64,
    heads: HashMap<i64, Head>,
    /// Rows of files that a message has ceased to show.
    released: Vec<i64>,
}

impl Batch<'_> {
    fn settle(&mut self, entry: &Entry) -> Result<Outcome, StoreError> {
        let room = self.room(&entry.place)?;
        let is_file = matches!(entry.body, Body::File(_) | Body::Image(_));
        // Everything else is new nearly always, and the insertion itself finds out when it is not.
        let is_closed = room.is_some_and(|(_, is_closed)| is_closed);
        let room = room.map(|(room, _)| room);
        if (entry.refuse_if_new || room.is_none() || is_closed || is_file || targets::refers(entry))
            && let Some(said) = Said::find(self.connection, entry.device, entry.nonce)?
        {
            return Ok(repetition(&said, room, entry));
        }
        match room {
            Some(_) if !entry.refuse_if_new && is_closed => Ok(Outcome::Closed),
            Some(room) if !entry.refuse_if_new => match targets::refusal(self.connection, room, entry)? {
                Some(refusal) => Ok(refusal),
                None => self.append(room, entry),
            },
            _ => Ok(Outcome::Refused),
        }
    }

    /// The room's row, if there is one, and whether it is closed; its head is known from then on.
    fn room(&mut self, place: &Place) -> QueryResult<Option<(i64, bool)>> {
        let Some(room) = find_room(self.connection, place)? else { return Ok(None) };
        let head = match self.heads.entry(room) {
            hash_map::Entry::Occupied(occupied) => occupied.into_mut(),
            hash_map::Entry::Vacant(vacant) => {
                let Some(head) = read_head(self.connection, room)? else { return Ok(None) };
                vacant.insert(head)
            }
        };
        Ok(Some((room, head.is_closed)))
    }

    fn append(&mut self, room: i64, entry: &Entry) -> Result<Outcome, StoreError> {
        if let Some(upload) = entry.upload
            && !files::end_upload(self.connection, upload)?
        {
            return Ok(Outcome::NoSuchUpload);
        }
        let file_id = files::keep(self.connection, entry.device, entry.nonce, &entry.body, self.now)?;
        let head = self.heads.get_mut(&room).expect("settle has read it");
        let (seq, at) = (head.last_seq + head.appended + 1, self.now.max(head.last_at));
        if Append::new(room, seq, at, file_id, entry).execute(self.connection)? == 0 {
            let said = Said::find(self.connection, entry.device, entry.nonce)?;
            let said = said.ok_or_else(|| StoreError::Fatal("a message was neither there nor inserted".into()))?;
            return Ok(repetition(&said, Some(room), entry));
        }
        head.appended += 1;
        head.last_at = at;
        self.take_effect(room, &entry.body)?;
        Ok(Outcome::Appended { seq: Seq(number(seq)), at: Timestamp(number(at)) })
    }

    fn take_effect(&mut self, room: i64, body: &Body) -> QueryResult<()> {
        match body {
            Body::Delete { of } => self.released.extend(targets::erase(self.connection, room, *of)?),
            Body::Topic(topic) => {
                diesel::update(rooms::table.find(room)).set(rooms::topic.eq(topic)).execute(self.connection)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Moves the heads, by what was added and not to where this process thinks they are, and lets files go.
    fn finish(self) -> Result<Vec<Digest>, StoreError> {
        for (room, head) in self.heads.into_iter().filter(|(_, head)| head.appended > 0) {
            MoveHead { room, by: head.appended }.execute(self.connection)?;
        }
        let orphans = self.released.into_iter().map(|file| files::release(self.connection, file));
        orphans.filter_map(Result::transpose).collect()
    }
}

/// Locks nothing: in SQLite the whole transaction has the lock. Where rows have locks of their own, this read takes
/// the room's, and keeps it until the commit.
fn read_head(connection: &mut SqliteConnection, room: i64) -> QueryResult<Option<Head>> {
    let last = messages::room_id.eq(rooms::id).and(messages::seq.eq(rooms::last_seq));
    let head = rooms::table
        .left_join(messages::table.on(last))
        .filter(rooms::id.eq(room))
        .select((rooms::last_seq, messages::at.nullable(), rooms::closed_at.is_not_null()))
        .get_result::<(i64, Option<i64>, bool)>(connection)
        .optional()?;
    let head_of = |(last_seq, at, is_closed): (_, Option<i64>, _)| Head {
        last_seq,
        last_at: at.unwrap_or(0),
        is_closed,
        appended: 0,
    };
    Ok(head.map(head_of))
}

fn find_room(connection: &mut SqliteConnection, place: &Place) -> QueryResult<Option<i64>> {
    match place {
        Place::Room(id) => Ok(Some(column(id.0))),
        Place::Key(key) => {
            let room = rooms::table.filter(rooms::key.eq(key.as_str()));
            room.select(rooms::id).get_result(connection).optional()
        }
    }
}

fn repetition(said: &Said, room: Option<i64>, entry: &Entry) -> Outcome {
    let is_same = said.is_repeated(room, |old| old.body == entry.body && old.reply_to == entry.reply_to);
    if is_same { Outcome::Repeated { seq: said.message.seq, at: said.message.at } } else { Outcome::NonceReused }
}

#[cfg(test)]
mod against_a_list;
#[cfg(test)]
mod tests;
