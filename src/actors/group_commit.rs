//! What sessions want written beside what is said: marks, uploads, handles, new devices. All that waits while the thread
//! that writes is busy shares the next transaction, so that a crowd costs the disk a few syncs and not one each. What is
//! said has the journal.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::Addr;
use tokio::sync::oneshot;

use super::executor::Query;
use super::{DbExecutor, hub};
use crate::model::limits;
use crate::store::{Store, StoreError};
use crate::wire::Refusal;

/// See the module.
pub struct GroupCommit {
    writer: Addr<DbExecutor>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    writes: VecDeque<Box<dyn Write>>,
    /// The thread that writes has been told, and takes up whatever waits by then.
    is_told: bool,
}

impl GroupCommit {
    /// With nothing to write.
    #[must_use]
    pub fn new(writer: Addr<DbExecutor>) -> Arc<Self> {
        Arc::new(Self { writer, waiting: Mutex::default() })
    }

    /// Writes in the next transaction, after whatever waits already. Who no longer waits for it may find it undone.
    ///
    /// # Errors
    /// `unavailable` if it cannot be written now. If the outcome is unknown there is no answer: the process ends.
    pub async fn write<R: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Refusal> {
        let (reply, written) = oneshot::channel();
        self.add(Box::new(Asked { work: Some(work), written: None, reply }));
        written.await.map_err(|_| hub::unavailable())
    }

    fn add(self: &Arc<Self>, write: Box<dyn Write>) {
        let mut waiting = self.waiting();
        waiting.writes.push_back(write);
        if !std::mem::replace(&mut waiting.is_told, true) {
            self.tell();
        }
    }

    fn tell(self: &Arc<Self>) {
        let queue = Arc::clone(self);
        // bounded: one at a time
        self.writer.do_send(Query::new(move |store: &mut Store| queue.commit(store)));
    }

    /// On the thread that writes: all that waits by now, so that what follows comes behind it. Who could not be served is
    /// told so.
    ///
    /// # Errors
    /// Only what nobody can go on after.
    pub(super) fn catch_up(&self, store: &mut Store) -> Result<(), StoreError> {
        let groups = self.waiting().writes.len().div_ceil(limits::GROUP_WRITES_MAX);
        for _ in 0..groups {
            if let Err(error @ StoreError::Fatal(_)) = self.commit_group(store) {
                return Err(error);
            }
        }
        Ok(())
    }

    fn commit(self: &Arc<Self>, store: &mut Store) -> Result<(), StoreError> {
        let done = self.commit_group(store);
        let mut waiting = self.waiting();
        waiting.is_told = !waiting.writes.is_empty();
        if waiting.is_told {
            // others have their turn in between
            self.tell();
        }
        done
    }

    /// A group of what waits, whole or not at all.
    fn commit_group(&self, store: &mut Store) -> Result<(), StoreError> {
        let mut group = self.take();
        if group.is_empty() {
            return Ok(());
        }
        let done = store.gather(|store| group.iter_mut().try_for_each(|write| write.run(store)));
        match &done {
            Ok(()) => group.into_iter().for_each(Write::answer),
            Err(StoreError::Unavailable(_)) => drop(group),
            // nobody is answered
            Err(StoreError::Fatal(_)) => std::mem::forget(group),
        }
        done
    }

    fn take(&self) -> Vec<Box<dyn Write>> {
        let mut waiting = self.waiting();
        // who has hung up meanwhile needs nothing
        waiting.writes.retain(|write| write.is_wanted());
        let count = waiting.writes.len().min(limits::GROUP_WRITES_MAX);
        waiting.writes.drain(..count).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something to write, whatever comes of it.
trait Write: Send {
    fn is_wanted(&self) -> bool;

    fn run(&mut self, store: &mut Store) -> Result<(), StoreError>;

    /// It is durable.
    fn answer(self: Box<Self>);
}

struct Asked<F, R> {
    work: Option<F>,
    written: Option<R>,
    reply: oneshot::Sender<R>,
}

impl<F, R> Write for Asked<F, R>
where
    F: FnOnce(&mut Store) -> Result<R, StoreError> + Send,
    R: Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, store: &mut Store) -> Result<(), StoreError> {
        self.written = self.work.take().map(|work| work(store)).transpose()?;
        Ok(())
    }

