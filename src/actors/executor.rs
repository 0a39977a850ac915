//! Threads that may block: on the database, on files. Each executor runs closures, so that a query is written where
//! it is needed and travels as one message. What the queries say is left to [`crate::store`] and [`crate::files`].

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::thread;

use actix::{Actor, Addr, Handler, Message, SyncArbiter, SyncContext};

use super::checkpoints::Checkpoints;
use super::{Ending, Vital};
use crate::files::BlobStore;
use crate::store::{Store, StoreError};

/// Work for an executor that holds a `T`; `R` is what it returns.
pub struct Query<F, R>(F, PhantomData<fn() -> R>);

impl<F, R> Query<F, R> {
    /// Wraps a closure for an executor's mailbox.
    pub const fn new(work: F) -> Self {
        Self(work, PhantomData)
    }
}

impl<F, R: 'static> Message for Query<F, R> {
    type Result = R;
}

/// A thread with a connection to the database: one that writes, a few that read.
pub struct DbExecutor {
    /// None once it has failed to write: nobody knows what is on disk, and only a new start finds out.
    store: Option<Store>,
    kind: Kind,
    ending: Ending,
    _vital: Vital,
}

enum Kind {
    Reads,
    /// Whether the last attempt found the store unavailable, so that the log says it once.
    Writes {
        is_stuck: bool,
        checkpoints: Checkpoints,
    },
    /// Carries the write-ahead log over.
    Carries,
}

impl DbExecutor {
    /// The thread through which everything is written. `carrier` is a connection for the one beside it, which carries
    /// the write-ahead log over meanwhile.
    #[must_use]
    pub fn start_writer(store: Store, carrier: Store, ending: &Ending) -> Addr<Self> {
        let carrier =
            Self::start_one(carrier, ending, ["the thread for checkpoints", "db-checkpoint"], || Kind::Carries);
        Self::start_one(store, ending, ["the thread that writes", "db-writer"], move || Kind::Writes {
            is_stuck: false,
            checkpoints: Checkpoints::new(carrier.clone()),
        })
    }

    fn start_one(
        store: Store,
        ending: &Ending,
        names: [&'static str; 2],
        kind: impl Fn() -> Kind + Send + Sync + 'static,
    ) -> Addr<Self> {
        let stores = Mutex::new(Some(store));
        Self::start_with(1, ending, names, move || {
            (stores.lock().expect("nothing panics while it is held").take(), kind())
        })
    }

    /// A thread for each of `stores`, that reads.
    #[must_use]
    pub fn start_readers(stores: Vec<Store>, ending: &Ending) -> Addr<Self> {
        let (count, stores) = (stores.len(), Mutex::new(stores));
        Self::start_with(count, ending, ["a thread that reads", "db-reader"], move || {
            let store = stores.lock().expect("nothing panics while it is held").pop();
            (store, Kind::Reads)
        })
    }

    fn start_with(
        threads: usize,
        ending: &Ending,
        [name, thread]: [&'static str; 2],
        take: impl Fn() -> (Option<Store>, Kind) + Send + Sync + 'static,
    ) -> Addr<Self> {
        let ending = ending.clone();
        SyncArbiter::start_with_thread_builder(threads, builder(thread), move || {
            let (store, kind) = take();
            Self { store, kind, ending: ending.clone(), _vital: Vital::new(name, ending.clone()) }
        })
    }

    /// Says in the log what went wrong, once, and does what has to follow.
    fn heed(&mut self, error: Option<&StoreError>) {
        match (&mut self.kind, error) {
            (Kind::Writes { is_stuck, .. }, Some(StoreError::Unavailable(why))) => {
                // what was committed before is no news afterwards
                self.store.as_mut().map(Store::take_committed);
                if !std::mem::replace(is_stuck, true) {
                    log::error!("nothing can be written for now: {why}");
                }
            }
            // that something could be read here says nothing of that
            (Kind::Writes { is_stuck, .. }, None) => {
                if *is_stuck && self.store.as_mut().is_some_and(Store::take_committed) {
                    *is_stuck = false;
                    log::warn!("what is said can be written again");
                }
            }
            (Kind::Writes { .. } | Kind::Carries, Some(StoreError::Fatal(why))) => {
                self.ending.fail(&format!("the database failed: {why}"));
                // closing it would write and sync once more, and might be told that all is well
                std::mem::forget(self.store.take());
            }
            (Kind::Reads | Kind::Carries, Some(error)) => log::error!("the database could not serve a query: {error}"),
            (Kind::Reads | Kind::Carries, None) => {}
        }
    }
}

impl Actor for DbExecutor {
    type Context = SyncContext<Self>;
}

impl<F, R> Handler<Query<F, Result<R, StoreError>>> for DbExecutor
where
    F: FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
    R: Send + 'static,
{
    type Result = Result<R, StoreError>;

    fn handle(&mut self, Query(work, _): Query<F, Result<R, StoreError>>, ctx: &mut SyncContext<Self>) -> Self::Result {
        let Some(store) = &mut self.store else {
            return Err(StoreError::Fatal("it has failed before".into()));
        };
        let result = work(store);
        if let (Kind::Writes { checkpoints, .. }, Ok(_)) = (&self.kind, &result) {
            checkpoints.heed(store, ctx);
        }
        self.heed(result.as_ref().err());
        result
    }
}

/// Threads with a name, by which an operator sees what is busy.
fn builder(name: &'static str) -> impl FnMut() -> thread::Builder {
    move || thread::Builder::new().name(name.into())
}

/// A thread that reads and writes files, and looks into them.
pub struct FileExecutor {
    files: Arc<BlobStore>,
    _vital: Vital,
}

impl FileExecutor {
    /// As many threads as `count`, of that name.
    #[must_use]
    pub fn start_threads(count: usize, name: &'static str, files: &Arc<BlobStore>, ending: &Ending) -> Addr<Self> {
        let (files, ending) = (Arc::clone(files), ending.clone());
        SyncArbiter::start_with_thread_builder(count, builder(name), move || {
            let vital = Vital::new("a thread for files", ending.clone());
            Self { files: Arc::clone(&files), _vital: vital }
        })
    }
}

impl Actor for FileExecutor {
    type Context = SyncContext<Self>;
}

impl<F, R> Handler<Query<F, R>> for FileExecutor
where
    F: FnOnce(&BlobStore) -> R + Send + 'static,
    R: Send + 'static,
{
    type Result = actix::MessageResult<Query<F, R>>;

    fn handle(&mut self, Query(work, _): Query<F, R>, _: &mut SyncContext<Self>) -> Self::Result {
        actix::MessageResult(work(&self.files))
    }
}
