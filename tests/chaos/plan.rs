//! What happens in a round, as far as a seed decides it: who there is, how long a connection lives and which byte is its
//! last, what the server suffers. How all of it falls together in time is left to the operating system.

use std::time::Duration;

use tertulia::model::Chance;

pub(crate) const ROOMS: usize = 3;
pub(crate) const WRITERS: usize = 4;
pub(crate) const READERS: usize = 4;
/// Of the readers, those who do not read for seconds.
pub(crate) const SLOW_READERS: usize = 1;
/// What each writer says in the end: together far more than the server and the operating system hold for a reader who
/// does not read.
pub(crate) const LAST_WORDS: usize = 150;
pub(crate) const LAST_WORD_BYTES: usize = 4_000;

pub(crate) fn room_name(room: usize) -> String {
    format!("room-{room}")
}

/// The room with this name.
pub(crate) fn room_of(name: &str) -> Option<usize> {
    name.strip_prefix("room-")?.parse().ok()
}

/// Decides for one part of a round, whatever the others do.
pub(crate) struct Dice(Chance);

impl Dice {
    /// The dice of the part with this number.
    pub(crate) fn of(seed: u64, part: usize) -> Self {
        let part = u64::try_from(part).expect("few");
        Self(Chance::seeded(seed.wrapping_add(part)))
    }

    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.between(low, high)
    }

    /// An index into `len` things.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let last = u64::try_from(len).expect("few") - 1;
        usize::try_from(self.between(0, last)).expect("few")
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.between(1, n) == 1
    }

    pub(crate) fn ms(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }

    /// Half of all connections live as long as they like; the others are cut in one direction or the other, early ones
    /// in the middle of `hello` or `join`.
    pub(crate) fn fate(&mut self) -> Fate {
        let soon = if self.one_in(3) { 300 } else { 60_000 };
        let last_byte = usize::try_from(self.between(1, soon)).expect("small");
        let fate = Fate { is_abrupt: self.one_in(2), ..Fate::ENDLESS };
        match self.between(0, 3) {
            0 => Fate { bytes_out: last_byte, ..fate },
            1 => Fate { bytes_in: last_byte, ..fate },
            _ => fate,
        }
    }

    /// What follows the two words by which a text is known: mostly little.
    pub(crate) fn padding(&mut self) -> String {
        let len_max = if self.one_in(20) { 3_000 } else { 60 };
        ".".repeat(usize::try_from(self.between(0, len_max)).expect("small"))
    }

    pub(crate) fn blow(&mut self) -> Blow {
        if self.one_in(3) { Blow::Terminate } else { Blow::Kill }
    }
}

/// How a connection ends, if nobody ends it before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fate {
    /// It is cut after this many bytes to the server,
    pub(crate) bytes_out: usize,
    /// or after this many from it;
    pub(crate) bytes_in: usize,
    /// by a reset, which also drops what was on its way.
    pub(crate) is_abrupt: bool,
}

impl Fate {
    /// Nobody cuts it.
    pub(crate) const ENDLESS: Self = Self { bytes_out: usize::MAX, bytes_in: usize::MAX, is_abrupt: false };
}

/// What the server suffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// `kill -9`
    Kill,
    /// SIGTERM
    Terminate,
}
