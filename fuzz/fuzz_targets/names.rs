//! What somebody may call a room or themselves, and what is shown of it.

#![no_main]

#[path = "../../tests/names/holds.rs"]
mod holds;

libfuzzer_sys::fuzz_target!(|text: &str| holds::name(text));
