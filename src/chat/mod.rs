//! The rules of the conversation: plain values in, plain values out. Nothing here does I/O, reads a clock or knows an
//! actor, so that every rule can be tested by itself.

pub mod cost;
pub mod cursor;
pub mod deadlines;
pub mod form;
pub mod guesses;
pub mod lists;
pub mod members;
pub mod outbox;
pub mod passwords;
pub mod permissions;

pub use cost::{Cost, cost};
pub use cursor::{Cursor, Offer};
pub use deadlines::Deadlines;
pub use guesses::{Guesses, Source};
pub use members::{Members, Present};
pub use outbox::Outbox;
