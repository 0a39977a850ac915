//! Runs what decodes the bytes of others. If that panics, there is no picture, and no more than that: nobody is told, and
//! the terminal stays taken, for which [`super::taken`] asks here.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught.
pub(super) fn is_guarded() -> bool {
    IS_GUARDED.get()
}

/// None if it panics.
pub(super) fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    IS_GUARDED.set(true);
    // what it borrowed is not looked at again, so nothing half changed can be seen
    let done = catch_unwind(AssertUnwindSafe(work)).ok().flatten();
    IS_GUARDED.set(false);
    done
}
