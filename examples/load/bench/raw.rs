//! The floor of writing: prepared inserts into the same tables under the same settings, in batches of the same size, on
//! one thread that does nothing else. Nothing is looked up, checked or answered.

use std::path::Path;

use rusqlite::{Connection, Statement, params};
use tertulia::model::{Clock, limits};

use super::fill::World;
use crate::swarm::Fallible;

const SAY: &str = "INSERT INTO messages (room_id, seq, at, user_id, device_id, author, nonce, kind, text) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'text', ?8)";
const MOVE_HEAD: &str = "UPDATE rooms SET last_seq = last_seq + ?1 WHERE id = ?2";

/// Writes one batch after the other, of `says` each, into rooms of `world` that are empty, until `go_on` says no. It is
/// asked before each batch.
pub(super) fn write(
    path: &Path,
    world: &World,
    says: usize,
    text: &str,
    mut go_on: impl FnMut() -> Fallible<bool>,
) -> Fallible<()> {
    let connection = connect(path)?;
    let (mut begin, mut commit) = (connection.prepare("BEGIN IMMEDIATE")?, connection.prepare("COMMIT")?);
    let mut batch = Batch {
        world,
        say: connection.prepare(SAY)?,
        move_head: connection.prepare(MOVE_HEAD)?,
        heads: vec![0; world.rooms.len()],
        added: vec![0; world.rooms.len()],
    };
    let mut number = 0;
    while go_on()? {
        begin.execute([])?;
        batch.write(number..number + says, text)?;
        commit.execute([])?;
        number += says;
    }
    Ok(())
}

/// As the server's store is opened, but that SQLite itself shortens the log, at the same length.
fn connect(path: &Path) -> Fallible<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
         PRAGMA wal_autocheckpoint = {}",
        limits::WAL_CHECKPOINT_PAGES
    ))?;
    Ok(connection)
}

struct Batch<'a> {
    world: &'a World,
    say: Statement<'a>,
    move_head: Statement<'a>,
    /// Of each room, as of the last commit.
    heads: Vec<i64>,
    /// To each room, in this batch.
    added: Vec<i64>,
}

impl Batch<'_> {
    fn write(&mut self, numbers: std::ops::Range<usize>, text: &str) -> Fallible<()> {
        let rooms = &self.world.rooms;
        let at = Clock::System.now().0.cast_signed();
        for number in numbers {
            let (room, device) = self.world.turn(number);
            self.added[room] += 1;
            let (room_id, seq) = (rooms[room].0.cast_signed(), self.heads[room] + self.added[room]);
            let (user_id, device_id) = (device.user.id.0.cast_signed(), device.device.0.cast_signed());
            let nonce = i64::try_from(number)?;
            self.say.execute(params![room_id, seq, at, user_id, device_id, device.user.name, nonce, text])?;
        }
        for ((room, head), added) in rooms.iter().zip(&mut self.heads).zip(&mut self.added) {
            if *added > 0 {
                self.move_head.execute(params![*added, room.0.cast_signed()])?;
                *head += std::mem::take(added);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tertulia::store::Sync;

    use super::super::fill::open;
    use super::*;

    #[test]
    fn what_is_written_is_what_the_store_would_have_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tertulia.db");
        let world = World::make(&mut open(&path, Sync::Normal).unwrap(), 3, 6).unwrap();
        let mut batches = 0;
        write(&path, &world, 7, "words", || {
            batches += 1;
            Ok(batches <= 3)
        })
        .unwrap();
        let mut store = open(&path, Sync::Normal).unwrap();
        let rooms = store.rooms_after(None, None, 9).unwrap();
        assert_eq!(rooms.iter().map(|room| room.head.0).collect::<Vec<_>>(), [7, 7, 7]);
        let log = store.after(world.rooms[1], tertulia::model::Seq(0), 9, |_| true).unwrap();
        assert_eq!((log.len(), &log[6].author), (7, &world.devices[1].user));
    }
}
