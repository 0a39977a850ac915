//! What the thread that writes does with a batch, and a thread that reads with a page. Every commit waits for the disk
//! that temporary files lie on, so its figures are that disk's as well.

mod fixtures;

use std::cell::RefCell;
use std::path::PathBuf;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;
use tertulia::chat::lists::Budget;
use tertulia::model::{Chance, DeviceId, Nonce, RoomId, RoomName, Seq, Timestamp, limits};
use tertulia::store::{Created, Entry, Message, Outcome, Place, Store, Sync};

use fixtures::{TEXT_BYTES, guest, text};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const ROOMS: usize = 200;
const MESSAGES: usize = 100_000;
const PAGE_EVENTS: usize = 50;

/// A database with rooms, each with somebody who talks there.
struct World {
    store: Store,
    chance: Chance,
    seats: Vec<(RoomId, DeviceId)>,
    /// How much was said.
    said: usize,
    dir: TempDir,
}

impl World {
    fn new(sync: Sync) -> Self {
        let dir = tempfile::tempdir().expect("there is space for temporary files");
        let mut chance = Chance::seeded(1);
        // what is not measured need not wait for the disk
        let store = Store::open_writer(&path(&dir), Sync::Normal, &mut chance, NOW).expect("a new file opens");
        let mut world = Self { store, chance, seats: Vec::new(), said: 0, dir };
        world.seats = (0..ROOMS).map(|number| world.seat(number)).collect();
        world.store = Store::open_writer(&path(&world.dir), sync, &mut world.chance, NOW).expect("it opened before");
        world
    }

    fn seat(&mut self, number: usize) -> (RoomId, DeviceId) {
        let name = RoomName::parse(&format!("room-{number}")).expect("letters and digits are a name");
        let Ok(Created::Room(room)) = self.store.create_room(&name, NOW) else { panic!("a new store takes rooms") };
        let (identity, _) = self.store.new_device(&mut self.chance, NOW).expect("a new store takes devices");
        (room.id, identity.device)
    }

    /// What is said next, in one room after the other.
    fn batch(&mut self, says: usize) -> Vec<Entry> {
        let first = self.said;
        self.said += says;
        (first..self.said).map(|number| self.entry(number)).collect()
    }

    fn entry(&mut self, number: usize) -> Entry {
        let (room, device) = self.seats[number % ROOMS];
        let (place, nonce) = (Place::Room(room), Nonce(self.chance.nonce()));
        let (author, body) = (guest(), text(TEXT_BYTES));
        Entry { place, device, author, nonce, body, reply_to: None, upload: None, refuse_if_new: false }
    }

    fn commit(&mut self, batch: &[Entry]) {
        let committed = self.store.commit(batch, NOW).expect("nobody else has the lock");
        assert!(committed.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Appended { .. })));
    }
}

fn path(dir: &TempDir) -> PathBuf {
    dir.path().join("tertulia.db")
}

fn commit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("commit");
    for says in [1, 16, 256, limits::BATCH_SAYS_MAX] {
        group.throughput(Throughput::Elements(says as u64));
        let world = RefCell::new(World::new(Sync::Full));
        group.bench_function(BenchmarkId::new("batch", says), |bencher| {
            let batch = || world.borrow_mut().batch(says);
            bencher.iter_batched_ref(batch, |batch| world.borrow_mut().commit(batch), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// Where somebody reads: each time in another room, at another place, and always with a whole page to come.
struct Places {
    rooms: Vec<RoomId>,
    asked: usize,
}

impl Places {
    fn next(&mut self) -> (RoomId, Seq) {
        self.asked += 1;
        (self.rooms[self.asked % ROOMS], Seq(PAGE_EVENTS as u64 + 1 + self.asked as u64 % 100))
    }
}

type Page = fn(&mut Store, (RoomId, Seq)) -> usize;

fn fits(mut budget: Budget) -> impl FnMut(&Message) -> bool {
    move |message| budget.fits_event("room-100", &message.author, &message.body)
}

fn page_after(store: &mut Store, (room, after): (RoomId, Seq)) -> usize {
    let fits = fits(Budget::of(limits::CATCH_UP_BYTES_MAX));
    let page = store.after(room, after, usize::from(limits::PAGE_EVENTS_MAX), fits);
    page.expect("the database is whole").len()
}

fn page_before(store: &mut Store, (room, before): (RoomId, Seq)) -> usize {
    let page = store.before(room, Some(before), PAGE_EVENTS, fits(Budget::default()));
    page.expect("the database is whole").len()
}

fn read(criterion: &mut Criterion) {
    let mut world = World::new(Sync::Normal);
    while world.said < MESSAGES {
        let batch = world.batch(limits::BATCH_SAYS_MAX);
        world.commit(&batch);
    }
    let mut reader = Store::open_reader(&path(&world.dir)).expect("a writer has opened it");
    let mut places = Places { rooms: world.seats.iter().map(|(room, _)| *room).collect(), asked: 0 };
    let mut group = criterion.benchmark_group("read");
    for (name, page) in [("after", page_after as Page), ("before", page_before)] {
        let events = page(&mut reader, places.next());
        assert!(events >= PAGE_EVENTS);
        group.throughput(Throughput::Elements(events as u64));
        group.bench_function(BenchmarkId::new(name, events), |bencher| {
            bencher.iter(|| page(&mut reader, places.next()));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = fixtures::timing();
    targets = commit, read
}
criterion_main!(benches);
