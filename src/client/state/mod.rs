//! What a client keeps on disk between runs: who it is, what it said that nobody answered, and how far it has heard each
//! room. Two clients that run at the same time are two devices, since a device has one connection: each holds the lock
//! of its own directory. When things are written is left to [`super::keeper`].

mod cursors;
mod disk;
mod key;
mod record;
mod spool;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

pub(super) use self::cursors::write as write_cursors;
pub(super) use self::disk::{create_once, read, replace};
use self::spool::Left;
pub(super) use self::spool::Spool;
use super::Error;
use super::marks::Cursor;
use crate::model::limits;
use crate::wire::{DeviceKey, Say};

const DEVICE_FILE: &str = "device";
const OUTBOX_FILE: &str = "outbox";
const CURSORS_FILE: &str = "cursors";
const LOCK_FILE: &str = "lock";
const PIN_FILE: &str = "certificate";

/// The directory of one device, which nobody else uses while this lives.
#[derive(Debug)]
pub struct State {
    dir: PathBuf,
    key: Option<DeviceKey>,
    left: Option<Left>,
    cursors: Vec<(String, Cursor)>,
    _lock: fd_lock::RwLock<File>,
}

impl State {
    /// The first device for this server, `host:port`, that no other client uses now; a new one if all are in use. They
    /// are kept in `tertulia/` of the XDG state directory.
    ///
    /// What a device left unsaid is said when that device is used again.
    ///
    /// # Errors
    /// [`Error::State`] if the directory cannot be used; [`Error::StateDamaged`], [`Error::OutboxDamaged`],
    /// [`Error::OutboxForeign`] and [`Error::CursorsDamaged`] if there is something in it that only a person can judge.
    pub fn for_server(address: &str) -> Result<Self, Error> {
        Self::for_server_in(&default_dir()?, address)
    }

    /// The same, in another directory than the default one.
    ///
    /// # Errors
    /// As [`State::for_server`].
    pub fn for_server_in(base: &Path, address: &str) -> Result<Self, Error> {
        let server = base.join(dir_name(address));
        for n in 1..=limits::CLIENT_DEVICES_MAX {
            match Self::in_dir(&server.join(n.to_string())) {
                Err(Error::StateInUse(_)) => {}
                other => return other,
            }
        }
        Err(Error::StateInUse(server))
    }

    /// The device that is kept in exactly this directory, which is made if need be.
    ///
    /// # Errors
    /// [`Error::StateInUse`] if another client uses it; else as [`State::for_server`].
    pub fn in_dir(dir: &Path) -> Result<Self, Error> {
        let failed = |source| Error::State { path: dir.to_owned(), source };
        disk::make_dir(dir).map_err(failed)?;
        let mut lock = fd_lock::RwLock::new(disk::lock_file(&dir.join(LOCK_FILE)).map_err(failed)?);
        match lock.try_write() {
            // The lock goes with the open file, not with the guard, which would borrow from its neighbour in here.
            Ok(guard) => std::mem::forget(guard),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(Error::StateInUse(dir.to_owned())),
            Err(error) => return Err(failed(error)),
        }
        let key = key::read(&dir.join(DEVICE_FILE))?;
        let outbox = dir.join(OUTBOX_FILE);
        let left = spool::read(&outbox)?.filter(|left| !left.says.is_empty());
        if left.as_ref().is_some_and(|left| key.as_ref().is_none_or(|key| key.id != left.device)) {
            return Err(Error::OutboxForeign(outbox));
        }
        let cursors = cursors::read(&dir.join(CURSORS_FILE))?;
        Ok(Self { dir: dir.to_owned(), key, left, cursors, _lock: lock })
    }

    /// The directory: who deletes it while no client uses it comes as a new device, and what was left unsaid is gone.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The file that holds the key once there is one; deleting it makes a new device of this one, which does not say
    /// what the old one left unsaid.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.join(DEVICE_FILE)
    }

    /// What the server knows this device by, if it has been there.
    #[must_use]
    pub const fn key(&self) -> Option<&DeviceKey> {
        self.key.as_ref()
    }

    /// How many messages an earlier run left unsaid: they are said once there is a connection.
    #[must_use]
    pub fn unsaid(&self) -> usize {
        self.left.as_ref().map_or(0, |left| left.says.len())
    }

    /// Keeps the key: whoever crashes finds the old one or the new one, never half of one.
    pub(super) fn keep(&mut self, key: &DeviceKey) -> Result<(), Error> {
        if self.key.as_ref() == Some(key) {
            return Ok(());
        }
        key::write(&self.path(), key).map_err(|source| Error::State { path: self.path(), source })?;
        self.key = Some(key.clone());
        Ok(())
    }

    /// Opens the outbox on disk for this device, and takes out what an earlier run left unsaid.
    pub(super) fn open_outbox(&mut self, key: &DeviceKey) -> Result<(Spool, Vec<Say>), Error> {
        let (path, left) = (self.dir.join(OUTBOX_FILE), self.left.take());
        let spool = Spool::open(&path, key.id, left.as_ref()).map_err(|source| Error::State { path, source })?;
        Ok((spool, left.map(|left| left.says).unwrap_or_default()))
    }

    /// Takes out the cursors of earlier runs.
    pub(super) fn take_cursors(&mut self) -> Vec<(String, Cursor)> {
        std::mem::take(&mut self.cursors)
    }

    /// The file with the cursors.
    pub(super) fn cursors_path(&self) -> PathBuf {
        self.dir.join(CURSORS_FILE)
    }
}

/// Where the certificate by which a server is known is remembered, for all devices together.
pub(super) fn pin_path(base: &Path, address: &str) -> PathBuf {
    base.join(dir_name(address)).join(PIN_FILE)
}

fn default_dir() -> Result<PathBuf, Error> {
    let failed =
        |why: String| Error::State { path: PathBuf::from("the home directory"), source: io::Error::other(why) };
    let strategy = etcetera::choose_base_strategy().map_err(|error| failed(error.to_string()))?;
    let base = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Ok(base.join("tertulia"))
}

/// `localhost_8080`: an address has brackets and colons, which not every file system takes.
fn dir_name(address: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let host = host.trim_matches(['[', ']']).to_lowercase();
    let host = host.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_");
    format!("{host}_{port}").trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
