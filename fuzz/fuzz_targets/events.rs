//! What a server may send: the decoder of our own client.

#![no_main]

#[allow(dead_code, reason = "each target needs a part of it")]
#[path = "../../tests/decoder/holds.rs"]
mod holds;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| holds::server_frame(bytes));
