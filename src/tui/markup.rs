//! What is marked inside of a text: links, `code`, quotes; and which way it is written. The text is safe already.

use ratatui::style::Style;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::theme::Theme;
use super::wrap::{Unit, units};

/// What a link begins with; nothing else is opened.
const LINKS: [&str; 2] = ["https://", "http://"];

/// A text with its marks.
#[must_use]
pub(super) fn marked(text: &str, theme: &Theme) -> Vec<Unit> {
    let mut out = Vec::new();
    let mut is_fenced = false;
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.extend(units("\n", Style::default()));
        }
        let is_fence = line.trim_start().starts_with("```");
        match line.strip_prefix('>') {
            _ if is_fence || is_fenced => out.extend(units(line, theme.code)),
            Some(quoted) => out.extend(units(&format!("▎{quoted}"), theme.quote)),
            None => out.extend(in_line(line, theme)),
        }
        is_fenced ^= is_fence;
    }
    out
}

/// Marks a name wherever it stands as a word of its own.
pub(super) fn point_out(units: &mut [Unit], name: &str, style: Style) {
    let letters: Vec<String> = name.graphemes(true).map(str::to_lowercase).collect();
    let is_of_word = |unit: Option<&Unit>| unit.is_some_and(|unit| unit.shown.chars().any(char::is_alphanumeric));
    let mut at = 0;
    while !letters.is_empty() && at + letters.len() <= units.len() {
        let end = at + letters.len();
        let is_it = units[at..end].iter().zip(&letters).all(|(unit, letter)| unit.shown.to_lowercase() == *letter)
            && !is_of_word(at.checked_sub(1).and_then(|before| units.get(before)))
            && !is_of_word(units.get(end));
        if is_it {
            units[at..end].iter_mut().for_each(|unit| unit.style = unit.style.patch(style));
        }
        at = if is_it { end } else { at + 1 };
    }
}

/// The links in a text, as bytes of it.
#[must_use]
pub(super) fn links(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = LINKS.iter().filter_map(|link| text[from..].find(link)).min().map(|at| from + at) {
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')).unwrap_or(rest.len());
        let link = trimmed(&rest[..end]);
        if LINKS.iter().any(|begin| link.len() > begin.len() && link.starts_with(begin)) {
            found.push(start..start + link.len());
        }
        from = start + end.max(1);
    }
    found
}

/// Without what ends a sentence.
fn trimmed(link: &str) -> &str {
    let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
    match link.strip_suffix(')') {
        Some(inside) if !inside.contains('(') => trimmed(inside),
        _ => link,
    }
}

fn in_line(line: &str, theme: &Theme) -> Vec<Unit> {
    let mut out = Vec::new();
    let mut parts = line.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        // a lone mark at the end is a mark
        if is_code && is_last {
            out.extend(units("`", Style::default()));
            out.extend(linked(part, theme));
        } else if is_code {
            out.extend(units(&format!("`{part}`"), theme.code));
        } else {
            out.extend(linked(part, theme));
        }
        is_code = !is_code;
    }
    out
}

fn linked(text: &str, theme: &Theme) -> Vec<Unit> {
    let mut out = Vec::new();
    let mut at = 0;
    for link in links(text) {
        out.extend(units(&text[at..link.start], Style::default()));
        out.extend(units(&text[link.clone()], theme.link));
        at = link.end;
    }
    out.extend(units(&text[at..], Style::default()));
    out
}

/// Whether a text is written from right to left: its first letter says so. It then gets rows of its own, so that a
/// terminal that turns rows does not mix it with the name beside it.
#[must_use]
pub(super) fn is_right_to_left<'a>(shown: impl IntoIterator<Item = &'a str>) -> bool {
    let mut letters = shown.into_iter().flat_map(str::chars);
    let first = letters.find(|c| c.general_category_group() == GeneralCategoryGroup::Letter);
    first.is_some_and(|c| {
        matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
    })
}

#[cfg(test)]
mod tests {
    use super::super::theme::Choice;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        links(text).into_iter().map(|link| &text[link]).collect()
    }

    #[test]
    fn links_end_where_people_think_they_do() {
        assert_eq!(
            found("see https://a.example/x?y=1, or (http://b.example)."),
            ["https://a.example/x?y=1", "http://b.example"]
        );
        assert_eq!(found("https://en.example/A_(b) \"http://q\""), ["https://en.example/A_(b)", "http://q"]);
        assert_eq!(found("http:// https://"), [""; 0]);
        assert_eq!(found("javascript:alert(1) file:///etc/passwd"), [""; 0]);
    }

    #[test]
    fn code_and_quotes_stand_out() {
        let theme = Theme::new(Choice::Auto);
        let style_of = |text: &str, at: usize| marked(text, &theme)[at].style;
        assert_eq!(style_of("a `b` c", 2), theme.code);
        assert_eq!(style_of("a `b c", 3), Style::default());
        assert_eq!(style_of("> a", 2), theme.quote);
        assert_eq!(style_of("```\n> a\n```\nb", 5), theme.code);
        assert_eq!(style_of("```\n> a\n```\nb", 12), Style::default());
        let shown: String = marked("> a `b`\nc", &theme).into_iter().map(|unit| unit.shown).collect();
        assert_eq!(shown, "▎ a `b`c");
    }

    #[test]
    fn the_first_letter_says_which_way() {
        assert!(is_right_to_left(["1. ", "שלום"]) && is_right_to_left(["مرحبا ann"]));
        assert!(!is_right_to_left(["ann שלום"]) && !is_right_to_left(["12"]));
    }
}