    fn answer(self: Box<Self>) {
        if let Some(written) = self.written {
            // who has hung up meanwhile hears of it another time
            self.reply.send(written).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use futures_util::future::{join_all, poll_immediate};

    use super::*;
    use crate::actors::Ending;
    use crate::model::{Chance, Timestamp};
    use crate::store::Sync;

    fn start(dir: &tempfile::TempDir) -> Arc<GroupCommit> {
        let path = dir.path().join("tertulia.db");
        let writer = Store::open_writer(&path, Sync::Full, &mut Chance::seeded(1), Timestamp(1)).unwrap();
        let carrier = writer.open_carrier(&path).unwrap();
        GroupCommit::new(DbExecutor::start_writer(writer, carrier, &Ending::default()))
    }

    /// Makes a device; whether others before it are written by now.
    fn make(seed: u64) -> impl FnOnce(&mut Store) -> Result<bool, StoreError> + Send {
        move |store| {
            store.new_device(&mut Chance::seeded(seed), Timestamp(1))?;
            Ok(store.take_committed())
        }
    }

    #[actix::test]
    async fn whoever_waits_shares_the_next_transaction_and_who_left_is_not_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let queue = start(&dir);
        let (go_on, wait) = sync_channel::<()>(1);
        let hold = queue.writer.send(Query::new(move |_: &mut Store| {
            wait.recv().ok();
            Ok(())
        }));
        let hold = actix::spawn(hold);
        let mut left = Box::pin(queue.write(|_: &mut Store| -> Result<(), StoreError> { panic!("nobody wants this") }));
        assert!(poll_immediate(&mut left).await.is_none());
        drop(left);
        let crowd = actix::spawn(join_all((0..=limits::GROUP_WRITES_MAX as u64).map({
            let queue = Arc::clone(&queue);
            move |seed| {
                let queue = Arc::clone(&queue);
                async move { queue.write(make(seed)).await }
            }
        })));
        while queue.waiting().writes.len() <= limits::GROUP_WRITES_MAX {
            tokio::task::yield_now().await;
        }
        go_on.send(()).unwrap();
        hold.await.unwrap().unwrap().unwrap();
        let were_written: Vec<bool> = crowd.await.unwrap().into_iter().map(Result::unwrap).collect();
        let firsts = were_written.iter().filter(|was_written| **was_written).count();
        assert_eq!((firsts, were_written.last()), (1, Some(&true)), "two groups, and the last one begins the second");
    }

    #[actix::test]
    async fn who_asks_the_thread_itself_comes_behind_all_that_waited() {
        let dir = tempfile::tempdir().unwrap();
        let queue = start(&dir);
        let (go_on, wait) = sync_channel::<()>(1);
        let hold = actix::spawn(queue.writer.send(Query::new(move |_: &mut Store| {
            wait.recv().ok();
            Ok(())
        })));
        // more than fit into the first group
        let mut crowd: Vec<_> =
            (0..3 * limits::GROUP_WRITES_MAX as u64).map(|seed| Box::pin(queue.write(make(seed)))).collect();
        for one in &mut crowd {
            assert!(poll_immediate(one).await.is_none());
        }
        let behind = Arc::clone(&queue);
        let left = queue.writer.send(Query::new(move |store: &mut Store| {
            behind.catch_up(store)?;
            Ok(behind.waiting().writes.len())
        }));
        let left = actix::spawn(left);
        go_on.send(()).unwrap();
        hold.await.unwrap().unwrap().unwrap();
        assert_eq!(left.await.unwrap().unwrap(), Ok(0));
        assert!(join_all(crowd).await.into_iter().all(|written| written.is_ok()));
    }

    #[actix::test]
    async fn a_group_that_cannot_be_written_is_told_so_and_the_next_one_goes() {
        let dir = tempfile::tempdir().unwrap();
        let queue = start(&dir);
        let fail = |_: &mut Store| -> Result<(), StoreError> { Err(StoreError::Unavailable("as asked".into())) };
        assert_eq!(queue.write(fail).await, Err(hub::unavailable()));
        assert!(queue.write(make(1)).await.is_ok());
    }
}
