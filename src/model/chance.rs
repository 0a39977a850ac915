//! Where ids, secrets and guest names get their randomness: the operating system, or a seed where a test has to know
//! every byte beforehand.

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, RngExt, SeedableRng};

/// Letters and digits of which no two look alike: their confusable skeletons are single characters, all different.
const GUEST_ALPHABET: &[u8] = b"abcdefghjknpqrstuvwxyz23456789";

/// Ids and times stay below this, so that a language that knows only doubles can hold them.
const DOUBLE_LIMIT: u64 = 1 << 53;

/// A source of randomness, fit for secrets unless it was [seeded](Chance::seeded).
#[derive(Debug)]
pub struct Chance(StdRng);

impl Chance {
    /// A cryptographically strong generator, seeded by the operating system.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    pub fn from_os() -> std::io::Result<Self> {
        StdRng::try_from_rng(&mut SysRng).map(Self).map_err(std::io::Error::other)
    }

    /// The same bytes for the same seed: for tests only.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// The 16 bytes of a device's secret.
    pub fn secret(&mut self) -> [u8; 16] {
        let mut secret = [0; 16];
        self.0.fill_bytes(&mut secret);
        secret
    }

    /// A number from 1 to 2^53 - 1, for a log's id.
    pub fn id(&mut self) -> u64 {
        self.0.random_range(1..DOUBLE_LIMIT)
    }

    /// A guest's name: `guest-` and `length` letters and digits.
    pub fn guest_name(&mut self, length: usize) -> String {
        let pick = |_| char::from(GUEST_ALPHABET[self.0.random_range(0..GUEST_ALPHABET.len())]);
        "guest-".chars().chain((0..length).map(pick)).collect()
    }

    /// Any 64 bits, for a client's nonces.
    pub fn nonce(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number between `low` and `high`, for the jitter of a pause.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.random_range(low..=high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::key_of;

    #[test]
    fn no_two_letters_of_a_guest_name_look_alike() {
        let mut keys: Vec<String> =
            GUEST_ALPHABET.iter().map(|b| key_of(&char::from(*b).to_string()).as_str().to_owned()).collect();
        assert!(keys.iter().all(|key| key.chars().count() == 1), "{keys:?}");
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), GUEST_ALPHABET.len());
    }

    #[test]
    fn a_seed_repeats_itself() {
        assert_eq!(Chance::seeded(7).guest_name(4), Chance::seeded(7).guest_name(4));
    }
}
