//! What can go wrong for who uses the client, one line each, in words for people. What to do about it is left to them.

use std::io;
use std::path::PathBuf;

use super::Distrust;
use crate::wire::{Bye, Refusal};

/// Why a client could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The connection broke before the answer came: it may or may not have been done. It is made anew meanwhile.
    #[error("the connection broke before the answer came")]
    Disconnected,
    /// The server hung up, for a reason that trying again does not mend.
    #[error("the server hung up: {}", .0.message)]
    Ended(Bye),
    /// The client was closed by who used it.
    #[error("the client is closed")]
    Closed,
    /// No connection, the first time.
    #[error("cannot reach {address}: {source}")]
    Unreachable {
        /// What was tried: a host and a port.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// Nobody knows where it is, the first time: the name is wrong, or nobody can be asked.
    #[error("cannot find {address}: {source}")]
    Unnamed {
        /// What was looked for: a host and a port.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// What answers may be somebody else than the server that is meant.
    #[error(transparent)]
    Distrusted(#[from] Distrust),
    /// The server speaks TLS, and this client was not told to.
    #[error("{0} speaks TLS only")]
    NeedsTls(String),
    /// What answers does not speak TLS: nothing was sent.
    #[error("what answers at {0} does not speak TLS")]
    NoTls(String),
    /// Nobody can be trusted to vouch for a server: there are no certificates of such, or they cannot be used.
    #[error("no certificate can be checked: {0}")]
    Roots(String),
    /// The file with the server's fingerprint holds something else.
    #[error("the server's fingerprint in {} is damaged: delete the file to take the next one for the right one", .0.display())]
    PinDamaged(PathBuf),
    /// Larger than the server takes; nothing was sent.
    #[error("the {what} has {bytes} bytes, and the server takes at most {bytes_max}")]
    TooLarge {
        /// `text`, `message`, `request` or `file`.
        what: &'static str,
        /// Its size.
        bytes: u64,
        /// The server's limit.
        bytes_max: u64,
    },
    /// Too many messages wait for their acknowledgement; this one was not taken.
    #[error("too many messages wait for the server; this one was not sent")]
    QueueFull,
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What was fetched could not be written.
    #[error("cannot write what was fetched: {0}")]
    Write(io::Error),
    /// What was fetched is not what was announced.
    #[error("the bytes that came are not those of the file: its SHA-256 differs")]
    HashMismatch,
    /// The server said something that does not belong there.
    #[error("the server broke the protocol: {0}")]
    Unexpected(&'static str),
    /// What is kept on disk could not be read or written; a say that fails so was not taken.
    #[error("cannot use {}: {source}", path.display())]
    State {
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file with the device's key holds something else.
    #[error("the device's key in {} is damaged: delete the file to come back as a new device", .0.display())]
    StateDamaged(PathBuf),
    /// The outbox on disk is damaged where no crash explains it. It is left as it is.
    #[error(
        "the outbox in {} is damaged, and with it what an earlier run left unsaid: bring the file back from a copy, or \
         move it away to go on without", .0.display()
    )]
    OutboxDamaged(PathBuf),
    /// The outbox on disk holds words of a device whose key is gone. Said by another device, some might be said twice.
    #[error(
        "what waits in {} was said by a device whose key is gone: bring back the key, or move the file away to go on \
         without", .0.display()
    )]
    OutboxForeign(PathBuf),
    /// The file with the rooms' cursors holds something else.
    #[error("{} is damaged: delete the file to begin in every room as if it were new", .0.display())]
    CursorsDamaged(PathBuf),
    /// Somebody else uses this directory.
    #[error("another client uses the device in {}", .0.display())]
    StateInUse(PathBuf),
    /// The operating system gave no randomness.
    #[error("no randomness to be had: {0}")]
    Chance(io::Error),
}
