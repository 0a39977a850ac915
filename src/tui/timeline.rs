//! What is in memory of a room's log: its end, which is always there, and the place where somebody reads, if that is
//! further back. Both are bounded, so that a room of 100,000 messages costs what one of 1,000 does. Reading pages is left
//! to [`mod@super::run`], where on the screen one is to [`super::scroll`].

use std::collections::BTreeMap;

use super::slot::target;
use super::span::Span;
use crate::model::{Seq, limits};
use crate::wire::Event;

/// A direction in which a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The end of the log.
    End,
    /// What comes before an event.
    Before(Seq),
    /// What comes after an event.
    After(Seq),
    /// The same, to go there.
    To(Seq),
}

/// A room's log, as far as it is in memory.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    tail: Span,
    far: Option<Span>,
    /// The last changes that are known: what they are about may come later, with an older page.
    changes: BTreeMap<Seq, Event>,
    /// The first event that is kept by the server, once it is known.
    beginning: Option<Seq>,
    /// The page that is on its way.
    pub loading: Option<Way>,
}

impl Timeline {
    /// The piece that is on the screen.
    #[must_use]
    pub(super) fn span(&self) -> &Span {
        self.far.as_ref().unwrap_or(&self.tail)
    }

    /// The end of the log.
    #[must_use]
    pub(super) const fn tail(&self) -> &Span {
        &self.tail
    }

    /// Whether what is on the screen reaches to the end.
    #[must_use]
    pub(super) const fn is_at_tail(&self) -> bool {
        self.far.is_none()
    }

    /// Whether there is nothing before what is on the screen.
    #[must_use]
    pub(super) fn is_at_beginning(&self) -> bool {
        match (self.span().first(), self.beginning) {
            // there is no event before number 1
            (Some(first), _) if first <= Seq(1) => true,
            (Some(first), Some(beginning)) => first <= beginning,
            (None, _) | (_, None) => false,
        }
    }

    /// Something was said. `is_read` says that somebody looks at an older place of the tail.
    pub(super) fn push(&mut self, event: Event, is_read: bool) {
        self.note_change(&event);
        self.tail.push(event);
        let is_full =
            self.tail.slots().len() > limits::SCREEN_SLOTS_MAX || self.tail.bytes() > limits::SCREEN_BYTES_MAX;
        if is_full {
            if is_read && self.far.is_none() {
                self.far = Some(self.tail.clone());
            }
            self.tail.trim_front(limits::SCREEN_TAIL_SLOTS, limits::SCREEN_TAIL_BYTES);
        }
    }

    /// A page came. Returns whether anything is there now that was not.
    pub(super) fn insert(&mut self, way: Way, first: Seq, events: Vec<Event>) -> bool {
        self.loading = None;
        let is_end_of_way = events.is_empty();
        for event in &events {
            self.note_change(event);
        }
        match way {
            Way::End => self.insert_end(events),
            Way::Before(before) => {
                if is_end_of_way || first >= before {
                    self.beginning = Some(before);
                }
                self.insert_before(before, events);
            }
            Way::After(after) => self.insert_after(after, events),
            Way::To(_) => self.insert_far(events),
        }
        if self.span().first() == Some(first) {
            self.beginning = Some(first);
        }
        self.apply_changes();
        !is_end_of_way
    }

    /// Leaves the place where one read, for the end.
    pub(super) fn go_to_tail(&mut self) {
        self.far = None;
    }

    /// A room that nobody looks at keeps its end only.
    pub(super) fn rest(&mut self) {
        self.far = None;
        self.tail.trim_front(limits::SCREEN_TAIL_SLOTS, limits::SCREEN_TAIL_BYTES);
    }

    /// The log is another one.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn insert_end(&mut self, events: Vec<Event>) {
        if let Some(first) = self.tail.first() {
            let before = events.into_iter().filter(|event| event.seq < first).collect();
            return self.tail.prepend(before);
        }
        events.into_iter().for_each(|event| self.tail.push(event));
    }

    /// The piece that is read grows at its beginning, and loses its end if it gets too large.
    fn insert_before(&mut self, before: Seq, events: Vec<Event>) {
        if self.span().first() != Some(before) {
            return;
        }
        let far = self.far.get_or_insert_with(|| self.tail.clone());
        far.prepend(events);
        far.trim_back(limits::SCREEN_SLOTS_MAX, limits::SCREEN_BYTES_MAX);
        if far.last() == self.tail.last() {
            self.tail = std::mem::take(far);
            self.far = None;
        }
    }

    fn insert_after(&mut self, after: Seq, events: Vec<Event>) {
        let Some(far) = self.far.as_mut().filter(|far| far.last() == Some(after)) else { return };
        events.into_iter().for_each(|event| far.push(event));
        self.join();
    }

    fn insert_far(&mut self, events: Vec<Event>) {
        let mut far = Span::default();
        events.into_iter().for_each(|event| far.push(event));
        self.far = Some(far).filter(|far| far.first().is_some());
        self.join();
    }

    /// Two pieces that touch are one.
    fn join(&mut self) {
        let Some(far) = &mut self.far else { return };
        far.trim_front(limits::SCREEN_SLOTS_MAX, limits::SCREEN_BYTES_MAX);
        let touches = far.last().zip(self.tail.first()).is_some_and(|(last, first)| last.next() >= first);
        if touches {
            let rest: Vec<Event> = self.tail.slots().iter().map(|slot| slot.event.clone()).collect();
            rest.into_iter().for_each(|event| far.push(event));
            self.tail = std::mem::take(far);
            self.far = None;
        }
    }

    fn note_change(&mut self, event: &Event) {
        let Some(of) = target(&event.body) else { return };
        self.tail.apply(of, event);
        if let Some(far) = &mut self.far {
            far.apply(of, event);
        }
        self.changes.insert(event.seq, event.clone());
        if self.changes.len() > limits::SCREEN_CHANGES_MAX {
            self.changes.pop_first();
        }
    }

    /// Old events came that later ones are about. Whatever stands there already stays as it is: each change says how
    /// things are from then on, and they come in order.
    fn apply_changes(&mut self) {
        for change in self.changes.values() {
            let Some(of) = target(&change.body) else { continue };
            self.tail.apply(of, change);
            if let Some(far) = &mut self.far {
                far.apply(of, change);
            }
        }
    }
}

#[cfg(test)]
mod tests;
