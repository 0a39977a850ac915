//! Names of rooms and people: what is one, and which two are the same. What else a handle has to be is left to
//! [`super::handle`], whether a name is free to the store.
//!
//! The rule is the protocol's: letters, marks and digits of any script, `-`, `_` and `.`, counted after NFKC; two
//! names are the same if their keys are, and a key is the confusable skeleton (Unicode Technical Standard 39) of the
//! case-folded NFKC form.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::limits;

/// The version of Unicode whose tables make the keys.
pub const UNICODE_VERSION: (u64, u64, u64) = unicode_security::UNICODE_VERSION;

/// What two names have in common that pass for the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(Box<str>);

impl NameKey {
    /// A key as it was kept in the store when the name was made.
    #[must_use]
    pub fn from_store(key: &str) -> Self {
        Self(key.into())
    }

    /// The key's own text: not for people.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key of any text, be it a name or the beginning of one.
#[must_use]
pub fn key_of(text: &str) -> NameKey {
    let folded = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    NameKey(unicode_security::skeleton(&folded).collect::<String>().into())
}

/// The key of what a text looks like as it is spelled: `Iobby` with a capital I has the look of `lobby`, and `АТЕ` in
/// Cyrillic that of `ate`, though their keys, which are made of the small letters, differ.
#[must_use]
pub fn look_of(text: &str) -> NameKey {
    key_of(&unicode_security::skeleton(&text.nfkc().collect::<String>()).collect::<String>())
}

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or nothing that can be seen.
    #[error("a name needs at least one visible character")]
    Empty,
    /// More code points than the limit, after NFKC.
    #[error("a name has at most {0} characters")]
    TooLong(usize),
    /// Begins with a mark or a dot.
    #[error("a name does not begin with a dot or a combining mark")]
    BadStart,
    /// Something besides letters, marks, digits, `-`, `_` and `.`.
    #[error("a name is made of letters, digits, '-', '_' and '.'")]
    BadCharacter,
    /// A handle that would pass for the server or for a guest.
    #[error("this name is reserved, or looks like one that is")]
    Reserved,
    /// A handle of letters that are not written together.
    #[error(
        "a name has the letters of one script; only Latin ones may stand with those of one other, \
         which is neither Cyrillic nor Greek"
    )]
    MixedScripts,
}

/// The name of a room, spelled as whoever made it did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoomName(Arc<str>);

impl RoomName {
    /// Reads a room's name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(text, limits::ROOM_NAME_CHARS_MAX).map(|()| Self(text.into()))
    }

    /// A name that was checked when it was stored.
    #[must_use]
    pub fn from_store(name: &str) -> Self {
        Self(name.into())
    }

    /// The spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What this name has in common with all that pass for it.
    #[must_use]
    pub fn key(&self) -> NameKey {
        key_of(&self.0)
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn check(text: &str, chars_max: usize) -> Result<(), NameError> {
    let mut count = 0;
    for (index, c) in text.nfkc().enumerate() {
        count = index + 1;
        if count > chars_max {
            return Err(NameError::TooLong(chars_max));
        }
        check_char(c, index == 0)?;
    }
    if count == 0 || key_of(text).as_str().is_empty() { Err(NameError::Empty) } else { Ok(()) }
}

fn check_char(c: char, first: bool) -> Result<(), NameError> {
    use unicode_properties::GeneralCategory::DecimalNumber;
    let group = c.general_category_group();
    match c {
        '.' if first => Err(NameError::BadStart),
        '-' | '_' | '.' => Ok(()),
        _ if group == GeneralCategoryGroup::Mark && first => Err(NameError::BadStart),
        _ if matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark) => Ok(()),
        _ if c.general_category() == DecimalNumber => Ok(()),
        _ => Err(NameError::BadCharacter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        key_of(a) == key_of(b)
    }

    #[test]
    fn names_that_pass_for_each_other_have_one_key() {
        for (a, b) in [("lobby", "Lobby"), ("Ann", "Аnn"), ("straße", "STRASSE"), ("ｌｏｂｂｙ", "lobby"), ("fi", "ﬁ")]
        {
            assert!(same(a, b), "{a} {b}");
        }
        assert!(!same("ann", "anna"));
    }

    #[test]
    fn a_rooms_name_is_letters_marks_and_digits_of_any_script() {
        for good in ["lobby", "Café_2.0", "談話室", "комната", "नमस्ते", "-", "_a", "e\u{301}a", "a.b-c"]
        {
            assert!(RoomName::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", NameError::Empty),
            ("\u{3164}", NameError::Empty),
            (".hidden", NameError::BadStart),
            ("\u{301}a", NameError::BadStart),
            ("two words", NameError::BadCharacter),
            ("a/b", NameError::BadCharacter),
            ("a\u{202e}b", NameError::BadCharacter),
            ("a\u{7}", NameError::BadCharacter),
            ("☃", NameError::BadCharacter),
        ] {
            assert_eq!(RoomName::parse(bad).err(), Some(why), "{bad:?}");
        }
    }

    #[test]
    fn length_counts_code_points_after_nfkc() {
        assert!(RoomName::parse(&"é".repeat(64)).is_ok());
        assert!(RoomName::parse(&"e\u{301}".repeat(64)).is_ok(), "composed, these are 64");
        assert_eq!(RoomName::parse(&"a".repeat(65)).err(), Some(NameError::TooLong(64)));
        assert_eq!(RoomName::parse(&"ﬁ".repeat(33)).err(), Some(NameError::TooLong(64)));
    }
}
