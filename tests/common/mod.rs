//! What the conversations share: a server of their own, on a free port and in a directory that goes away with it,
//! and a scripted client that speaks the protocol frame by frame. Nothing sleeps: whoever waits, waits for a frame.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::needless_pass_by_value,
    reason = "a module of each test binary, which uses a part of it"
)]

pub mod files;
pub mod line;
pub mod peer;
pub mod process;
pub mod raw;
pub mod server;
pub mod verify;

pub use line::{Encrypted, Line};
pub use peer::{Peer, code, text};
pub use process::ServerProcess;
pub use raw::Raw;
pub use server::TestServer;
pub use verify::{is_sound, verify};
