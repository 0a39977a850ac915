//! Devices and who speaks through them. When a device has to show its secret, and what happens to one that cannot,
//! is left to `chat`.

use diesel::prelude::*;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

use super::columns::{column, number};
use super::schema::{devices, users};
use super::{Store, StoreError};
use crate::model::{Chance, DeviceId, Timestamp, User, UserId, limits};

/// A device, and who speaks through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The device.
    pub device: DeviceId,
    /// Its user, or a guest with the device's own name.
    pub user: User,
}

impl Store {
    /// Makes a guest's device: who it is, and its secret, of which the store keeps a hash only.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn new_device(&mut self, chance: &mut Chance, now: Timestamp) -> Result<(Identity, [u8; 16]), StoreError> {
        self.write(|connection| new_device(connection, chance, now))
    }

    /// Who speaks through this device, if the secret is its own.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn authenticate(&mut self, device: DeviceId, secret: &[u8]) -> Result<Option<Identity>, StoreError> {
        let row = devices::table
            .find(column(device.0))
            .inner_join(users::table)
            .select((devices::secret_hash, devices::guest_name, users::id, users::name))
            .get_result::<(Vec<u8>, String, i64, String)>(&mut self.connection)
            .optional()?;
        let Some((hash, guest_name, id, name)) = row else { return Ok(None) };
        let is_own = bool::from(hash.ct_eq(&Sha256::digest(secret)));
        let id = UserId(number(id));
        let user = if id == UserId::ANONYMOUS { guest(guest_name) } else { User { id, name, guest: false } };
        Ok(is_own.then_some(Identity { device, user }))
    }
}

/// A device in its user's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceRow {
    /// Which device.
    pub id: DeviceId,
    /// When it first said hello.
    pub created_at: Timestamp,
}

impl Store {
    /// Up to `limit` devices of the user that `device` speaks for, after that one; of a guest only itself.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn devices_of(
        &mut self,
        device: DeviceId,
        after: Option<DeviceId>,
        limit: usize,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        let connection = &mut self.connection;
        let Some(user) = user_of(connection, device)? else { return Ok(Vec::new()) };
        let after = after.map_or(-1, |after| column(after.0));
        let rows = devices::table
            .filter(devices::user_id.eq(user).and(devices::id.gt(after)).and(is_valid()))
            .filter(devices::user_id.ne(column(UserId::ANONYMOUS.0)).or(devices::id.eq(column(device.0))))
            .order(devices::id)
            .select((devices::id, devices::created_at));
        rows.load_iter::<(i64, i64), diesel::connection::DefaultLoadingMode>(connection)?
            .take(limit)
            .map(|row| {
                let (id, created_at) = row?;
                Ok(DeviceRow { id: DeviceId(number(id)), created_at: Timestamp(number(created_at)) })
            })
            .collect()
    }

    /// Makes the secret of `revoked` worth nothing, if it belongs to the user that `device` speaks for. Done again it is
    /// as before.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn revoke(&mut self, device: DeviceId, revoked: DeviceId) -> Result<bool, StoreError> {
        self.write(|connection| {
            let Some(user) = user_of(connection, device)? else { return Ok(false) };
            if user == column(UserId::ANONYMOUS.0) && device != revoked {
                return Ok(false);
            }
            let own = devices::table.filter(devices::id.eq(column(revoked.0)).and(devices::user_id.eq(user)));
            let changed = diesel::update(own).set(devices::secret_hash.eq(NO_SECRET)).execute(connection)?;
            Ok(changed == 1)
        })
    }
}

/// The hash of no secret: what stands at a device that was revoked.
pub(super) const NO_SECRET: &[u8] = &[];

/// Whether a device was not revoked.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn is_valid() -> _ {
    let none: &'static [u8] = NO_SECRET;
    devices::secret_hash.ne(none)
}

fn user_of(connection: &mut SqliteConnection, device: DeviceId) -> QueryResult<Option<i64>> {
    let own = devices::table.find(column(device.0)).filter(is_valid());
    own.select(devices::user_id).get_result(connection).optional()
}

fn new_device(
    connection: &mut SqliteConnection,
    chance: &mut Chance,
    now: Timestamp,
) -> Result<(Identity, [u8; 16]), StoreError> {
    let (secret, mut letters) = (chance.secret(), limits::GUEST_NAME_LETTERS);
    loop {
        let name = chance.guest_name(letters);
        if let Some(device) = insert(connection, &name, &secret, now)? {
            return Ok((Identity { device, user: guest(name) }, secret));
        }
        letters += 1;
    }
}

fn guest(name: String) -> User {
    User { id: UserId::ANONYMOUS, name, guest: true }
}

