//! What a server says: answers, refusals, events, signals and good-bye.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{DeviceKey, Devices};
use crate::model::{Body, LogId, RoomName, Seq, Timestamp, User};

/// One frame from the server: a map of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerFrame {
    /// A request was done; with its id.
    Answer((u32, Answer)),
    /// A request was refused; with its id.
    Error((u32, Refusal)),
    /// Something stands in a room's log.
    Event(Event),
    /// Something happened that no log keeps.
    Signal(Signal),
    /// The last frame.
    Bye(Bye),
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// To `hello`.
    Welcome(Welcome),
    /// To `register` and `login`: who one is now.
    User(User),
    /// To `join`.
    Joined(Joined),
    /// Done.
    Ok,
    /// To `say` and `finish`: committed and synced.
    Said(Said),
    /// To `history`.
    Page(Page),
    /// To `rooms`.
    Rooms(Rooms),
    /// To `members`.
    Members(Members),
    /// To `devices`.
    Devices(Devices),
    /// To `upload`.
    Uploading(Uploading),
    /// To `fetch`.
    Data(Data),
    /// To `ping`.
    Pong,
}

/// To `hello`: who one is, and what this server allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// [`super::PROTOCOL`].
    pub protocol: u64,
    /// The server's name and version.
    pub server: String,
    /// To be presented in later `hello`s.
    pub device: DeviceKey,
    /// Who one is.
    pub user: User,
    /// What this server allows.
    pub limits: Limits,
    /// The server's time.
    pub at: Timestamp,
}

/// What a server allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a frame.
    pub frame: u64,
    /// Bytes of a text.
    pub text: u64,
    /// Bytes of a file.
    pub file: u64,
    /// Bytes of a chunk.
    pub chunk: u64,
    /// Says a second; 0 for no limit.
    pub rate: u64,
    /// Seconds without a frame after which the server hangs up.
    pub idle: u64,
}

/// To `join`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The room, in its first spelling.
    pub room: String,
    /// Which log the seqs belong to.
    pub log: LogId,
    /// What the room is about.
    pub topic: String,
    /// The first seq that is kept.
    pub first: Seq,
    /// The last seq.
    pub head: Seq,
    /// How many are there, oneself included.
    pub members: u32,
    /// How far one has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Seq>,
}

/// To `say` and `finish`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The room.
    pub room: String,
    /// The message's place in it, for ever.
    pub seq: Seq,
    /// When it was said.
    pub at: Timestamp,
}

/// To `history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The room.
    pub room: String,
    /// The first seq that is kept.
    pub first: Seq,
    /// The last seq.
    pub head: Seq,
    /// In rising order; none at the end.
    pub events: Vec<Event>,
}

/// To `rooms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rooms {
    /// In the order of their keys.
    pub rooms: Vec<RoomEntry>,
    /// Whether there are more.
    pub more: bool,
}

/// A room in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomEntry {
    /// Its name.
    pub room: String,
    /// What it is about.
    pub topic: String,
    /// How many are there.
    pub members: u32,
    /// The last seq.
    pub head: Seq,
}

/// To `members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// In the order of their keys.
    pub members: Vec<User>,
    /// Whether there are more.
    pub more: bool,
}

/// To `upload`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploading {
    /// This connection's number for the upload.
    pub upload: u32,
    /// Where it goes on.
    pub offset: u64,
}

/// To `fetch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// Where the bytes begin.
    pub offset: u64,
    /// Bytes of the whole file.
    pub size: u64,
    /// The bytes; none at the end.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// Something that stands in a room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The room.
    #[serde(with = "room_name")]
    pub room: RoomName,
    /// Its place there.
    pub seq: Seq,
    /// When it was said.
    pub at: Timestamp,
    /// Who said it, as they were then.
    pub author: User,
    /// What was said.
    pub body: Body,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
}

/// What no log keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// Somebody is typing.
    Typing {
        /// Where.
        room: String,
        /// Who.
        user: User,
    },
    /// Somebody came or left.
    Presence {
        /// Where.
        room: String,
        /// Who.
        user: User,
        /// True if they came.
        here: bool,
    },
    /// A guest registered or logged in.
    Renamed {
        /// Where.
        room: String,
        /// Who they were.
        from: User,
        /// Who they are.
        to: User,
    },
}

/// The last frame of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bye {
    /// Why.
    pub code: ByeCode,
    /// The same, for people.
    pub message: Cow<'static, str>,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByeCode {
    /// The client asked for it.
    Quit,
    /// The server stops.
    Shutdown,
    /// Nothing came for too long.
    Idle,
    /// What came was no frame.
    BadFrame,
    /// No `hello` came.
    HelloTimeout,
    /// Something else came in its place.
    HelloFirst,
    /// A malformed `hello`.
    BadRequest,
    /// A `hello` of another version.
    UnsupportedProtocol,
    /// A wrong secret, an unknown device or a ban.
    Denied,
    /// The device connected again.
    Replaced,
    /// Far beyond its rate after being told.
    SlowDown,
    /// The server has no room for more.
    Full,
    /// One that a later server has and this crate does not know; never sent.
    #[serde(other)]
    Unknown,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// The same, for people.
    pub message: Cow<'static, str>,
    /// When it is worth trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal with its reason in words.
    #[must_use]
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None }
    }
}

/// The protocol's error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No request of the protocol.
    BadRequest,
    /// Beyond a limit of size.
    TooLarge,
    /// Not version 1.
    UnsupportedProtocol,
    /// Something before `hello`.
    HelloFirst,
    /// Not allowed.
    Denied,
    /// Somebody else's handle.
    HandleTaken,
    /// No handle.
    HandleInvalid,
    /// No room's name.
    RoomInvalid,
    /// No such room.
    NoSuchRoom,
    /// Join it first.
    NotJoined,
    /// What is referred to does not exist.
    NoSuchMessage,
    /// A cursor beyond the head.
    CursorAhead,
    /// A cursor of another log.
    LogChanged,
    /// The nonce names another message.
    NonceReused,
    /// No upload of this connection.
    NoSuchUpload,
    /// The bytes are not what was announced.
    HashMismatch,
    /// The bytes are no picture.
    NotAnImage,
    /// Too many of something.
    Quota,
    /// Too fast.
    SlowDown,
    /// The store cannot commit now.
    Unavailable,
    /// A fault of the server.
    Internal,
    /// One that a later server has and this crate does not know; never sent.
    #[serde(other)]
    Unknown,
}

/// A room's name was checked when the room was made; a client takes the server's word for it.
mod room_name {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::model::RoomName;

    pub(super) fn serialize<S: Serializer>(name: &RoomName, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RoomName, D::Error> {
        String::deserialize(deserializer).map(|name| RoomName::from_store(&name))
    }
}
