//! The handle that a program holds: turns calls into commands for the task, and answers into results. It knows nothing
//! of sockets; what a command does is left to [`super::session`].

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncWrite;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::command::{Answered, Command, Reply, Standing, reply};
use super::download::{self, Wanted};
use super::outgoing::Outgoing;
use super::{Error, From, Happenings, Options, Unsaid, lists, start, upload};
use crate::model::{Chance, Digest, Nonce, Seq, User, limits};
use crate::wire::{Answer, History, Joined, Limits, Page, Request, RoomEntry, Said, UploadKind, Welcome, encoded_len};

/// A connection to a server that outlives its sockets. Clones are handles to the same one; when the last is dropped,
/// it is closed, and what is unanswered fails with [`Error::Closed`].
#[derive(Debug, Clone)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    pub(super) says: Arc<Semaphore>,
    calls: Arc<Semaphore>,
    standing: watch::Receiver<Standing>,
    chance: Arc<Mutex<Chance>>,
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) unsaid: Arc<Mutex<Vec<Unsaid>>>,
    hurry: Arc<Notify>,
}

impl Client {
    /// Connects to `host:port` and says hello. From then on, broken connections are made anew for ever; if the first
    /// attempt fails, that is the error.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Ended`] or [`Error::Refused`] if the server does not want this client, and
    /// those of keeping the device's key.
    pub async fn connect(address: &str, options: Options) -> Result<(Self, Happenings), Error> {
        start::start(address, options).await
    }

    /// The handle of a task that takes commands and tells how it stands. `says` are permits for what may be unanswered.
    pub(super) fn new(
        commands: mpsc::Sender<Command>,
        standing: watch::Receiver<Standing>,
        chance: Arc<Mutex<Chance>>,
        says: Arc<Semaphore>,
        (outgoing, unsaid): (Arc<Outgoing>, Vec<Unsaid>),
        hurry: Arc<Notify>,
    ) -> Self {
        let calls = Arc::new(Semaphore::new(limits::CLIENT_CALLS_MAX));
        Self { commands, says, calls, standing, chance, outgoing, unsaid: Arc::new(Mutex::new(unsaid)), hurry }
    }

    /// What the server said of itself and its limits when it last welcomed this client.
    #[must_use]
    pub fn welcome(&self) -> Welcome {
        self.standing.borrow().welcome.clone()
    }

    /// Who one is.
    #[must_use]
    pub fn user(&self) -> User {
        self.standing.borrow().welcome.user.clone()
    }

    /// Joins a room and stays in it over broken connections. Its events come as happenings, those up to
    /// [`Joined::head`] from the past. Waits for a connection. Who asks again while a join of that room is on its way
    /// shares its answer, and the last `from` counts.
    ///
    /// # Errors
    /// [`Error::Refused`]; one that was in the room before still is.
    pub async fn join(&self, room: &str, from: From) -> Result<Joined, Error> {
        let room = room.to_owned();
        self.ask(|reply| Command::Join { room, from, reply }).await?.wait().await
    }

