//! When the write-ahead log is long: it is carried over on a thread of its own, while the thread that writes goes on. Done
//! by the latter, everybody waited for as long as thousands of pages take. What carrying over is, is left to
//! [`crate::store`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix::{Addr, SyncContext};

use super::DbExecutor;
use super::executor::Query;
use crate::store::{Store, StoreError};

/// The thread that carries over, seen from the one that writes.
pub(super) struct Checkpoints {
    carrier: Addr<DbExecutor>,
    is_under_way: Arc<AtomicBool>,
}

impl Checkpoints {
    /// A connection of its own to the same database.
    pub(super) fn new(carrier: Addr<DbExecutor>) -> Self {
        Self { carrier, is_under_way: Arc::default() }
    }

    /// After something was written: begins, if there is enough to do and nothing is under way. What is committed
    /// meanwhile, and beginning the log anew, are left to the thread that writes when it is done.
    pub(super) fn heed(&self, store: &Store, writer: &SyncContext<DbExecutor>) {
        if !store.is_log_long() || self.is_under_way.swap(true, Ordering::Relaxed) {
            return;
        }
        let (writer, is_under_way) = (writer.address(), Arc::clone(&self.is_under_way));
        // bounded: one at a time
        self.carrier.do_send(Query::new(move |store: &mut Store| {
            store.carry_over()?;
            // bounded: one at a time
            writer.do_send(Query::new(move |store: &mut Store| {
                is_under_way.store(false, Ordering::Relaxed);
                store.carry_over()
            }));
            Ok::<(), StoreError>(())
        }));
    }
}
