//! What a client asks for. Names are still as they were sent: they become [`crate::model::RoomName`] and
//! [`crate::model::Handle`] where a request is judged, since a bad one has an error of its own.

use serde::{Deserialize, Serialize};

use crate::model::{Body, DeviceId, Digest, LogId, Nonce, Password, Seq};

/// One request; the variant's name in lower case is its name on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// Who speaks; first and once.
    Hello(Hello),
    /// Claims a handle.
    Register(Register),
    /// Becomes a user who is known already.
    Login(Login),
    /// Sets or changes a password.
    Passwd(Passwd),
    /// Lists one's own devices.
    Devices(DevicesAfter),
    /// Makes one of them worth nothing.
    Revoke(Revoke),
    /// Follows a room.
    Join(Join),
    /// Follows it no more.
    Leave(InRoom),
    /// Says something in a joined room.
    Say(Say),
    /// Reads a page of a room's log.
    History(History),
    /// Lists the rooms.
    Rooms(RoomsAfter),
    /// Lists who is in a room.
    Members(MembersAfter),
    /// Tells the others that one is typing.
    Typing(InRoom),
    /// Notes how far one has read.
    Read(Read),
    /// Begins or resumes sending a file.
    Upload(Upload),
    /// Sends a part of it.
    Chunk(Chunk),
    /// Ends it, which says it in the room.
    Finish(Finish),
    /// Reads a part of a file.
    Fetch(Fetch),
    /// Shows that one is there.
    Ping,
    /// Leaves.
    Quit,
}

/// `hello`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`super::PROTOCOL`].
    pub protocol: u64,
    /// The client's name and version, for the log.
    pub agent: String,
    /// Absent for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceKey>,
}

/// What a device proves itself with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKey {
    /// Which device.
    pub id: DeviceId,
    /// 16 bytes that only it and, as a hash, the server know.
    #[serde(with = "serde_bytes")]
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceKey({}, secret)", self.id)
    }
}

/// `register`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The name to claim.
    pub handle: String,
    /// With it, other devices can log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// `login`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The name that was claimed.
    pub handle: String,
    /// The password that it was claimed with.
    pub password: Password,
}

/// `passwd`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passwd {
    /// The new one.
    pub password: Password,
    /// The one before, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Password>,
}

/// `devices`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicesAfter {
    /// The last one of the list before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<DeviceId>,
}

/// `revoke`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoke {
    /// One of one's own user's.
    pub device: DeviceId,
}

/// `join`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The room; made if it does not exist.
    pub room: String,
    /// The cursor; without it, only what is said from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// The log that the cursor belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogId>,
}

/// `leave` and `typing`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InRoom {
    /// The room.
    pub room: String,
}

/// `say`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// A joined room.
    pub room: String,
    /// The device's own name for this message, for ever.
    pub nonce: Nonce,
    /// Any but file, image and gone.
    pub body: Body,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
}

/// `history`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// An existing room.
    pub room: String,
    /// Walks back from here; without it and `after`, from the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// Walks forward from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// 1 to 1,000 events.
    pub limit: u16,
}

/// `rooms`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomsAfter {
    /// Only rooms whose key begins like this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The last name of the list before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// `members`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersAfter {
    /// An existing room.
    pub room: String,
    /// The last name of the list before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// `read`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// A joined room.
    pub room: String,
    /// How far, at most the head.
    pub seq: Seq,
}

/// What an upload becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadKind {
    /// Any bytes.
    File,
    /// A png, jpeg, gif or webp.
    Image,
}

/// `upload`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// A joined room.
    pub room: String,
    /// The message's.
    pub nonce: Nonce,
    /// What it becomes.
    pub kind: UploadKind,
    /// At most 255 bytes.
    pub name: String,
    /// Bytes in all.
    pub size: u64,
    /// Of all of them.
    pub sha256: Digest,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
}

/// `chunk`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The connection's number for the upload.
    pub upload: u32,
    /// Where it has arrived.
    pub offset: u64,
    /// At most 65,536 bytes.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// `finish`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The connection's number for the upload.
    pub upload: u32,
}

/// `fetch`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// An existing room.
    pub room: String,
    /// A file or an image in it.
    pub seq: Seq,
    /// Bytes from the beginning.
    pub offset: u64,
    /// Bytes wanted; fewer may come.
    pub length: u32,
}
