//! The outbox on disk against a plain list: whatever is said, answered, reopened and cut off at whatever byte.

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::model::Body;

const DEVICE: DeviceId = DeviceId(7);

fn say(nonce: u64, bytes: usize) -> Say {
    let body = Body::Text("x".repeat(bytes));
    Say { room: format!("room-{}", nonce % 3), nonce: Nonce(nonce), body, reply_to: None }
}

/// The log, and what must be in it.
struct World {
    dir: TempDir,
    spool: Spool,
    unanswered: Vec<Say>,
    last_nonce: u64,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("outbox"), DEVICE, None).unwrap();
        Self { dir, spool, unanswered: Vec::new(), last_nonce: 0 }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("outbox")
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    fn say(&mut self, bytes: usize) {
        self.last_nonce += 1;
        let say = say(self.last_nonce, bytes);
        self.spool.append(&say).unwrap();
        self.unanswered.push(say);
    }

    fn answer(&mut self, which: usize) {
        if !self.unanswered.is_empty() {
            let say = self.unanswered.remove(which % self.unanswered.len());
            self.spool.answered(say.nonce).unwrap();
        }
    }

    fn reopen(&mut self) {
        let left = read(&self.path()).unwrap();
        assert_eq!(left.as_ref().unwrap().says, self.unanswered);
        self.spool = Spool::open(&self.path(), DEVICE, left.as_ref()).unwrap();
    }
}

#[derive(Debug, Clone)]
enum Turn {
    Say(usize),
    Answer(usize),
    Compact,
    Reopen,
    /// The last record is written but for so many bytes, when the power goes.
    Tear(usize),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        8 => (1..20_000_usize).prop_map(Turn::Say),
        7 => any::<usize>().prop_map(Turn::Answer),
        2 => Just(Turn::Compact),
        2 => Just(Turn::Reopen),
        2 => (1..80_usize).prop_map(Turn::Tear),
    ];
    proptest::collection::vec(turn, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_unanswered_is_there_again_in_its_order(turns in turns()) {
        let mut world = World::new();
        for turn in turns {
            match turn {
                Turn::Say(bytes) => world.say(bytes),
                Turn::Answer(which) => world.answer(which),
                Turn::Compact => world.spool.compact().unwrap(),
                Turn::Reopen => world.reopen(),
                Turn::Tear(bytes) => {
                    world.say(100);
                    world.unanswered.pop();
                    world.spool.file.set_len(world.spool.bytes - bytes as u64).unwrap();
                    world.reopen();
                }
            }
        }
        world.reopen();
        let dead_max = limits::CLIENT_OUTBOX_DEAD_BYTES + 20_000;
        world.spool.compact().unwrap();
        let live_bytes: u64 = world.spool.live.values().sum();
        prop_assert!(world.bytes().len() as u64 <= 2 * live_bytes + dead_max);
    }
}

/// A log of a few says and answers, and what must be in it as long as so many bytes of it are there.
fn history() -> (World, Vec<(usize, Vec<Say>)>) {
    let mut world = World::new();
    let mut states = vec![(world.bytes().len(), Vec::new())];
    for step in 0..12 {
        if step % 4 == 3 {
            world.answer(1);
        } else {
            world.say(step * 7 + 1);
        }
        states.push((world.bytes().len(), world.unanswered.clone()));
    }
    (world, states)
}

#[test]
fn a_cut_at_any_byte_takes_only_the_record_that_it_cuts() {
    let (world, states) = history();
    let (whole, head_bytes) = (world.bytes(), states[0].0);
    for end in head_bytes..=whole.len() {
        let (bytes, says) = states.iter().rev().find(|(bytes, _)| *bytes <= end).unwrap();
        for zeros in [0, 4_096] {
            let mut cut = whole[..end].to_vec();
            cut.resize(end + zeros, 0);
            fs::write(world.path(), &cut).unwrap();
            let left = read(&world.path()).unwrap().unwrap();
            assert_eq!((&left.says, left.bytes), (says, *bytes as u64), "cut at {end}");
        }
        let left = read(&world.path()).unwrap();
        let mut spool = Spool::open(&world.path(), DEVICE, left.as_ref()).unwrap();
        spool.append(&say(99, 5)).unwrap();
        let reread = read(&world.path()).unwrap().unwrap();
        assert_eq!(reread.says.split_last(), Some((&say(99, 5), &says[..])), "it goes on behind the cut at {end}");
    }
    for end in 0..head_bytes {
        fs::write(world.path(), &whole[..end]).unwrap();
        assert!(matches!(read(&world.path()), Err(Error::OutboxDamaged(_))), "the head is never written alone");
    }
}

#[test]
fn a_bit_that_turned_takes_no_words_in_silence() {
    let (world, states) = history();
    let (whole, last) = (world.bytes(), states[states.len() - 2].0);
    for at in 0..last {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(world.path(), &damaged).unwrap();
        match read(&world.path()) {
            Err(Error::OutboxDamaged(_)) => {}
            Ok(Some(left)) => assert_ne!(left.device, DEVICE, "byte {at}"),
            other => panic!("byte {at}: {other:?}"),
        }
        assert_eq!(world.bytes(), damaged, "it is left as it is");
    }
}

#[test]
fn what_is_answered_takes_no_space() {
    let mut world = World::new();
    let head_bytes = world.bytes().len();
    for _ in 0..3 {
        world.say(100);
        world.say(100);
        world.answer(0);
        world.answer(0);
        assert_eq!(world.bytes().len(), head_bytes);
    }
    world.say(10);
    for _ in 0..40 {
        world.say(16_384);
        world.answer(1);
        world.spool.compact().unwrap();
    }
    let bytes_max = limits::CLIENT_OUTBOX_DEAD_BYTES + 2 * 16_384;
    assert!(world.bytes().len() as u64 <= bytes_max, "{} of 40 texts are left", world.bytes().len());
    world.reopen();
}

#[test]
fn words_of_another_device_are_not_mixed_with_ones_own() {
    let mut world = World::new();
    world.say(10);
    let left = read(&world.path()).unwrap();
    let spool = Spool::open(&world.path(), DeviceId(8), left.as_ref()).unwrap();
    drop(spool);
    let left = read(&world.path()).unwrap().unwrap();
    assert_eq!((left.device, left.says), (DeviceId(8), Vec::new()));
}
