//! How files and folders are made here: for the server's own user only, never executable, and synced with the folder
//! that names them, without which a file that was synced itself may be gone after a power cut.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Makes a folder and those above it; one that is there keeps its permissions.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

/// A file to read and write, made if it is not there.
pub(super) fn open_or_make(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(FILE_MODE).open(path)
}

/// Makes the names in a folder outlast a power cut.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Removes a file that may be gone already; says whether it was there.
pub(super) fn remove_if_there(path: &Path) -> io::Result<bool> {
    some_if_there(fs::remove_file(path)).map(|removed| removed.is_some())
}

/// Bytes of a file, if it is there.
pub(super) fn size_if_there(path: &Path) -> io::Result<Option<u64>> {
    some_if_there(fs::metadata(path)).map(|found| found.map(|metadata| metadata.len()))
}

/// Takes "not found" for an answer and not for an error.
pub(super) fn some_if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