/// Nothing if another guest has this name.
fn insert(
    connection: &mut SqliteConnection,
    name: &str,
    secret: &[u8],
    now: Timestamp,
) -> QueryResult<Option<DeviceId>> {
    diesel::insert_into(devices::table)
        .values((
            devices::user_id.eq(column(UserId::ANONYMOUS.0)),
            devices::guest_name.eq(name),
            devices::secret_hash.eq(&Sha256::digest(secret)[..]),
            devices::created_at.eq(column(now.0)),
        ))
        .on_conflict(devices::guest_name)
        .do_nothing()
        .returning(devices::id)
        .get_result(connection)
        .optional()
        .map(|id| id.map(|id: i64| DeviceId(number(id))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Fixture;

    #[test]
    fn a_device_is_known_by_its_secret_also_after_a_restart() {
        let mut fixture = Fixture::new();
        let (identity, secret) = fixture.store.new_device(&mut Chance::seeded(5), Timestamp(1)).unwrap();
        assert!(identity.user.guest && identity.user.id == UserId::ANONYMOUS);
        assert!(identity.user.name.starts_with("guest-"), "{}", identity.user.name);
        fixture.reopen();
        let store = &mut fixture.store;
        assert_eq!(store.authenticate(identity.device, &secret), Ok(Some(identity.clone())));
        assert_eq!(store.authenticate(identity.device, &[0; 16]), Ok(None));
        assert_eq!(store.authenticate(identity.device, &secret[..15]), Ok(None));
        assert_eq!(store.authenticate(identity.device, &[]), Ok(None));
        assert_eq!(store.authenticate(DeviceId(identity.device.0 + 1), &secret), Ok(None));
        assert_eq!(store.authenticate(DeviceId(u64::MAX), &secret), Ok(None));
    }

    #[test]
    fn only_what_was_written_counts_as_committed() {
        let mut fixture = Fixture::new();
        let store = &mut fixture.store;
        store.take_committed();
        let (identity, secret) = store.new_device(&mut Chance::seeded(5), Timestamp(1)).unwrap();
        assert!(store.take_committed() && !store.take_committed());
        store.authenticate(identity.device, &secret).unwrap();
        assert!(!store.take_committed(), "to read is not to write");
    }

    #[test]
    fn a_guest_whose_name_is_taken_gets_a_longer_one() {
        let mut fixture = Fixture::new();
        let first = fixture.store.new_device(&mut Chance::seeded(5), Timestamp(1)).unwrap().0;
        let second = fixture.store.new_device(&mut Chance::seeded(5), Timestamp(1)).unwrap().0;
        assert_ne!(first.device, second.device);
        assert_eq!(second.user.name.len(), first.user.name.len() + 1);
    }

    #[test]
    fn a_crowd_gets_devices_that_differ() {
        let mut fixture = Fixture::new();
        let mut chance = Chance::seeded(5);
        let crowd = |store: &mut Store| (0..50).map(|_| store.new_device(&mut chance, Timestamp(1))).collect();
        let made: Vec<_> = fixture.store.gather(crowd).unwrap();
        fixture.reopen();
        for (identity, secret) in &made {
            assert_eq!(fixture.store.authenticate(identity.device, secret), Ok(Some(identity.clone())));
        }
        let names: std::collections::BTreeSet<_> = made.iter().map(|(identity, _)| &identity.user.name).collect();
        assert_eq!(names.len(), 50);
    }

    #[test]
    fn what_is_gathered_is_written_at_its_end_or_not_at_all() {
        let mut fixture = Fixture::new();
        let count = |store: &mut Store| devices::table.count().get_result::<i64>(&mut store.connection).unwrap();
        let before = count(&mut fixture.store);
        fixture.store.take_committed();
        let failed: Result<(), _> = fixture.store.gather(|store| {
            store.new_device(&mut Chance::seeded(5), Timestamp(1))?;
            assert!(!store.take_committed(), "one sync for all, at the end");
            Err(StoreError::Unavailable("as the test asked".into()))
        });
        assert!(failed.is_err());
        assert_eq!(count(&mut fixture.store), before);
        fixture.store.gather(|store| store.new_device(&mut Chance::seeded(5), Timestamp(1))).unwrap();
        assert!(fixture.store.take_committed());
        assert_eq!(count(&mut fixture.store), before + 1);
        fixture.store.gather(|store| store.authenticate(DeviceId(1), b"")).unwrap();
        assert!(!fixture.store.take_committed(), "who only asks commits nothing");
        fixture.store.new_device(&mut Chance::seeded(6), Timestamp(1)).unwrap();
        assert_eq!(count(&mut fixture.store), before + 2, "and afterwards each by itself");
    }

    #[test]
    fn the_secret_itself_is_nowhere_in_the_store() {
        let mut fixture = Fixture::new();
        let (_, secret) = fixture.store.new_device(&mut Chance::seeded(5), Timestamp(1)).unwrap();
        let rows: Vec<Vec<u8>> =
            devices::table.select(devices::secret_hash).load(&mut fixture.store.connection).unwrap();
        assert!(rows.iter().all(|hash| hash.len() == 32 && !hash.starts_with(&secret)));
    }
}
