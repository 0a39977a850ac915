//! When to tell the server how far one has read: at once, but no more often than it is worth. How far that is, is left
//! to [`super::room`].

use tokio::time::Instant;

use crate::model::limits;

/// The pace of marks: one on its way at a time, with a pause after each.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    due: Option<Instant>,
    not_before: Option<Instant>,
    is_under_way: bool,
}

impl Pace {
    /// There is something to mark.
    pub(crate) fn want(&mut self, now: Instant) {
        if !self.is_under_way && self.due.is_none() {
            self.due = Some(self.not_before.map_or(now, |at| at.max(now)));
        }
    }

    /// When to send a mark, if there is one to send.
    #[must_use]
    pub(crate) const fn due_at(&self) -> Option<Instant> {
        self.due
    }

    /// A mark is on its way.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.due = None;
        self.is_under_way = true;
        self.not_before = Some(now + limits::TERMINAL_READ_PAUSE);
    }

    /// It has arrived, or has not: then the next event or connection brings another.
    pub(crate) const fn end(&mut self) {
        self.is_under_way = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_and_the_rest_together() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.due_at(), None);
        pace.want(start);
        assert_eq!(pace.due_at(), Some(start));
        pace.begin(start);
        pace.want(start);
        assert_eq!(pace.due_at(), None, "one is on its way");
        pace.end();
        pace.want(start);
        pace.want(start + limits::TERMINAL_READ_PAUSE / 2);
        assert_eq!(pace.due_at(), Some(start + limits::TERMINAL_READ_PAUSE));
    }

    #[test]
    fn who_has_paused_is_not_held_up() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.begin(start);
        pace.end();
        let later = start + 2 * limits::TERMINAL_READ_PAUSE;
        pace.want(later);
        assert_eq!(pace.due_at(), Some(later));
    }
}
