//! Who guesses passwords waits, longer after each failure: by handle and address, and by address. Nobody waits for what
//! strangers elsewhere do, so that no stranger locks an owner out. Times come in as arguments.
//!
//! A guess is counted before it is looked at, and forgotten if it was right: a thousand at once are not one.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::{DeviceId, NameKey, Network, Timestamp, limits};

/// Where guesses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// From anywhere in this network.
    Network(Network),
    /// From a device that is the user's already, and asks for the password all the same.
    Device(DeviceId),
}

/// What was guessed wrong: a handle, or any.
type What = (Source, Option<NameKey>);

/// See the module.
#[derive(Debug, Default)]
pub struct Guesses(HashMap<What, Failures>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// What is left of the pause after the last one.
    fn wait(self, free: u32, now: Timestamp) -> Duration {
        let Some(beyond) = self.count.checked_sub(free) else { return Duration::ZERO };
        let pause = limits::GUESS_PAUSE_FIRST.saturating_mul(1 << beyond.min(20)).min(limits::GUESS_PAUSE_MAX);
        pause.saturating_sub(Duration::from_millis(now.0.saturating_sub(self.last.0)))
    }
}

impl Guesses {
    /// Counts a guess at this handle's password, or says how long to wait before the next.
    ///
    /// # Errors
    /// How long.
    pub fn begin(&mut self, source: Source, handle: &NameKey, now: Timestamp) -> Result<(), Duration> {
        let (own, any) = ((source, Some(handle.clone())), (source, None));
        let wait = |what: &What, free| self.0.get(what).map_or(Duration::ZERO, |failures| failures.wait(free, now));
        let left = wait(&own, limits::GUESSES_PER_HANDLE).max(wait(&any, limits::GUESSES_PER_ADDRESS));
        if !left.is_zero() {
            return Err(left);
        }
        self.count(own, now);
        self.count(any, now);
        Ok(())
    }

    /// The last guess was right, or was not looked at: it does not count, nor do those at this handle before a right one.
    pub fn forgive(&mut self, source: Source, handle: &NameKey, was_right: bool) {
        let own = (source, Some(handle.clone()));
        if was_right {
            self.0.remove(&own);
        } else {
            self.uncount(&own);
        }
        self.uncount(&(source, None));
    }

    fn uncount(&mut self, what: &What) {
        if let Some(failures) = self.0.get_mut(what) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    fn count(&mut self, what: What, now: Timestamp) {
        if self.0.len() >= limits::GUESSERS_MAX && !self.0.contains_key(&what) {
            self.make_room(now);
        }
        let failures = self.0.entry(what).or_insert(Failures { count: 0, last: now });
        if now.0.saturating_sub(failures.last.0) >= millis(limits::GUESSES_KEPT) {
            failures.count = 0;
        }
        *failures = Failures { count: failures.count.saturating_add(1), last: now };
    }

    /// Forgets what is old, and if nothing is, what is oldest.
    fn make_room(&mut self, now: Timestamp) {
        self.0.retain(|_, failures| now.0.saturating_sub(failures.last.0) < millis(limits::GUESSES_KEPT));
        if self.0.len() >= limits::GUESSERS_MAX
            && let Some(oldest) = self.0.iter().min_by_key(|(_, failures)| failures.last).map(|(what, _)| what.clone())
        {
            self.0.remove(&oldest);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::key_of;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn at(address: &str) -> Source {
        Source::Network(Network::of(address.parse().unwrap()))
    }

    fn later(now: Timestamp, by: Duration) -> Timestamp {
        Timestamp(now.0 + millis(by))
    }

    /// How many of a thousand guesses, one after the other, are looked at.
    fn flood(guesses: &mut Guesses, source: Source) -> usize {
        (0..1_000).filter(|_| guesses.begin(source, &key_of("Ann"), NOW).is_ok()).count()
    }

    #[test]
    fn pauses_grow_and_end() {
        let (mut guesses, mut now, ann) = (Guesses::default(), NOW, key_of("Ann"));
        assert_eq!(flood(&mut guesses, at("10.0.0.1")), limits::GUESSES_PER_HANDLE as usize);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            let pause = guesses.begin(at("10.0.0.1"), &ann, now).unwrap_err();
            pauses.push(pause.as_secs());
            assert!(guesses.begin(at("10.0.0.1"), &ann, Timestamp(now.0 + millis(pause) - 1)).is_err());
            now = later(now, pause);
            guesses.begin(at("10.0.0.1"), &ann, now).unwrap();
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        let back = Timestamp(now.0 - millis(limits::GUESSES_KEPT));
        assert!(guesses.begin(at("10.0.0.1"), &ann, back).unwrap_err() <= limits::GUESS_PAUSE_MAX, "a clock set back");
        let next = later(now, limits::GUESSES_KEPT);
        assert_eq!((0..9).filter(|_| guesses.begin(at("10.0.0.1"), &ann, next).is_ok()).count(), 5, "forgotten");
    }

    #[test]
    fn nobody_waits_for_what_others_do() {
        let mut guesses = Guesses::default();
        flood(&mut guesses, at("10.0.0.1"));
        assert!(guesses.begin(at("10.0.0.2"), &key_of("Ann"), NOW).is_ok(), "the owner, from another address");
        assert!(guesses.begin(Source::Device(DeviceId(1)), &key_of("Ann"), NOW).is_ok(), "a device of the owner");
        assert!(guesses.begin(at("10.0.0.1"), &key_of("Bea"), NOW).is_ok(), "somebody behind the same address");
    }

    #[test]
    fn an_address_tries_few_handles() {
        let mut guesses = Guesses::default();
        let tried = (0..1_000).filter(|n| guesses.begin(at("10.0.0.1"), &key_of(&format!("a{n}x")), NOW).is_ok());
        assert_eq!(tried.count(), limits::GUESSES_PER_ADDRESS as usize);
    }

    #[test]
    fn a_right_one_ends_it() {
        let (mut guesses, ann) = (Guesses::default(), key_of("Ann"));
        for _ in 0..1_000 {
            guesses.begin(at("10.0.0.1"), &ann, NOW).unwrap();
            guesses.forgive(at("10.0.0.1"), &ann, true);
        }
        for _ in 0..1_000 {
            guesses.begin(at("10.0.0.1"), &ann, NOW).unwrap();
            guesses.forgive(at("10.0.0.1"), &ann, false);
        }
    }

    #[test]
    fn the_table_is_bounded() {
        let mut guesses = Guesses::default();
        let key = key_of("Ann");
        for n in 0..20_000 {
            guesses.begin(at(&format!("10.1.{}.{}", n / 256, n % 256)), &key, Timestamp(NOW.0 + n)).unwrap();
        }
        assert!(guesses.0.len() <= limits::GUESSERS_MAX);
    }
}
