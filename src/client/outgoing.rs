//! Where handles leave what is to be said: in the outbox on disk, if there is one, before it is in the one in memory.
//! So whoever is killed after that has said it, and both hold everything in the same order. Disks are slow, so syncing
//! is for another thread: what is written meanwhile is synced by the next turn, all at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};

use super::Error;
use super::command::Command;
use super::state::Spool;
use crate::model::Nonce;
use crate::wire::Say;

/// The outbox on disk, for the handles that write, the session that strikes out and the thread that syncs.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    spool: Mutex<Option<Spool>>,
    appended: Notify,
    synced: AtomicU64,
    has_synced: Notify,
}

impl Outgoing {
    /// Without a spool, nothing is kept and nothing has to be waited for.
    pub(super) fn new(spool: Option<Spool>) -> Self {
        Self { spool: Mutex::new(spool), ..Self::default() }
    }

    /// Keeps a say and hands it in, with its number among those that are kept; 0 if it need not be waited for.
    pub(super) fn keep<T>(&self, say: &Say, hand_in: impl FnOnce(u64) -> Result<T, Error>) -> Result<T, Error> {
        let mut spool = self.lock();
        let Some(open) = &mut *spool else { return hand_in(0) };
        let number = open.append(say).map_err(|source| Error::State { path: open.path().to_owned(), source })?;
        self.appended.notify_one();
        hand_in(number)
    }

    /// It is said, or refused for good: no later run has to say it.
    pub(super) fn answered(&self, nonce: Nonce) {
        if let Some(spool) = &mut *self.lock()
            && let Err(error) = spool.answered(nonce)
        {
            log::warn!("what was said may be sent once more by the next run, to no effect: {error}");
        }
    }

    /// Whether the one with this number is safe from a power cut.
    pub(super) fn is_synced(&self, number: u64) -> bool {
        number <= self.synced.load(Ordering::Acquire)
    }

    /// Resolves after more was synced.
    pub(super) async fn has_synced(&self) {
        self.has_synced.notified().await;
    }

    /// Resolves after something was kept.
    pub(super) async fn has_appended(&self) {
        self.appended.notified().await;
    }

    /// Syncs what was kept so far; blocks as long as the disk takes. If the disk fails, the words go out nevertheless:
    /// they are at risk only if this run ends, too, before the server has them.
    pub(super) fn sync(&self) {
        let (file, appended) = match &mut *self.lock() {
            None => return,
            Some(spool) => {
                if let Err(error) = spool.compact() {
                    log::warn!("the outbox is not written anew, and goes on growing: {error}");
                }
                spool.unsynced()
            }
        };
        if let Err(error) = file.sync_data() {
            log::error!("what is said is not safe from a power cut: {error}");
        }
        self.synced.store(appended, Ordering::Release);
        self.has_synced.notify_one();
    }

    /// Lets go of the file, and of the commands: nothing can be kept that nobody would say.
    pub(super) fn close(&self, commands: &mut mpsc::Receiver<Command>) {
        let mut spool = self.lock();
        *spool = None;
        commands.close();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Spool>> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
