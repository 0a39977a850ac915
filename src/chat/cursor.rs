//! The one rule for every reader. A subscription is a cursor in a room's log: what follows it is delivered, what is
//! old is dropped, and a gap is read from the log. Joining, resuming and lagging are all this rule; reading the log
//! is left to the session.

use crate::model::Seq;

/// Where a reader stands in a room's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The last seq that the reader was given; none while its `join` is under way.
    at: Option<Seq>,
    /// The last seq that is known to be committed.
    seen: Seq,
}

/// What becomes of events that arrive for a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// They are next: hand them over; the cursor has moved past them.
    Deliver,
    /// The reader has them, or is not yet in.
    Drop,
    /// Something before them is missing, or there is no room for them: read the log after the cursor.
    Behind,
}

impl Default for Cursor {
    fn default() -> Self {
        Self::joining()
    }
}

impl Cursor {
    /// A cursor that is subscribed and not yet placed: it only takes note of what goes by.
    #[must_use]
    pub const fn joining() -> Self {
        Self { at: None, seen: Seq(0) }
    }

    /// Places the cursor after `after`, in a log that was seen to reach to `head`.
    pub fn place(&mut self, after: Seq, head: Seq) {
        self.at = Some(after);
        self.seen = self.seen.max(head);
    }

    /// Committed events `first` to `last` go by; `has_room` says whether the reader's outbox takes them.
    pub fn offer(&mut self, first: Seq, last: Seq, has_room: bool) -> Offer {
        self.seen = self.seen.max(last);
        match self.at {
            Some(at) if last <= at => Offer::Drop,
            Some(at) if first == at.next() && has_room => {
                self.at = Some(last);
                Offer::Deliver
            }
            Some(_) => Offer::Behind,
            None => Offer::Drop,
        }
    }

    /// The events up to `last` were read from the log after a cursor that stood at `from`. False if the cursor was
    /// placed anew meanwhile: then they are of no use.
    #[must_use]
    pub fn advance(&mut self, from: Seq, last: Seq) -> bool {
        let valid = self.at == Some(from) && last >= from;
        if valid {
            self.at = Some(last);
        }
        valid
    }

    /// Whether the reader is in.
    #[must_use]
    pub const fn is_placed(&self) -> bool {
        self.at.is_some()
    }

    /// From where the log has to be read, if it has to.
    #[must_use]
    pub fn behind(&self) -> Option<Seq> {
        self.at.filter(|at| *at < self.seen)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_goes_by_during_a_join_is_read_afterwards() {
        let mut cursor = Cursor::joining();
        assert_eq!(cursor.offer(Seq(8), Seq(9), true), Offer::Drop);
        cursor.place(Seq(7), Seq(7));
        assert_eq!(cursor.behind(), Some(Seq(7)));
        assert!(cursor.advance(Seq(7), Seq(9)));
        assert_eq!(cursor.behind(), None);
        assert_eq!(cursor.offer(Seq(10), Seq(10), true), Offer::Deliver);
    }

    #[test]
    fn a_page_for_a_cursor_that_moved_is_refused() {
        let mut cursor = Cursor::joining();
        cursor.place(Seq(0), Seq(9));
        cursor.place(Seq(5), Seq(9));
        assert!(!cursor.advance(Seq(0), Seq(4)));
        assert_eq!(cursor.behind(), Some(Seq(5)));
    }

    /// One step of a reader's life.
    #[derive(Debug, Clone)]
    enum Step {
        /// The next batch of this many events is committed and offered, or its hint is lost.
        Commit { events: u64, hinted: bool, has_room: bool },
        /// The log is read for at most this many events.
        Read { events: u64 },
        /// The reader joins again from the start of what it has.
        Rejoin,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (1..5_u64, any::<bool>(), any::<bool>()).prop_map(|(events, hinted, has_room)| Step::Commit {
                events,
                hinted,
                has_room
            }),
            (1..4_u64).prop_map(|events| Step::Read { events }),
            Just(Step::Rejoin),
        ]
    }

    proptest! {
        /// Against a plain list: whatever is lost, late or out of room, a reader is given 1, 2, 3, …
        #[test]
        fn every_reader_sees_every_event_once_and_in_order(steps in prop::collection::vec(step(), 0..60)) {
            let (mut head, mut given, mut cursor) = (0, Vec::new(), Cursor::joining());
            cursor.place(Seq(0), Seq(0));
            for step in steps {
                match step {
                    Step::Commit { events, hinted, has_room } => {
                        let first = head + 1;
                        head += events;
                        if hinted && cursor.offer(Seq(first), Seq(head), has_room) == Offer::Deliver {
                            given.extend(first..=head);
                        }
                    }
                    Step::Read { events } => {
                        if let Some(from) = cursor.behind() {
                            let last = head.min(from.0 + events);
                            prop_assert!(cursor.advance(from, Seq(last)));
                            given.extend(from.0 + 1..=last);
                        }
                    }
                    Step::Rejoin => cursor.place(Seq(given.last().copied().unwrap_or(0)), Seq(head)),
                }
            }
            prop_assert!(given.iter().copied().eq(1..=given.len() as u64));
            if cursor.behind().is_none() {
                cursor.place(Seq(given.len() as u64), Seq(head));
                prop_assert_eq!(cursor.behind().is_none(), given.len() as u64 == head);
            }
        }
    }
}
