//! The full screen as a person uses it, in a pseudo terminal against a real server: what is typed, what is drawn, how it
//! ends, and that a killed client loses no word.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod chosen;
mod endings;
mod images;
mod person;
mod picture;
mod speed;
mod talk;
