//! When the next message is due: as soon as one is acknowledged, or at a rate that does not care.

use std::time::Duration;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// Nobody says anything.
    Silent,
    /// Each sender has so many messages unacknowledged: a closed loop, which finds out how much goes through.
    Window(usize),
    /// So many messages a second in all, by the senders in turn, each counted from when it was due: an open loop,
    /// which finds out how long things take. A server that stalls is not spared what piles up.
    Rate(f64),
}

/// The messages of an open loop.
#[derive(Debug)]
pub(crate) struct Schedule {
    per_second: f64,
    start_ns: u64,
    given: usize,
}

impl Schedule {
    /// From `start_ns` on.
    pub(crate) const fn new(per_second: f64, start_ns: u64) -> Self {
        Self { per_second, start_ns, given: 0 }
    }

    /// When the next message is due.
    pub(crate) fn due_ns(&self) -> u64 {
        let after = Duration::from_secs_f64(self.given as f64 / self.per_second);
        self.start_ns + u64::try_from(after.as_nanos()).unwrap_or(u64::MAX)
    }

    /// The next message that is due by now: its number and when it was due.
    pub(crate) fn next(&mut self, now_ns: u64) -> Option<(usize, u64)> {
        let due_ns = self.due_ns();
        (due_ns <= now_ns).then(|| {
            self.given += 1;
            (self.given - 1, due_ns)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_piled_up_is_due_at_its_own_time() {
        let mut schedule = Schedule::new(1_000.0, 5);
        assert_eq!(schedule.next(4), None);
        assert_eq!(schedule.next(2_000_005), Some((0, 5)));
        assert_eq!(schedule.next(2_000_005), Some((1, 1_000_005)));
        assert_eq!(schedule.next(2_000_005), Some((2, 2_000_005)));
        assert_eq!(schedule.next(2_000_005), None);
    }
}
