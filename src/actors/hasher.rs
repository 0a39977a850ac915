//! The thread that hashes passwords, which takes a core for tens of milliseconds on purpose. How many may wait for it
//! is bounded by shares that travel along, so that whoever hangs up does not make room for the next; and how many from
//! one network, so that no stranger keeps an owner out by having their own hashed. How a password is hashed is `chat`'s
//! business.

use std::sync::Arc;
use std::thread;

use actix::{Actor, Addr, Handler, Message, SyncArbiter, SyncContext};

use super::shares::Share;
use super::{Ending, Shares, SharesMax, Vital, hub};
use crate::chat::passwords;
use crate::model::{Network, Password, limits};
use crate::wire::{Code, Refusal};

/// When it is worth trying again where too many wait.
const RETRY_AFTER_MS: u64 = 1_000;

/// A way to the thread. See the module.
#[derive(Clone)]
pub struct Hashing {
    thread: Addr<Hasher>,
    waiting: Arc<Shares>,
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
        let max = SharesMax { all: limits::HASHES_MAX, per_network: limits::HASHES_PER_NETWORK_MAX };
        Self { thread, waiting: Shares::new(max) }
    }

    /// What is kept of a password.
    ///
    /// # Errors
    /// `slow_down` if too many wait, in all or from there.
    pub async fn hash(&self, network: Network, password: Password, salt: [u8; 16]) -> Result<String, Refusal> {
        let hash = Hash { password, salt, _share: self.share(network)? };
        self.thread.send(hash).await.map_err(|_| hub::internal())
    }

    /// Whether it is the password of which this was kept. It takes as long where nothing was.
    ///
    /// # Errors
    /// `slow_down` if too many wait, in all or from there.
    pub async fn is_right(&self, network: Network, password: Password, kept: Option<String>) -> Result<bool, Refusal> {
        let check = Check { password, kept, _share: self.share(network)? };
        self.thread.send(check).await.map_err(|_| hub::internal())
    }

    fn share(&self, network: Network) -> Result<Share, Refusal> {
        self.waiting.take(network).map_err(|_| too_many())
    }
}

fn too_many() -> Refusal {
    let refusal = Refusal::new(Code::SlowDown, "too many passwords are being looked at; try again soon");
    Refusal { retry_after_ms: Some(RETRY_AFTER_MS), ..refusal }
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
    _share: Share,
}

#[derive(Message)]
#[rtype(result = "bool")]
struct Check {
    password: Password,
    kept: Option<String>,
    _share: Share,
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
        let fill = |from| -> Vec<Share> { std::iter::from_fn(|| hashing.share(network(from)).ok()).collect() };
        let permits = fill(1);
        assert_eq!(permits.len(), limits::HASHES_PER_NETWORK_MAX);
        assert!(hashing.share(network(2)).is_ok(), "somebody elsewhere");
        drop(permits);
        assert!(hashing.waiting.is_untouched(), "nothing is kept of who has gone");
        let all: Vec<Share> = (0..=99).flat_map(fill).collect();
        assert_eq!(all.len(), limits::HASHES_MAX);
    }
}
