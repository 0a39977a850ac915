//! What was typed in a room before, to be brought back. What is being typed meanwhile is kept, and comes back at the end.

use std::collections::VecDeque;

use crate::terminal::secret::may_tell;

/// Lines of a room that can be brought back.
const LINES_MAX: usize = 100;

/// Lines of the past, and where in them one is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Recall {
    lines: VecDeque<String>,
    /// How far back one is, and what was being typed.
    place: Option<(usize, String)>,
}

impl Recall {
    /// With lines of earlier runs, the newest at the end.
    #[must_use]
    pub(super) fn with(lines: impl IntoIterator<Item = String>) -> Self {
        let mut recall = Self::default();
        lines.into_iter().for_each(|line| recall.add(line));
        recall
    }

    /// All lines, the newest at the end.
    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = &String> + ExactSizeIterator {
        self.lines.iter()
    }

    /// A line was sent.
    pub(super) fn add(&mut self, line: String) {
        self.place = None;
        if line.trim().is_empty() || may_tell(&line) || self.lines.back() == Some(&line) {
            return;
        }
        self.lines.push_back(line);
        while self.lines.len() > LINES_MAX {
            self.lines.pop_front();
        }
    }

    /// The line before the one that is shown; `typed` is what stands there now.
    pub(super) fn older(&mut self, typed: &str) -> Option<String> {
        let back = self.place.as_ref().map_or(0, |(back, _)| back + 1);
        let line = self.lines.iter().rev().nth(back)?.clone();
        let typed = self.place.take().map_or_else(|| typed.to_owned(), |(_, typed)| typed);
        self.place = Some((back, typed));
        Some(line)
    }

    /// The line after the one that is shown; at the end, what was being typed.
    pub(super) fn newer(&mut self) -> Option<String> {
        let (back, typed) = self.place.take()?;
        let Some(back) = back.checked_sub(1) else { return Some(typed) };
        self.place = Some((back, typed));
        self.lines.iter().rev().nth(back).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_what_was_being_typed_too() {
        let mut recall = Recall::with(["one", "two", "two", " "].map(str::to_owned));
        assert_eq!(recall.lines().count(), 2);
        assert_eq!(recall.newer(), None);
        assert_eq!(recall.older("half").as_deref(), Some("two"));
        assert_eq!(recall.older("two").as_deref(), Some("one"));
        assert_eq!(recall.older("one"), None);
        assert_eq!(recall.newer().as_deref(), Some("two"));
        assert_eq!(recall.newer().as_deref(), Some("half"));
        assert_eq!(recall.newer(), None);
    }
}
