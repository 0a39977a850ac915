//! The client as a person uses it, in a pseudo terminal: what is typed, what arrives meanwhile, how one leaves.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod passwords;
mod person;
mod talk;
