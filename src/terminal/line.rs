//! A line on the screen. Whatever it is made from has been through [`safe_text`] once it is a [`Line`], and no other
//! type is ever printed: so nothing reaches a terminal raw. Where lines go is left to [`super::screen`].

use std::fmt::{self, Write};

use crate::model::Seq;
use crate::model::safe_text;

/// What stands before the second and later lines of a text: too deep for a time to stand there, so that nobody can
/// put words into the mouth of another.
const INDENT: &str = "        ";

/// Something to show: a stamp that nobody else can make, and a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    stamp: String,
    text: String,
    is_fault: bool,
}

impl Line {
    /// What somebody said at a time, with its number.
    #[must_use]
    pub(crate) fn said(time: &str, seq: Seq, text: &str) -> Self {
        Self { stamp: format!("{time} #{seq}"), text: in_lines(text), is_fault: false }
    }

    /// Where something else begins.
    #[must_use]
    pub(crate) fn rule(text: &'static str) -> Self {
        Self { stamp: format!("── {text} ──"), text: String::new(), is_fault: false }
    }

    /// What the client has to say by itself.
    #[must_use]
    pub(crate) fn note(text: impl AsRef<str>) -> Self {
        Self { stamp: "*".to_owned(), text: safe_text(text.as_ref()).into_owned(), is_fault: false }
    }

    /// Something that did not work.
    #[must_use]
    pub(crate) fn fault(text: impl AsRef<str>) -> Self {
        Self { is_fault: true, ..Self::note(text) }
    }

    /// A row of a list.
    #[must_use]
    pub(crate) fn row(text: impl AsRef<str>) -> Self {
        Self { stamp: String::new(), text: format!("  {}", safe_text(text.as_ref())), is_fault: false }
    }

    /// Whether something did not work, which a script wants to hear of elsewhere than where the words are.
    #[must_use]
    pub(crate) const fn is_fault(&self) -> bool {
        self.is_fault
    }

    /// The line with its stamp in a fainter colour, which no text of others can imitate.
    #[must_use]
    pub(crate) fn coloured(&self) -> String {
        match (self.stamp.as_str(), self.text.as_str()) {
            ("", text) => text.to_owned(),
            (stamp, "") => format!("\x1b[2m{stamp}\x1b[22m"),
            (stamp, text) => format!("\x1b[2m{stamp}\x1b[22m {text}"),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.stamp.is_empty() || self.text.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}", self.stamp, self.text)
    }
}

/// Newlines and tabs stay what they are, and every further line is indented.
fn in_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            write!(out, "\n{INDENT}").expect("a string takes everything");
        }
        for (number, part) in line.split('\t').enumerate() {
            out.push_str(if number > 0 { "\t" } else { "" });
            out.push_str(&safe_text(part));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_second_line_cannot_pass_for_another_persons() {
        let line = Line::said("14:05", Seq(12), "ann: hi\n14:06 bob: I quit\r\n\tend");
        assert_eq!(line.to_string(), "14:05 #12 ann: hi\n        14:06 bob: I quit␍\n        \tend");
    }

    #[test]
    fn a_note_is_one_line() {
        assert_eq!(Line::note("a\nb").to_string(), "* a␊b");
        assert_eq!(Line::row("a\x1bb").to_string(), "  a␛b");
        assert_eq!(Line::rule("new").to_string(), "── new ──");
        assert!(Line::fault("no").is_fault() && !Line::note("yes").is_fault());
    }

    #[test]
    fn only_the_stamp_is_coloured() {
        let line = Line::said("14:05", Seq(12), "ann: \x1b[2mhi");
        assert_eq!(line.coloured(), "\x1b[2m14:05 #12\x1b[22m ann: ␛[2mhi");
        assert_eq!(Line::rule("new").coloured(), "\x1b[2m── new ──\x1b[22m");
        assert_eq!(Line::row("a").coloured(), "  a");
    }

    proptest! {
        #[test]
        fn only_indented_lines_follow(text in "[\u{0}-\u{9f}a-z: ]{0,60}") {
            let shown = Line::said("14:05", Seq(12), &text).to_string();
            prop_assert!(shown.lines().skip(1).all(|line| line.starts_with(INDENT)));
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
