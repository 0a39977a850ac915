//! What the operator alone may do to people, devices and rooms. Whom to ban is in [`super::bans`]; ending connections is
//! left to the lobby.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;

use super::columns::{column, number};
use super::devices::{NO_SECRET, is_valid};
use super::schema::{devices, rooms, users};
use super::{Store, StoreError};
use crate::model::{DeviceId, NameKey, RoomId, Seq, Timestamp, UserId};

/// A user in the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Which user.
    pub id: UserId,
    /// The handle.
    pub name: String,
    /// Its key.
    pub key: NameKey,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when nobody speaks as this user any more.
    pub removed_at: Option<Timestamp>,
    /// Devices that speak as this user.
    pub devices: Vec<DeviceId>,
}

/// A room in the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// Which room.
    pub id: RoomId,
    /// Its first spelling.
    pub name: String,
    /// The last seq.
    pub head: Seq,
    /// Since when nothing new is said there.
    pub closed_at: Option<Timestamp>,
}

impl Store {
    /// At most `limit` rooms after this one, in the order in which they were made.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn room_rows_after(&mut self, after: RoomId, limit: usize) -> Result<Vec<RoomRow>, StoreError> {
        let columns = (rooms::id, rooms::name, rooms::last_seq, rooms::closed_at);
        let rows = rooms::table.filter(rooms::id.gt(column(after.0))).order(rooms::id).select(columns);
        let rows = rows.load_iter::<(i64, String, i64, Option<i64>), DefaultLoadingMode>(&mut self.connection)?;
        let room = |(id, name, head, closed_at): (i64, String, i64, Option<i64>)| RoomRow {
            id: RoomId(number(id)),
            name,
            head: Seq(number(head)),
            closed_at: closed_at.map(|at| Timestamp(number(at))),
        };
        Ok(rows.take(limit).map(|row| row.map(room)).collect::<QueryResult<_>>()?)
    }

    /// How whoever claimed a handle first wrote it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn name_of(&mut self, handle: &NameKey) -> Result<Option<String>, StoreError> {
        let user = users::table.filter(users::key.eq(handle.as_str()));
        Ok(user.select(users::name).get_result(&mut self.connection).optional()?)
    }

    /// At most `limit` users with a handle after this one, in the order in which they came.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn users_after(&mut self, after: UserId, limit: usize) -> Result<Vec<UserRow>, StoreError> {
        let after = column(after.0.max(UserId::ANONYMOUS.0));
        let columns = (users::id, users::name, users::key, users::created_at, users::removed_at);
        let rows = users::table.filter(users::id.gt(after)).order(users::id).select(columns);
        let rows = rows
            .load_iter::<(i64, String, String, i64, Option<i64>), DefaultLoadingMode>(&mut self.connection)?
            .take(limit)
            .collect::<QueryResult<Vec<_>>>()?;
        let user = |(id, name, key, created_at, removed_at): (i64, String, String, i64, Option<i64>)| {
            Ok(UserRow {
                id: UserId(number(id)),
                name,
                key: NameKey::from_store(&key),
                created_at: Timestamp(number(created_at)),
                removed_at: removed_at.map(|at| Timestamp(number(at))),
                devices: devices_of(&mut self.connection, id)?,
            })
        };
        rows.into_iter().map(user).collect()
    }

    /// The devices that speak as the user of this handle; none if nobody claimed it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn devices_with(&mut self, handle: &NameKey) -> Result<Option<Vec<DeviceId>>, StoreError> {
        let Some(user) = user_with(&mut self.connection, handle)? else { return Ok(None) };
        Ok(Some(devices_of(&mut self.connection, user)?))
    }

    /// Lets nobody speak as this user any more: what its devices and its password are worth is gone. Returns those
    /// devices. The handle stays taken, and what was said stays.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn remove_user(&mut self, handle: &NameKey, now: Timestamp) -> Result<Option<Vec<DeviceId>>, StoreError> {
        self.write(|connection| {
            let Some(user) = user_with(connection, handle)? else { return Ok(None) };
            let gone = devices_of(connection, user)?;
            diesel::update(devices::table.filter(devices::user_id.eq(user)))
                .set(devices::secret_hash.eq(NO_SECRET))
                .execute(connection)?;
            diesel::update(users::table.find(user))
                .set((users::removed_at.eq(column(now.0)), users::password_hash.eq(None::<String>)))
                .execute(connection)?;
            Ok(Some(gone))
        })
    }

    /// Whether there is such a device, revoked or not.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn is_device(&mut self, device: DeviceId) -> Result<bool, StoreError> {
        let device = devices::table.find(column(device.0)).select(devices::id);
        Ok(device.get_result::<i64>(&mut self.connection).optional()?.is_some())
    }

    /// Makes a device's secret worth nothing, whoever it belongs to; false if there is no such device.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn revoke_device(&mut self, device: DeviceId) -> Result<bool, StoreError> {
        self.write(|connection| {
            let device = diesel::update(devices::table.find(column(device.0)));
            Ok(device.set(devices::secret_hash.eq(NO_SECRET)).execute(connection)? == 1)
        })
    }

    /// From now on nothing new is said in a room; false if there is no such room. One that is closed stays so.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn close_room(&mut self, room: &NameKey, now: Timestamp) -> Result<bool, StoreError> {
        self.set_closed(room, Some(now))
    }

    /// Opens a room again; false if there is no such room.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open_room(&mut self, room: &NameKey) -> Result<bool, StoreError> {
        self.set_closed(room, None)
    }

    fn set_closed(&mut self, room: &NameKey, at: Option<Timestamp>) -> Result<bool, StoreError> {
        self.write(|connection| {
            let room = diesel::update(rooms::table.filter(rooms::key.eq(room.as_str())));
            Ok(room.set(rooms::closed_at.eq(at.map(|at| column(at.0)))).execute(connection)? == 1)
        })
    }

    /// Whether the operator has closed a room.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn is_closed(&mut self, room: RoomId) -> Result<bool, StoreError> {
        let closed = rooms::table.find(column(room.0)).select(rooms::closed_at.is_not_null());
        Ok(closed.get_result(&mut self.connection).optional()?.unwrap_or(false))
    }
}

