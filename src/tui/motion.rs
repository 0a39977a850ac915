//! Where the cursor goes in a text: letters, words, lines. What is done there is left to [`super::editor`].

use unicode_segmentation::UnicodeSegmentation;

/// A way through a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// A letter.
    Left,
    /// A letter.
    Right,
    /// To where a word begins.
    WordLeft,
    /// To where a word ends.
    WordRight,
    /// Likewise, where only spaces part words.
    BigWordLeft,
    /// To where the line begins.
    LineStart,
    /// To where the line ends.
    LineEnd,
    /// A line.
    Up,
    /// A line.
    Down,
}

impl Motion {
    /// Each of them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::Left,
        Self::Right,
        Self::WordLeft,
        Self::WordRight,
        Self::BigWordLeft,
        Self::LineStart,
        Self::LineEnd,
        Self::Up,
        Self::Down,
    ];
}

/// Where a motion leads from a place between two graphemes: to another such.
#[must_use]
pub(super) fn target(text: &str, from: usize, motion: Motion) -> usize {
    let (before, after) = text.split_at(from);
    match motion {
        Motion::Left => before.grapheme_indices(true).next_back().map_or(0, |(start, _)| start),
        Motion::Right => from + after.graphemes(true).next().map_or(0, str::len),
        Motion::WordLeft => word_start(before, char::is_alphanumeric),
        Motion::BigWordLeft => word_start(before, |c| !c.is_whitespace()),
        Motion::WordRight => from + word_end(after),
        Motion::LineStart => line_start(before),
        Motion::LineEnd => from + line_end(after),
        Motion::Up => match line_start(before) {
            0 => from,
            start => in_line(text, line_start(&text[..start - 1]), column(before)),
        },
        Motion::Down => match from + line_end(after) {
            end if end == text.len() => from,
            end => in_line(text, end + 1, column(before)),
        },
    }
}

fn word_start(before: &str, is_of_word: impl Fn(char) -> bool) -> usize {
    let is_of_word = |grapheme: &str| grapheme.chars().next().is_some_and(&is_of_word);
    let mut start = before.len();
    let mut is_in_word = false;
    for (at, grapheme) in before.grapheme_indices(true).rev() {
        match (is_of_word(grapheme), is_in_word) {
            (true, _) => is_in_word = true,
            (false, true) => return start,
            (false, false) => {}
        }
        start = at;
    }
    start
}

fn word_end(after: &str) -> usize {
    let mut is_in_word = false;
    for (at, grapheme) in after.grapheme_indices(true) {
        match (grapheme.chars().next().is_some_and(char::is_alphanumeric), is_in_word) {
            (true, _) => is_in_word = true,
            (false, true) => return at,
            (false, false) => {}
        }
    }
    after.len()
}

fn line_start(before: &str) -> usize {
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

/// A carriage return before the newline belongs to the same grapheme.
fn line_end(after: &str) -> usize {
    let mut lines = after.grapheme_indices(true).filter(|(_, grapheme)| grapheme.ends_with('\n'));
    lines.next().map_or(after.len(), |(at, _)| at)
}

fn column(before: &str) -> usize {
    before[line_start(before)..].graphemes(true).count()
}

fn in_line(text: &str, start: usize, column: usize) -> usize {
    let start = start.min(text.len());
    let line = &text[start..start + line_end(&text[start..])];
    start + line.grapheme_indices(true).nth(column).map_or(line.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_walked_in_columns() {
        let text = "one\ntwo three\nx";
        assert_eq!(target(text, 2, Motion::Down), 6);
        assert_eq!(target(text, 12, Motion::Down), 15, "a short line ends before");
        assert_eq!(target(text, 15, Motion::Up), 5);
        assert_eq!(target(text, 2, Motion::Up), 2, "there is no line above");
        assert_eq!((target(text, 6, Motion::LineStart), target(text, 6, Motion::LineEnd)), (4, 13));
    }

    #[test]
    fn words_are_what_people_take_for_such() {
        let text = "to ~/a-file.txt, ok";
        assert_eq!(target(text, text.len(), Motion::WordLeft), 17);
        assert_eq!(target(text, 15, Motion::WordLeft), 12);
        assert_eq!(target(text, 15, Motion::BigWordLeft), 3);
        assert_eq!(target(text, 2, Motion::WordRight), 6);
    }
}
