//! What every session needs: the addresses of the actors that there is one of, the server's settings and its
//! permits. Made once at boot; nothing in it changes.

use std::sync::{Arc, Mutex};

use actix::Addr;
use tokio::sync::Semaphore;

use super::executor::Query;
use super::{DbExecutor, Ending, FileExecutor, GroupCommit, Hashing, Journal, Lobby, Rates, Turns, UserPlaces};
use crate::chat::Guesses;
use crate::files::BlobStore;
use crate::model::{Chance, Clock, LogId, Network};
use crate::store::{Store, StoreError};
use crate::wire::{Code, Limits, Refusal};

/// What the operator decided, as far as sessions see it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's name and version, for `welcome`.
    pub server: String,
    /// What `welcome` announces.
    pub limits: Limits,
    /// Where time comes from.
    pub clock: Clock,
}

/// What every session needs.
pub struct Hub {
    /// What the operator decided.
    pub settings: Settings,
    /// Which log all seqs belong to.
    pub log: LogId,
    /// Where ids and secrets come from.
    pub chance: Arc<Mutex<Chance>>,
    /// The thread that writes.
    pub writer: Addr<DbExecutor>,
    /// What waits for it beside what is said.
    pub group_commit: Arc<GroupCommit>,
    /// The threads that read.
    pub readers: Addr<DbExecutor>,
    /// The threads that handle files.
    pub files: Addr<FileExecutor>,
    /// The thread that decodes pictures, which may take seconds, so that no chunk waits behind one.
    pub pictures: Addr<FileExecutor>,
    /// The thread that hashes passwords.
    pub hashing: Hashing,
    /// Who guessed wrong.
    pub guesses: Mutex<Guesses>,
    /// Finds rooms and devices.
    pub lobby: Addr<Lobby>,
    /// Gathers what is to be written.
    pub journal: Addr<Journal>,
    /// How many devices of a user may be connected.
    pub user_places: Arc<UserPlaces>,
    /// Whose picture is looked at next.
    pub picture_turns: Turns,
    /// How fast people may go on.
    pub rates: Arc<Rates>,
    /// Says that may be unanswered in all.
    pub says: Arc<Semaphore>,
    /// Whether the server is on its way out.
    pub ending: Ending,
}

impl Hub {
    /// Reads from the database.
    ///
    /// # Errors
    /// `unavailable` if it is busy, `internal` if it failed.
    pub async fn read<R: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Refusal> {
        match self.readers.send(Query::new(query)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(StoreError::Unavailable(_))) => Err(unavailable()),
            Ok(Err(StoreError::Fatal(_))) | Err(_) => Err(internal()),
        }
    }

    /// Writes to the database, in one transaction with what others want written.
    ///
    /// # Errors
    /// As [`GroupCommit::write`].
    pub async fn write<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Refusal> {
        self.group_commit.write(work).await
    }

    /// Does something on the thread that writes, in as many transactions as it takes, whether or not somebody waits for
    /// it: behind all that anybody wanted written before.
    ///
    /// # Errors
    /// As [`GroupCommit::write`].
    pub async fn with_writer<R: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Refusal> {
        let before = Arc::clone(&self.group_commit);
        let behind = move |store: &mut Store| {
            before.catch_up(store)?;
            query(store)
        };
        match self.writer.send(Query::new(behind)).await {
            Ok(Ok(written)) => Ok(written),
            Ok(Err(StoreError::Unavailable(_))) => Err(unavailable()),
            Ok(Err(StoreError::Fatal(_))) | Err(_) => std::future::pending().await,
        }
    }

    /// Does something with files.
    ///
    /// # Errors
    /// `internal` if the threads are gone, and the process with them soon.
    pub async fn with_files<R: Send + 'static>(
        &self,
        work: impl FnOnce(&BlobStore) -> R + Send + 'static,
    ) -> Result<R, Refusal> {
        self.files.send(Query::new(work)).await.map_err(|_| internal())
    }

    /// The same with what may be a picture: one at a time, and one of each network in turn.
    ///
    /// # Errors
    /// As [`Self::with_files`].
    pub async fn with_a_picture<R: Send + 'static>(
        &self,
        network: Network,
        work: impl FnOnce(&BlobStore) -> R + Send + 'static,
    ) -> Result<R, Refusal> {
        let turn = self.picture_turns.wait(network).await;
        // it travels along: whoever hangs up makes no room
        let in_turn = move |files: &BlobStore| {
            let _turn = turn;
            work(files)
        };
        self.pictures.send(Query::new(in_turn)).await.map_err(|_| internal())
    }
}

/// The store cannot commit now.
#[must_use]
pub fn unavailable() -> Refusal {
    Refusal::new(Code::Unavailable, "the server cannot store this now; repeat it later")
}

/// A fault of the server, which is in its log.
#[must_use]
pub fn internal() -> Refusal {
    Refusal::new(Code::Internal, "the server failed at this; its log says why")
}
