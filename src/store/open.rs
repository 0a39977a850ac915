//! From a path to a store that keeps its promises: right settings, newest schema, everything that is visible on disk.
//! Where the path comes from is left to `app`.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::MigrationHarness;

use super::identity::{Birthmark, claim_log, claimed_log};
use super::{MIGRATIONS, OpenError, Store, checkpoint, users};
use crate::model::{Chance, LogId, Timestamp, limits};

/// What a commit survives.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// A loss of power: every commit waits for the disk.
    #[default]
    Full,
    /// The end of the process: what was acknowledged in the last seconds before a loss of power may be gone.
    Normal,
}

impl Store {
    /// Opens the database for the one thread that writes; makes it, and the directory that it lies in, if they are not
    /// there, for this user's eyes only. Brings an older schema up to date.
    ///
    /// What a killed process wrote without a sync is visible now and could still be lost, so all of it is on disk
    /// before this returns.
    ///
    /// # Errors
    /// What is wrong with the file, in one line.
    pub fn open_writer(path: &Path, sync: Sync, chance: &mut Chance, now: Timestamp) -> Result<Self, OpenError> {
        let path = absolute(path)?;
        make_private(&path).map_err(|source| OpenError::Refused { path: path.clone(), source })?;
        let mark = Birthmark::of(&path).map_err(|source| OpenError::Refused { path: path.clone(), source })?;
        let mut connection = connect(&path)?;
        prepare_writing(&mut connection).map_err(|error| refused(&path, &error))?;
        migrate(&mut connection, &path)?;
        let log = connection
            .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
            .and_then(|()| claim_log(&mut connection, mark, chance, now))
            .map_err(|error| refused(&path, &error))?;
        if sync == Sync::Normal {
            connection.batch_execute("PRAGMA synchronous = NORMAL").map_err(|error| refused(&path, &error))?;
        }
        Ok(Self::over(connection, log))
    }

    /// Opens the database for one more thread, which carries the write-ahead log over while this connection writes.
    ///
    /// # Errors
    /// What is wrong with the file, in one line.
    pub fn open_carrier(&self, path: &Path) -> Result<Self, OpenError> {
        Ok(Self { turn: self.turn.clone(), ..Self::open_reader(path)? })
    }

    /// Opens the database for one more thread that only reads, once a writer has opened it.
    ///
    /// # Errors
    /// What is wrong with the file, in one line.
    pub fn open_reader(path: &Path) -> Result<Self, OpenError> {
        let path = absolute(path)?;
        // SQLite would make it.
        std::fs::metadata(&path).map_err(|source| OpenError::Refused { path: path.clone(), source })?;
        let mut connection = connect(&path)?;
        let log = connection
            .batch_execute("PRAGMA query_only = ON")
            .and_then(|()| claimed_log(&mut connection))
            .map_err(|error| refused(&path, &error))?;
        Ok(Self::over(connection, log))
    }

    fn over(connection: SqliteConnection, log: LogId) -> Self {
        let turn = checkpoint::Turn::default();
        Self { connection, log, must_erase: false, has_committed: false, gathering: None, log_pages: 0, turn }
    }
}

fn refused(path: &Path, error: &impl ToString) -> OpenError {
    OpenError::from_message(path, &error.to_string())
}

/// SQLite takes some names for something else (`file:`, `:memory:`), but nothing that begins with a slash.
fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    std::path::absolute(path).map_err(|source| OpenError::Refused { path: path.to_owned(), source })
}

/// An empty file is a database to SQLite, and the files that it puts beside it get the same permissions. A file that
/// is there is not opened: closing it would drop the locks that this process holds on it.
fn make_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    if path.exists() {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        make_private_directory(directory)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn make_private_directory(directory: &Path) -> io::Result<()> {
    let Some(parent) = directory.parent().filter(|_| !directory.is_dir()) else { return Ok(()) };
    make_private_directory(parent)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    sync_directory(parent)
}

/// SQLite makes its files' names durable in their directory, but not the directory's own.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

fn connect(path: &Path) -> Result<SqliteConnection, OpenError> {
    let name = path.to_str().ok_or_else(|| OpenError::Refused {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, "its name is not UTF-8"),
    })?;
    let mut connection = SqliteConnection::establish(name)
        .map_err(|error| OpenError::NotWritable { path: path.to_owned(), message: error.to_string() })?;
    // Before anything else: changing the journal mode needs the lock, too.
    checkpoint::set_busy_timeout(&mut connection, limits::STORE_BUSY_TIMEOUT).map_err(|error| refused(path, &error))?;
    Ok(connection)
}

/// With `secure_delete`, what was deleted leaves no trace in the pages that held it. See [`checkpoint`] for the last.
fn prepare_writing(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0",
    )
}

fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let broken = |error| refused(path, &error);
    let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS).map_err(broken)?;
    let applied = connection.applied_migrations().map_err(broken)?;
    if let Some(newer) = applied.iter().find(|version| known.iter().all(|known| known.name().version() != **version)) {
        return Err(OpenError::Newer { path: path.to_owned(), version: newer.to_string() });
    }
    for version in connection.run_pending_migrations(MIGRATIONS).map_err(broken)? {
        log::info!("migrated the database to {version}");
    }
    users::give_looks(connection).map_err(|error| refused(path, &error))
}

#[cfg(test)]
mod tests;
