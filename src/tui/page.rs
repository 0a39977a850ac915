//! A page over the conversation: its rows broken to the width that there is, and how far one has read. What it looks like
//! is left to [`super::view_over`], which keys turn it to [`super::over`].

use ratatui::style::Style;

use super::layout::areas;
use super::state::State;
use super::view::whole;
use super::wrap::{line, rows, units};
use crate::model::safe_text;

/// Columns and rows that a frame takes.
const FRAME: (u16, u16) = (4, 2);

/// Columns and rows of a page.
#[must_use]
pub(super) fn size(state: &State) -> (usize, usize) {
    let space = whole(&areas(state));
    let left = |all: u16, frame| usize::from(all.saturating_sub(frame)).max(1);
    (left(space.width, FRAME.0), left(space.height, FRAME.1))
}

/// Turns a page by so many rows; it does not end before its screen is full.
#[must_use]
pub(super) fn turned(state: &State, rows: &[String], top: usize, by: isize) -> usize {
    let (columns, height) = size(state);
    let last = broken(rows, columns).len().saturating_sub(height);
    top.min(last).saturating_add_signed(by).min(last)
}

/// Texts as they stand on a page, safe, each in as many rows as it takes. What goes on stands a little to the right of
/// where its text begins.
#[must_use]
pub(super) fn broken(texts: &[String], columns: usize) -> Vec<String> {
    texts.iter().flat_map(|text| one_broken(text, columns)).collect()
}

fn one_broken(text: &str, columns: usize) -> Vec<String> {
    let text = safe_text(text);
    let words = text.trim_start_matches(' ');
    let indent = (text.len() - words.len()).min(columns / 4);
    let goes_on = if indent + 2 < columns / 2 { indent + 2 } else { 0 };
    let units = units(words, Style::default());
    let (first, rest) = (columns.saturating_sub(indent).max(1), columns.saturating_sub(goes_on).max(1));
    let all = rows(&units, first);
    let Some(cut) = all.first().cloned() else { return Vec::new() };
    let mut out = vec![format!("{}{}", " ".repeat(indent), line(&units[cut.clone()]))];
    if all.len() > 1 {
        let left = &units[cut.end..];
        out.extend(rows(left, rest).into_iter().map(|row| format!("{}{}", " ".repeat(goes_on), line(&left[row]))));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_rows_go_on_below_and_no_word_is_lost() {
        let broken = |texts: &[&str], columns| {
            super::broken(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), columns)
        };
        let all = broken(&["  .reply N TEXT  answers message N of this room", "", "short"], 24);
        assert_eq!(all, ["  .reply N TEXT  answers", "    message N of this", "    room", "", "short"]);
        assert_eq!(broken(&["                    far out"], 8), ["  far", "out"]);
        assert!(broken(&["\u{1b}[31m"], 40)[0].starts_with('␛'));
    }
}
