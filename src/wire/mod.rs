//! The protocol as data, and its frames: what `docs/protocol.md` says, in types. What is legal when, and who gets
//! what, is left to [`crate::chat`] and [`crate::actors`].

mod decode;
mod devices;
mod encode;
mod frame;
mod reply;
mod request;
mod strict;
mod walk;

pub use decode::{BadRequest, decode_request, decode_server_frame, is_hello};
pub use devices::{DeviceEntry, Devices};
pub use encode::{append_frame, encode_frame, encoded_len};
pub use frame::{Broken, FrameCodec};
pub use reply::{
    Answer, Bye, ByeCode, Code, Data, Event, Joined, Limits, Members, Page, Refusal, RoomEntry, Rooms, Said,
    ServerFrame, Signal, Uploading, Welcome,
};
pub use request::{
    Chunk, DeviceKey, DevicesAfter, Fetch, Finish, Hello, History, InRoom, Join, Login, MembersAfter, Passwd, Read,
    Register, Request, Revoke, RoomsAfter, Say, Upload, UploadKind,
};

/// The version of the protocol that this crate speaks.
pub const PROTOCOL: u64 = 1;
