//! How fast people may go on: says, requests, and what costs the server more than either, by device and by network, over
//! all of their connections. How many connections there may be is left to [`super::shares`]; what is answered to who is
//! too fast, to the session.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, MonotonicClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::chat::Cost;
use crate::model::{DeviceId, Network, UserId, limits};
use crate::wire::{Code, Refusal};

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, MonotonicClock>;

/// See the module.
#[derive(Debug, Default)]
pub struct Rates(Option<Limiters>);

#[derive(Debug)]
struct Limiters {
    says: Keyed<DeviceId>,
    requests: Keyed<DeviceId>,
    /// Of those that were told to slow down, and went on.
    refusals: Keyed<DeviceId>,
    network_says: Keyed<Network>,
    network_requests: Keyed<Network>,
    connections: Keyed<Network>,
    new_devices: Keyed<Network>,
    new_rooms: Keyed<Network>,
    registrations: Keyed<Network>,
    uploads: Keyed<Uploader>,
}

/// Whose files are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Uploader {
    /// A registered user, over all devices.
    User(UserId),
    /// The guests of one network.
    Guests(Network),
}

/// It comes too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooFast {
    /// How long to wait.
    pub retry_after: Duration,
}

impl TooFast {
    /// The refusal that says when to try again.
    #[must_use]
    pub fn refusal(self, message: &'static str) -> Refusal {
        // never earlier than it is allowed
        let retry_after_ms = u64::try_from(self.retry_after.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        Refusal { retry_after_ms: Some(retry_after_ms), ..Refusal::new(Code::SlowDown, message) }
    }
}

impl Rates {
    /// So many says a second for a device, and the rest in proportion; 0 is no limit for anything.
    #[must_use]
    pub fn new(says_per_second: u32) -> Self {
        if says_per_second == 0 {
            return Self(None);
        }
        let requests = says_per_second.saturating_mul(limits::REQUESTS_PER_SAY);
        let network_says = says_per_second.saturating_mul(limits::DEVICES_PER_NETWORK);
        let network_requests = requests.saturating_mul(limits::BUSY_DEVICES_PER_NETWORK);
        let second = |rate, burst| keyed(Quota::per_second(count(rate)).allow_burst(count(burst)));
        let minute = |rate, burst| keyed(Quota::per_minute(count(rate)).allow_burst(count(burst)));
        Self(Some(Limiters {
            says: keyed(steady(says_per_second)),
            requests: keyed(steady(requests)),
            refusals: keyed(
                Quota::per_second(count(limits::REFUSALS_PER_SECOND)).allow_burst(count(limits::REFUSALS_BURST)),
            ),
            network_says: keyed(steady(network_says)),
            network_requests: keyed(steady(network_requests)),
            connections: second(limits::NEW_CONNECTIONS_PER_SECOND, limits::NEW_CONNECTIONS_BURST),
            new_devices: second(limits::NEW_DEVICES_PER_SECOND, limits::NEW_DEVICES_BURST),
            new_rooms: minute(limits::NEW_ROOMS_PER_MINUTE, limits::NEW_ROOMS_BURST),
            uploads: keyed(
                Quota::per_second(count(limits::UPLOAD_KIB_PER_SECOND)).allow_burst(count(limits::UPLOAD_BURST_KIB)),
            ),
            registrations: minute(limits::REGISTRATIONS_PER_MINUTE, limits::REGISTRATIONS_BURST),
        }))
    }

    /// Counts a request of somebody who was welcomed.
    ///
    /// # Errors
    /// If it comes too early.
    pub fn ask(&self, cost: Cost, device: DeviceId, network: Network) -> Result<(), TooFast> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        let requests = match cost {
            Cost::Free => return Ok(()),
            Cost::Message => {
                take(&limiters.says, &device)?;
                return take(&limiters.network_says, &network);
            }
            Cost::Account => 1,
            Cost::Requests(requests) => requests,
        };
        take_some(&limiters.requests, &device, requests)?;
        take_some(&limiters.network_requests, &network, requests)?;
        if cost == Cost::Account { take(&limiters.registrations, &network) } else { Ok(()) }
    }

    /// Counts a connection.
    ///
    /// # Errors
    /// If it comes too early.
    pub fn connect(&self, network: Network) -> Result<(), TooFast> {
        self.0.as_ref().map_or(Ok(()), |limiters| take(&limiters.connections, &network))
    }

    /// Counts a `hello`, and the device that is to be made for it.
    ///
    /// # Errors
    /// If it comes too early.
    pub fn greet(&self, is_new: bool, network: Network) -> Result<(), TooFast> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        take(&limiters.network_requests, &network)?;
        if is_new { take(&limiters.new_devices, &network) } else { Ok(()) }
    }

    /// Counts a room that is to be made.
    ///
    /// # Errors
    /// If it comes too early.
    pub fn make_room(&self, network: Network) -> Result<(), TooFast> {
        self.0.as_ref().map_or(Ok(()), |limiters| take(&limiters.new_rooms, &network))
    }

    /// Counts bytes of a file.
    ///
    /// # Errors
    /// If they come too early.
    pub fn upload(&self, uploader: Uploader, bytes: usize) -> Result<(), TooFast> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        take_some(&limiters.uploads, &uploader, u32::try_from(bytes.div_ceil(1_024)).unwrap_or(u32::MAX))
    }

    /// Whether a device that is told to slow down was told often enough.
    #[must_use]
    pub fn is_deaf(&self, device: DeviceId) -> bool {
        self.0.as_ref().is_some_and(|limiters| take(&limiters.refusals, &device).is_err())
    }

    /// Forgets whoever has not been fast for a while.
    pub fn forget_idle(&self) {
        let Some(limiters) = &self.0 else { return };
        forget(&limiters.uploads);
        [&limiters.says, &limiters.requests, &limiters.refusals].into_iter().for_each(forget);
        let Limiters { network_says, network_requests, connections, new_devices, new_rooms, registrations, .. } =
            limiters;
        [network_says, network_requests, connections, new_devices, new_rooms, registrations]
            .into_iter()
            .for_each(forget);
    }
}

