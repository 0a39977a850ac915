//! The client library: speaks to a server over connections that break, and hides that they do. Rooms go on where they
//! were, and what is said is said once. How anything looks is left to [`crate::terminal`].
//!
//! A [`Client`] is a handle; a task behind it owns the socket and lives as long as a handle does. What happens
//! comes out of [`Happenings`].
//!
//! What it promises beyond the protocol:
//! - What is said into one room stands there in the order in which it was said, also when the server asks for patience.
//!   The price is one round trip for each message of a room, since a refusal overtakes what was sent after it.
//! - Nothing that a client holds grows without a bound, whatever the server sends and however slowly happenings are
//!   taken: when their queue is full, the socket is not read; while somebody waits for an answer it is, but then
//!   events that find no place are let go, and their room is joined again at its cursor once there is space.
//! - With a [`State`], the program may be killed at any time: what was said is on disk before it is sent, and the next
//!   run says what is unanswered, in order and under the same nonces, before anything else in that room. So it is said
//!   once. [`Client::unsaid`] tells about it, and [`From::Stopped`] goes on hearing where the last run stopped.
//!
//! ```no_run
//! use tertulia::client::{Client, From, Happening, Options};
//!
//! # async fn example() -> Result<(), tertulia::client::Error> {
//! let (client, mut happenings) = Client::connect("127.0.0.1:8080", Options::default()).await?;
//! client.join("lobby", From::Last(50)).await?;
//! let said = client.say("lobby", "hello").await?;
//! println!("the server has it on disk as number {}", said.seq);
//! while let Some(happening) = happenings.next().await {
//!     if let Happening::Event(event) = happening {
//!         println!("{}: {:?}", event.seq, event.body);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod error;
mod handle;
mod happening;
mod options;
mod state;
mod trust;
mod unsaid;

mod command;
mod connection;
mod download;
mod keeper;
mod lists;
mod marks;
mod outbox;
mod outgoing;
mod outlet;
mod pause;
mod people;
mod pulse;
mod requests;
mod room;
mod rooms;
mod say;
mod session;
mod start;
mod task;
mod tls;
mod transfer;
mod upload;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use handle::Client;
pub use happening::{Happening, Happenings};
pub use options::{From, Options, Retry};
pub use state::State;
pub use trust::{Distrust, Pin, Trust};
pub use unsaid::Unsaid;
