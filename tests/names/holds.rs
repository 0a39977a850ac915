//! What holds of any text that is to be a name, whoever makes it up: proptest does here, the fuzzer in `fuzz/`, which
//! shares this file.

use tertulia::model::names::{key_of, look_of};
use tertulia::model::{Handle, RoomName, limits};
use tertulia::terminal::safe_text;

pub(crate) fn name(text: &str) {
    same_in_every_form(text);
    if let Ok(name) = RoomName::parse(text) {
        assert!(text.chars().all(|c| c == '-' || c == '_' || c == '.' || !c.is_ascii_punctuation()));
        assert!(!text.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\')), "{text:?}");
        assert!(!name.key().as_str().is_empty());
        assert_eq!(name.as_str(), text, "the first spelling is kept");
    }
    if let Ok(handle) = Handle::parse(text) {
        assert!(RoomName::parse(text).is_ok(), "what may be a handle may be a room: {text:?}");
        assert!(nfkc_len(text) <= limits::HANDLE_CHARS_MAX);
        posing(text, &handle);
    }
    on_screen(text);
}

/// Other ways to write the same text have the same key.
fn same_in_every_form(text: &str) {
    use unicode_normalization::UnicodeNormalization;
    let forms = [text.nfc().collect(), text.nfd().collect(), text.nfkc().collect(), text.nfkd().collect::<String>()];
    for form in &forms {
        assert_eq!(key_of(form), key_of(text), "{form:?} {text:?}");
        assert_eq!(look_of(form), look_of(text), "{form:?} {text:?}");
        assert_eq!(RoomName::parse(form).is_ok(), RoomName::parse(text).is_ok(), "{form:?} {text:?}");
    }
}

fn nfkc_len(text: &str) -> usize {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().count()
}

/// Nobody who may claim a handle is taken for a guest or for the server.
fn posing(text: &str, handle: &Handle) {
    if handle.fit().is_err() {
        return;
    }
    for word in ["anonymous", "server", "admin", "system"] {
        assert!(handle.key() != key_of(word) && handle.look() != look_of(word), "{text:?} is {word}");
        assert!(handle.look() != look_of(&word.to_uppercase()), "{text:?} is {word}");
    }
    for key in [handle.key(), handle.look()] {
        assert!(!key.as_str().starts_with("guest-"), "{text:?}");
    }
}

/// What is shown of a text moves no cursor, and is the same when it is made safe twice.
fn on_screen(text: &str) {
    let safe = safe_text(text);
    assert!(!safe.contains(|c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')));
    assert!(!safe.contains(|c: char| matches!(c, '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{e0000}'..='\u{e0fff}')));
    assert_eq!(safe_text(&safe), safe);
}
