//! One thread at a time works on an upload: an earlier connection of its device may still be writing when a newer one
//! asks how far it has come, or ends it.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::BlobStore;

/// The uploads that are worked on.
#[derive(Debug, Default)]
pub(super) struct Holds {
    held: Mutex<HashSet<u64>>,
    freed: Condvar,
}

/// An upload that nobody else works on until this is dropped.
#[derive(Debug)]
pub struct Hold<'a> {
    holds: &'a Holds,
    upload: u64,
}

impl BlobStore {
    /// Waits until nobody works on the upload, and keeps others away from it.
    #[must_use]
    pub fn hold(&self, upload: u64) -> Hold<'_> {
        let holds = self.holds();
        let mut held = holds.lock();
        while !held.insert(upload) {
            held = holds.freed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        drop(held);
        Hold { holds, upload }
    }
}

impl Holds {
    /// A set is whole whatever panicked beside it.
    fn lock(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.holds.lock().remove(&self.upload);
        self.holds.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn an_upload_is_worked_on_by_one_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let files = BlobStore::open(home.path()).unwrap();
        let is_first_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let first = files.hold(7);
            drop(files.hold(8));
            let second = scope.spawn(|| {
                let _held = files.hold(7);
                is_first_done.load(Ordering::Acquire)
            });
            is_first_done.store(true, Ordering::Release);
            drop(first);
            assert!(second.join().unwrap());
        });
    }
}