fn keyed<K: Hash + Eq + Clone>(quota: Quota) -> Keyed<K> {
    RateLimiter::dashmap_with_clock(quota, MonotonicClock)
}

/// So many a second, and those of some seconds at once.
fn steady(rate: u32) -> Quota {
    Quota::per_second(count(rate)).allow_burst(count(rate.saturating_mul(limits::RATE_BURST_S)))
}

/// What the limiter takes: never 0.
fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn take<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K) -> Result<(), TooFast> {
    take_some(limiter, key, 1)
}

fn take_some<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K, cost: u32) -> Result<(), TooFast> {
    match limiter.check_key_n(key, count(cost)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(until)) => Err(TooFast { retry_after: until.wait_time_from(MonotonicClock.now()) }),
        // nothing costs as much as may come at once
        Err(_) => Err(TooFast { retry_after: Duration::MAX }),
    }
}

fn forget<K: Hash + Eq + Clone>(limiter: &Keyed<K>) {
    limiter.retain_recent();
    limiter.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: Network = Network::V4(Ipv4Addr::new(10, 0, 0, 1));
    const THERE: Network = Network::V4(Ipv4Addr::new(10, 0, 0, 2));

    /// How many of these go before one is refused.
    fn passed(mut ask: impl FnMut() -> Result<(), TooFast>) -> (u32, TooFast) {
        let mut went = 0;
        loop {
            match ask() {
                Ok(()) => went += 1,
                Err(too_fast) => return (went, too_fast),
            }
        }
    }

    #[test]
    fn a_device_may_be_fast_for_ten_seconds_and_is_told_how_long_to_wait() {
        let rates = Rates::new(1);
        let (went, too_fast) = passed(|| rates.ask(Cost::Message, DeviceId(1), HERE));
        assert!((10..=11).contains(&went), "{went}");
        assert!(too_fast.retry_after <= Duration::from_secs(1));
        let refusal = too_fast.refusal("slower");
        assert!(refusal.code == Code::SlowDown && refusal.retry_after_ms.is_some_and(|ms| (1..=1_001).contains(&ms)));
        assert_eq!(rates.ask(Cost::Message, DeviceId(2), HERE), Ok(()), "another device");
        assert_eq!(rates.ask(Cost::Requests(1), DeviceId(1), HERE), Ok(()), "another kind");
    }

    #[test]
    fn a_network_is_held_over_all_of_its_devices() {
        let rates = Rates::new(1);
        let mut devices = (0..9_999).map(DeviceId);
        let (went, _) = passed(|| rates.ask(Cost::Message, devices.next().unwrap(), HERE));
        assert!((50..=52).contains(&went), "{went}");
        assert_eq!(rates.ask(Cost::Message, DeviceId(1_000_000), THERE), Ok(()));
        let (came, _) = passed(|| rates.connect(HERE));
        assert!((1_000..=1_010).contains(&came), "{came}");
        let (made, _) = passed(|| rates.greet(true, HERE));
        assert!((200..=202).contains(&made), "{made}");
        assert_eq!(rates.greet(false, HERE), Ok(()), "who has a device may come");
        assert!(passed(|| rates.make_room(HERE)).0 >= 50);
    }

    #[test]
    fn who_does_not_hear_is_deaf_after_a_thousand_times() {
        let rates = Rates::new(1);
        let heard = (0..9_999).find(|_| rates.is_deaf(DeviceId(1))).unwrap();
        assert!((1_000..=1_020).contains(&heard), "{heard}");
    }

    #[test]
    fn a_gigabyte_may_come_at_once_and_then_one_a_day() {
        let rates = Rates::new(20);
        let (ann, guests) = (Uploader::User(UserId(2)), Uploader::Guests(HERE));
        let (chunks, too_fast) = passed(|| rates.upload(ann, limits::CHUNK_BYTES_MAX));
        assert!((16_384..16_400).contains(&chunks), "{chunks}");
        assert!(too_fast.retry_after <= Duration::from_secs(6), "{too_fast:?}");
        assert_eq!(rates.upload(guests, limits::CHUNK_BYTES_MAX), Ok(()));
    }

    #[test]
    fn without_a_rate_nothing_is_counted() {
        let rates = Rates::new(0);
        assert!((0..100_000).all(|_| rates.ask(Cost::Message, DeviceId(1), HERE).is_ok()));
        assert!(!rates.is_deaf(DeviceId(1)));
    }
}
