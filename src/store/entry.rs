//! What the rooms ask of a commit, and what each of them is answered. The commit itself is left to `commit`.

#[cfg(doc)]
use super::Store;
use super::UploadId;
use crate::model::{Body, DeviceId, Digest, NameKey, Nonce, RoomId, Seq, Timestamp, User};

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a room that the device has joined.
    Room(RoomId),
    /// In whichever room has this key, if any: the device has not joined it, and only a repetition is answered.
    Key(NameKey),
}

/// Something that a device wants in a room's log. Its form has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The room.
    pub place: Place,
    /// Who sends it. The device must be in the store.
    pub device: DeviceId,
    /// Who says it, as the others see them now.
    pub author: User,
    /// The device's own name for it.
    pub nonce: Nonce,
    /// What is said.
    pub body: Body,
    /// What it answers.
    pub reply_to: Option<Seq>,
    /// The upload that brought the bytes of a file or image: it keeps them from being swept until this is committed.
    pub upload: Option<UploadId>,
    /// Only a repetition may pass: the device is over its rate, or has not joined.
    pub refuse_if_new: bool,
}

/// What became of an entry. One that was refused has not used its nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It stands in the log.
    Appended {
        /// Where.
        seq: Seq,
        /// Since when.
        at: Timestamp,
    },
    /// It stood in the log before.
    Repeated {
        /// Where.
        seq: Seq,
        /// Since when.
        at: Timestamp,
    },
    /// The nonce names a message with another room, body or answer.
    NonceReused,
    /// What it is about, or answers, is not there, is gone, or is no message of that kind.
    NoSuchMessage,
    /// What it would change was said by somebody else.
    Denied,
    /// The upload is over, and nothing keeps its bytes any more.
    NoSuchUpload,
    /// It is new, and the operator has closed the room.
    Closed,
    /// It is new and was to be refused then; or there is no such room.
    Refused,
}

/// A batch, committed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Committed {
    /// One for each entry, in their order.
    pub outcomes: Vec<Outcome>,
    /// Contents that nothing refers to any more: their bytes can be removed, after one more look at
    /// [`Store::is_file_kept`].
    pub orphans: Vec<Digest>,
}
