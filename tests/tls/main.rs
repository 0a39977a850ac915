//! The same conversation under TLS, and those who do not come in by it: strangers, half handshakes, other words.

#[path = "../common/mod.rs"]
mod common;

mod certificates;
mod clients;
mod conversation;
mod doors;
mod programs;
