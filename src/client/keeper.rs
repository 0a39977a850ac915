//! Runs beside the task that talks and writes to disk what has to be there: the outbox at once, the cursors now and then.
//! What is written is left to [`super::outgoing`] and [`super::marks`].

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use super::marks::Marks;
use super::outgoing::Outgoing;
use super::state::write_cursors;
use crate::model::limits;

/// Writes until it is told to stop.
#[derive(Debug)]
pub(super) struct Keeper {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Begins to write.
    pub(super) fn start(outgoing: Arc<Outgoing>, marks: Arc<Marks>, cursors: PathBuf) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(Keeping { outgoing, marks, cursors }.run(stopped));
        Self { stop, task }
    }

    /// Writes what is not written, and ends.
    pub(super) async fn finish(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            log::error!("what the client keeps on disk may be out of date: {error}");
        }
    }
}

struct Keeping {
    outgoing: Arc<Outgoing>,
    marks: Arc<Marks>,
    cursors: PathBuf,
}

impl Keeping {
    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut write_at = None;
        loop {
            tokio::select! {
                () = self.outgoing.has_appended() => self.sync().await,
                () = self.marks.moved(), if write_at.is_none() => {
                    write_at = Some(Instant::now() + limits::CLIENT_CURSORS_EVERY);
                }
                () = until(write_at) => {
                    self.write_cursors().await;
                    write_at = None;
                }
                _ = &mut stopped => break,
            }
        }
        self.sync().await;
        self.write_cursors().await;
    }

    async fn sync(&self) {
        let outgoing = Arc::clone(&self.outgoing);
        blocking(move || outgoing.sync()).await;
    }

    async fn write_cursors(&self) {
        let Some(cursors) = self.marks.unwritten() else { return };
        let path = self.cursors.clone();
        blocking(move || {
            if let Err(error) = write_cursors(&path, &cursors) {
                log::warn!("the rooms' cursors are not kept: {error}");
            }
        })
        .await;
    }
}

async fn blocking(job: impl FnOnce() + Send + 'static) {
    spawn_blocking(job).await.expect("disk jobs return their errors");
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}
