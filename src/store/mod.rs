//! What is kept: devices, users, rooms and every word that was said, as rows of one SQLite database. Seqs are given
//! here, inside the transaction that makes them durable, and nowhere else.
//!
//! The bytes of files are left to `files`, who may do what to `chat`, threads to `actors`. A [`Store`] is one
//! connection and belongs to one thread: one that writes, a few that read.
//!
//! Queries end without a `LIMIT`: one row is read by its key with `get_result`, never with `first`, and lists are read
//! row by row for as long as they are wanted. To SQLite the number behind a `LIMIT` is part of the plan, so that it
//! would prepare a cached statement anew each time that the number is bound, which takes a third of a commit's time.

pub mod bans;
pub mod commit;
pub mod credentials;
pub mod devices;
pub mod entry;
pub mod error;
pub mod history;
pub mod open;
pub mod operator;
pub mod reads;
pub mod rooms;
pub mod uploads;
pub mod users;
pub mod verify;

mod checkpoint;
mod columns;
mod files;
mod identity;
mod prepared;
mod said;
mod schema;
mod targets;
#[cfg(test)]
mod testing;

use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::model::LogId;

pub use bans::{Ban, BanOn, Comer};
pub use devices::{DeviceRow, Identity};
pub use entry::{Committed, Entry, Outcome, Place};
pub use error::{OpenError, StoreError};
pub use files::FileRow;
pub use history::Message;
pub use open::Sync;
pub use operator::{RoomRow, UserRow};
pub use rooms::{Created, Room};
pub use uploads::{NewUpload, Opened, UploadId};
pub use users::Registered;
pub use verify::{Checkup, Counts};

/// What makes the schema, from nothing or from any older one: the folder `migrations` as it was when this was built.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// One connection to the database. See [`Store::open_writer`] and [`Store::open_reader`].
pub struct Store {
    connection: SqliteConnection,
    log: LogId,
    /// Something was deleted whose words the write-ahead log still holds.
    must_erase: bool,
    has_committed: bool,
    /// A transaction is under way, into which whatever is written goes, and whether anything was.
    gathering: Option<bool>,
    /// Pages in the write-ahead log after the last commit, until they are carried over.
    log_pages: i32,
    turn: checkpoint::Turn,
}

impl Store {
    /// Which log this is: the same for the store's whole life, another for a copy of it.
    #[must_use]
    pub const fn log_id(&self) -> LogId {
        self.log
    }

    /// Whether a transaction was committed since this was last asked.
    pub const fn take_committed(&mut self) -> bool {
        std::mem::replace(&mut self.has_committed, false)
    }

    /// Does all that is in `work` in one transaction, with one sync at its end, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing of it was written.
    pub fn gather<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.begin()?;
        self.gathering = Some(false);
        let done = work(self);
        let has_written = self.gathering.take().unwrap_or_default();
        let value = self.end(done)?;
        if has_written {
            self.has_committed = true;
            self.tend()?;
        }
        Ok(value)
    }

    /// Does `work` in one transaction that nobody else writes beside, or not at all.
    fn write<T>(&mut self, work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let value = self.transact(work)?;
        if self.gathering.is_none() {
            self.tend()?;
        }
        Ok(value)
    }

    /// The same, and nothing after it.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(has_written) = &mut self.gathering {
            *has_written = true;
            return work(&mut self.connection);
        }
        self.begin()?;
        let done = work(&mut self.connection);
        let value = self.end(done)?;
        self.has_committed = true;
        Ok(value)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        // Not `immediate_transaction`: where SQLite has already rolled back by itself, as it does when the disk is
        // full, that one returns the failure of its own ROLLBACK instead of the cause.
        Ok(AnsiTransactionManager::begin_transaction_sql(&mut self.connection, "BEGIN IMMEDIATE")?)
    }

    fn end<T>(&mut self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        match done {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(&mut self.connection)?;
                Ok(value)
            }
            Err(cause) => {
                if let Err(error) = AnsiTransactionManager::rollback_transaction(&mut self.connection) {
                    log::debug!("nothing was left to roll back: {error}");
                }
                Err(cause)
            }
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("log", &self.log).finish_non_exhaustive()
    }
}
