//! Passwords, as the hashes that are kept of them. A hash is compared outside of any transaction, since that takes its
//! time; what follows from it is written only if the same hash still stands there.

use diesel::prelude::*;

use super::columns::{column, number};
use super::devices::is_valid;
use super::reads::bring_marks_along;
use super::schema::{devices, users};
use super::{Store, StoreError};
use crate::model::{DeviceId, NameKey, User, UserId};

impl Store {
    /// The hash that is kept for a handle; none if nobody has it, or it has none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn password_hash(&mut self, handle: &NameKey) -> Result<Option<String>, StoreError> {
        let kept = users::table.filter(users::key.eq(handle.as_str())).select(users::password_hash);
        Ok(kept.get_result::<Option<String>>(&mut self.connection).optional()?.flatten())
    }

    /// Makes a guest's device speak as the user of this handle, and brings its read marks along, if `checked` is still
    /// the hash that is kept.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn login(&mut self, device: DeviceId, handle: &NameKey, checked: &str) -> Result<Option<User>, StoreError> {
        self.write(|connection| {
            let kept = users::table.filter(users::key.eq(handle.as_str()).and(users::password_hash.eq(checked)));
            let Some((id, name)) =
                kept.select((users::id, users::name)).get_result::<(i64, String)>(connection).optional()?
            else {
                return Ok(None);
            };
            let guest = devices::table
                .filter(devices::id.eq(column(device.0)).and(is_valid()))
                .filter(devices::user_id.eq(column(UserId::ANONYMOUS.0)));
            if diesel::update(guest).set(devices::user_id.eq(id)).execute(connection)? != 1 {
                return Ok(None);
            }
            bring_marks_along(connection, device, UserId(number(id)))?;
            Ok(Some(super::users::user(id, name)))
        })
    }

    /// Keeps another hash for the user that a registered device speaks for, if `checked` is still the one that is kept.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn set_password(&mut self, device: DeviceId, checked: Option<&str>, hash: &str) -> Result<bool, StoreError> {
        self.write(|connection| {
            let device = devices::table.find(column(device.0)).filter(is_valid());
            let user: Option<i64> = device.select(devices::user_id).get_result(connection).optional()?;
            let Some(user) = user.filter(|user| *user != column(UserId::ANONYMOUS.0)) else { return Ok(false) };
            let kept = users::table.filter(users::id.eq(user).and(users::password_hash.is(checked)));
            Ok(diesel::update(kept).set(users::password_hash.eq(hash)).execute(connection)? == 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Handle, Seq, Timestamp};
    use crate::store::testing::Fixture;
    use crate::store::{DeviceRow, Registered};

    fn claim(fixture: &mut Fixture, device: DeviceId, name: &str, hash: Option<&str>) -> Registered {
        fixture.store.register(device, &Handle::parse(name).unwrap(), hash, Timestamp(1)).unwrap()
    }

    fn key(name: &str) -> NameKey {
        Handle::parse(name).unwrap().key()
    }

    #[test]
    fn a_guests_device_becomes_the_user_with_its_read_marks() {
        let mut fixture = Fixture::new();
        let (ann, other, room) = (fixture.device(), fixture.device(), fixture.room("lobby"));
        let Registered::Done(user) = claim(&mut fixture, ann, "Ann", Some("hash")) else { panic!() };
        fixture.say(ann, 1, room, "x");
        let store = &mut fixture.store;
        store.mark_read(UserId::ANONYMOUS, other, room, Seq(1)).unwrap();
        assert_eq!(store.password_hash(&key("ANN")), Ok(Some("hash".into())));
        assert_eq!(store.login(other, &key("Ann"), "another"), Ok(None), "it was changed meanwhile");
        assert_eq!(store.login(other, &key("Ann"), "hash"), Ok(Some(user.clone())));
        assert_eq!(store.read_mark(user.id, other, room), Ok(Some(Seq(1))));
        assert_eq!(store.login(other, &key("Ann"), "hash"), Ok(None), "no guest any more");
        assert_eq!(store.login(DeviceId(999), &key("Ann"), "hash"), Ok(None));
    }

    #[test]
    fn a_handle_that_is_claimed_again_keeps_its_password() {
        let mut fixture = Fixture::new();
        let ann = fixture.device();
        let done = claim(&mut fixture, ann, "Ann", Some("first"));
        assert_eq!(claim(&mut fixture, ann, "Ann", Some("second")), done);
        assert_eq!(claim(&mut fixture, ann, "Ann", None), done);
        assert_eq!(fixture.store.password_hash(&key("Ann")), Ok(Some("first".into())));
    }

    #[test]
    fn a_password_is_changed_by_a_device_of_its_user() {
        let mut fixture = Fixture::new();
        let (ann, guest) = (fixture.device(), fixture.device());
        claim(&mut fixture, ann, "Ann", None);
        let store = &mut fixture.store;
        assert_eq!(store.password_hash(&key("Ann")), Ok(None));
        assert_eq!(store.set_password(guest, None, "x"), Ok(false));
        assert_eq!(store.set_password(ann, Some("x"), "y"), Ok(false));
        assert_eq!(store.set_password(ann, None, "first"), Ok(true));
        assert_eq!(store.set_password(ann, None, "x"), Ok(false));
        assert_eq!(store.set_password(ann, Some("first"), "second"), Ok(true));
        store.revoke(ann, ann).unwrap();
        assert_eq!(store.set_password(ann, Some("second"), "third"), Ok(false), "revoked");
        assert_eq!(store.password_hash(&key("Ann")), Ok(Some("second".into())));
        assert_eq!(store.password_hash(&key("Bea")), Ok(None));
    }

    #[test]
    fn a_user_lists_its_own_devices_and_a_guest_itself() {
        let mut fixture = Fixture::new();
        let (ann, other, guest) = (fixture.device(), fixture.device(), fixture.device());
        claim(&mut fixture, ann, "Ann", Some("hash"));
        let store = &mut fixture.store;
        store.login(other, &key("Ann"), "hash").unwrap();
        let ids = |rows: Result<Vec<DeviceRow>, StoreError>| rows.unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(store.devices_of(other, None, 9)), [ann, other]);
        assert_eq!(ids(store.devices_of(other, None, 1)), [ann]);
        assert_eq!(ids(store.devices_of(other, Some(ann), 9)), [other]);
        assert_eq!(ids(store.devices_of(guest, None, 9)), [guest]);
    }

    #[test]
    fn a_revoked_device_is_worth_nothing() {
        let mut fixture = Fixture::new();
        let (identity, secret) = fixture.store.new_device(&mut fixture.chance, Timestamp(1)).unwrap();
        let (ann, other, guest) = (identity.device, fixture.device(), fixture.device());
        claim(&mut fixture, ann, "Ann", Some("hash"));
        let store = &mut fixture.store;
        store.login(other, &key("Ann"), "hash").unwrap();
        for (by, whom, is_done) in [(guest, ann, false), (ann, guest, false), (other, ann, true), (other, ann, true)] {
            assert_eq!(store.revoke(by, whom), Ok(is_done), "{whom} by {by}");
        }
        assert_eq!(store.authenticate(ann, &secret), Ok(None));
        assert_eq!(store.authenticate(ann, &[]), Ok(None));
        assert_eq!(store.devices_of(other, None, 9).map(|rows| rows.len()), Ok(1));
        assert_eq!(store.devices_of(ann, None, 9), Ok(Vec::new()));
        assert_eq!(claim(&mut fixture, ann, "Ann", None), Registered::Denied);
        assert_eq!(fixture.store.revoke(guest, guest), Ok(true));
        assert_eq!(claim(&mut fixture, guest, "Bea", None), Registered::Denied);
    }
}
