//! A password on its way: what is shown of it, in a log or on a screen, is nothing. Whether it is the right one is left
//! to `chat`. What is one is told here, for who sets it and for who keeps it.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::limits;

/// What somebody typed who must not be overheard.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why a text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters: a guess would be too likely.
    #[error("a password has at least {} characters", limits::PASSWORD_CHARS_MIN)]
    TooShort,
    /// Too many bytes.
    #[error("a password has at most {} bytes", limits::PASSWORD_BYTES_MAX)]
    TooLong,
}

impl Password {
    /// Its one form, NFC: another keyboard may compose its letters otherwise.
    ///
    /// # Errors
    /// If it may not be set.
    pub fn normal(&self) -> Result<Self, PasswordError> {
        let normal: String = self.0.nfc().collect();
        if normal.len() > limits::PASSWORD_BYTES_MAX {
            return Err(PasswordError::TooLong);
        }
        let is_enough = normal.chars().count() >= limits::PASSWORD_CHARS_MIN;
        is_enough.then_some(Self(normal)).ok_or(PasswordError::TooShort)
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_shown() {
        assert_eq!(format!("{:?}", Some(Password::from("correct horse"))), "Some(Password(…))");
    }
}
