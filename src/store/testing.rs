//! A store of its own for each test, and what tests say most often.

#![cfg(test)]

use std::path::PathBuf;

use tempfile::TempDir;

use super::{Committed, Created, Entry, Message, Outcome, Place, Store, Sync};
use crate::model::{
    Body, Chance, DeviceId, Digest, FileBody, ImageBody, Nonce, RoomId, RoomName, Seq, Timestamp, User, UserId,
};

/// When everything happens, unless a test says otherwise.
pub(super) const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A store in a directory that goes when this does.
pub(super) struct Fixture {
    pub(super) store: Store,
    pub(super) chance: Chance,
    dir: TempDir,
}

impl Fixture {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut chance = Chance::seeded(1);
        let store = Store::open_writer(&dir.path().join("tertulia.db"), Sync::Full, &mut chance, NOW).unwrap();
        Self { store, chance, dir }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.path().join("tertulia.db")
    }

    /// What a restart of the server does.
    pub(super) fn reopen(&mut self) {
        self.store = Store::open_writer(&self.path(), Sync::Full, &mut self.chance, NOW).unwrap();
    }

    pub(super) fn device(&mut self) -> DeviceId {
        self.store.new_device(&mut self.chance, NOW).unwrap().0.device
    }

    pub(super) fn room(&mut self, name: &str) -> RoomId {
        match self.store.create_room(&RoomName::parse(name).unwrap(), NOW).unwrap() {
            Created::Room(room) => room.id,
            Created::Quota => panic!("no room left"),
        }
    }

    pub(super) fn commit(&mut self, entries: &[Entry]) -> Vec<Outcome> {
        self.commit_all(entries).outcomes
    }

    pub(super) fn commit_all(&mut self, entries: &[Entry]) -> Committed {
        self.store.commit(entries, NOW).unwrap()
    }

    pub(super) fn say(&mut self, device: DeviceId, nonce: u64, room: RoomId, words: &str) -> Seq {
        match self.commit(&[entry(device, nonce, room, text(words))])[..] {
            [Outcome::Appended { seq, .. }] => seq,
            ref other => panic!("{other:?}"),
        }
    }

    pub(super) fn log(&mut self, room: RoomId) -> Vec<Message> {
        self.store.after(room, Seq(0), usize::MAX, |_| true).unwrap()
    }

    pub(super) fn bodies(&mut self, room: RoomId) -> Vec<Body> {
        self.log(room).into_iter().map(|message| message.body).collect()
    }
}

/// A guest's entry.
pub(super) fn entry(device: DeviceId, nonce: u64, room: RoomId, body: Body) -> Entry {
    let author = User { id: UserId::ANONYMOUS, name: format!("guest-{device}"), guest: true };
    let place = Place::Room(room);
    Entry { place, device, author, nonce: Nonce(nonce), body, reply_to: None, upload: None, refuse_if_new: false }
}

pub(super) fn text(words: &str) -> Body {
    Body::Text(words.to_owned())
}

pub(super) fn appended(seq: u64) -> Outcome {
    Outcome::Appended { seq: Seq(seq), at: NOW }
}

pub(super) fn repeated(seq: u64) -> Outcome {
    Outcome::Repeated { seq: Seq(seq), at: NOW }
}

/// A file whose content is told by one byte: a picture, as far as the server can see.
pub(super) fn file(name: &str, content: u8) -> Body {
    let (mime, sha256) = ("image/png".to_owned(), Digest([content; 32]));
    Body::File(FileBody { name: name.to_owned(), size: 9, mime, sha256 })
}

/// Likewise an image.
pub(super) fn image(name: &str, content: u8) -> Body {
    let (mime, sha256) = ("image/png".to_owned(), Digest([content; 32]));
    Body::Image(ImageBody { name: name.to_owned(), size: 9, mime, sha256, width: 3, height: 4 })
}
