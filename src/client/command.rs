//! What a handle asks its task to do, and how the answer comes back. Each command but the last holds a permit until it
//! is answered, and the channel between them holds as many as there are permits: so it is never full, keeps the
//! order of the calls, and bounds what a client remembers. Doing it is left to [`super::session`].

use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};

use super::{Distrust, Error, From};
use crate::model::limits;
use crate::wire::{Answer, Bye, Joined, Request, Said, Say, Welcome};

/// How many commands there can be at once.
pub(super) const COMMANDS_MAX: usize = limits::CLIENT_SAYS_MAX + limits::CLIENT_CALLS_MAX;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Command {
    Join {
        room: String,
        from: From,
        reply: Reply<Joined>,
    },
    Leave {
        room: String,
        reply: Reply<()>,
    },
    Say {
        say: Say,
        /// Its number among those that are kept on disk.
        number: u64,
        reply: Reply<Said>,
    },
    /// For the connection with this number only: one that comes later knows nothing of what was agreed before.
    Call {
        connection: u64,
        request: Request,
        reply: Reply<Answer>,
    },
    Quit,
}

/// The way back to whoever asked; dropped without a word, it means that the client has ended.
#[derive(Debug)]
pub(super) struct Reply<T> {
    to: oneshot::Sender<Result<T, Error>>,
    _permit: OwnedSemaphorePermit,
}

impl<T> Reply<T> {
    /// Whoever no longer waits for an answer does not get one.
    pub(super) fn send(self, outcome: Result<T, Error>) {
        let _ = self.to.send(outcome);
    }
}

/// An answer to come.
#[derive(Debug)]
pub(super) struct Answered<T> {
    outcome: oneshot::Receiver<Result<T, Error>>,
    standing: watch::Receiver<Standing>,
}

impl<T> Answered<T> {
    pub(super) async fn wait(self) -> Result<T, Error> {
        match self.outcome.await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.standing.borrow().gone()),
        }
    }
}

/// Both ends of an answer.
pub(super) fn reply<T>(permit: OwnedSemaphorePermit, standing: watch::Receiver<Standing>) -> (Reply<T>, Answered<T>) {
    let (to, outcome) = oneshot::channel();
    (Reply { to, _permit: permit }, Answered { outcome, standing })
}

/// Why a client does not try again.
#[derive(Debug, Clone)]
pub(super) enum Last {
    /// The server's last word.
    Bye(Bye),
    /// It may be another one by now.
    Distrust(Distrust),
}

/// How a client stands with its server, for all to see.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// The last one; its user is who one is now.
    pub(super) welcome: Welcome,
    /// Whether there is a connection.
    pub(super) online: bool,
    /// How many connections there were before this or the last one.
    pub(super) connection: u64,
    /// Why there will not be one again.
    pub(super) ended: Option<Last>,
}

impl Standing {
    /// What to say to who asks for something when all is over.
    pub(super) fn gone(&self) -> Error {
        match self.ended.clone() {
            Some(Last::Bye(bye)) => Error::Ended(bye),
            Some(Last::Distrust(why)) => Error::Distrusted(why),
            None => Error::Closed,
        }
    }
}
