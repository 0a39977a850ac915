//! The last messages of a room, as far as others speak about them: who said it and a few words of it. What is not in it
//! any more is known by its number only. What lines look like is left to [`super::describe`].

use std::collections::{BTreeMap, BTreeSet};

use super::quote::quote;
use crate::model::{Body, Seq, User, limits};
use crate::wire::Event;

/// Columns of a message's words where another one speaks about it: a few words beside a name.
const QUOTE_COLUMNS_MAX: usize = 24;

/// Columns of its author's name: a handle fits, in letters of any width.
const NAME_COLUMNS_MAX: usize = 2 * limits::HANDLE_CHARS_MAX;

/// What is known of a message; fit for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// The author's name, as it was then.
    pub author: String,
    /// A few words of it, or of the file's name.
    pub words: String,
    /// Whether it is no file.
    pub is_text: bool,
    is_own: bool,
}

/// The last messages of a room, by number.
#[derive(Debug, Clone)]
pub(crate) struct Recent {
    messages: BTreeMap<Seq, Message>,
    deleted: BTreeSet<Seq>,
    messages_max: usize,
}

impl Default for Recent {
    fn default() -> Self {
        Self { messages: BTreeMap::new(), deleted: BTreeSet::new(), messages_max: limits::TERMINAL_RECENT_MESSAGES }
    }
}

impl Recent {
    /// Learns from an event; `oneself` is who one is now.
    pub(crate) fn note(&mut self, event: &Event, oneself: &User) {
        match &event.body {
            Body::Text(text) => self.insert(event, text, oneself),
            Body::File(file) => self.insert(event, &file.name, oneself),
            Body::Image(image) => self.insert(event, &image.name, oneself),
            Body::Edit { of, text } => self.change(*of, text),
            Body::Delete { of } => self.delete(*of),
            Body::Gone {} => self.delete(event.seq),
            Body::React { .. } | Body::Topic(_) => {}
        }
    }

    /// Learns from a page of the log, in rising order.
    pub(crate) fn note_all(&mut self, page: &[Event], oneself: &User) {
        for event in page {
            self.note(event, oneself);
        }
    }

    /// The same with a page of the log besides, however long that is.
    #[must_use]
    pub(crate) fn with(&self, page: &[Event], oneself: &User) -> Self {
        let mut all = Self { messages_max: self.messages_max + page.len(), ..self.clone() };
        all.note_all(page, oneself);
        all
    }

    /// The message with this number, if it is remembered.
    #[must_use]
    pub(crate) fn get(&self, seq: Seq) -> Option<&Message> {
        self.messages.get(&seq)
    }

    /// Whether it is remembered that this message was deleted.
    #[must_use]
    pub(crate) fn is_deleted(&self, seq: Seq) -> bool {
        self.deleted.contains(&seq)
    }

    /// The last text that one said, if it is remembered.
    #[must_use]
    pub(crate) fn own_last_text(&self) -> Option<Seq> {
        self.own_last(|message| message.is_text)
    }

    /// The last text or file of one's own, if it is remembered.
    #[must_use]
    pub(crate) fn own_last_message(&self) -> Option<Seq> {
        self.own_last(|_| true)
    }

    fn own_last(&self, is_meant: impl Fn(&Message) -> bool) -> Option<Seq> {
        self.messages.iter().rev().find(|(_, message)| message.is_own && is_meant(message)).map(|(seq, _)| *seq)
    }

    fn insert(&mut self, event: &Event, words: &str, oneself: &User) {
        let message = Message {
            author: quote(&event.author.name, NAME_COLUMNS_MAX),
            words: quote(words, QUOTE_COLUMNS_MAX),
            is_text: matches!(event.body, Body::Text(_)),
            is_own: event.author == *oneself,
        };
        self.messages.insert(event.seq, message);
        if self.messages.len() > self.messages_max {
            self.messages.pop_first();
        }
    }

    fn delete(&mut self, seq: Seq) {
        self.messages.remove(&seq);
        self.deleted.insert(seq);
        if self.deleted.len() > self.messages_max {
            self.deleted.pop_first();
        }
    }

    fn change(&mut self, of: Seq, text: &str) {
        if let Some(message) = self.messages.get_mut(&of).filter(|message| message.is_text) {
            message.words = quote(text, QUOTE_COLUMNS_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ann, event, text};
    use super::*;

    fn words(recent: &Recent, seq: u64) -> Option<&str> {
        recent.get(Seq(seq)).map(|message| message.words.as_str())
    }

    #[test]
    fn a_message_is_remembered_as_it_was_changed_last() {
        let mut recent = Recent::default();
        let edit = |of, new: &str| Body::Edit { of: Seq(of), text: new.to_owned() };
        for (seq, body) in [(1, text("helo")), (2, edit(1, "hello")), (3, edit(9, "x")), (4, text("bye"))] {
            recent.note(&event(seq, body), &ann());
        }
        assert_eq!([1, 2, 3, 4].map(|seq| words(&recent, seq)), [Some("hello"), None, None, Some("bye")]);
        recent.note(&event(5, Body::Delete { of: Seq(1) }), &ann());
        recent.note(&event(4, Body::Gone {}), &ann());
        assert_eq!([1, 4].map(|seq| words(&recent, seq)), [None, None]);
        assert_eq!([1, 2, 4].map(|seq| recent.is_deleted(Seq(seq))), [true, false, true]);
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut recent = Recent::default();
        let last = limits::TERMINAL_RECENT_MESSAGES as u64 + 1;
        (2..=last).for_each(|seq| recent.note(&event(seq, text("x")), &ann()));
        let page = [event(1, text("first")), event(2, text("second"))];
        let with_page = recent.with(&page, &ann());
        assert_eq!([words(&with_page, 1), words(&with_page, last)], [Some("first"), Some("x")]);
        (1..=last).for_each(|seq| recent.note(&event(last + seq, Body::Delete { of: Seq(last + seq) }), &ann()));
        assert_eq!([1, 2].map(|seq| recent.is_deleted(Seq(last + seq))), [false, true]);
        recent.note_all(&page, &ann());
        assert_eq!([1, 2, last].map(|seq| words(&recent, seq)), [None, Some("second"), Some("x")]);
    }

    #[test]
    fn ones_own_last_message_is_the_last_that_is_there() {
        let mut recent = Recent::default();
        assert_eq!(recent.own_last_message(), None);
        for seq in [1, 2] {
            recent.note(&event(seq, text("x")), &ann());
        }
        let ben = User { name: "ben".to_owned(), ..ann() };
        recent.note(&Event { author: ben, ..event(3, text("y")) }, &ann());
        assert_eq!([recent.own_last_text(), recent.own_last_message()], [Some(Seq(2)); 2]);
        recent.note(&event(4, Body::Delete { of: Seq(2) }), &ann());
        assert_eq!(recent.own_last_text(), Some(Seq(1)));
    }
}
