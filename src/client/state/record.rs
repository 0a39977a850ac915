//! Records in a file, and what a crash can make of them: 4 bytes of length, the same 4 inverted, MessagePack, and the
//! first 8 bytes of its SHA-256. The length has a check of its own, so that an end that was not written can be told
//! from damage in the middle: the one is cut off, the other must not be passed over. What records say is left to
//! [`super::spool`] and [`super::cursors`].

use serde::Serialize;
use sha2::{Digest as _, Sha256};

const HEADER_BYTES: usize = 8;
const SUM_BYTES: usize = 8;

/// What stands at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// A record, and what follows it.
    Whole { payload: &'a [u8], rest: &'a [u8] },
    /// Nothing.
    End,
    /// The beginning of a record, or blocks that a file system gave out and nobody filled: a write was cut short.
    Torn,
    /// Something that no crash explains.
    Damaged,
}

/// Appends a record that holds `value`.
pub(super) fn append<T: Serialize>(buffer: &mut Vec<u8>, value: &T) {
    let payload = rmp_serde::to_vec_named(value).expect("plain data in memory always encodes");
    let length = u32::try_from(payload.len()).expect("records are far below 4 GiB");
    buffer.extend(length.to_be_bytes());
    buffer.extend((!length).to_be_bytes());
    buffer.extend(&payload);
    buffer.extend(sum(&payload));
}

/// Reads the first record.
pub(super) fn next(bytes: &[u8]) -> Next<'_> {
    if bytes.is_empty() {
        return Next::End;
    }
    let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else { return Next::Torn };
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if number(0) != !number(4) {
        return if is_blank(rest) { Next::Torn } else { Next::Damaged };
    }
    let length = usize::try_from(number(0)).unwrap_or(usize::MAX);
    let Some((payload, rest)) = rest.split_at_checked(length) else { return Next::Torn };
    let Some((written, rest)) = rest.split_at_checked(SUM_BYTES) else { return Next::Torn };
    if written == sum(payload) {
        Next::Whole { payload, rest }
    } else if is_blank(rest) {
        Next::Torn
    } else {
        Next::Damaged
    }
}

/// Nothing but zeros, or nothing at all.
fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn sum(payload: &[u8]) -> [u8; SUM_BYTES] {
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&Sha256::digest(payload)[..SUM_BYTES]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> (Vec<u8>, usize) {
        let mut bytes = Vec::new();
        append(&mut bytes, &"first");
        let first = bytes.len();
        append(&mut bytes, &"second");
        (bytes, first)
    }

    fn word(payload: &[u8]) -> &str {
        rmp_serde::from_slice(payload).unwrap()
    }

    #[test]
    fn records_are_read_one_after_the_other() {
        let (bytes, first) = two();
        let Next::Whole { payload, rest } = next(&bytes) else { panic!("a record") };
        assert_eq!((word(payload), rest.len()), ("first", bytes.len() - first));
        let Next::Whole { payload, rest } = next(rest) else { panic!("another one") };
        assert_eq!((word(payload), next(rest)), ("second", Next::End));
    }

    #[test]
    fn a_record_that_was_not_written_to_its_end_is_torn() {
        let (bytes, first) = two();
        for end in 1..first {
            assert_eq!(next(&bytes[..end]), Next::Torn, "{end}");
            let mut blank = bytes[..end].to_vec();
            blank.resize(4_096, 0);
            assert_eq!(next(&blank), Next::Torn, "{end} and zeros");
        }
        assert_eq!(next(&[0; 4_096]), Next::Torn);
    }

    #[test]
    fn a_byte_that_turned_before_others_is_damage() {
        let (bytes, first) = two();
        for at in 0..first {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(next(&damaged), Next::Damaged, "{at}");
        }
    }
}
