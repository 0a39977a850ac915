//! A password on its way: what is shown of it, in a log or on a screen, is nothing. Whether it is the right one is left
//! to `chat`.

use serde::{Deserialize, Serialize};

/// What somebody typed who must not be overheard.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
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
