//! Which log a database holds, and how a copy is told from the original: cursors into a log are worth nothing in a
//! copy of it, whose later seqs name other messages.
//!
//! The sign is the file itself: a copy lies in another inode, or was born at another time. A copy that was written
//! into the original's own inode passes for it; whoever restores a backup has to put a new file in place.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use diesel::SqliteConnection;
use diesel::prelude::*;

use super::columns::{column, number};
use super::schema::store;
use crate::model::{Chance, LogId, Timestamp};

/// By what a file is known while it is moved within a file system, and only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = store)]
#[diesel(treat_none_as_null = true)]
pub(super) struct Birthmark {
    inode: i64,
    born_at: Option<i64>,
}

impl Birthmark {
    /// The mark of the file at `path`.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        let born = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let born_at = born.and_then(|since| i64::try_from(since.as_millis()).ok());
        Ok(Self { inode: inode(&metadata), born_at })
    }

    /// Not every file system knows when a file was born, and a kernel may learn it.
    fn is_same(self, other: Self) -> bool {
        self.inode == other.inode && self.born_at.zip(other.born_at).is_none_or(|(one, other)| one == other)
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> i64 {
    std::os::unix::fs::MetadataExt::ino(metadata).cast_signed()
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> i64 {
    0
}

/// Writes down that the file with this mark is opened, and returns its log's id: a new one if it has none yet, or if
/// it is a copy.
pub(super) fn claim_log(
    connection: &mut SqliteConnection,
    mark: Birthmark,
    chance: &mut Chance,
    now: Timestamp,
) -> QueryResult<LogId> {
    let kept = store::table
        .select((store::log_id, Birthmark::as_select()))
        .get_result::<(i64, Birthmark)>(connection)
        .optional()?;
    let log = match kept {
        Some((log, known)) if known.is_same(mark) => log,
        Some(_) => {
            log::warn!("the database is a copy of another one: it gets a log of its own, and clients start over");
            column(chance.id())
        }
        None => column(chance.id()),
    };
    let opened = (store::log_id.eq(log), store::opened_at.eq(column(now.0)), mark);
    diesel::insert_into(store::table)
        .values((store::id.eq(1), opened))
        .on_conflict(store::id)
        .do_update()
        .set(opened)
        .execute(connection)?;
    Ok(LogId(number(log)))
}

/// The id that the writer has claimed.
pub(super) fn claimed_log(connection: &mut SqliteConnection) -> QueryResult<LogId> {
    store::table.select(store::log_id).get_result(connection).map(|log| LogId(number(log)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_was_never_seen_does_not_tell_files_apart() {
        let mark = Birthmark { inode: 7, born_at: Some(1) };
        assert!(mark.is_same(Birthmark { born_at: None, ..mark }));
        assert!(!mark.is_same(Birthmark { born_at: Some(2), ..mark }));
        assert!(!mark.is_same(Birthmark { inode: 8, ..mark }));
    }
}
