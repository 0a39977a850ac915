//! The actors: thin shells around the rules of [`crate::chat`], in the order in which a message walks through them.
//!
//! ```text
//! socket ─▶ Session ─▶ Room ─▶ Journal ─▶ DbExecutor ─▶ SQLite
//!                        │                    │ committed, seq assigned
//! sockets ◀─ links ◀─ Fanout (one a thread) ◀─ Room ◀─┘
//! ```
//!
//! Requests flow down and may wait; facts flow up and never wait. Everything that is sent without waiting is bounded
//! by the permits that were given out for it, and says so where it is sent.

pub mod executor;
pub mod fanout;
pub mod group_commit;
pub mod handshake;
pub mod hasher;
pub mod hub;
pub mod journal;
pub mod listener;
pub mod lobby;
pub mod open_room;
pub mod permits;
pub mod rates;
pub mod registry;
pub mod room;
pub mod session;
pub mod shares;
pub mod sweeper;
#[cfg(test)]
pub(crate) mod testing;
pub mod turns;
pub mod user_places;
pub mod vital;

mod batch;
mod checkpoints;

pub use executor::{DbExecutor, FileExecutor};
pub use fanout::Fanout;
pub use group_commit::GroupCommit;
pub use handshake::Tls;
pub use hasher::Hashing;
pub use hub::{Hub, Settings};
pub use journal::Journal;
pub use listener::Listener;
pub use lobby::Lobby;
pub use open_room::OpenRoom;
pub use rates::Rates;
pub use room::Room;
pub use shares::{Shares, SharesMax};
pub use turns::Turns;
pub use user_places::UserPlaces;
pub use vital::{Ending, Vital};