fn user_with(connection: &mut SqliteConnection, handle: &NameKey) -> QueryResult<Option<i64>> {
    let user = users::table.filter(users::key.eq(handle.as_str()).and(users::id.ne(column(UserId::ANONYMOUS.0))));
    user.select(users::id).get_result(connection).optional()
}

fn devices_of(connection: &mut SqliteConnection, user: i64) -> QueryResult<Vec<DeviceId>> {
    let own = devices::table.filter(devices::user_id.eq(user).and(is_valid())).order(devices::id);
    Ok(own.select(devices::id).load::<i64>(connection)?.into_iter().map(|id| DeviceId(number(id))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Handle;
    use crate::store::testing::{Fixture, NOW, appended, entry, text};
    use crate::store::{Outcome, Registered};

    #[test]
    fn who_is_removed_is_gone_and_the_handle_stays_taken() {
        let mut fixture = Fixture::new();
        let (identity, secret) = fixture.store.new_device(&mut fixture.chance, NOW).unwrap();
        let (ann, other, handle) = (identity.device, fixture.device(), Handle::parse("Ann").unwrap());
        let store = &mut fixture.store;
        assert!(matches!(store.register(ann, &handle, Some("hash"), NOW), Ok(Registered::Done(_))));
        assert_eq!(store.devices_with(&handle.key()), Ok(Some(vec![ann])));
        assert_eq!(store.users_after(UserId(0), 9).unwrap().len(), 1);
        assert_eq!(store.remove_user(&handle.key(), NOW), Ok(Some(vec![ann])));
        assert_eq!(store.authenticate(ann, &secret), Ok(None));
        assert_eq!(store.password_hash(&handle.key()), Ok(None));
        assert_eq!(store.register(other, &handle, None, NOW), Ok(Registered::Taken));
        let rows = store.users_after(UserId(0), 9).unwrap();
        assert_eq!((rows[0].removed_at, rows[0].devices.len()), (Some(NOW), 0));
        assert_eq!(store.users_after(rows[0].id, 9), Ok(Vec::new()));
        let nobody = Handle::parse("Bea").unwrap().key();
        assert_eq!((store.remove_user(&nobody, NOW), store.devices_with(&nobody)), (Ok(None), Ok(None)));
        let anonymous = NameKey::from_store("anonymous");
        assert_eq!(store.remove_user(&anonymous, NOW), Ok(None), "they are nobody's to remove");
    }

    #[test]
    fn a_closed_room_takes_nothing_new_and_answers_what_was_said() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        let key = crate::model::names::key_of("lobby");
        let (old, new) = (entry(device, 1, room, text("old")), entry(device, 2, room, text("new")));
        assert_eq!(fixture.commit(std::slice::from_ref(&old)), [appended(1)]);
        assert_eq!(fixture.store.close_room(&key, NOW), Ok(true));
        assert_eq!(fixture.store.is_closed(room), Ok(true));
        let outcomes = fixture.commit(&[new.clone(), old]);
        assert!(matches!(outcomes[..], [Outcome::Closed, Outcome::Repeated { seq: Seq(1), .. }]), "{outcomes:?}");
        assert_eq!(fixture.store.open_room(&key), Ok(true));
        assert_eq!(fixture.commit(&[new]), [appended(2)]);
        assert_eq!(fixture.store.close_room(&NameKey::from_store("hall"), NOW), Ok(false));
        assert_eq!(fixture.store.is_closed(RoomId(99)), Ok(false));
    }

    #[test]
    fn any_device_can_be_revoked() {
        let mut fixture = Fixture::new();
        let (identity, secret) = fixture.store.new_device(&mut fixture.chance, NOW).unwrap();
        let store = &mut fixture.store;
        assert_eq!(store.revoke_device(identity.device), Ok(true));
        assert_eq!(store.authenticate(identity.device, &secret), Ok(None));
        assert_eq!((store.is_device(identity.device), store.is_device(DeviceId(999))), (Ok(true), Ok(false)));
        assert_eq!(store.revoke_device(DeviceId(999)), Ok(false));
    }
}
