//! Files that are for their owner's eyes only and whole at any time, whoever is killed when. What stands in them is left
//! to its neighbours. The directory is locked while these work, so that names are nobody else's.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a directory that nobody else may look into.
pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// Opens a file for locking, which is made if need be.
pub(super) fn lock_file(path: &Path) -> io::Result<File> {
    private().create(true).truncate(false).write(true).open(path)
}

/// Opens a file to read it and to write at its end.
pub(super) fn open_log(path: &Path) -> io::Result<File> {
    private().read(true).append(true).open(path)
}

/// What a file holds, if it is there.
pub(in crate::client) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file in place of another: whoever crashes finds the old one or the new one, never half of one. Synced when
/// this returns, the directory too.
pub(in crate::client) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Always the same name: what a crash leaves behind is overwritten, and does not add up.
    let new = path.with_extension("new");
    let mut file = private().create(true).truncate(true).write(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Writes a file that is not there yet, whole or not at all; whether it was not there. Synced when this returns, the
/// directory too, which is made if need be.
pub(in crate::client) fn create_once(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let dir = path.parent().unwrap_or(Path::new("."));
    make_dir(dir)?;
    let mut new = tempfile::Builder::new().prefix("new-").tempfile_in(dir)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    match new.persist_noclobber(path) {
        Ok(_) => sync_dir(dir).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are a thing of Unix"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}
