//! Handles: names that people claim, which must not be taken for somebody else's. Whether one is free is left to the
//! store.
//!
//! A handle that was claimed stays what it is when the rules get stricter. So two things are told apart: what may be
//! anybody's handle at all ([`Handle::parse`]), and what may be claimed today ([`Handle::fit`]).

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_security::{MixedScript, RestrictionLevel, RestrictionLevelDetection};

use super::limits;
use super::names::{NameError, NameKey, check, key_of, look_of};

/// Words that no handle may be or look like, however they are written.
const RESERVED: [&str; 12] = [
    "anonymous",
    "Anonymous",
    "ANONYMOUS",
    "server",
    "Server",
    "SERVER",
    "admin",
    "Admin",
    "ADMIN",
    "system",
    "System",
    "SYSTEM",
];
/// Beginnings that no handle may have or look like. The second has a letter that is drawn as a dash.
const RESERVED_BEGINNINGS: [&str; 6] = ["guest-", "Guest-", "GUEST-", "guestー", "Guestー", "GUESTー"];

/// The name that a person claimed, or wants to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle(String);

impl Handle {
    /// Reads what may be somebody's handle, claimed long ago or not at all.
    ///
    /// # Errors
    /// What is wrong with its length or its characters.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(text, limits::HANDLE_CHARS_MAX).map(|()| Self(text.to_owned()))
    }

    /// Whether it may be claimed now.
    ///
    /// # Errors
    /// [`NameError::Reserved`] if it could pass for a guest or for the server, [`NameError::MixedScripts`] if it
    /// mixes scripts further than the *moderately restrictive* level of Unicode Technical Standard 39 (5.2) lets it.
    pub fn fit(&self) -> Result<(), NameError> {
        if is_reserved(&self.key()) || is_reserved(&self.look()) {
            return Err(NameError::Reserved);
        }
        if mixes_scripts(&self.0) { Err(NameError::MixedScripts) } else { Ok(()) }
    }

    /// The spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What this handle has in common with all that pass for it.
    #[must_use]
    pub fn key(&self) -> NameKey {
        key_of(&self.0)
    }

    /// What this handle has in common with all that look like it as they are spelled.
    #[must_use]
    pub fn look(&self) -> NameKey {
        look_of(&self.0)
    }
}

/// The level also judges what is in a script of its own, as rare ones are; here any script is welcome by itself.
fn mixes_scripts(text: &str) -> bool {
    let normal: String = text.nfkc().collect();
    let text = normal.as_str();
    !text.is_single_script() && !text.check_restriction_level(RestrictionLevel::ModeratelyRestrictive)
}

fn is_reserved(key: &NameKey) -> bool {
    static KEYS: LazyLock<Vec<NameKey>> = LazyLock::new(|| both(&RESERVED));
    static BEGINNINGS: LazyLock<Vec<NameKey>> = LazyLock::new(|| both(&RESERVED_BEGINNINGS));
    KEYS.contains(key) || BEGINNINGS.iter().any(|beginning| key.as_str().starts_with(beginning.as_str()))
}

