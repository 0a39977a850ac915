//! Shares of something of which there is only so much: in all, and for one network, so that no stranger has all of it.
//! Whoever holds a share is counted until it is dropped.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Network;

/// How many shares there are; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharesMax {
    /// In all.
    pub all: usize,
    /// For one IPv4 address, or one /64 of IPv6.
    pub per_network: usize,
}

/// See the module.
#[derive(Debug)]
pub struct Shares {
    max: SharesMax,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<Network, usize>,
}

/// Why there is none left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    All,
    /// This network has as many as it may.
    Network,
}

impl Shares {
    /// As many as this.
    #[must_use]
    pub fn new(max: SharesMax) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// A share for somebody in this network.
    ///
    /// # Errors
    /// Which limit is reached.
    pub fn take(self: &Arc<Self>, network: Network) -> Result<Share, Full> {
        let mut taken = self.taken();
        if is_full(taken.all, self.max.all) {
            return Err(Full::All);
        }
        if is_full(taken.by_network.get(&network).copied().unwrap_or_default(), self.max.per_network) {
            return Err(Full::Network);
        }
        *taken.by_network.entry(network).or_default() += 1;
        taken.all += 1;
        Ok(Share { shares: Arc::clone(self), network })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody holds any, and nothing is kept of who did.
    #[cfg(test)]
    pub(super) fn is_untouched(&self) -> bool {
        let taken = self.taken();
        taken.all == 0 && taken.by_network.is_empty()
    }
}

/// Whether one more is too many; 0 is no limit.
pub(super) const fn is_full(count: usize, max: usize) -> bool {
    max != 0 && count >= max
}

/// See the module.
#[derive(Debug)]
pub struct Share {
    shares: Arc<Shares>,
    network: Network,
}

impl Share {
    /// Where it is counted.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        taken.all -= 1;
        leave(&mut taken.by_network, self.network);
    }
}

/// One less; nothing is kept of whom nobody is left.
pub(super) fn leave<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn a_network_has_so_many_and_all_together_so_many() {
        let shares = Shares::new(SharesMax { all: 3, per_network: 2 });
        let held = ["10.0.0.1", "::ffff:10.0.0.1"].map(|address| shares.take(at(address)).unwrap());
        assert_eq!(shares.take(at("10.0.0.1")).unwrap_err(), Full::Network);
        let other = shares.take(at("2001:db8::1")).unwrap();
        assert_eq!(shares.take(at("2001:db8::2")).unwrap_err(), Full::All);
        drop(held);
        assert!(shares.take(at("10.0.0.1")).is_ok());
        drop(other);
        assert!(shares.is_untouched());
    }

    #[test]
    fn none_is_no_limit() {
        let shares = Shares::new(SharesMax { all: 0, per_network: 0 });
        let held: Vec<_> = (0..100).map(|_| shares.take(at("10.0.0.1")).unwrap()).collect();
        assert!(!shares.is_untouched());
        drop(held);
        assert!(shares.is_untouched());
    }
}
