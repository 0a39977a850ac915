//! A few words of a text, for lines that speak about it: one line, safe, and cut where nothing is torn. What is quoted
//! is left to [`super::recent`].

use unicode_width::UnicodeWidthChar;

use crate::model::safe_text;

/// The beginning of a text, at most so many columns and a sign that there is more. It holds no double quotes, so that
/// nobody's words can end a quotation and go on in another's name.
#[must_use]
pub(crate) fn quote(text: &str, columns_max: usize) -> String {
    // The line's end would be marked; between words it is a space.
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'");
    let safe = safe_text(&line);
    let (mut end, mut columns) = (0, 0);
    for (start, unit) in units(&safe) {
        let width = width(unit);
        if columns + width > columns_max {
            return format!("{}…", trimmed(&safe[..end]));
        }
        (end, columns) = (start + unit.len(), columns + width);
    }
    safe.into_owned()
}

/// What is not to be torn: a mark of something unseen, or a character. What stands above another character comes
/// without a width of its own, and so stays with it.
fn units(safe: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &safe[at..];
        let len = mark_len(rest).or_else(|| rest.chars().next().map(char::len_utf8))?;
        at += len;
        Some((at - len, &rest[..len]))
    })
}

/// Bytes of the mark `<U+…>` that a text begins with.
fn mark_len(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("<U+")?;
    let len = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    (4..=6).contains(&len).then_some(())?;
    digits[len..].starts_with('>').then_some(len + 4)
}

fn width(unit: &str) -> usize {
    unit.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Without a joiner whose other side was cut off.
fn trimmed(cut: &str) -> &str {
    cut.trim_end_matches(['\u{200c}', '\u{200d}', ' '])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_few_words_are_quoted() {
        let table = [
            ("", ""),
            ("hello", "hello"),
            ("hello, is", "hello, is"),
            ("hello, is anybody here?", "hello, is…"),
            ("hello, isx", "hello, is…"),
            ("a\n b\t\u{2028}c", "a b c"),
            ("he said \"no\"", "he said '…"),
            ("a\x1b[2J", "a␛[2J"),
            ("ab\u{202e}cd", "ab…"),
            ("\u{202e}abcdef", "<U+202E>a…"),
            ("\u{202e}\u{202e}", "<U+202E>…"),
            ("12345678e\u{301}\u{323}", "12345678e\u{301}\u{323}"),
            ("12345678e\u{301}x", "12345678e\u{301}…"),
            ("1234567👩\u{200d}🚀", "1234567👩…"),
            ("你好你好你", "你好你好…"),
        ];
        for (text, quoted) in table {
            assert_eq!(quote(text, 9), quoted, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_quote_is_long_or_dangerous(text in any::<String>(), columns_max in 0_usize..40) {
            let quoted = quote(&text, columns_max);
            prop_assert!(width(&quoted) <= columns_max + 1, "{quoted:?}");
            prop_assert!(!quoted.contains(['"', '\n']));
            prop_assert_eq!(safe_text(&quoted), quoted.as_str());
        }

        #[test]
        fn no_mark_is_torn(text in "[a\u{202e}\u{200b}\u{e0041}\u{301}\u{200d}👩]{0,20}", columns_max in 0_usize..40) {
            let quoted = quote(&text, columns_max);
            let opened = quoted.matches("<U+").count();
            prop_assert_eq!(opened, quoted.matches('>').count(), "{:?}", quoted);
            prop_assert_eq!(safe_text(&quoted), quoted.as_str());
        }
    }
}
