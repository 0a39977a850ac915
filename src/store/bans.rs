//! Whom the operator keeps out: a handle, a device or a network, until a time or until it is lifted. An end comes by
//! itself, since every question names the time that it is asked at. Ending connections is left to the lobby.

use std::fmt;
use std::net::IpAddr;

use diesel::prelude::*;
use ipnet::IpNet;

use super::columns::{column, number};
use super::schema::bans;
use super::{Store, StoreError};
use crate::model::{DeviceId, NameKey, Timestamp};

/// What a ban is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BanOn {
    /// Whoever speaks as this user, by the key of the handle.
    Handle(NameKey),
    /// One device.
    Device(DeviceId),
    /// Every address in a network.
    Network(IpNet),
}

/// A ban, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// `handle`, `device` or `network`.
    pub kind: String,
    /// The handle's key, the device's id, or the network.
    pub value: String,
    /// When it ends; never by itself if there is none.
    pub until: Option<Timestamp>,
    /// What the banned one is told, or nothing.
    pub reason: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// Who asks to be let in.
#[derive(Debug, Clone, Copy)]
pub struct Comer<'a> {
    /// Where from, unless the socket is gone already.
    pub address: Option<IpAddr>,
    /// Through which device, if that is known yet.
    pub device: Option<DeviceId>,
    /// As whom; a guest has no handle.
    pub handle: Option<&'a NameKey>,
}

/// What the banned one is told: the end and the reason.
impl fmt::Display for Ban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.as_str() {
            "handle" => f.write_str("this handle is banned")?,
            "device" => f.write_str("this device is banned")?,
            _ => f.write_str("this address is banned")?,
        }
        match self.until {
            Some(until) => write!(f, " until {}", in_words(until))?,
            None => f.write_str(" for good")?,
        }
        if self.reason.is_empty() { Ok(()) } else { write!(f, ": {}", self.reason) }
    }
}

impl BanOn {
    fn columns(&self) -> (&'static str, String) {
        match self {
            Self::Handle(key) => ("handle", key.as_str().to_owned()),
            Self::Device(device) => ("device", device.0.to_string()),
            Self::Network(network) => ("network", plain(*network).to_string()),
        }
    }

    /// The ban that it would be.
    #[must_use]
    pub fn ban(&self, until: Option<Timestamp>, reason: &str, now: Timestamp) -> Ban {
        let (kind, value) = self.columns();
        Ban { kind: kind.to_owned(), value, until, reason: reason.to_owned(), created_at: now }
    }
}

/// A network as it is kept: without the bits of a host, and IPv4 as IPv4 also where it was written as IPv6.
#[must_use]
pub fn plain(network: IpNet) -> IpNet {
    let network = network.trunc();
    if let IpNet::V6(six) = network
        && six.prefix_len() >= 96
        && let Some(four) = six.addr().to_ipv4_mapped()
        && let Ok(four) = ipnet::Ipv4Net::new(four, six.prefix_len() - 96)
    {
        return IpNet::V4(four);
    }
    network
}

type BanRow = (String, String, Option<i64>, String, i64);

const COLUMNS: (bans::kind, bans::value, bans::until, bans::reason, bans::created_at) =
    (bans::kind, bans::value, bans::until, bans::reason, bans::created_at);

fn from_row((kind, value, until, reason, created_at): BanRow) -> Ban {
    let (until, created_at) = (until.map(|until| Timestamp(number(until))), Timestamp(number(created_at)));
    Ban { kind, value, until, reason, created_at }
}

impl Store {
    /// Bans somebody; one who is banned already is from now on banned so. Bans that are over are forgotten.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn ban(&mut self, ban: &Ban, now: Timestamp) -> Result<(), StoreError> {
        let (until, now) = (ban.until.map(|until| column(until.0)), column(now.0));
        let terms = (bans::until.eq(until), bans::reason.eq(&ban.reason), bans::created_at.eq(now));
        self.write(|connection| {
            diesel::delete(bans::table.filter(bans::until.le(now))).execute(connection)?;
            diesel::insert_into(bans::table)
                .values((bans::kind.eq(&ban.kind), bans::value.eq(&ban.value), terms))
                .on_conflict((bans::kind, bans::value))
                .do_update()
                .set(terms)
                .execute(connection)?;
            Ok(())
        })
    }

    /// Lifts a ban; false if there was none that still held.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn unban(&mut self, on: &BanOn, now: Timestamp) -> Result<bool, StoreError> {
        let (kind, value) = on.columns();
        self.write(|connection| {
            diesel::delete(bans::table.filter(bans::until.le(column(now.0)))).execute(connection)?;
            let ban = bans::table.filter(bans::kind.eq(kind).and(bans::value.eq(value)));
            Ok(diesel::delete(ban).execute(connection)? > 0)
        })
    }

    /// The bans that hold now, the oldest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn bans(&mut self, now: Timestamp) -> Result<Vec<Ban>, StoreError> {
        let holds = bans::until.is_null().or(bans::until.gt(column(now.0)));
        let rows = bans::table.filter(holds).order(bans::id).select(COLUMNS).load::<BanRow>(&mut self.connection)?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// What keeps somebody out now, if anything.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn ban_on(&mut self, comer: &Comer<'_>, now: Timestamp) -> Result<Option<Ban>, StoreError> {
        let device = comer.device.map(|device| device.0.to_string()).unwrap_or_default();
        let handle = comer.handle.map_or("", NameKey::as_str);
        let own = bans::kind
            .eq("network")
            .or(bans::kind.eq("device").and(bans::value.eq(device)))
            .or(bans::kind.eq("handle").and(bans::value.eq(handle)));
        let holds = bans::until.is_null().or(bans::until.gt(column(now.0)));
        let rows = bans::table.filter(own).filter(holds).order(bans::id).select(COLUMNS);
        let rows = rows.load::<BanRow>(&mut self.connection)?;
        Ok(rows.into_iter().map(from_row).find(|ban| ban.kind != "network" || contains(&ban.value, comer.address)))
    }
}

