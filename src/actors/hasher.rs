//! The thread that hashes passwords, which takes a core for tens of milliseconds on purpose. How many may wait for it
//! is bounded by permits that travel along, so that whoever hangs up does not make room for the next. How a password is
//! hashed is `chat`'s business.

use std::sync::Arc;
use std::thread;

use actix::{Actor, Addr, Handler, Message, SyncArbiter, SyncContext};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Ending, Vital, hub};
use crate::chat::passwords;
use crate::model::{Password, limits};
use crate::wire::{Code, Refusal};

/// When it is worth trying again where too many wait.
const RETRY_AFTER_MS: u64 = 1_000;

/// A way to the thread. See the module.
#[derive(Clone)]
pub struct Hashing {
    thread: Addr<Hasher>,
    permits: Arc<Semaphore>,
}

impl Hashing {
    /// Starts it.
    #[must_use]
    pub fn start(ending: &Ending) -> Self {
        let ending = ending.clone();
        let builder = || thread::Builder::new().name("passwords".into());
        let thread = SyncArbiter::start_with_thread_builder(limits::HASHER_THREADS, builder, move || Hasher {
            _vital: Vital::new("the thread for passwords", ending.clone()),
        });
        Self { thread, permits: Arc::new(Semaphore::new(limits::HASHES_MAX)) }
    }

    /// What is kept of a password.
    ///
    /// # Errors
    /// `slow_down` if too many wait.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<String, Refusal> {
        let hash = Hash { password, salt, _permit: self.permit()? };
        self.thread.send(hash).await.map_err(|_| hub::internal())
    }

    /// Whether it is the password of which this was kept. It takes as long where nothing was.
    ///
    /// # Errors
    /// `slow_down` if too many wait.
    pub async fn is_right(&self, password: Password, kept: Option<String>) -> Result<bool, Refusal> {
        let check = Check { password, kept, _permit: self.permit()? };
        self.thread.send(check).await.map_err(|_| hub::internal())
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.permits).try_acquire_owned().map_err(|_| {
            let refusal = Refusal::new(Code::SlowDown, "too many passwords are being looked at; try again soon");
            Refusal { retry_after_ms: Some(RETRY_AFTER_MS), ..refusal }
        })
    }
}

/// The thread itself.
struct Hasher {
    _vital: Vital,
}

#[derive(Message)]
#[rtype(result = "String")]
struct Hash {
    password: Password,
    salt: [u8; 16],
    _permit: OwnedSemaphorePermit,
}

#[derive(Message)]
#[rtype(result = "bool")]
struct Check {
    password: Password,
    kept: Option<String>,
    _permit: OwnedSemaphorePermit,
}

impl Actor for Hasher {
    type Context = SyncContext<Self>;
}

impl Handler<Hash> for Hasher {
    type Result = String;

    fn handle(&mut self, hash: Hash, _: &mut SyncContext<Self>) -> String {
        passwords::hash(&hash.password, &hash.salt)
    }
}

impl Handler<Check> for Hasher {
    type Result = bool;

    fn handle(&mut self, check: Check, _: &mut SyncContext<Self>) -> bool {
        passwords::is_right(&check.password, check.kept.as_deref())
    }
}
