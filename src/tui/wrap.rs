//! Breaks text into rows of a width, as a terminal counts it: between words where it can, never inside of what is one
//! letter to a reader. Where each row came from is told, so that a cursor can be found in it.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a tab.
const TAB: &str = "    ";

/// The smallest part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// As it is drawn.
    pub shown: String,
    /// Columns.
    pub width: usize,
    /// How it is drawn.
    pub style: Style,
    is_space: bool,
    is_newline: bool,
}

/// Takes safe text apart: newlines and tabs may stand in it.
#[must_use]
pub(super) fn units(text: &str, style: Style) -> Vec<Unit> {
    text.graphemes(true).map(|grapheme| unit(grapheme, style)).collect()
}

/// One grapheme.
#[must_use]
pub(super) fn unit(grapheme: &str, style: Style) -> Unit {
    let is_newline = grapheme.ends_with('\n');
    let shown = match grapheme {
        _ if is_newline => String::new(),
        "\t" => TAB.to_owned(),
        grapheme => grapheme.to_owned(),
    };
    let is_space = grapheme.chars().all(char::is_whitespace) && grapheme != "\u{a0}";
    Unit { width: shown.width(), shown, style, is_space, is_newline }
}

/// The rows, as places in `units`. There is at least one. Spaces that end a row stay with it, so that every unit is in
/// one; a row may be that much too wide.
#[must_use]
pub(super) fn rows(units: &[Unit], width: usize) -> Vec<Range<usize>> {
    let (mut rows, mut start, mut column, mut chance) = (Vec::new(), 0, 0, None);
    for (at, unit) in units.iter().enumerate() {
        if unit.is_newline {
            rows.push(start..at + 1);
            (start, column, chance) = (at + 1, 0, None);
            continue;
        }
        while column + unit.width > width && at > start && !unit.is_space {
            let cut = chance.filter(|cut| *cut > start).unwrap_or(at);
            rows.push(start..cut);
            column = units[cut..at].iter().map(|unit| unit.width).sum();
            (start, chance) = (cut, None);
        }
        column += unit.width;
        if unit.is_space || unit.width > 1 {
            chance = Some(at + 1);
        }
    }
    rows.push(start..units.len());
    rows
}

/// One row, with the spaces at its end left out.
#[must_use]
pub(super) fn line(units: &[Unit]) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    for unit in drawn(units) {
        match spans.last_mut() {
            Some(span) if span.style == unit.style => span.content.to_mut().push_str(&unit.shown),
            _ => spans.push(Span::styled(unit.shown.clone(), unit.style)),
        }
    }
    Line::from(spans)
}

/// Columns of such a row. They are those of its letters, each for itself, as they are drawn: a text as a whole may count
/// as fewer, since some pairs of letters could be written as one.
#[must_use]
pub(super) fn columns(units: &[Unit]) -> usize {
    drawn(units).iter().map(|unit| unit.width).sum()
}

/// A row without the spaces at its end.
fn drawn(units: &[Unit]) -> &[Unit] {
    let last = units.iter().rposition(|unit| !unit.is_space || unit.style != Style::default());
    &units[..last.map_or(0, |last| last + 1)]
}

/// A text in at most so many columns; a dot of three stands for the rest.
#[must_use]
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.graphemes(true).map(UnicodeWidthStr::width).sum::<usize>() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut columns = 0;
    for grapheme in text.graphemes(true) {
        columns += grapheme.width();
        if columns + 1 > width {
            break;
        }
        short.push_str(grapheme);
    }
    if width > 0 { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrap(text: &str, width: usize) -> Vec<String> {
        let units = units(text, Style::default());
        rows(&units, width).into_iter().map(|row| line(&units[row]).to_string()).collect()
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("abcd efgh", 4), ["abcd", "efgh"]);
        assert_eq!(wrap("a\tb", 10), ["a    b"]);
    }

    #[test]
    fn wide_letters_count_twice_and_stay_whole() {
        assert_eq!(wrap("你好世界", 5), ["你好", "世界"]);
        assert_eq!(wrap("x👩‍🚀👩‍🚀", 4), ["x👩‍🚀", "👩‍🚀"]);
        assert_eq!(wrap("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(cut("你好世界", 5), "你好…");
        assert_eq!(columns(&units("لا لا ", Style::default())), 5, "as they are drawn, not as one sign");
        assert_eq!(cut("لالا", 3), "لا…");
        assert_eq!((cut("abc", 3), cut("abcd", 3), cut("x", 0)), ("abc".to_owned(), "ab…".to_owned(), String::new()));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "[a-z 你👩\u{200d}🚀\u{301}\n]{0,60}", width in 2_usize..20) {
            let units = units(&text, Style::default());
            let rows = rows(&units, width);
            prop_assert_eq!(rows.iter().map(ExactSizeIterator::len).sum::<usize>(), units.len());
            prop_assert!(rows.windows(2).all(|pair| pair[0].end == pair[1].start));
            let widest = units.iter().map(|unit| unit.width).max().unwrap_or(0);
            for row in rows {
                let drawn: usize = units[row].iter().filter(|unit| !unit.is_space).map(|unit| unit.width).sum();
                prop_assert!(drawn <= width.max(widest));
            }
        }
    }
}