/// A time in UTC, to the second.
#[must_use]
pub fn in_words(time: Timestamp) -> String {
    let seconds = jiff::Timestamp::from_second(i64::try_from(time.0 / 1_000).unwrap_or(i64::MAX));
    seconds.map_or_else(|_| "the end of time".to_owned(), |time| time.to_string())
}

/// Whether a network, as it is kept, contains an address.
fn contains(network: &str, address: Option<IpAddr>) -> bool {
    let network: Option<IpNet> = network.parse().ok();
    network.zip(address).is_some_and(|(network, address)| network.contains(&address.to_canonical()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::key_of;
    use crate::store::testing::{Fixture, NOW};

    fn network(text: &str) -> BanOn {
        BanOn::Network(text.parse().unwrap())
    }

    fn from(address: &str) -> Comer<'static> {
        Comer { address: Some(address.parse().unwrap()), device: None, handle: None }
    }

    #[test]
    fn a_network_is_banned_whole_and_however_it_is_written() {
        let mut fixture = Fixture::new();
        let store = &mut fixture.store;
        for written in ["192.0.2.77/24", "::ffff:198.51.100.0/120", "2001:db8::1/64"] {
            store.ban(&network(written).ban(None, "spam", NOW), NOW).unwrap();
        }
        let values: Vec<String> = store.bans(NOW).unwrap().into_iter().map(|ban| ban.value).collect();
        assert_eq!(values, ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/64"]);
        for (address, is_out) in [
            ("192.0.2.1", true),
            ("::ffff:192.0.2.1", true),
            ("192.0.3.1", false),
            ("198.51.100.200", true),
            ("2001:db8::99", true),
            ("2001:db8:0:1::", false),
        ] {
            assert_eq!(store.ban_on(&from(address), NOW).unwrap().is_some(), is_out, "{address}");
        }
        let nowhere = Comer { address: None, ..from("::1") };
        assert_eq!(store.ban_on(&nowhere, NOW), Ok(None));
        assert_eq!(store.unban(&network("192.0.2.0/24"), NOW), Ok(true));
        assert_eq!(store.unban(&network("192.0.2.0/24"), NOW), Ok(false));
        assert_eq!(store.ban_on(&from("192.0.2.1"), NOW), Ok(None));
    }

    #[test]
    fn a_ban_ends_by_itself_and_its_terms_can_be_changed() {
        let mut fixture = Fixture::new();
        let store = &mut fixture.store;
        let (ann, end) = (key_of("Ann"), Timestamp(NOW.0 + 1_000));
        let comer = Comer { address: None, device: Some(DeviceId(7)), handle: Some(&ann) };
        store.ban(&BanOn::Handle(ann.clone()).ban(Some(end), "rude", NOW), NOW).unwrap();
        let told = store.ban_on(&comer, NOW).unwrap().unwrap().to_string();
        assert_eq!(told, "this handle is banned until 2026-09-21T14:13:21Z: rude");
        assert_eq!(store.ban_on(&comer, end), Ok(None), "it is over");
        assert_eq!(store.bans(end), Ok(Vec::new()));
        store.ban(&BanOn::Handle(ann.clone()).ban(None, "", NOW), NOW).unwrap();
        assert_eq!(store.bans(end).unwrap().len(), 1, "one ban with other terms");
        assert_eq!(store.ban_on(&comer, end).unwrap().unwrap().to_string(), "this handle is banned for good");
        let other = key_of("Anna");
        assert_eq!(store.ban_on(&Comer { handle: Some(&other), ..comer }, NOW), Ok(None));
        assert_eq!(store.ban_on(&Comer { handle: None, ..comer }, NOW), Ok(None));
        store.ban(&BanOn::Device(DeviceId(7)).ban(None, "", NOW), NOW).unwrap();
        assert!(store.ban_on(&Comer { handle: None, ..comer }, NOW).unwrap().is_some());
        assert_eq!(store.ban_on(&Comer { handle: None, device: Some(DeviceId(8)), ..comer }, NOW), Ok(None));
    }
}
