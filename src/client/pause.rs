//! How long to wait before trying again: the arithmetic, without a clock. Waiting is left to [`super::task`].

use std::time::Duration;

use super::Retry;
use crate::model::{Chance, limits};
use crate::wire::{Code, Refusal};

/// The shortest pause before a refused request is repeated: a server that asks for none is not to be hammered.
const REPEAT_AFTER_MIN: Duration = Duration::from_millis(10);

/// The pauses between attempts to connect.
#[derive(Debug)]
pub(super) struct Pauses {
    retry: Retry,
    failures: u32,
}

impl Pauses {
    pub(super) const fn new(retry: Retry) -> Self {
        Self { retry, failures: 0 }
    }

    /// The next pause, after a connection that lived this long (or never came to be).
    pub(super) fn next(&mut self, lived: Duration, chance: &mut Chance) -> Duration {
        if lived >= self.retry.stable {
            self.failures = 0;
        }
        let whole = doubled(self.retry.first, self.failures, self.retry.longest);
        self.failures = self.failures.saturating_add(1);
        let whole_us = u64::try_from(whole.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(chance.between(whole_us / 2, whole_us))
    }
}

/// How long to wait before a request is repeated that was refused for now; none if repeating it does not help.
pub(super) fn before_repeating(refusal: &Refusal, repeated: u32) -> Option<Duration> {
    if !matches!(refusal.code, Code::SlowDown | Code::Unavailable) {
        return None;
    }
    let asked = refusal.retry_after_ms.map(Duration::from_millis);
    let pause = asked.unwrap_or_else(|| doubled(limits::PAUSE_FIRST, repeated, limits::PAUSE_MAX));
    Some(pause.clamp(REPEAT_AFTER_MIN, limits::PAUSE_MAX))
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute_and_are_at_least_half_as_long() {
        let mut chance = Chance::seeded(1);
        let mut pauses = Pauses::new(Retry::default());
        for whole_ms in [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            let whole = Duration::from_millis(whole_ms);
            let pause = pauses.next(Duration::ZERO, &mut chance);
            assert!((whole / 2..=whole).contains(&pause), "{pause:?} of {whole:?}");
        }
    }

    #[test]
    fn only_a_connection_that_lasted_makes_pauses_short_again() {
        let mut chance = Chance::seeded(1);
        let mut pauses = Pauses::new(Retry::default());
        for _ in 0..40 {
            pauses.next(Duration::from_secs(1), &mut chance);
        }
        assert!(pauses.next(Duration::from_secs(29), &mut chance) >= Duration::from_secs(15));
        assert!(pauses.next(Duration::from_secs(30), &mut chance) <= Duration::from_millis(250));
    }

    #[test]
    fn two_clients_do_not_come_back_at_once() {
        let pause = |seed| Pauses::new(Retry::default()).next(Duration::ZERO, &mut Chance::seeded(seed));
        assert_ne!(pause(1), pause(2));
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it_within_reason() {
        let refusal = |code, retry_after_ms| Refusal { code, message: "".into(), retry_after_ms };
        for (refusal, repeated, ms) in [
            (refusal(Code::SlowDown, Some(70)), 0, Some(70)),
            (refusal(Code::SlowDown, Some(0)), 0, Some(10)),
            (refusal(Code::SlowDown, Some(u64::MAX)), 0, Some(30_000)),
            (refusal(Code::Unavailable, None), 0, Some(250)),
            (refusal(Code::Unavailable, None), 2, Some(1_000)),
            (refusal(Code::Unavailable, None), 99, Some(30_000)),
            (refusal(Code::NotJoined, Some(5)), 0, None),
        ] {
            assert_eq!(before_repeating(&refusal, repeated), ms.map(Duration::from_millis), "{refusal:?}");
        }
    }
}
