//! A stream of bytes that comes in pieces, of sizes that the first byte chooses: frames, or a broken stream.

#![no_main]

#[allow(dead_code, reason = "each target needs a part of it")]
#[path = "../../tests/decoder/holds.rs"]
mod holds;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((size, stream)) = bytes.split_first() {
        holds::stream(stream.chunks(usize::from(*size) + 1));
    }
});
