//! What can go wrong at a terminal, in words for the person who sits at it.

use std::io;
use std::path::PathBuf;

use crate::client;
use crate::model::Seq;

/// Why the terminal could not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client could not.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// What needs a connection has none.
    #[error("there is no connection now; the client is trying again, and says when it is back")]
    Offline,
    /// A file would have been overwritten.
    #[error("{} is there already; nothing was overwritten", .0.display())]
    Exists(PathBuf),
    /// A folder that the client makes for itself leads somewhere else.
    #[error("{} is a symbolic link, which is not followed; .save N FOLDER goes where you say", .0.display())]
    Link(PathBuf),
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which, or its folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is nothing to save in that message.
    #[error("#{0} has no file here")]
    NoFile(Seq),
    /// A password is needed, and nobody is there to type it.
    #[error("a password is typed at a terminal, and this is none")]
    NoPassword,
    /// Something needs a room.
    #[error("you are in no room: .join ROOM goes to one")]
    NoRoom,
    /// Somebody has no home, and did not say where else to keep things.
    #[error("there is no home directory; --download-dir and --state-dir say where to keep things")]
    NoHome,
    /// No prompt can be shown.
    #[error("cannot read from the terminal: {0}")]
    Prompt(#[from] rustyline::error::ReadlineError),
    /// No thread or no signal handler can be had.
    #[error("cannot start: {0}")]
    Start(#[source] io::Error),
}
