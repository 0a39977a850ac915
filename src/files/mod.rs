//! The bytes that people share, kept once under the SHA-256 of their content. Blocking: it belongs on threads that may
//! wait. Which uploads are open, what a message refers to and when to sweep is left to [`crate::store`] and
//! [`crate::actors`].
//!
//! ```text
//! files/partial/17       an upload under way, named by its number in the store
//! files/ab/abcdef01…     content that is whole, synced and checked, named by its digest
//! ```
//! No name that somebody sent ever becomes part of a path.

mod blob_store;
mod check;
mod disk;
mod error;
mod hold;
mod picture;
mod sweep;
mod tally;
mod uploads;
mod verify;
mod webp;

pub use blob_store::BlobStore;
pub use check::{Checked, Want};
pub use error::{CheckError, FilesError};
pub use hold::Hold;
pub use picture::Picture;
pub use sweep::Swept;
pub use verify::Unsound;
