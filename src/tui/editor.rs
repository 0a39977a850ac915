//! The line that somebody types: a text and a cursor, moved, changed and mended as readline does it. Pure; which key does
//! what is left to [`super::keys`].

use unicode_segmentation::UnicodeSegmentation;

use super::motion::{Motion, target};
use crate::model::limits;

/// Steps that can be undone.
const UNDO_MAX: usize = 200;
/// Bytes of texts that are kept for that.
const UNDO_BYTES_MAX: usize = 256 * 1024;

/// A text that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Editor {
    text: String,
    /// A byte, always between two graphemes.
    cursor: usize,
    undo: Vec<(String, usize)>,
    redo: Vec<(String, usize)>,
    /// Whether the last step was a letter, to which the next one belongs.
    is_typing: bool,
}

impl Editor {
    /// With the cursor behind this text.
    #[must_use]
    pub(super) fn with(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text, ..Self::default() }
    }

    /// What was typed.
    #[must_use]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes.
    #[must_use]
    pub(super) const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether there is nothing.
    #[must_use]
    pub(super) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A letter.
    pub(super) fn type_char(&mut self, c: char) {
        if !self.is_typing || c.is_whitespace() {
            self.remember();
        }
        self.insert(c.encode_utf8(&mut [0; 4]));
        self.is_typing = true;
    }

    /// Several at once: all, or nothing if there is no space for all. Returns whether there is.
    pub(super) fn paste(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() <= limits::TERMINAL_LINE_BYTES_MAX;
        if fits {
            self.remember();
            self.insert(text);
        }
        fits
    }

    /// Moves the cursor. Returns whether it could.
    pub(super) fn go(&mut self, motion: Motion) -> bool {
        let to = target(&self.text, self.cursor, motion);
        self.is_typing = false;
        let moves = to != self.cursor;
        self.cursor = to;
        moves
    }

    /// Removes what lies between the cursor and where a motion would lead, and returns it.
    pub(super) fn kill(&mut self, motion: Motion) -> String {
        let to = target(&self.text, self.cursor, motion);
        let (from, to) = (self.cursor.min(to), self.cursor.max(to));
        if from == to {
            return String::new();
        }
        self.remember();
        let killed = self.text.drain(from..to).collect();
        self.cursor = from;
        self.settle();
        killed
    }

    /// Puts a text in the place of the bytes from `start` to the cursor.
    pub(super) fn complete(&mut self, start: usize, with: &str) {
        if start > self.cursor || !self.text.is_char_boundary(start) {
            return;
        }
        self.remember();
        self.text.replace_range(start..self.cursor, with);
        self.cursor = start + with.len();
        self.settle();
    }

    /// Changes places of the letter before the cursor and the one at it.
    pub(super) fn transpose(&mut self) {
        if self.cursor == self.text.len() {
            self.go(Motion::Left);
        }
        let before = target(&self.text, self.cursor, Motion::Left);
        let after = target(&self.text, self.cursor, Motion::Right);
        if before < self.cursor && self.cursor < after {
            self.remember();
            let turned = format!("{}{}", &self.text[self.cursor..after], &self.text[before..self.cursor]);
            self.text.replace_range(before..after, &turned);
            self.cursor = after;
            self.settle();
        }
    }

    /// Takes back the last step.
    pub(super) fn undo(&mut self) {
        if let Some((text, cursor)) = self.undo.pop() {
            self.redo.push((std::mem::replace(&mut self.text, text), self.cursor));
            self.cursor = cursor;
            self.is_typing = false;
        }
    }

    /// Does again what was taken back, as long as nothing else was done.
    pub(super) fn redo(&mut self) {
        if let Some((text, cursor)) = self.redo.pop() {
            self.undo.push((std::mem::replace(&mut self.text, text), self.cursor));
            self.cursor = cursor;
            self.is_typing = false;
        }
    }

    /// Puts another text there, with the cursor behind it; that can be undone.
    pub(super) fn set(&mut self, text: impl Into<String>) {
        self.remember();
        self.text = text.into();
        self.cursor = self.text.len();
    }

    /// Takes the text out; that can be undone.
    pub(super) fn take(&mut self) -> String {
        self.remember();
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// A carriage return would be one letter with the newline behind it.
    fn insert(&mut self, text: &str) {
        let text = text.replace('\r', "");
        let room = limits::TERMINAL_LINE_BYTES_MAX.saturating_sub(self.text.len());
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.text.insert_str(self.cursor, &text[..end]);
        self.cursor += end;
        self.settle();
    }

    /// What was inserted may have joined what follows.
    fn settle(&mut self) {
        if !self.text.is_char_boundary(self.cursor) {
            self.cursor = self.text.len();
        }
        let mut ends = self.text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len());
        if self.cursor > 0 {
            self.cursor = ends.find(|end| *end >= self.cursor).unwrap_or(self.text.len());
        }
    }

    fn remember(&mut self) {
        self.is_typing = false;
        // what was taken back can still be had by taking back more
        while let Some(undone) = self.redo.pop() {
            self.undo.push(undone);
        }
        if self.undo.last().is_some_and(|(text, _)| *text == self.text) {
            return;
        }
        self.undo.push((self.text.clone(), self.cursor));
        while self.undo.len() > UNDO_MAX
            || (self.undo.len() > 1 && self.undo.iter().map(|(text, _)| text.len()).sum::<usize>() > UNDO_BYTES_MAX)
        {
            self.undo.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(text: &str) -> Editor {
        let mut editor = Editor::default();
        text.chars().for_each(|c| editor.type_char(c));
        editor
    }

    #[test]
    fn words_are_killed_and_come_back() {
        let mut editor = typed("one two  three");
        assert_eq!(editor.kill(Motion::WordLeft), "three");
        assert_eq!(editor.kill(Motion::WordLeft), "two  ");
        editor.undo();
        editor.undo();
        assert_eq!(editor.text(), "one two  three");
        editor.go(Motion::LineStart);
        assert_eq!((editor.kill(Motion::WordRight), editor.text()), ("one".to_owned(), " two  three"));
        assert_eq!((editor.kill(Motion::LineEnd).as_str(), editor.kill(Motion::Left).as_str()), (" two  three", ""));
    }

    #[test]
    fn letters_are_undone_by_words() {
        let mut editor = typed("one two");
        editor.undo();
        assert_eq!(editor.text(), "one");
        editor.undo();
        assert_eq!(editor.text(), "");
        editor.undo();
        assert!(editor.is_empty());
        editor.redo();
        editor.redo();
        assert_eq!(editor.text(), "one two");
        editor.undo();
        editor.type_char('!');
        editor.undo();
        editor.undo();
        assert_eq!(editor.text(), "one two", "nothing is lost by going another way");
    }

    #[test]
    fn a_cluster_is_one_letter() {
        let mut editor = typed("a👩‍🚀e\u{301}");
        editor.go(Motion::Left);
        assert_eq!(editor.cursor(), "a👩‍🚀".len());
        assert_eq!(editor.kill(Motion::Left), "👩‍🚀");
        editor.transpose();
        assert_eq!(editor.text(), "e\u{301}a");
    }

    #[test]
    fn a_word_is_finished_where_it_stands() {
        let mut editor = typed(".join l");
        editor.complete(6, "lobby ");
        assert_eq!((editor.text(), editor.cursor()), (".join lobby ", 12));
    }

    proptest! {
        #[test]
        fn the_cursor_never_stands_inside_a_letter(
            steps in proptest::collection::vec((0_usize..14, any::<char>(), "[a 👩\u{200d}🚀\u{301}\n]{0,4}"), 0..60)
        ) {
            let mut editor = Editor::default();
            for (step, c, text) in steps {
                match step {
                    0..=2 => editor.type_char(c),
                    3 => drop(editor.paste(&text)),
                    4 => editor.undo(),
                    5 => editor.transpose(),
                    6 => editor.set(text),
                    7 => drop(editor.kill(Motion::ALL[text.len() % Motion::ALL.len()])),
                    step => drop(editor.go(Motion::ALL[(step + text.len()) % Motion::ALL.len()])),
                }
                let ends = editor.text().grapheme_indices(true).map(|(at, _)| at).chain([editor.text().len()]);
                prop_assert!(ends.into_iter().any(|end| end == editor.cursor()), "{:?}", editor);
            }
        }
    }
}
