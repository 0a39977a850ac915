//! When to tell the server how far one has read: at once, but no more often than it is worth. The same rule as
//! [`crate::terminal::marks`], on a clock that comes from outside.

use crate::model::limits;

/// The pace of marks: one on its way at a time, with a pause after each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    due: Option<u64>,
    not_before: u64,
    is_under_way: bool,
}

impl Pace {
    /// There is something to mark.
    pub(super) fn want(&mut self, now: u64) {
        if !self.is_under_way {
            self.due.get_or_insert(self.not_before.max(now));
        }
    }

    /// When to send a mark, if there is one to send.
    #[must_use]
    pub(super) const fn due_at(&self) -> Option<u64> {
        self.due
    }

    /// A mark is on its way, or there was none to send.
    pub(super) fn begin(&mut self, now: u64, is_one: bool) {
        self.due = None;
        self.is_under_way = is_one;
        if is_one {
            self.not_before = now + u64::try_from(limits::TERMINAL_READ_PAUSE.as_millis()).unwrap_or(u64::MAX / 2);
        }
    }

    /// It has arrived, or has not: then the next event or connection brings another.
    pub(super) const fn end(&mut self) {
        self.is_under_way = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_and_the_rest_together() {
        let mut pace = Pace::default();
        pace.want(5);
        assert_eq!(pace.due_at(), Some(5));
        pace.begin(5, true);
        pace.want(6);
        assert_eq!(pace.due_at(), None, "one is on its way");
        pace.end();
        pace.want(7);
        assert_eq!(pace.due_at(), Some(1_005));
        pace.begin(1_005, false);
        pace.want(1_006);
        assert_eq!(pace.due_at(), Some(1_006));
    }
}
