//! An event as it stands in a conversation: with its newest words, and with the reactions to it. Which events are there
//! is left to [`super::span`], what they look like to [`super::message`].

use std::mem::size_of;

use crate::model::{Body, Seq, User};
use crate::wire::Event;

/// People who are remembered for one reaction; more are only counted.
const NAMES_MAX: usize = 50;
/// Different reactions to one message that are shown; nobody would look through more.
const REACTIONS_MAX: usize = 20;

/// One event of a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// What was said, in its newest words; [`Body::Gone`] once it was taken back.
    pub event: Event,
    /// Whether these are not the first words.
    pub is_edited: bool,
    /// What people think of it.
    pub reactions: Vec<Reaction>,
}

/// A reaction, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reaction {
    /// As it was sent: not to be trusted.
    pub emoji: String,
    /// By name.
    pub names: Vec<String>,
}

impl Slot {
    /// An event that nothing was said about yet.
    #[must_use]
    pub(super) const fn new(event: Event) -> Self {
        Self { event, is_edited: false, reactions: Vec::new() }
    }

    /// Its number.
    #[must_use]
    pub(super) const fn seq(&self) -> Seq {
        self.event.seq
    }

    /// Whether it has a place of its own on the screen; the others change what is there.
    #[must_use]
    pub(super) const fn is_shown(&self) -> bool {
        target(&self.event.body).is_none()
    }

    /// Whether it is a text, a file or an image that still stands: what can be answered and counts as news.
    #[must_use]
    pub(super) const fn is_message(&self) -> bool {
        matches!(self.event.body, Body::Text(_) | Body::File(_) | Body::Image(_))
    }

    /// Whether somebody may have reacted so; not all names are remembered.
    #[must_use]
    pub(super) fn may_have_reacted(&self, emoji: &str, name: &str) -> bool {
        let has = |one: &Reaction| {
            one.emoji == emoji && (one.names.len() >= NAMES_MAX || one.names.iter().any(|known| known == name))
        };
        self.reactions.len() >= REACTIONS_MAX || self.reactions.iter().any(has)
    }

    /// Memory that it takes, nearly.
    #[must_use]
    pub(super) fn bytes(&self) -> usize {
        let names: usize = self.reactions.iter().flat_map(|one| &one.names).map(|name| name.len() + 24).sum();
        size_of::<Self>() + self.event.body.text_bytes() + self.event.author.name.len() + names
    }

    /// Takes in what another event says about this one.
    pub(super) fn apply(&mut self, change: &Event) {
        match (&change.body, &mut self.event.body) {
            (Body::Edit { text: new, .. }, Body::Text(text)) => {
                text.clone_from(new);
                self.is_edited = true;
            }
            (Body::Delete { .. }, body) => {
                *body = Body::Gone {};
                self.is_edited = false;
                self.reactions.clear();
            }
            (Body::React { .. }, Body::Gone {}) => {}
            (Body::React { emoji, on, .. }, _) => self.react(emoji, &change.author, *on),
            _ => {}
        }
    }

    fn react(&mut self, emoji: &str, who: &User, on: bool) {
        let place = self.reactions.iter().position(|one| one.emoji == emoji);
        match (place, on) {
            (None, true) if self.reactions.len() < REACTIONS_MAX => {
                self.reactions.push(Reaction { emoji: emoji.to_owned(), names: vec![who.name.clone()] });
            }
            (Some(place), true) => {
                let names = &mut self.reactions[place].names;
                if names.len() < NAMES_MAX && !names.contains(&who.name) {
                    names.push(who.name.clone());
                }
            }
            (Some(place), false) => {
                self.reactions[place].names.retain(|name| *name != who.name);
                self.reactions.retain(|one| !one.names.is_empty());
            }
            (None, _) => {}
        }
    }
}

/// The message that a body is about, if it has no place of its own.
#[must_use]
pub(super) const fn target(body: &Body) -> Option<Seq> {
    match body {
        Body::Edit { of, .. } | Body::Delete { of } | Body::React { of, .. } => Some(*of),
        Body::Text(_) | Body::File(_) | Body::Image(_) | Body::Topic(_) | Body::Gone {} => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{event, react, text};
    use super::*;

    #[test]
    fn what_is_said_about_a_message_stands_with_it() {
        let mut slot = Slot::new(event(1, "ann", text("helo")));
        slot.apply(&event(2, "ann", Body::Edit { of: Seq(1), text: "hello".to_owned() }));
        for (seq, who, emoji, on) in
            [(3, "ben", "👍", true), (4, "cy", "👍", true), (5, "ben", "👍", true), (6, "cy", "x", false)]
        {
            slot.apply(&event(seq, who, react(1, emoji, on)));
        }
        assert_eq!((slot.event.body.clone(), slot.is_edited), (text("hello"), true));
        assert_eq!(
            slot.reactions,
            [Reaction { emoji: "👍".to_owned(), names: vec!["ben".to_owned(), "cy".to_owned()] }]
        );
        slot.apply(&event(7, "ben", react(1, "👍", false)));
        slot.apply(&event(8, "cy", react(1, "👍", false)));
        assert_eq!(slot.reactions, []);
        slot.apply(&event(9, "ann", Body::Delete { of: Seq(1) }));
        slot.apply(&event(10, "ann", react(1, "👍", true)));
        assert_eq!((slot.event.body.clone(), slot.is_edited, slot.reactions.len()), (Body::Gone {}, false, 0));
    }
}
