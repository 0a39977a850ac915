//! Tertulia: a chat server that keeps every acknowledged word, in one order, exactly once.
//!
//! Each room is a log. Live delivery, catching up and scrolling back are one read: what comes after *n*. The modules
//! below stand in reading order, and each knows only those above it that its paragraph names; `ARCHITECTURE.md` walks
//! one message through them, and `docs/protocol.md` is what travels between client and server.
//!
//! A program that talks needs the client library and an async runtime:
//!
//! ```no_run
//! use tertulia::client::{Client, From, Happening, Options};
//!
//! # async fn talk() -> Result<(), tertulia::client::Error> {
//! let (client, mut happenings) = Client::connect("127.0.0.1:8080", Options::default()).await?;
//! client.join("lobby", From::Last(50)).await?;
//! let said = client.say("lobby", "hello").await?;
//! println!("kept at {} as number {}", said.at.0, said.seq);
//! while let Some(happening) = happenings.next().await {
//!     if let Happening::Event(event) = happening {
//!         println!("{:?}", event.body);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

// The nouns: ids, names, messages, limits, time. Knows nothing of the others.
pub mod model;
// The protocol as data, and its frames. Knows `model`.
pub mod wire;
// What is kept: rows of one SQLite database. Knows `model`.
pub mod store;
// The bytes of files, kept once under their hash. Knows `model`.
pub mod files;
// The rules, without I/O and without a clock. Knows `wire` and `model`.
pub mod chat;
// The actors: thin shells around the rules. Know `chat`, `store`, `files`, `wire` and `model`.
pub mod actors;
// Configuration, start and stop. Knows all of the above.
pub mod app;
// The client library. Knows `wire` and `model`.
pub mod client;
// The client for people. Knows `client`, `wire` and `model`.
pub mod terminal;
// The client for people, on a whole screen. Knows `terminal`, `client`, `wire` and `model`.
pub mod tui;
