//! What can go wrong with bytes on disk. What a peer is told about it is left to [`crate::actors`].

use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Why bytes were not taken or kept.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder cannot be made or written to.
    #[error("cannot keep files in {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Bytes for another place than the one that the upload has reached.
    #[error("the upload has reached {reached}")]
    Offset {
        /// Where it goes on, in bytes.
        reached: u64,
    },
    /// All files together have as many bytes as they may.
    #[error("files have as many bytes as they may")]
    Full,
    /// No space, or none left to this user: worth trying again later.
    #[error("no space for files: {0}")]
    DiskFull(io::Error),
    /// Anything else.
    #[error("cannot keep a file: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FilesError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull(error),
            _ => Self::Io(error),
        }
    }
}

/// Why an upload is not what was announced.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Another size or another SHA-256.
    #[error("the bytes are not those that were announced")]
    HashMismatch,
    /// No png, jpeg, gif or webp, a damaged one, or one that would take too much to decode.
    #[error("not a picture that can be shown")]
    NotAnImage,
    /// The bytes cannot be read: nothing is known about them.
    #[error("cannot read an upload: {0}")]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            assert!(matches!(io::Error::from(kind).into(), FilesError::DiskFull(_)), "{kind}");
        }
        assert!(matches!(io::Error::from(ErrorKind::PermissionDenied).into(), FilesError::Io(_)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_systems_own_numbers_are_known() {
        const ENOSPC: i32 = 28;
        const EDQUOT: i32 = 122;
        for number in [ENOSPC, EDQUOT] {
            assert!(matches!(io::Error::from_raw_os_error(number).into(), FilesError::DiskFull(_)), "{number}");
        }
    }
}
