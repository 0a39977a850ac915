//! What people say and who says it, in the shape in which it travels. Whether it may be said is judged in
//! [`crate::chat`].

use serde::{Deserialize, Serialize};

use super::{Digest, Seq, UserId};

/// Somebody, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct User {
    /// All guests share [`UserId::ANONYMOUS`]; the name tells them apart.
    pub id: UserId,
    /// A handle, or a guest's name.
    pub name: String,
    /// True for who has no handle.
    pub guest: bool,
}

/// The content of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// Words: 1 to 16,384 bytes.
    Text(String),
    /// A file that was uploaded.
    File(FileBody),
    /// A picture that was uploaded.
    Image(ImageBody),
    /// The author's new words for the text at `of`.
    Edit {
        /// The seq of the text.
        of: Seq,
        /// 1 to 16,384 bytes.
        text: String,
    },
    /// The author takes back the message at `of`.
    Delete {
        /// The seq of the text, file or image.
        of: Seq,
    },
    /// A reaction to the message at `of` was set or taken back.
    React {
        /// The seq of the text, file or image.
        of: Seq,
        /// 1 to 64 bytes.
        emoji: String,
        /// True if set, false if taken back.
        on: bool,
    },
    /// What the room is about from now on: at most 1,024 bytes.
    Topic(String),
    /// What stands where a message was deleted.
    Gone {},
}

impl Body {
    /// Bytes of the words in it.
    #[must_use]
    pub const fn text_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Edit { text, .. } | Self::Topic(text) | Self::React { emoji: text, .. } => {
                text.len()
            }
            Self::File(FileBody { name, .. }) | Self::Image(ImageBody { name, .. }) => name.len(),
            Self::Delete { .. } | Self::Gone {} => 0,
        }
    }
}

/// A file as a message shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileBody {
    /// At most 255 bytes, without a path.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// What the server found in the content.
    pub mime: String,
    /// Of the content.
    pub sha256: Digest,
}

/// A picture as a message shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageBody {
    /// At most 255 bytes, without a path.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub mime: String,
    /// Of the content.
    pub sha256: Digest,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}
