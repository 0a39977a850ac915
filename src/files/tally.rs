//! How many bytes all files have together, those on their way included, so that they stay within what the operator gives
//! them. Bytes are counted as they come and go, and anew by each [sweep](super::BlobStore::sweep): what a crash or
//! somebody's hand changed is found out then.

use std::sync::atomic::{AtomicU64, Ordering};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Tally {
    bytes: AtomicU64,
    /// 0 is no limit.
    max: u64,
}

impl Tally {
    pub(super) fn up_to(max: u64) -> Self {
        Self { max, ..Self::default() }
    }

    pub(super) fn has_room_for(&self, bytes: u64) -> bool {
        self.max == 0 || self.bytes().saturating_add(bytes) <= self.max
    }

    pub(super) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, bytes: u64) {
        self.update(|counted| counted.saturating_sub(bytes));
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// So many were found by somebody who began to look when `before` were counted.
    pub(super) fn correct(&self, before: u64, found: u64) {
        self.update(|counted| counted.saturating_add(found).saturating_sub(before));
    }

    fn update(&self, change: impl Fn(u64) -> u64) {
        let changed = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |counted| Some(change(counted)));
        debug_assert!(changed.is_ok(), "there is always a next count");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_while_somebody_looks_is_counted_too() {
        let tally = Tally::up_to(100);
        tally.add(10);
        let before = tally.bytes();
        tally.add(5);
        tally.correct(before, 90);
        assert_eq!(tally.bytes(), 95);
        assert!(tally.has_room_for(5) && !tally.has_room_for(6));
        tally.remove(200);
        assert!(tally.has_room_for(100) && !tally.has_room_for(u64::MAX));
    }

    #[test]
    fn without_a_limit_there_is_always_room() {
        assert!(Tally::default().has_room_for(u64::MAX));
    }
}
