//! How many connections there may be: in all, from one network, and of one user. Whoever holds a place is counted until
//! it is dropped. Whether more requests may come over one is left to [`super::rates`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{DeviceId, Network, UserId};

/// What the operator allows; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacesMax {
    /// In all.
    pub all: usize,
    /// From one IPv4 address, or one /64 of IPv6.
    pub per_network: usize,
    /// Devices of one registered user that are connected.
    pub per_user: usize,
}

/// See the module.
#[derive(Debug)]
pub struct Places {
    max: PlacesMax,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<Network, usize>,
    /// Connections by device: the one that a device replaces goes only after the new one has come.
    by_user: HashMap<UserId, HashMap<DeviceId, usize>>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The server has as many connections as it may.
    #[error("the server is full; try again later")]
    All,
    /// This network has.
    #[error("too many connections come from this address; close one, or try again later")]
    Network,
    /// This user has.
    #[error("too many devices of this user are connected; end one of them first")]
    User,
}

impl Places {
    /// As many as this.
    #[must_use]
    pub fn new(max: PlacesMax) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// A place for a connection from this address.
    ///
    /// # Errors
    /// Which limit is reached.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let network = Network::of(address);
        let mut taken = self.taken();
        if is_full(taken.all, self.max.all) {
            return Err(Full::All);
        }
        let count = taken.by_network.entry(network).or_default();
        if is_full(*count, self.max.per_network) {
            return Err(Full::Network);
        }
        *count += 1;
        taken.all += 1;
        Ok(Place { places: Arc::clone(self), network })
    }

    fn enter_user(self: &Arc<Self>, user: UserId, device: DeviceId) -> Result<Option<UserPlace>, Full> {
        if user == UserId::ANONYMOUS {
            return Ok(None);
        }
        let mut taken = self.taken();
        let devices = taken.by_user.entry(user).or_default();
        if !devices.contains_key(&device) && is_full(devices.len(), self.max.per_user) {
            return Err(Full::User);
        }
        *devices.entry(device).or_default() += 1;
        drop(taken);
        Ok(Some(UserPlace { places: Arc::clone(self), user, device }))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn is_full(count: usize, max: usize) -> bool {
    max != 0 && count >= max
}

/// Counts a connection until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    network: Network,
}

impl Place {
    /// Where it is counted.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }

    /// A place for a device of a user, beside that for its connection. All guests are one user, and are not counted.
    ///
    /// # Errors
    /// If too many others are connected.
    pub fn for_user(&self, user: UserId, device: DeviceId) -> Result<Option<UserPlace>, Full> {
        self.places.enter_user(user, device)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        leave(&mut taken.by_network, self.network);
    }
}

/// Counts a device of a user until it is dropped.
#[derive(Debug)]
pub struct UserPlace {
    places: Arc<Places>,
    user: UserId,
    device: DeviceId,
}

impl Drop for UserPlace {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Entry::Occupied(mut devices) = taken.by_user.entry(self.user) {
            leave(devices.get_mut(), self.device);
            if devices.get().is_empty() {
                devices.remove();
            }
        }
    }
}

/// One less; nothing is kept of whom nobody is left.
fn leave<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: K) {
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

    fn places(all: usize, per_network: usize, per_user: usize) -> Arc<Places> {
        Places::new(PlacesMax { all, per_network, per_user })
    }

    fn ip(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn a_network_has_so_many_and_the_server_so_many() {
        let places = places(3, 2, 0);
        let held = [places.enter(ip("10.0.0.1")).unwrap(), places.enter(ip("::ffff:10.0.0.1")).unwrap()];
        assert_eq!(places.enter(ip("10.0.0.1")).unwrap_err(), Full::Network);
        let other = places.enter(ip("2001:db8::1")).unwrap();
        assert_eq!(places.enter(ip("2001:db8::2")).unwrap_err(), Full::All);
        drop(held);
        assert!(places.enter(ip("10.0.0.1")).is_ok());
        drop(other);
        assert!(places.taken().by_network.is_empty() && places.taken().all == 0, "nothing is kept");
    }

    #[test]
    fn a_user_has_so_many_devices_and_one_that_connects_again_counts_once() {
        let (places, ann) = (places(0, 0, 2), UserId(2));
        let held = [1, 2, 2].map(|device| places.enter_user(ann, DeviceId(device)).unwrap());
        assert_eq!(places.enter_user(ann, DeviceId(3)).unwrap_err(), Full::User);
        assert!(places.enter_user(UserId(3), DeviceId(3)).is_ok_and(|place| place.is_some()));
        assert!((1..9).all(|device| places.enter_user(UserId::ANONYMOUS, DeviceId(device)).is_ok()));
        drop(held);
        assert!(places.taken().by_user.is_empty(), "nothing is kept");
    }

    #[test]
    fn none_is_no_limit() {
        let places = places(0, 0, 0);
        let held: Vec<_> = (0..100).map(|_| places.enter(ip("10.0.0.1")).unwrap()).collect();
        assert_eq!(places.taken().all, held.len());
    }
}
