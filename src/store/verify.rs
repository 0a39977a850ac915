//! Whether a database that no server has open keeps what is promised, found out without changing a byte of it. What
//! has to hold is a list of queries in [`rules`]; the bytes of files are left to [`crate::files`].

mod rules;

use std::io;
use std::mem::ManuallyDrop;
use std::path::Path;

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::columns::number;
use super::schema::{files, messages, rooms};
use super::{MIGRATIONS, OpenError, StoreError};
use crate::model::Digest;

/// How much there is in a database.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Rooms.
    pub rooms: u64,
    /// Events in all of them.
    pub messages: u64,
    /// Contents, however many messages show each.
    pub files: u64,
}

/// A database that is only looked at.
pub struct Checkup {
    /// Never closed: SQLite would take the last one out to put things in order, and the process ends soon anyway.
    connection: ManuallyDrop<SqliteConnection>,
}

/// One thing that is wrong, for people.
#[derive(QueryableByName)]
struct Fault {
    #[diesel(sql_type = Text)]
    fault: String,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

impl Checkup {
    /// Opens a database of this binary's schema. It is neither locked nor protected: that no server uses it is for the
    /// caller to see to.
    ///
    /// # Errors
    /// What is wrong with the file, in one line.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let refused = |source| OpenError::Refused { path: path.to_owned(), source };
        let whole = path.canonicalize().map_err(refused)?;
        if !whole.is_file() {
            return Err(refused(io::Error::other("it is no file")));
        }
        let url = read_only(&whole).ok_or_else(|| refused(io::Error::other("its name is not UTF-8")))?;
        let broken = |error: &dyn std::fmt::Display| OpenError::from_message(path, &error.to_string());
        let mut connection = ManuallyDrop::new(SqliteConnection::establish(&url).map_err(|error| broken(&error))?);
        // so that the index of the write-ahead log is made in memory, and not in a file beside the database
        connection
            .batch_execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY")
            .map_err(|error| broken(&error))?;
        let mut checkup = Self { connection };
        checkup.check_schema(path)?;
        Ok(checkup)
    }

    fn check_schema(&mut self, path: &Path) -> Result<(), OpenError> {
        let versions = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
        let applied = match diesel::sql_query(versions).load::<Version>(&mut *self.connection) {
            Ok(applied) => applied,
            Err(error) if error.to_string().starts_with("no such table") => {
                return Err(OpenError::Foreign(path.to_owned()));
            }
            Err(error) => return Err(OpenError::from_message(path, &error.to_string())),
        };
        let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS)
            .map_err(|error| OpenError::from_message(path, &error.to_string()))?;
        let mut known: Vec<String> = known.iter().map(|known| known.name().version().to_string()).collect();
        known.sort_unstable();
        if let Some(newer) = applied.iter().find(|applied| !known.contains(&applied.version)) {
            return Err(OpenError::Newer { path: path.to_owned(), version: newer.version.clone() });
        }
        match known.iter().find(|known| applied.iter().all(|applied| applied.version != **known)) {
            Some(missing) => Err(OpenError::Older { path: path.to_owned(), missing: missing.clone() }),
            None => Ok(()),
        }
    }

    /// How much there is.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn counts(&mut self) -> Result<Counts, StoreError> {
        let rooms: i64 = rooms::table.count().get_result(&mut *self.connection)?;
        let messages: i64 = messages::table.count().get_result(&mut *self.connection)?;
        let files: i64 = files::table.count().get_result(&mut *self.connection)?;
        Ok(Counts { rooms: number(rooms), messages: number(messages), files: number(files) })
    }

    /// Looks for all that can be wrong with rows, and tells each thing as it is found. `step` hears what is looked at
    /// next.
    ///
    /// # Errors
    /// [`StoreError`], if the database is damaged so that it cannot be read on.
    pub fn rows(&mut self, mut step: impl FnMut(&'static str), mut tell: impl FnMut(&str)) -> Result<(), StoreError> {
        for rule in rules::ALL {
            step(rule.looks_at);
            let faults = diesel::sql_query(rule.query);
            for fault in faults.load_iter::<Fault, DefaultLoadingMode>(&mut *self.connection)? {
                tell(&fault?.fault);
            }
        }
        Ok(())
    }

    /// All contents that there should be, with their size in bytes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn files(&mut self, mut each: impl FnMut(Digest, u64)) -> Result<(), StoreError> {
        let rows = files::table
            .order(files::id)
            .select((files::sha256, files::size))
            .load_iter::<(Vec<u8>, i64), DefaultLoadingMode>(&mut *self.connection)?;
        for row in rows {
            let (sha256, size) = row?;
            // one that is no hash is told by a rule
            if let Some(digest) = Digest::from_slice(&sha256) {
                each(digest, number(size));
            }
        }
        Ok(())
    }
}

/// An address under which SQLite reads this file and writes nothing, neither here nor beside it.
///
/// Without a write-ahead log the file is taken for one that nobody changes. With one, it is read as it would be after a
/// crash; nothing is locked, since a lock on a file that cannot be written to is refused.
fn read_only(path: &Path) -> Option<String> {
    let path = path.to_str()?;
    let has_log = std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > 0);
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let how = if has_log { "vfs=unix-none" } else { "immutable=1" };
    Some(format!("file:{escaped}?mode=ro&{how}"))
}

#[cfg(test)]
mod tests;
