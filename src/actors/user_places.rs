//! How many devices of one registered user may be connected. How many connections there may be from one network, and in
//! all, is left to [`super::shares`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shares::{is_full, leave};
use crate::model::{DeviceId, UserId};

/// Connections by device: the one that a device replaces goes only after the new one has come.
type Taken = HashMap<UserId, HashMap<DeviceId, usize>>;

/// See the module.
#[derive(Debug)]
pub struct UserPlaces {
    max: usize,
    taken: Mutex<Taken>,
}

impl UserPlaces {
    /// As many as this for each user; 0 is no limit.
    #[must_use]
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// A place for a device of a registered user; none if too many others are connected.
    #[must_use]
    pub fn enter(self: &Arc<Self>, user: UserId, device: DeviceId) -> Option<UserPlace> {
        let mut taken = self.taken();
        let devices = taken.entry(user).or_default();
        if !devices.contains_key(&device) && is_full(devices.len(), self.max) {
            return None;
        }
        *devices.entry(device).or_default() += 1;
        drop(taken);
        Some(UserPlace { places: Arc::clone(self), user, device })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a device of a user until it is dropped.
#[derive(Debug)]
pub struct UserPlace {
    places: Arc<UserPlaces>,
    user: UserId,
    device: DeviceId,
}

impl Drop for UserPlace {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Entry::Occupied(mut devices) = taken.entry(self.user) {
            leave(devices.get_mut(), self.device);
            if devices.get().is_empty() {
                devices.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_so_many_devices_and_one_that_connects_again_counts_once() {
        let (places, ann) = (UserPlaces::new(2), UserId(2));
        let held = [1, 2, 2].map(|device| places.enter(ann, DeviceId(device)).unwrap());
        assert!(places.enter(ann, DeviceId(3)).is_none());
        assert!(places.enter(UserId(3), DeviceId(3)).is_some());
        drop(held);
        assert!(places.taken().is_empty(), "nothing is kept");
    }
}
