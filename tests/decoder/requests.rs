//! Any request that a client can make.

use proptest::option;
use proptest::prelude::*;
use tertulia::model::{Body, DeviceId, Digest, FileBody, ImageBody, LogId, Nonce, Password, Seq};
use tertulia::wire::{
    Chunk, DeviceKey, DevicesAfter, Fetch, Finish, Hello, History, InRoom, Join, Login, MembersAfter, Passwd, Read,
    Register, Request, Revoke, RoomsAfter, Say, Upload, UploadKind,
};

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "\\PC{0,40}", 1 => any::<String>(), 1 => "x{200,300}"]
}

pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

pub(crate) fn seq() -> impl Strategy<Value = Seq> {
    any::<u64>().prop_map(Seq)
}

pub(crate) fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

pub(crate) fn key() -> impl Strategy<Value = DeviceKey> {
    (any::<u64>(), bytes()).prop_map(|(id, secret)| DeviceKey { id: DeviceId(id), secret })
}

fn password() -> impl Strategy<Value = Password> {
    text().prop_map(Password)
}

fn device() -> impl Strategy<Value = DeviceId> {
    any::<u64>().prop_map(DeviceId)
}

pub(crate) fn any_body() -> BoxedStrategy<Body> {
    prop_oneof![
        text().prop_map(Body::Text),
        (text(), any::<u64>(), text(), digest()).prop_map(|(name, size, mime, sha256)| Body::File(FileBody {
            name,
            size,
            mime,
            sha256
        })),
        (text(), any::<u64>(), text(), digest(), any::<u32>(), any::<u32>()).prop_map(
            |(name, size, mime, sha256, width, height)| {
                Body::Image(ImageBody { name, size, mime, sha256, width, height })
            }
        ),
        (seq(), text()).prop_map(|(of, text)| Body::Edit { of, text }),
        seq().prop_map(|of| Body::Delete { of }),
        (seq(), text(), any::<bool>()).prop_map(|(of, emoji, on)| Body::React { of, emoji, on }),
        text().prop_map(Body::Topic),
        Just(Body::Gone {}),
    ]
    .boxed()
}

pub(crate) fn any_request() -> BoxedStrategy<Request> {
    prop_oneof![introductions(), rooms(), lists(), files(), Just(Request::Ping), Just(Request::Quit)].boxed()
}

fn introductions() -> BoxedStrategy<Request> {
    prop_oneof![
        (any::<u64>(), text(), option::of(key())).prop_map(|(protocol, agent, device)| Request::Hello(Hello {
            protocol,
            agent,
            device
        })),
        (text(), option::of(password()))
            .prop_map(|(handle, password)| Request::Register(Register { handle, password })),
        (text(), password()).prop_map(|(handle, password)| Request::Login(Login { handle, password })),
        (password(), option::of(password())).prop_map(|(password, old)| Request::Passwd(Passwd { password, old })),
        option::of(device()).prop_map(|after| Request::Devices(DevicesAfter { after })),
        device().prop_map(|device| Request::Revoke(Revoke { device })),
    ]
    .boxed()
}

fn rooms() -> BoxedStrategy<Request> {
    prop_oneof![
        (text(), option::of(seq()), option::of(any::<u64>().prop_map(LogId)))
            .prop_map(|(room, after, log)| Request::Join(Join { room, after, log })),
        text().prop_map(|room| Request::Leave(InRoom { room })),
        text().prop_map(|room| Request::Typing(InRoom { room })),
        (text(), any::<u64>().prop_map(Nonce), any_body(), option::of(seq()))
            .prop_map(|(room, nonce, body, reply_to)| Request::Say(Say { room, nonce, body, reply_to })),
        (text(), seq()).prop_map(|(room, seq)| Request::Read(Read { room, seq })),
    ]
    .boxed()
}

fn lists() -> BoxedStrategy<Request> {
    prop_oneof![
        (text(), option::of(seq()), option::of(seq()), any::<u16>())
            .prop_map(|(room, before, after, limit)| Request::History(History { room, before, after, limit })),
        (option::of(text()), option::of(text()))
            .prop_map(|(prefix, after)| Request::Rooms(RoomsAfter { prefix, after })),
        (text(), option::of(text())).prop_map(|(room, after)| Request::Members(MembersAfter { room, after })),
    ]
    .boxed()
}

fn files() -> BoxedStrategy<Request> {
    let kind = prop_oneof![Just(UploadKind::File), Just(UploadKind::Image)];
    let upload = (text(), any::<u64>().prop_map(Nonce), kind, text(), any::<u64>(), digest(), option::of(seq()));
    prop_oneof![
        upload.prop_map(|(room, nonce, kind, name, size, sha256, reply_to)| {
            Request::Upload(Upload { room, nonce, kind, name, size, sha256, reply_to })
        }),
        (any::<u32>(), any::<u64>(), bytes()).prop_map(|(upload, offset, data)| Request::Chunk(Chunk {
            upload,
            offset,
            data
        })),
        any::<u32>().prop_map(|upload| Request::Finish(Finish { upload })),
        (text(), seq(), any::<u64>(), any::<u32>()).prop_map(|(room, seq, offset, length)| Request::Fetch(Fetch {
            room,
            seq,
            offset,
            length
        })),
    ]
    .boxed()
}
