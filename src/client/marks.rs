//! How far each room was heard, so that it can go on there: in this run after it was left, in the next one after it
//! ended anyhow. A mark moves only when the program comes back for the next happening, since it is done with the last
//! one then: whoever is killed may hear some events again, and misses none. Writing is left to [`super::keeper`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::model::names::key_of;
use crate::model::{LogId, NameKey, Seq, limits};

/// How far one has heard a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) log: LogId,
    pub(super) seq: Seq,
}

#[derive(Debug)]
struct Mark {
    key: NameKey,
    cursor: Cursor,
    /// Which of all moves was its last.
    moved: u64,
}

#[derive(Debug, Default)]
struct Rooms {
    /// By the server's spelling: making a key costs more than all else that is done for an event.
    marks: HashMap<String, Mark>,
    moves: u64,
    written: u64,
}

/// The marks of all rooms, for those who hear, those who ask and those who write.
#[derive(Debug, Default)]
pub(super) struct Marks {
    rooms: Mutex<Rooms>,
    moved: Notify,
}

impl Marks {
    /// Those of earlier runs, the one that moved last at the end.
    pub(super) fn new(kept: Vec<(String, Cursor)>) -> Self {
        let marks = Self::default();
        let mut rooms = marks.lock();
        for (room, cursor) in kept {
            rooms.put(&room, cursor);
        }
        rooms.written = rooms.moves;
        drop(rooms);
        marks
    }

    /// Where a room was left.
    pub(super) fn of(&self, room: &NameKey) -> Option<Cursor> {
        self.lock().marks.values().find(|mark| mark.key == *room).map(|mark| mark.cursor)
    }

    /// Everything up to there is done with.
    pub(super) fn put(&self, room: &str, cursor: Cursor) {
        self.lock().put(room, cursor);
        self.moved.notify_one();
    }

    /// Resolves after a mark has moved.
    pub(super) async fn moved(&self) {
        self.moved.notified().await;
    }

    /// All marks to be written, the one that moved last at the end; none if nothing moved since the last time.
    pub(super) fn unwritten(&self) -> Option<Vec<(String, Cursor)>> {
        let mut rooms = self.lock();
        if rooms.written == rooms.moves {
            return None;
        }
        rooms.written = rooms.moves;
        let mut marks: Vec<_> = rooms.marks.iter().collect();
        marks.sort_unstable_by_key(|(_, mark)| mark.moved);
        Some(marks.into_iter().map(|(room, mark)| (room.clone(), mark.cursor)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    fn put(&mut self, room: &str, cursor: Cursor) {
        self.moves += 1;
        if let Some(mark) = self.marks.get_mut(room) {
            (mark.cursor, mark.moved) = (cursor, self.moves);
            return;
        }
        let key = key_of(room);
        self.marks.retain(|_, mark| mark.key != key);
        if self.marks.len() >= limits::CLIENT_CURSORS_MAX
            && let Some(stillest) = self.marks.iter().min_by_key(|(_, mark)| mark.moved).map(|(room, _)| room.clone())
        {
            self.marks.remove(&stillest);
        }
        self.marks.insert(room.to_owned(), Mark { key, cursor, moved: self.moves });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: u64) -> Cursor {
        Cursor { log: LogId(5), seq: Seq(seq) }
    }

    #[test]
    fn a_mark_is_found_by_any_spelling_and_stands_once() {
        let marks = Marks::default();
        for (room, seq) in [("Lobby", 3), ("dev", 1), ("Lobby", 4), ("lobby", 5)] {
            marks.put(room, at(seq));
        }
        assert_eq!(marks.of(&key_of("LOBBY")), Some(at(5)));
        assert_eq!(marks.of(&key_of("attic")), None);
        assert_eq!(marks.unwritten().unwrap(), [("dev".to_owned(), at(1)), ("lobby".to_owned(), at(5))]);
        assert_eq!(marks.unwritten(), None);
    }

    #[test]
    fn what_stood_still_longest_is_forgotten_first() {
        let rooms = limits::CLIENT_CURSORS_MAX;
        let marks = Marks::new((0..rooms).map(|room| (format!("room-{room}"), at(1))).collect());
        assert_eq!(marks.unwritten(), None, "that is what is written already");
        marks.put("room-0", at(2));
        marks.put("one-more", at(3));
        let kept = marks.unwritten().unwrap();
        assert_eq!(kept.len(), rooms);
        assert_eq!(kept[rooms - 2..], [("room-0".to_owned(), at(2)), ("one-more".to_owned(), at(3))]);
        assert_eq!(marks.of(&key_of("room-1")), None);
    }
}