    /// Leaves a room; no event of it comes any more, but those that wait among the happenings already.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub async fn leave(&self, room: &str) -> Result<(), Error> {
        let room = room.to_owned();
        self.ask(|reply| Command::Leave { room, reply }).await?.wait().await
    }

    /// Asks for anything else: a request that need not outlive its connection.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Disconnected`] if there is no connection or it breaks before the answer.
    pub async fn call(&self, request: Request) -> Result<Answer, Error> {
        self.call_on(self.connection(), request).await
    }

    /// A page of a room's past: the last `limit` events before `before`, or before the end, in rising order. None are
    /// the beginning.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn history(&self, room: &str, before: Option<Seq>, limit: u16) -> Result<Page, Error> {
        let history = History { room: room.to_owned(), before, after: None, limit };
        match self.call(Request::History(history)).await? {
            Answer::Page(page) => Ok(page),
            _ => Err(Error::Unexpected("no page of a room's log")),
        }
    }

    /// All rooms, or those whose names begin like `prefix`.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn rooms(&self, prefix: Option<&str>) -> Result<Vec<RoomEntry>, Error> {
        lists::rooms(self, prefix).await
    }

    /// All who are in a room.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn members(&self, room: &str) -> Result<Vec<User>, Error> {
        lists::members(self, room).await
    }

    /// Sends a file into a joined room, from disk and in chunks; goes on where it was after a broken connection.
    /// `progress` is told how many bytes the server has, and how many there are.
    ///
    /// # Errors
    /// [`Error::TooLarge`] before anything is sent, [`Error::File`], [`Error::Refused`].
    pub async fn upload(
        &self,
        room: &str,
        path: &Path,
        kind: UploadKind,
        progress: impl FnMut(u64, u64),
    ) -> Result<Said, Error> {
        upload::upload(self, room, path, kind, progress).await
    }

    /// Fetches a file or image of a room, as its message announced it; goes on where it was after a broken connection.
    /// `progress` is told how many bytes are there, and how many there will be. What was written is the file only if
    /// this succeeds.
    ///
    /// # Errors
    /// [`Error::HashMismatch`], [`Error::Write`], [`Error::Refused`].
    pub async fn download(
        &self,
        room: &str,
        seq: Seq,
        size: u64,
        sha256: &Digest,
        to: &mut (impl AsyncWrite + Unpin),
        progress: impl FnMut(u64, u64),
    ) -> Result<(), Error> {
        download::download(self, Wanted { room, seq, size, sha256 }, to, progress).await
    }

    /// Ends the pause before the next attempt to connect, if there is one: somebody knows that the server is back, or
    /// does not want to wait. If that fails too, the pause after it is as long as it would have been.
    pub fn hurry(&self) {
        self.hurry.notify_waiters();
    }

    /// Takes leave of the server, and waits at most a second for its answer. Ends all handles.
    pub async fn quit(mut self) {
        let farewell = async {
            let _ = self.commands.send(Command::Quit).await;
            while self.standing.changed().await.is_ok() {}
        };
        let _ = tokio::time::timeout(limits::GOODBYE_TIMEOUT, farewell).await;
    }

    /// The number of the connection that there is, or was last.
    pub(super) fn connection(&self) -> u64 {
        self.standing.borrow().connection
    }

    /// Asks on that connection and no other.
    pub(super) async fn call_on(&self, connection: u64, request: Request) -> Result<Answer, Error> {
        self.begin(connection, request).await?.wait().await
    }

    /// Hands in a request and leaves its answer for later, so that several can be on their way in order.
    pub(super) async fn begin(&self, connection: u64, request: Request) -> Result<Answered<Answer>, Error> {
        self.check_size("request", encoded_len(&request), |limits| limits.frame)?;
        self.ask(|reply| Command::Call { connection, request, reply }).await
    }

    /// Waits until there is a connection.
    pub(super) async fn connected(&self) -> Result<(), Error> {
        let mut standing = self.standing.clone();
        match standing.wait_for(|standing| standing.online || standing.ended.is_some()).await {
            Ok(standing) if standing.online => Ok(()),
            _ => Err(self.standing.borrow().gone()),
        }
    }

    /// How many bytes of a file to send or ask for at once, whatever the server says of itself.
    pub(super) fn chunk_bytes(&self) -> u64 {
        self.standing.borrow().welcome.limits.chunk.clamp(1, limits::CHUNK_BYTES_MAX as u64)
    }

    /// A name for a message of this device that no other has or will have.
    pub(super) fn nonce(&self) -> Nonce {
        Nonce(self.chance.lock().unwrap_or_else(PoisonError::into_inner).nonce())
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<Answered<T>, Error> {
        let permit = permit_of(&self.calls).await;
        self.hand_in(permit, command)
    }

    /// What the server would hang up at is not to be sent again and again.
    pub(super) fn check_size(
        &self,
        what: &'static str,
        bytes: usize,
        limit: impl Fn(&Limits) -> u64,
    ) -> Result<(), Error> {
        let (bytes, bytes_max) = (bytes as u64, limit(&self.standing.borrow().welcome.limits));
        if bytes > bytes_max { Err(Error::TooLarge { what, bytes, bytes_max }) } else { Ok(()) }
    }

    pub(super) fn hand_in<T>(
        &self,
        permit: OwnedSemaphorePermit,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> Result<Answered<T>, Error> {
        let (reply, answered) = reply(permit, self.standing.clone());
        self.commands.try_send(command(reply)).map_err(|_| self.standing.borrow().gone())?;
        Ok(answered)
    }
}

pub(super) async fn permit_of(permits: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(permits).acquire_owned().await.expect("nobody closes the semaphores")
}
