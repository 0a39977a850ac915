//! A piece of a room's log that is in memory: one event after the other, without a gap, and never more than so much.
//! Which pieces there are is left to [`super::timeline`].

use std::collections::VecDeque;

use super::slot::Slot;
use crate::model::Seq;
use crate::wire::Event;

/// Events without a gap, in rising order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Span {
    slots: VecDeque<Slot>,
    bytes: usize,
}

impl Span {
    /// All of it.
    #[must_use]
    pub(super) const fn slots(&self) -> &VecDeque<Slot> {
        &self.slots
    }

    /// The number of its first event.
    #[must_use]
    pub(super) fn first(&self) -> Option<Seq> {
        self.slots.front().map(Slot::seq)
    }

    /// The number of its last event.
    #[must_use]
    pub(super) fn last(&self) -> Option<Seq> {
        self.slots.back().map(Slot::seq)
    }

    /// Memory that it takes, nearly.
    #[must_use]
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Where an event stands in it.
    #[must_use]
    pub(super) fn index(&self, seq: Seq) -> Option<usize> {
        let index = usize::try_from(seq.0.checked_sub(self.first()?.0)?).ok()?;
        (index < self.slots.len()).then_some(index)
    }

    /// The event with this number.
    #[must_use]
    pub(super) fn get(&self, seq: Seq) -> Option<&Slot> {
        self.slots.get(self.index(seq)?)
    }

    /// The same number, or the nearest that is there.
    #[must_use]
    pub(super) fn nearest(&self, seq: Seq) -> Option<usize> {
        let first = self.first()?;
        let index = usize::try_from(seq.0.saturating_sub(first.0)).unwrap_or(usize::MAX);
        Some(index.min(self.slots.len() - 1))
    }

    /// Puts an event behind the last one. One that is there already changes nothing; one that leaves a gap begins anew.
    pub(super) fn push(&mut self, event: Event) {
        match self.last() {
            Some(last) if event.seq <= last => return,
            Some(last) if event.seq > last.next() => self.clear(),
            _ => {}
        }
        let slot = Slot::new(event);
        self.bytes += slot.bytes();
        self.slots.push_back(slot);
    }

    /// Puts events before the first one, in rising order; those that are there already, or leave a gap, are passed over.
    pub(super) fn prepend(&mut self, events: Vec<Event>) {
        for event in events.into_iter().rev() {
            if self.first().is_none_or(|first| event.seq.next() == first) {
                let slot = Slot::new(event);
                self.bytes += slot.bytes();
                self.slots.push_front(slot);
            }
        }
    }

    /// Takes in what is said about an event that is there.
    pub(super) fn apply(&mut self, of: Seq, change: &Event) {
        let Some(slot) = self.index(of).and_then(|index| self.slots.get_mut(index)) else { return };
        let before = slot.bytes();
        slot.apply(change);
        self.bytes = (self.bytes + slot.bytes()).saturating_sub(before);
    }

    /// Drops the first ones until at most so many are left.
    pub(super) fn trim_front(&mut self, slots_max: usize, bytes_max: usize) {
        while self.slots.len() > slots_max || (self.bytes > bytes_max && self.slots.len() > 1) {
            let Some(dropped) = self.slots.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(dropped.bytes());
        }
    }

    /// Drops the last ones until at most so many are left.
    pub(super) fn trim_back(&mut self, slots_max: usize, bytes_max: usize) {
        while self.slots.len() > slots_max || (self.bytes > bytes_max && self.slots.len() > 1) {
            let Some(dropped) = self.slots.pop_back() else { return };
            self.bytes = self.bytes.saturating_sub(dropped.bytes());
        }
    }

    /// Forgets all of it.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{event, text};
    use super::*;

    fn span(seqs: std::ops::RangeInclusive<u64>) -> Span {
        let mut span = Span::default();
        seqs.for_each(|seq| span.push(event(seq, "ann", text("x"))));
        span
    }

    fn seqs(span: &Span) -> Vec<u64> {
        span.slots().iter().map(|slot| slot.seq().0).collect()
    }

    #[test]
    fn a_span_has_no_gap() {
        let mut span = span(5..=7);
        span.push(event(6, "ann", text("again")));
        span.prepend(vec![event(1, "ann", text("x")), event(4, "ann", text("x")), event(5, "ann", text("x"))]);
        assert_eq!(seqs(&span), [4, 5, 6, 7]);
        span.push(event(9, "ann", text("x")));
        assert_eq!(seqs(&span), [9], "what is missing is read again");
    }

    #[test]
    fn events_are_found_by_number() {
        let mut span = span(5..=9);
        assert_eq!(span.get(Seq(7)).map(Slot::seq), Some(Seq(7)));
        assert_eq!((span.index(Seq(4)), span.index(Seq(10))), (None, None));
        assert_eq!((span.nearest(Seq(1)), span.nearest(Seq(99))), (Some(0), Some(4)));
        span.trim_front(3, usize::MAX);
        span.trim_back(2, usize::MAX);
        assert_eq!(seqs(&span), [7, 8]);
        span.trim_back(2, 1);
        assert_eq!(seqs(&span), [7], "one is kept, however large");
    }

    proptest! {
        #[test]
        fn its_bytes_are_those_of_its_slots(seqs in proptest::collection::vec(1_u64..30, 0..60), most in 1_usize..20) {
            let mut span = Span::default();
            for seq in seqs {
                span.push(event(seq, "ann", text(&"x".repeat(usize::try_from(seq).unwrap()))));
                span.prepend(vec![event(seq.saturating_sub(3), "ann", text("y"))]);
                span.trim_front(most, 2_000);
            }
            prop_assert_eq!(span.bytes(), span.slots().iter().map(Slot::bytes).sum::<usize>());
            prop_assert!(span.slots().iter().zip(span.slots().iter().skip(1)).all(|(a, b)| a.seq().next() == b.seq()));
        }
    }
}
