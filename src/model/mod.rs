//! The nouns of a conversation, shared by every layer above. Nothing here does I/O or knows who uses it.

pub mod chance;
pub mod digest;
pub mod fingerprint;
pub mod handle;
pub mod ids;
pub mod limits;
pub mod message;
pub mod names;
pub mod network;
pub mod password;
pub mod safe;
pub mod time;

pub use chance::Chance;
pub use digest::Digest;
pub use fingerprint::{Fingerprint, NoFingerprint};
pub use handle::Handle;
pub use ids::{DeviceId, LogId, Nonce, RoomId, Seq, UserId};
pub use message::{Body, FileBody, ImageBody, User};
pub use names::{NameError, NameKey, RoomName};
pub use network::Network;
pub use password::{Password, PasswordError};
pub use safe::safe_text;
pub use time::{Clock, Timestamp};