fn both(words: &[&str]) -> Vec<NameKey> {
    words.iter().flat_map(|word| [key_of(word), look_of(word)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    fn verdict(text: &str) -> Result<(), NameError> {
        Handle::parse(text)?.fit()
    }

    /// Whether somebody may claim `a` while `b` is somebody else's.
    fn may_stand_beside(a: &str, b: &str) -> bool {
        verdict(a).is_ok() && handle(a).key() != handle(b).key() && handle(a).look() != handle(b).look()
    }

    #[test]
    fn no_script_has_a_second_ann() {
        let table = [
            ("Ann", "Аnn", "Cyrillic A"),
            ("Ann", "Αnn", "Greek Alpha"),
            ("Ann", "Ꭺnn", "Cherokee go"),
            ("Ann", "ꓮnn", "Lisu a"),
            ("Ann", "ᗅnn", "Canadian syllable"),
            ("Ann", "Ａｎｎ", "fullwidth"),
            ("Ann", "𝐀𝐧𝐧", "mathematical bold"),
            ("Ann", "𝖠𝗇𝗇", "mathematical sans-serif"),
            ("Ann", "Ⓐnn", "circled"),
            ("Ann", "ᴬnn", "superscript"),
            ("ann", "ɑnn", "phonetic alpha"),
            ("ann", "аnn", "Cyrillic a"),
            ("noa", "ոօa", "Armenian vo, oh"),
            ("son", "ѕоn", "Cyrillic dze, o"),
            ("lan", "Ian", "capital I"),
            ("Alice", "AIice", "capital I"),
            ("Alice", "A1ice", "digit one"),
            ("Alice", "Aӏice", "Cyrillic palochka"),
            ("Alice", "Aǀice", "a click"),
            ("Bob", "B0b", "digit zero"),
            ("moon", "rnoon", "r and n"),
            ("ATE", "АТЕ", "all Cyrillic"),
            ("ATE", "ᎪᎢᎬ", "all Cherokee"),
            ("ATE", "ΑΤΕ", "all Greek"),
            ("ANN", "ꓮꓠꓠ", "all Lisu"),
            ("scope", "ѕсоре", "all Cyrillic"),
            ("Ann", "A\u{34f}nn", "a joiner of graphemes"),
            ("Ann", "Ann\u{fe0f}", "a variation selector"),
            ("Ann", "Ann\u{e0100}", "a selector of ideographs"),
            ("Ann", "Ann\u{115f}", "a Hangul filler"),
            ("Zoë", "Zoe\u{308}", "decomposed"),
            ("straße", "STRASSE", "sharp s"),
            ("file", "ﬁle", "a ligature"),
        ];
        for (first, second, how) in table {
            assert!(verdict(first).is_ok(), "{first}");
            assert!(!may_stand_beside(second, first), "{second} for {first}: {how}");
        }
        assert!(may_stand_beside("Anna", "Ann") && may_stand_beside("Än", "An") && may_stand_beside("Ян", "An"));
    }

    #[test]
    fn what_cannot_be_seen_is_in_no_name() {
        let unseen = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{202e}', '\u{2066}'];
        for c in unseen.into_iter().chain(['\u{200f}', '\u{61c}', '\u{e0041}', '\u{2028}', '\0', '\x1b', '\x7f']) {
            assert_eq!(verdict(&format!("An{c}n")), Err(NameError::BadCharacter), "{c:?}");
        }
    }

    #[test]
    fn scripts_are_mixed_as_people_write_them() {
        for good in [
            "Ann_2",
            "Иван",
            "Ελένη",
            "Վարդան",
            "ᏣᎳᎩ",
            "ꓡꓲ-ꓢꓴ",
            "京都_ann",
            "カタカナひらがな漢字abc",
            "한글han字",
            "हिndi",
        ] {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
        for bad in ["Ивaн", "Вася_cool", "Ελένη_x", "Ꮳann", "ꓡi", "Иванելա", "हिкириллица", "かなкир"]
        {
            assert_eq!(verdict(bad), Err(NameError::MixedScripts), "{bad}");
        }
    }

    #[test]
    fn nobody_can_pose_as_a_guest_or_as_the_server() {
        for bad in ["anonymous", "Server", "ADMIN", "ѕystem", "guest-1234", "Guest-", "ɡuest-x", "ｇｕｅｓｔ-1"]
        {
            assert_eq!(verdict(bad), Err(NameError::Reserved), "{bad}");
        }
        for bad in ["ADMlN", "AdmIn", "adrnin", "ꓮꓓꓟꓲꓠ", "SYSТЕМ", "guestー7", "guest一7", "guestᅳ7", "GUEST−7", "𝐚𝐝𝐦𝐢𝐧"]
        {
            assert!(verdict(bad).is_err(), "{bad}");
        }
        for good in ["guest", "guesthouse", "administrator", "serverina", "guest_7"] {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_was_claimed_before_a_rule_is_still_a_handle() {
        assert!(Handle::parse("Ивaн").is_ok_and(|handle| handle.fit().is_err()));
        assert_eq!(Handle::parse(&"a".repeat(33)), Err(NameError::TooLong(32)));
        assert_eq!(Handle::parse("a b"), Err(NameError::BadCharacter));
    }
}
