//! Content in its place under its digest: how it comes there, is read, and leaves. How uploads grow is left to
//! [`super::uploads`], judging what they hold to [`super::check`], finding what nothing refers to, to [`super::sweep`].

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::hold::Holds;
use super::tally::Tally;
use super::{FilesError, disk};
use crate::model::Digest;

/// Content-addressed files in one folder. Shared by threads; each upload is worked on by one of them at a time.
#[derive(Debug)]
pub struct BlobStore {
    root: PathBuf,
    /// Held where content comes to its place or leaves it: a file that is kept anew while a sweep looks at it survives.
    shelving: Mutex<()>,
    holds: Holds,
    tally: Tally,
}

impl BlobStore {
    /// Uses `folder`, which is made if it is not there, with what was kept in it before.
    ///
    /// # Errors
    /// [`FilesError::Folder`] if it cannot be made or written to.
    pub fn open(folder: &Path) -> Result<Self, FilesError> {
        let store = Self::at(folder);
        store.prepare().map_err(|source| FilesError::Folder { path: folder.to_owned(), source })?;
        Ok(store)
    }

    /// What is kept in `folder`, to be looked at only: nothing is made.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { root: folder.to_owned(), shelving: Mutex::new(()), holds: Holds::default(), tally: Tally::default() }
    }

    /// The same, where all files together may have so many bytes; 0 is no limit. They are counted by the first
    /// [sweep](Self::sweep).
    #[must_use]
    pub fn with_room_for(self, bytes_max: u64) -> Self {
        Self { tally: Tally::up_to(bytes_max), ..self }
    }

    /// Whether so many bytes fit beside all files, those on their way included.
    #[must_use]
    pub fn has_room_for(&self, bytes: u64) -> bool {
        self.tally.has_room_for(bytes)
    }

    fn prepare(&self) -> io::Result<()> {
        disk::make_folder(&self.partial_folder())?;
        // A folder may be there and still refuse: better to hear it at the start than with the first upload.
        tempfile::tempfile_in(self.partial_folder())?;
        disk::sync_folder(&self.root)?;
        self.root.parent().filter(|above| !above.as_os_str().is_empty()).map_or(Ok(()), disk::sync_folder)
    }

    /// Moves an upload that was [checked](Self::check) to its place under `digest`. After `Ok` the content outlasts a
    /// power cut, but nothing refers to it yet: a [sweep](Self::sweep) that looks for older files leaves it alone. The
    /// same content is kept once, and what was moved already may be kept again.
    ///
    /// # Errors
    /// The disk's. If syncing fails, the upload is discarded: nobody knows which of its bytes are on disk, and asking
    /// again would get a false yes.
    pub fn keep(&self, upload: u64, digest: &Digest) -> Result<(), FilesError> {
        let partial = self.partial_path(upload);
        let size = match disk::some_if_there(File::open(&partial))? {
            Some(file) => Some(self.settle(upload, &file)?),
            None => None,
        };
        let (folder, path) = self.place_of(digest);
        let _shelving = self.shelve();
        disk::make_folder(&folder)?;
        let kept = disk::size_if_there(&path)?;
        if kept.is_some() && (size.is_none() || size == kept) {
            File::open(&path)?.set_modified(SystemTime::now())?;
            self.discard(upload)?;
        } else {
            fs::rename(&partial, &path)?;
        }
        disk::sync_folder(&folder)?;
        Ok(disk::sync_folder(&self.root)?)
    }

    /// Syncs an upload, as young as its keeping is, and returns its length.
    fn settle(&self, upload: u64, file: &File) -> Result<u64, FilesError> {
        if let Err(error) = file.set_modified(SystemTime::now()).and_then(|()| file.sync_all()) {
            self.discard(upload)?;
            return Err(error.into());
        }
        Ok(file.metadata()?.len())
    }

    /// At most `length` bytes from `offset` on; none at or past the end.
    ///
    /// # Errors
    /// The disk's; `NotFound` if the content is not kept.
    pub fn read(&self, digest: &Digest, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let file = File::open(self.place_of(digest).1)?;
        let left = file.metadata()?.len().saturating_sub(offset);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(length);
        let mut bytes = vec![0; count];
        if count > 0 {
            file.read_exact_at(&mut bytes, offset)?;
        }
        Ok(bytes)
    }

    /// Bytes of content that is kept; none if it is not.
    ///
    /// # Errors
    /// The disk's.
    pub fn size(&self, digest: &Digest) -> io::Result<Option<u64>> {
        disk::size_if_there(&self.place_of(digest).1)
    }

    /// Removes content that was last kept before `older_than`, and says whether it was there. Somebody may be keeping
    /// the same content at this moment, for a message that is not committed yet: give that the time it needs.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove(&self, digest: &Digest, older_than: SystemTime) -> io::Result<bool> {
        let path = self.place_of(digest).1;
        let _shelving = self.shelve();
        match disk::some_if_there(fs::metadata(&path))? {
            Some(metadata) if metadata.modified()? < older_than => self.unlink(&path, metadata.len()),
            _ => Ok(false),
        }
    }

    /// Removes a file of so many bytes; says whether it was there.
    pub(super) fn unlink(&self, path: &Path, bytes: u64) -> io::Result<bool> {
        let was_there = disk::remove_if_there(path)?;
        if was_there {
            self.tally.remove(bytes);
        }
        Ok(was_there)
    }

    pub(super) const fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(super) const fn holds(&self) -> &Holds {
        &self.holds
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder and the file of a digest: spread over 256 folders, since some file systems are slow with full ones.
    pub(super) fn place_of(&self, digest: &Digest) -> (PathBuf, PathBuf) {
        let hex = digest.to_string();
        let folder = self.root.join(&hex[..2]);
        let path = folder.join(hex);
        (folder, path)
    }

    /// The lock guards no data, so a thread that panicked with it left nothing half done in memory.
    fn shelve(&self) -> MutexGuard<'_, ()> {
        self.shelving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::files::Want;

    const DIGEST: Digest = Digest([0xab; 32]);

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_same_content_is_kept_once() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        for upload in [1, 2] {
            store.append(upload, 0, b"same").unwrap();
            store.keep(upload, &DIGEST).unwrap();
            assert_eq!(store.size(&DIGEST).unwrap(), Some(4));
        }
        assert_eq!(fs::read_dir(store.partial_folder()).unwrap().count(), 0);
        assert_eq!(fs::read_dir(home.path().join("ab")).unwrap().count(), 1);
    }

    #[test]
    fn keeping_again_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        store.append(1, 0, b"once").unwrap();
        store.keep(1, &DIGEST).unwrap();
        store.keep(1, &DIGEST).unwrap();
        assert_eq!(store.read(&DIGEST, 0, 9).unwrap(), b"once");
        assert!(matches!(store.keep(2, &Digest([1; 32])), Err(FilesError::Io(_))), "there never was such an upload");
    }

    #[test]
    fn content_of_the_wrong_size_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        fs::create_dir(home.path().join("ab")).unwrap();
        fs::write(store.place_of(&DIGEST).1, b"torn").unwrap();
        store.append(1, 0, b"the whole").unwrap();
        store.keep(1, &DIGEST).unwrap();
        assert_eq!(store.read(&DIGEST, 4, 99).unwrap(), b"whole");
    }

    #[test]
    fn an_empty_file_is_content_too() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        let of_nothing = Digest(Sha256::digest(b"").into());
        store.check(3, 0, &of_nothing, Want::Any).unwrap();
        store.keep(3, &of_nothing).unwrap();
        assert_eq!(store.size(&of_nothing).unwrap(), Some(0));
    }

    #[test]
    fn reading_stops_at_the_end() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        store.append(1, 0, b"0123456789").unwrap();
        store.keep(1, &DIGEST).unwrap();
        assert_eq!(store.read(&DIGEST, 2, 3).unwrap(), b"234");
        assert_eq!(store.read(&DIGEST, 8, 65_536).unwrap(), b"89");
        for past in [10, 11, u64::MAX] {
            assert_eq!(store.read(&DIGEST, past, 1).unwrap(), b"", "{past}");
        }
        let unknown = store.read(&Digest([0; 32]), 0, 1);
        assert_eq!(unknown.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn nobody_else_may_look_and_nothing_may_run() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("files");
        let store = BlobStore::open(&folder).unwrap();
        store.append(1, 0, b"#!/bin/sh").unwrap();
        store.keep(1, &DIGEST).unwrap();
        for private in [&folder, &folder.join("partial"), &folder.join("ab")] {
            assert_eq!(mode(private), 0o700, "{}", private.display());
        }
        assert_eq!(mode(&store.place_of(&DIGEST).1), 0o600);
    }

    #[test]
    fn a_folder_that_is_none_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("in-the-way");
        fs::write(&file, b"").unwrap();
        let refused = BlobStore::open(&file).unwrap_err();
        assert!(refused.to_string().contains("in-the-way"), "{refused}");
    }

    #[test]
    fn what_was_kept_just_now_is_not_removed() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        let start = SystemTime::now();
        store.append(1, 0, b"old").unwrap();
        store.keep(1, &DIGEST).unwrap();
        let ages_ago = SystemTime::UNIX_EPOCH;
        File::open(store.place_of(&DIGEST).1).unwrap().set_modified(ages_ago).unwrap();
        store.append(2, 0, b"old").unwrap();
        store.keep(2, &DIGEST).unwrap();
        assert!(!store.remove(&DIGEST, start).unwrap(), "it was kept again");
        File::open(store.place_of(&DIGEST).1).unwrap().set_modified(ages_ago).unwrap();
        assert!(store.remove(&DIGEST, start).unwrap());
        assert!(!store.remove(&DIGEST, start).unwrap(), "it is gone");
    }
}
