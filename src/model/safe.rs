//! Text of others, made fit for a terminal: what would move the cursor, colour the screen, turn the writing direction
//! or hide is shown as a visible mark. Everything that somebody else said passes through here before a person sees it:
//! on the client's screen, and in the log. Breaking texts into lines is left to whoever shows them.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Combining marks on one letter that are shown: more than any writing system stacks; the rest would smear over the
/// lines above and below.
const MARKS_STACKED_MAX: usize = 8;

/// A text in which nothing is left that a terminal obeys and nothing that cannot be seen. Newlines and tabs are
/// marked too.
#[must_use]
pub fn safe_text(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(marked(text)) }
}

/// Whether every character shows itself and leaves the others alone, wherever it stands.
#[must_use]
pub fn is_harmless(c: char) -> bool {
    !is_unseen(c) && !is_joiner(c)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut stacked = 0;
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        stacked = if is_mark(c) { stacked + 1 } else { 0 };
        // what is shown as a mark itself is joined to nothing
        let next = rest.peek().copied().filter(|next| !is_unseen(*next));
        if is_unseen(c) || stacked > MARKS_STACKED_MAX || is_joiner(c) && !joins(before, c, next) {
            push_mark(&mut out, c);
            before = None;
        } else {
            out.push(c);
            before = Some(c);
        }
    }
    out
}

fn push_mark(out: &mut String, c: char) {
    match u32::from(c) {
        code @ 0..0x20 => out.push(char::from_u32(0x2400 + code).expect("the control pictures are characters")),
        0x7F => out.push('\u{2421}'),
        code => write!(out, "<U+{code:04X}>").expect("a string takes everything"),
    }
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Controls, formatting characters that are no visible signs, and what looks like nothing at all.
fn is_unseen(c: char) -> bool {
    match c.general_category() {
        GeneralCategory::Control | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => true,
        // a terminal that shows pictures by it would show what it was not asked to
        GeneralCategory::PrivateUse => c == '\u{10EEEE}',
        // nobody knows how these are drawn; many of them as nothing
        GeneralCategory::Unassigned => true,
        GeneralCategory::Format => !is_joiner(c) && !is_visible_format(c),
        _ => is_blank_letter(c),
    }
}

/// Signs of Arabic and Kaithi numbers and verses, which Unicode counts as formatting though they are seen.
const fn is_visible_format(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{0605}' | '\u{06DD}' | '\u{0890}' | '\u{0891}' | '\u{08E2}' | '\u{110BD}' | '\u{110CD}')
}

/// Letters and marks that are drawn as nothing: fillers of Hangul, the grapheme joiner, selectors of variants but for
/// those of emoji.
const fn is_blank_letter(c: char) -> bool {
    matches!(
        c,
        '\u{034F}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FFA0}'
            | '\u{FE00}'..='\u{FE0D}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// The joiners of emoji, Persian and the scripts of India, and the selectors of an emoji's look.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
}

/// Whether a joiner does its work where it stands; anywhere else it only hides.
fn joins(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match joiner {
        '\u{FE0E}' | '\u{FE0F}' => is_pictured(before) || matches!(before, '0'..='9' | '#' | '*'),
        '\u{200D}' if is_pictured(before) || before == '\u{FE0F}' => after.is_some_and(is_pictured),
        _ => is_joined_script(before) && after.is_some_and(is_joined_script),
    }
}

/// Symbols that emoji are made of, their skin tones included.
const fn is_pictured(c: char) -> bool {
    matches!(c, '\u{A9}' | '\u{AE}' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Arabic, Syriac, Mongolian's neighbours in India, Myanmar and Khmer: scripts whose spelling needs joiners.
const fn is_joined_script(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{0DFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_harmless_stays_as_it_is() {
        let harmless = [
            "",
            "hello, world ~",
            "Grüße, 你好, שלום, مرحبا, नमस्ते",
            "می‌خواهم",
            "क्‍ष",
            "👩‍🚀 👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈 👋🏿 1️⃣ 🇪🇺",
            "e\u{301}\u{323}",
        ];
        for text in harmless {
            assert_eq!(safe_text(text), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_becomes_a_mark() {
        let table = [
            ("\x1b[2J", "␛[2J"),
            ("\x1b]0;title\x07", "␛]0;title␇"),
            ("a\0b\tc\nd\re\x7f", "a␀b␉c␊d␍e␡"),
            ("\u{9b}31m", "<U+009B>31m"),
            ("\u{85}", "<U+0085>"),
            ("\u{202e}gpj.exe", "<U+202E>gpj.exe"),
            ("\u{2066}a\u{2069}\u{200f}\u{61c}", "<U+2066>a<U+2069><U+200F><U+061C>"),
            ("ad\u{200b}min\u{feff}", "ad<U+200B>min<U+FEFF>"),
            ("\u{2028}\u{2029}", "<U+2028><U+2029>"),
            ("\u{10eeee}\u{305}\u{e0b0}", "<U+10EEEE>\u{305}\u{e0b0}"),
            ("\u{e0041}\u{fff9}\u{ad}", "<U+E0041><U+FFF9><U+00AD>"),
            ("\u{3164}\u{115f}", "<U+3164><U+115F>"),
        ];
        for (text, safe) in table {
            assert_eq!(safe_text(text), safe, "{text:?}");
        }
    }

    #[test]
    fn joiners_that_join_nothing_are_marked() {
        for text in [
            "a\u{200d}b",
            "👩\u{200d}\u{1f280}",
            "\u{1f280}\u{200d}👩",
            "\u{200d}🚀",
            "👩\u{200d}",
            "a\u{fe0f}",
            "\u{fe0f}",
            "\u{200c}\u{200c}",
            "م\u{200c}a",
        ] {
            assert!(safe_text(text).contains("<U+"), "{text:?}");
        }
    }

    #[test]
    fn marks_do_not_pile_up() {
        let tower = format!("a{}", "\u{301}".repeat(200));
        assert_eq!(safe_text(&tower).chars().filter(|c| *c == '\u{301}').count(), MARKS_STACKED_MAX);
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(text in any::<String>()) {
            let safe = safe_text(&text);
            prop_assert!(!safe.chars().any(|c| c.is_control() || is_unseen(c)));
            prop_assert_eq!(safe_text(&safe), safe.as_ref());
        }

        #[test]
        fn not_even_among_the_worst(text in "[\u{0}-\u{9f}\u{200b}-\u{206f}\u{fe00}-\u{fe0f}a🚀👩]{0,40}") {
            prop_assert!(!safe_text(&text).chars().any(|c| c.is_control() || is_unseen(c)));
        }
    }
}
