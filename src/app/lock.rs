//! One server for one data directory: two would give the same numbers twice.

use std::fs::File;
use std::io;
use std::path::Path;

use fd_lock::{RwLock, RwLockWriteGuard};

use super::BootError;

const NAME: &str = "lock";

/// Held as long as a server runs; the operating system lets go of it however the process ends.
pub(super) struct DirLock {
    _guard: RwLockWriteGuard<'static, File>,
}

impl DirLock {
    /// Takes the lock of a data directory, which is made if it is not there.
    pub(super) fn take(data_dir: &Path) -> Result<Self, BootError> {
        let failed = |source| BootError::DataDir { path: data_dir.to_owned(), source };
        make_private(data_dir).map_err(failed)?;
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(data_dir.join(NAME)).map_err(failed)?;
        Self::hold(file, data_dir)
    }

    /// Takes the lock of a data directory that a server has used, and makes nothing: without a lock there, nobody can
    /// hold it.
    pub(super) fn take_if_there(data_dir: &Path) -> Result<Option<Self>, BootError> {
        match File::open(data_dir.join(NAME)) {
            Ok(file) => Self::hold(file, data_dir).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(BootError::DataDir { path: data_dir.to_owned(), source }),
        }
    }

    fn hold(file: File, data_dir: &Path) -> Result<Self, BootError> {
        // the guard borrows the lock, and both live until the process ends or the server is dropped
        let lock: &'static mut RwLock<File> = Box::leak(Box::new(RwLock::new(file)));
        match lock.try_write() {
            Ok(guard) => Ok(Self { _guard: guard }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(BootError::InUse(data_dir.to_owned())),
            Err(source) => Err(BootError::DataDir { path: data_dir.to_owned(), source }),
        }
    }
}

fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
