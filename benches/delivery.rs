//! What a thread does with an event for each member of a room, short of the socket: asking the cursor, and passing the
//! bytes through the outbox.

mod fixtures;

use std::io::IoSlice;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tertulia::chat::{Cursor, Offer, Outbox};
use tertulia::model::{RoomName, Seq, Timestamp};
use tertulia::wire::{self, Event, ServerFrame};

use fixtures::{TEXT_BYTES, guest, text};

const MEMBERS: usize = 1_000;
/// As many as a session hands to its socket at once.
const SLICES: usize = 32;

/// Members whose cursors all stand in the same place.
fn cursors(at: Seq) -> Vec<Cursor> {
    let mut cursor = Cursor::joining();
    cursor.place(at, at);
    vec![cursor; MEMBERS]
}

/// How many of the cursors have this to say to an event.
fn offered(cursors: &mut [Cursor], seq: Seq, outcome: Offer) -> usize {
    cursors.iter_mut().map(|cursor| usize::from(cursor.offer(seq, seq, true) == outcome)).sum()
}

fn offer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cursor");
    group.throughput(Throughput::Elements(MEMBERS as u64));
    let (mut moving, mut last) = (cursors(Seq(0)), Seq(0));
    group.bench_function(BenchmarkId::new("deliver", MEMBERS), |bencher| {
        bencher.iter(|| {
            last = last.next();
            assert_eq!(offered(&mut moving, last, Offer::Deliver), MEMBERS);
        });
    });
    for (name, at, outcome) in [("drop", Seq(9), Offer::Drop), ("behind", Seq(7), Offer::Behind)] {
        let mut standing = cursors(at);
        group.bench_function(BenchmarkId::new(name, MEMBERS), |bencher| {
            bencher.iter(|| assert_eq!(offered(&mut standing, Seq(9), outcome), MEMBERS));
        });
    }
    group.finish();
}

fn frame() -> Bytes {
    let room = RoomName::parse("lobby").expect("a plain word is a name");
    let (seq, at, author, body) = (Seq(123_456), Timestamp(1_790_000_000_000), guest(), text(TEXT_BYTES));
    wire::encode_frame(&ServerFrame::Event(Event { room, seq, at, author, body, reply_to: None }))
}

/// In and out again, through a socket that takes all that it is given.
fn pass(outbox: &mut Outbox, frame: &Bytes) {
    outbox.push(frame.clone());
    let mut slices = [IoSlice::new(&[]); SLICES];
    let filled = outbox.slices(&mut slices);
    let written = slices[..filled].iter().map(|slice| slice.len()).sum();
    outbox.advance(written);
}

fn fan_out(criterion: &mut Criterion) {
    let frame = frame();
    let mut group = criterion.benchmark_group("outbox");
    group.throughput(Throughput::Elements(MEMBERS as u64));
    let mut outboxes: Vec<Outbox> = (0..MEMBERS).map(|_| Outbox::default()).collect();
    group.bench_function(BenchmarkId::new("pass", MEMBERS), |bencher| {
        bencher.iter(|| outboxes.iter_mut().for_each(|outbox| pass(outbox, &frame)));
    });
    assert!(outboxes.iter().all(Outbox::is_empty));
    group.finish();
}

criterion_group! {
    name = benches;
    config = fixtures::timing();
    targets = offer, fan_out
}
criterion_main!(benches);
