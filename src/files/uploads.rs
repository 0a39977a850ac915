//! Uploads under way: they grow from chunk to chunk and outlive the connection and the process that began them. Moving
//! one to its place is left to [`super::BlobStore::keep`], whose upload it is, to the store.

use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::{BlobStore, FilesError, disk};

impl BlobStore {
    /// Bytes of an upload that are there: where it goes on after a break. 0 if there are none.
    ///
    /// # Errors
    /// The disk's.
    pub fn received(&self, upload: u64) -> io::Result<u64> {
        disk::size_if_there(&self.partial_path(upload)).map(Option::unwrap_or_default)
    }

    /// Adds to an upload at `offset` bytes and returns its new length. Not synced: until [`keep`](Self::keep), an
    /// upload promises nothing, and a power cut is found out by the digest.
    ///
    /// # Errors
    /// [`FilesError::Offset`] if the upload has not reached `offset` or is beyond it, [`FilesError::Full`] if there is
    /// [no room](Self::has_room_for); after a failure of the disk the
    /// upload is as long as before.
    pub fn append(&self, upload: u64, offset: u64, bytes: &[u8]) -> Result<u64, FilesError> {
        let file = disk::open_or_make(&self.partial_path(upload))?;
        let reached = file.metadata()?.len();
        if reached != offset {
            return Err(FilesError::Offset { reached });
        }
        if !self.has_room_for(bytes.len() as u64) {
            return Err(FilesError::Full);
        }
        // At its own place: if a connection that was just replaced still writes the same bytes, they stand there once.
        if let Err(error) = file.write_all_at(bytes, offset) {
            file.set_len(offset)?;
            return Err(error.into());
        }
        self.tally().add(bytes.len() as u64);
        Ok(offset + bytes.len() as u64)
    }

    /// Forgets an upload; one that is not there is forgotten already.
    ///
    /// # Errors
    /// The disk's.
    pub fn discard(&self, upload: u64) -> io::Result<()> {
        let path = self.partial_path(upload);
        let Some(bytes) = disk::size_if_there(&path)? else { return Ok(()) };
        self.unlink(&path, bytes).map(drop)
    }

    pub(super) fn partial_folder(&self) -> PathBuf {
        self.root().join("partial")
    }

    pub(super) fn partial_path(&self, upload: u64) -> PathBuf {
        self.partial_folder().join(upload.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;

    const DIGEST: Digest = Digest([0xab; 32]);

    #[test]
    fn an_upload_goes_on_where_it_broke_off_after_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let before = BlobStore::open(home.path()).unwrap();
        assert_eq!(before.received(7).unwrap(), 0);
        assert_eq!(before.append(7, 0, b"half ").unwrap(), 5);
        drop(before);

        let after = BlobStore::open(home.path()).unwrap();
        assert_eq!(after.received(7).unwrap(), 5);
        assert!(matches!(after.append(7, 0, b"again"), Err(FilesError::Offset { reached: 5 })));
        assert!(matches!(after.append(7, 6, b"a hole"), Err(FilesError::Offset { reached: 5 })));
        assert_eq!(after.append(7, 5, b"a loaf").unwrap(), 11);
        after.keep(7, &DIGEST).unwrap();
        assert_eq!(after.received(7).unwrap(), 0);
        assert_eq!(after.read(&DIGEST, 0, 100).unwrap(), b"half a loaf");
    }

    #[test]
    fn what_is_discarded_begins_anew() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        store.append(1, 0, b"never mind").unwrap();
        store.discard(1).unwrap();
        store.discard(1).unwrap();
        assert_eq!(store.received(1).unwrap(), 0);
        assert_eq!(store.append(1, 0, b"this").unwrap(), 4);
    }
}
