//! What a thread does with every frame that comes in or goes out: cutting, decoding, encoding. Sockets are left out.

mod fixtures;

use bytes::{Bytes, BytesMut};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tertulia::model::{Nonce, RoomName, Seq, Timestamp, limits};
use tertulia::wire::{self, Answer, Event, FrameCodec, Request, Said, Say, ServerFrame};
use tokio_util::codec::Decoder;

use fixtures::{TEXT_BYTES, guest, text};

/// What a busy client sends at once, at most as many as a session takes in one turn.
const FRAMES: usize = limits::REQUESTS_PER_TURN_MAX;
const HEADER_BYTES: usize = 4;
const AT: Timestamp = Timestamp(1_790_000_000_000);

fn say(text_bytes: usize) -> Bytes {
    // random, so that it takes all of its nine bytes
    let nonce = Nonce(0x9e37_79b9_7f4a_7c15);
    let say = Say { room: "lobby".into(), nonce, body: text(text_bytes), reply_to: None };
    wire::encode_frame(&(4_711_u32, Request::Say(say)))
}

fn event() -> ServerFrame {
    let room = RoomName::parse("lobby").expect("a plain word is a name");
    let (author, body) = (guest(), text(TEXT_BYTES));
    ServerFrame::Event(Event { room, seq: Seq(123_456), at: AT, author, body, reply_to: None })
}

fn said() -> ServerFrame {
    ServerFrame::Answer((4_711, Answer::Said(Said { room: "lobby".into(), seq: Seq(123_456), at: AT })))
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for text_bytes in [TEXT_BYTES, limits::TEXT_BYTES_MAX] {
        let frame = say(text_bytes).slice(HEADER_BYTES..);
        assert!(matches!(wire::decode_request(&frame), Ok((_, Ok(Request::Say(_))))));
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_with_input(BenchmarkId::new("say", text_bytes), &frame, |bencher, frame| {
            bencher.iter(|| wire::decode_request(frame));
        });
    }
    group.finish();
}

fn cut_all(stream: &mut BytesMut) -> usize {
    let mut codec = FrameCodec::default();
    std::iter::from_fn(|| codec.decode(stream).expect("whole frames are not broken")).count()
}

fn cut(criterion: &mut Criterion) {
    let stream = say(TEXT_BYTES).repeat(FRAMES);
    assert_eq!(cut_all(&mut BytesMut::from(&stream[..])), FRAMES);
    let mut group = criterion.benchmark_group("cut");
    group.throughput(Throughput::Elements(FRAMES as u64));
    group.bench_function(BenchmarkId::new("frames", FRAMES), |bencher| {
        bencher.iter_batched_ref(|| BytesMut::from(&stream[..]), cut_all, BatchSize::SmallInput);
    });
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for (name, frame) in [("event", event()), ("said", said())] {
        group.throughput(Throughput::Bytes(wire::encode_frame(&frame).len() as u64));
        group.bench_with_input(BenchmarkId::new("append", name), &frame, |bencher, frame| {
            let mut buffer = BytesMut::new();
            bencher.iter(|| {
                buffer.clear();
                wire::append_frame(&mut buffer, frame);
                buffer.len()
            });
        });
        group.bench_with_input(BenchmarkId::new("new", name), &frame, |bencher, frame| {
            bencher.iter(|| wire::encode_frame(frame));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = fixtures::timing();
    targets = decode, cut, encode
}
criterion_main!(benches);
