//! One at a time for each network: who wants something dear waits behind the others of the same network, and behind one
//! of each other network, however many a stranger sends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::Network;

/// See the module.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<Network, Weak<Semaphore>>>);

/// It is one's turn until this is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is only held")] Option<OwnedSemaphorePermit>);

impl Turns {
    /// Waits until nobody else of this network has a turn. Whoever asks is bounded elsewhere.
    pub async fn wait(&self, network: Network) -> Turn {
        let turn = self.of(network);
        // nobody closes it
        Turn(turn.acquire_owned().await.ok())
    }

    fn of(&self, network: Network) -> Arc<Semaphore> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&network).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Semaphore::new(1));
        turns.insert(network, Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    fn network(last: u8) -> Network {
        Network::V4([10, 0, 0, last].into())
    }

    #[test]
    fn a_network_has_one_turn_and_others_have_theirs() {
        let turns = Turns::default();
        let first = turns.wait(network(1)).now_or_never().unwrap();
        let mut second = pin!(turns.wait(network(1)));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(turns.wait(network(2)).now_or_never().is_some());
        drop(first);
        assert!(second.now_or_never().is_some());
        turns.of(network(3));
        assert_eq!(turns.0.lock().unwrap().len(), 1, "nothing is kept of who has gone");
    }
}
