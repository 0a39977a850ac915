//! The thread that hashes passwords, which takes a core for tens of milliseconds on purpose. How many may wait for it
//! is bounded by permits that travel along, so that whoever hangs up does not make room for the next; and how many from
//! one network, so that no stranger keeps an owner out by having their own hashed. How a password is hashed is `chat`'s
//! business.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use actix::{Actor, Addr, Handler, Message, SyncArbiter, SyncContext};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Ending, Vital, hub};
use crate::chat::passwords;
use crate::model::{Network, Password, limits};
use crate::wire::{Code, Refusal};

/// When it is worth trying again where too many wait.
const RETRY_AFTER_MS: u64 = 1_000;

/// A way to the thread. See the module.
#[derive(Clone)]
pub struct Hashing {
    thread: Addr<Hasher>,
    permits: Arc<Semaphore>,
    /// How many there are from each network; none that is not there.
    waiting: Arc<Mutex<HashMap<Network, usize>>>,
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
        Self { thread, permits: Arc::new(Semaphore::new(limits::HASHES_MAX)), waiting: Arc::default() }
    }

    /// What is kept of a password.
    ///
    /// # Errors
    /// `slow_down` if too many wait, in all or from there.
    pub async fn hash(&self, network: Network, password: Password, salt: [u8; 16]) -> Result<String, Refusal> {
        let hash = Hash { password, salt, _permit: self.permit(network)? };
        self.thread.send(hash).await.map_err(|_| hub::internal())
    }

    /// Whether it is the password of which this was kept. It takes as long where nothing was.
    ///
    /// # Errors
    /// `slow_down` if too many wait, in all or from there.
    pub async fn is_right(&self, network: Network, password: Password, kept: Option<String>) -> Result<bool, Refusal> {
        let check = Check { password, kept, _permit: self.permit(network)? };
        self.thread.send(check).await.map_err(|_| hub::internal())
    }

    fn permit(&self, network: Network) -> Result<Permit, Refusal> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| too_many())?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(network).or_default();
        if *count >= limits::HASHES_PER_NETWORK_MAX {
            return Err(too_many());
        }
        *count += 1;
        Ok(Permit { network, waiting: Arc::clone(&self.waiting), _in_all: permit })
    }
}

fn too_many() -> Refusal {
    let refusal = Refusal::new(Code::SlowDown, "too many passwords are being looked at; try again soon");
    Refusal { retry_after_ms: Some(RETRY_AFTER_MS), ..refusal }
}

/// That a password may wait.
struct Permit {
    network: Network,
    waiting: Arc<Mutex<HashMap<Network, usize>>>,
    _in_all: OwnedSemaphorePermit,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.network);
            }
        }
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
    _permit: Permit,
}

#[derive(Message)]
#[rtype(result = "bool")]
struct Check {
    password: Password,
    kept: Option<String>,
    _permit: Permit,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn network(last: u8) -> Network {
        Network::V4([10, 0, 0, last].into())
    }

    #[actix::test]
    async fn no_network_takes_all_the_room() {
        let hashing = Hashing::start(&Ending::default());
        let fill = |from| -> Vec<Permit> { std::iter::from_fn(|| hashing.permit(network(from)).ok()).collect() };
        let permits = fill(1);
        assert_eq!(permits.len(), limits::HASHES_PER_NETWORK_MAX);
        assert!(hashing.permit(network(2)).is_ok(), "somebody elsewhere");
        drop(permits);
        assert!(hashing.waiting.lock().unwrap().is_empty(), "nothing is kept of who has gone");
        let all: Vec<Permit> = (0..=99).flat_map(fill).collect();
        assert_eq!(all.len(), limits::HASHES_MAX);
    }
}
