//! What can be chosen about a client before it connects.

use std::time::Duration;

use super::{State, Trust};
use crate::model::{Chance, LogId, Seq, limits};

/// How a client presents itself and how patient it is.
#[derive(Debug)]
pub struct Options {
    /// The program's name and version, for the server's log.
    pub agent: String,
    /// By what the server is known, over TLS; without it nothing is encrypted.
    pub tls: Option<Trust>,
    /// Where the device's key, what it said that is unanswered and how far it heard are kept; without it every run is
    /// a new device, and a new guest, and what a run leaves unsaid is lost with it.
    pub state: Option<State>,
    /// Where nonces and jitter come from; without it, the operating system.
    pub chance: Option<Chance>,
    /// The pauses between attempts.
    pub retry: Retry,
}

impl Default for Options {
    fn default() -> Self {
        let agent = concat!("tertulia-client ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { agent, tls: None, state: None, chance: None, retry: Retry::default() }
    }
}

/// The pauses between attempts to connect: each up to twice as long as the one before, with a random part, so that
/// the clients of a server that comes back do not all come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The first pause.
    pub first: Duration,
    /// The longest.
    pub longest: Duration,
    /// How long a connection has to live for the next pause to be the first again.
    pub stable: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { first: limits::PAUSE_FIRST, longest: limits::PAUSE_MAX, stable: limits::STABLE_AFTER }
    }
}

/// Where to begin in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// With what is said from now on; in a room that is joined already, where it is.
    Now,
    /// After a seq that one has. With the log it belongs to, a server that was restored from a copy is found out.
    After {
        /// The last seq that one has; 0 for none.
        seq: Seq,
        /// [`crate::wire::Joined::log`] of that time.
        log: Option<LogId>,
    },
    /// With the last so many events, or more if some are said meanwhile.
    Last(u64),
    /// Where one stopped: in a room that is joined already, where it is; else after the last event that was taken from
    /// the [happenings](super::Happenings), in this run or, with a state, in an earlier one. Nothing is missed; after a
    /// crash, what was taken in its last second comes again. If the log is another one now, it is started over.
    Stopped {
        /// In a room that one has never been in, begin with the last so many events.
        or_last: u64,
    },
}
