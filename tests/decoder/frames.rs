//! Any frame that a server can send.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tertulia::model::{DeviceId, LogId, RoomName, Timestamp, User, UserId};
use tertulia::wire::{
    Answer, Bye, ByeCode, Code, Data, DeviceEntry, Devices, Event, Joined, Limits, Members, Page, Refusal, RoomEntry,
    Rooms, Said, ServerFrame, Signal, Uploading, Welcome,
};

use super::requests::{any_body, bytes, key, seq, text};

const CODES: [Code; 21] = [
    Code::BadRequest,
    Code::TooLarge,
    Code::UnsupportedProtocol,
    Code::HelloFirst,
    Code::Denied,
    Code::HandleTaken,
    Code::HandleInvalid,
    Code::RoomInvalid,
    Code::NoSuchRoom,
    Code::NotJoined,
    Code::NoSuchMessage,
    Code::CursorAhead,
    Code::LogChanged,
    Code::NonceReused,
    Code::NoSuchUpload,
    Code::HashMismatch,
    Code::NotAnImage,
    Code::Quota,
    Code::SlowDown,
    Code::Unavailable,
    Code::Internal,
];

const BYE_CODES: [ByeCode; 12] = [
    ByeCode::Quit,
    ByeCode::Shutdown,
    ByeCode::Idle,
    ByeCode::BadFrame,
    ByeCode::HelloTimeout,
    ByeCode::HelloFirst,
    ByeCode::BadRequest,
    ByeCode::UnsupportedProtocol,
    ByeCode::Denied,
    ByeCode::Replaced,
    ByeCode::SlowDown,
    ByeCode::Full,
];

fn user() -> impl Strategy<Value = User> {
    (any::<u64>(), text(), any::<bool>()).prop_map(|(id, name, guest)| User { id: UserId(id), name, guest })
}

fn at() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

fn event() -> BoxedStrategy<Event> {
    (text(), seq(), at(), user(), any_body(), option::of(seq()))
        .prop_map(|(room, seq, at, author, body, reply_to)| Event {
            room: RoomName::from_store(&room),
            seq,
            at,
            author,
            body,
            reply_to,
        })
        .boxed()
}

fn welcome() -> BoxedStrategy<Welcome> {
    let limits = any::<[u64; 6]>().prop_map(|[frame, text, file, chunk, rate, idle]| Limits {
        frame,
        text,
        file,
        chunk,
        rate,
        idle,
    });
    (any::<u64>(), text(), key(), user(), limits, at())
        .prop_map(|(protocol, server, device, user, limits, at)| Welcome { protocol, server, device, user, limits, at })
        .boxed()
}

fn joined() -> BoxedStrategy<Joined> {
    let numbers = (any::<u64>(), seq(), seq(), any::<u32>(), option::of(seq()));
    (text(), text(), numbers)
        .prop_map(|(room, topic, (log, first, head, members, read))| Joined {
            room,
            log: LogId(log),
            topic,
            first,
            head,
            members,
            read,
        })
        .boxed()
}

fn rooms() -> BoxedStrategy<Rooms> {
    let entry = (text(), text(), any::<u32>(), seq()).prop_map(|(room, topic, members, head)| RoomEntry {
        room,
        topic,
        members,
        head,
    });
    (prop::collection::vec(entry, 0..4), any::<bool>()).prop_map(|(rooms, more)| Rooms { rooms, more }).boxed()
}

fn answer() -> BoxedStrategy<Answer> {
    prop_oneof![
        welcome().prop_map(Answer::Welcome),
        user().prop_map(Answer::User),
        joined().prop_map(Answer::Joined),
        Just(Answer::Ok),
        Just(Answer::Pong),
        (text(), seq(), at()).prop_map(|(room, seq, at)| Answer::Said(Said { room, seq, at })),
        (text(), seq(), seq(), prop::collection::vec(event(), 0..4))
            .prop_map(|(room, first, head, events)| Answer::Page(Page { room, first, head, events })),
        rooms().prop_map(Answer::Rooms),
        (prop::collection::vec(user(), 0..4), any::<bool>())
            .prop_map(|(members, more)| Answer::Members(Members { members, more })),
        (prop::collection::vec(device(), 0..5), any::<bool>())
            .prop_map(|(devices, more)| Answer::Devices(Devices { devices, more })),
        (any::<u32>(), any::<u64>()).prop_map(|(upload, offset)| Answer::Uploading(Uploading { upload, offset })),
        (any::<u64>(), any::<u64>(), bytes()).prop_map(|(offset, size, data)| Answer::Data(Data {
            offset,
            size,
            data
        })),
    ]
    .boxed()
}

fn device() -> impl Strategy<Value = DeviceEntry> {
    (any::<u64>(), any::<u64>(), any::<bool>(), any::<bool>()).prop_map(|(id, created, here, this)| DeviceEntry {
        id: DeviceId(id),
        created: Timestamp(created),
        here,
        this,
    })
}

fn refusal() -> impl Strategy<Value = Refusal> {
    (select(&CODES), text(), option::of(any::<u64>())).prop_map(|(code, message, retry_after_ms)| Refusal {
        code,
        message: message.into(),
        retry_after_ms,
    })
}

fn signal() -> BoxedStrategy<Signal> {
    prop_oneof![
        (text(), user()).prop_map(|(room, user)| Signal::Typing { room, user }),
        (text(), user(), any::<bool>()).prop_map(|(room, user, here)| Signal::Presence { room, user, here }),
        (text(), user(), user()).prop_map(|(room, from, to)| Signal::Renamed { room, from, to }),
    ]
    .boxed()
}

pub(crate) fn any_frame() -> BoxedStrategy<ServerFrame> {
    prop_oneof![
        4 => (any::<u32>(), answer()).prop_map(ServerFrame::Answer),
        2 => (any::<u32>(), refusal()).prop_map(ServerFrame::Error),
        2 => event().prop_map(ServerFrame::Event),
        2 => signal().prop_map(ServerFrame::Signal),
        1 => (select(&BYE_CODES), text()).prop_map(|(code, message)| ServerFrame::Bye(Bye { code, message: message.into() })),
    ]
    .boxed()
}
