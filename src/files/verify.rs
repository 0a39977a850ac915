//! Whether content that is kept is still what its name says. Nothing is changed. Which content there should be is left
//! to [`crate::store`].

use std::fs::File;
use std::io;

use super::check::Pass;
use super::{BlobStore, disk};
use crate::model::Digest;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It has another length.
    #[error("has {found} bytes instead of {size}")]
    Size {
        /// Bytes that it should have.
        size: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// It has another SHA-256.
    #[error("holds something else")]
    Content,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl BlobStore {
    /// Reads content wholly, and finds it as it was kept.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verify(&self, digest: &Digest, size: u64) -> Result<(), Unsound> {
        let file = disk::some_if_there(File::open(self.place_of(digest).1))?.ok_or(Unsound::Missing)?;
        let found = file.metadata()?.len();
        if found != size {
            return Err(Unsound::Size { size, found });
        }
        let pass = Pass::over(&file)?;
        if pass.digest == *digest { Ok(()) } else { Err(Unsound::Content) }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn what_happened_to_content_is_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        let digest = Digest(Sha256::digest(b"as it was").into());
        assert!(matches!(store.verify(&digest, 9), Err(Unsound::Missing)));
        store.append(1, 0, b"as it was").unwrap();
        store.keep(1, &digest).unwrap();
        store.verify(&digest, 9).unwrap();
        assert!(matches!(store.verify(&digest, 8), Err(Unsound::Size { size: 8, found: 9 })));
        std::fs::write(store.place_of(&digest).1, b"as it is ").unwrap();
        assert!(matches!(store.verify(&digest, 9), Err(Unsound::Content)));
    }

    #[test]
    fn looking_makes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("files");
        assert!(BlobStore::at(&folder).verify(&Digest([0; 32]), 0).is_err());
        assert!(!folder.exists());
    }
}
