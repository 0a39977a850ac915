//! People who claimed a handle. What a handle may look like is the model's business, when one may be claimed `chat`'s.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::columns::{column, number};
use super::devices::is_valid;
use super::reads::bring_marks_along;
use super::schema::{devices, users};
use super::{Store, StoreError};
use crate::model::names::look_of;
use crate::model::{DeviceId, Handle, NameError, Timestamp, User, UserId};

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// The handle is this user's, now or since an earlier claim.
    Done(User),
    /// It is somebody else's, or passes for somebody else's.
    Taken,
    /// The device belongs to a user with another handle, or is unknown.
    Denied,
    /// It is no handle that may be claimed now.
    Unfit(NameError),
}

impl Store {
    /// Claims a handle for a guest's device, which speaks as the new user from now on and brings its read marks along.
    /// Claimed again by its owner, it keeps the password that it has.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn register(
        &mut self,
        device: DeviceId,
        handle: &Handle,
        password_hash: Option<&str>,
        now: Timestamp,
    ) -> Result<Registered, StoreError> {
        let key = handle.key();
        self.write(|connection| {
            let known = devices::table
                .find(column(device.0))
                .filter(is_valid())
                .inner_join(users::table)
                .select((users::id, users::name, users::key))
                .get_result::<(i64, String, String)>(connection)
                .optional()?;
            match known {
                Some((id, ..)) if id == column(UserId::ANONYMOUS.0) => {
                    claim(connection, device, handle, password_hash, now)
                }
                Some((id, name, own)) if own == key.as_str() => Ok(Registered::Done(user(id, name))),
                _ => Ok(Registered::Denied),
            }
        })
    }
}

pub(super) fn user(id: i64, name: String) -> User {
    User { id: UserId(number(id)), name, guest: false }
}

fn claim(
    connection: &mut SqliteConnection,
    device: DeviceId,
    handle: &Handle,
    password_hash: Option<&str>,
    now: Timestamp,
) -> Result<Registered, StoreError> {
    if let Err(unfit) = handle.fit() {
        return Ok(Registered::Unfit(unfit));
    }
    let (name, key, look) = (handle.as_str(), handle.key(), handle.look());
    let (key, look) = (users::key.eq(key.as_str()), users::look.eq(look.as_str()));
    // whichever of the two is somebody's already
    let claimed: Option<i64> = diesel::insert_into(users::table)
        .values((
            users::name.eq(name),
            key,
            look,
            users::password_hash.eq(password_hash),
            users::created_at.eq(column(now.0)),
        ))
        .on_conflict_do_nothing()
        .returning(users::id)
        .get_result(connection)
        .optional()?;
    let Some(id) = claimed else { return Ok(Registered::Taken) };
    diesel::update(devices::table.find(column(device.0))).set(devices::user_id.eq(id)).execute(connection)?;
    bring_marks_along(connection, device, UserId(number(id)))?;
    Ok(Registered::Done(user(id, name.to_owned())))
}

/// Gives a look to those who claimed a handle before there were any; the oldest of those who look alike has it.
pub(super) fn give_looks(connection: &mut SqliteConnection) -> QueryResult<()> {
    let without = users::table.filter(users::look.is_null()).filter(users::id.ne(column(UserId::ANONYMOUS.0)));
    let names: Vec<(i64, String)> = without.order(users::id).select((users::id, users::name)).load(connection)?;
    for (id, name) in names {
        diesel::sql_query("UPDATE OR IGNORE users SET look = ? WHERE id = ?")
            .bind::<Text, _>(look_of(&name).as_str())
            .bind::<BigInt, _>(id)
            .execute(connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Seq;
    use crate::store::testing::Fixture;

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap()
    }

    #[test]
    fn a_handle_is_claimed_once_and_for_ever() {
        let mut fixture = Fixture::new();
        let (ann, bea) = (fixture.device(), fixture.device());
        let done = fixture.store.register(ann, &handle("Ann"), None, Timestamp(1)).unwrap();
        let Registered::Done(user) = &done else { panic!("{done:?}") };
        assert_eq!((user.name.as_str(), user.guest), ("Ann", false));
        assert_ne!(user.id, UserId::ANONYMOUS);
        fixture.reopen();
        let store = &mut fixture.store;
        assert_eq!(store.register(ann, &handle("ann"), None, Timestamp(2)), Ok(done), "again, and as it was spelled");
        assert_eq!(store.register(ann, &handle("Anna"), None, Timestamp(2)), Ok(Registered::Denied));
        for (passes, how) in [("ａｎｎ", "wide letters"), ("ɑnn", "a phonetic one")] {
            assert_eq!(store.register(bea, &handle(passes), None, Timestamp(2)), Ok(Registered::Taken), "{how}");
        }
        assert!(matches!(store.register(bea, &handle("Anna"), None, Timestamp(2)), Ok(Registered::Done(_))));
        assert_eq!(store.register(DeviceId(999), &handle("Cleo"), None, Timestamp(2)), Ok(Registered::Denied));
    }

    #[test]
    fn what_looks_like_somebody_is_taken() {
        let mut fixture = Fixture::new();
        let (first, second) = (fixture.device(), fixture.device());
        let done = fixture.store.register(first, &handle("Alice"), None, Timestamp(1));
        assert!(matches!(done, Ok(Registered::Done(_))));
        let mut claim = |text| fixture.store.register(second, &handle(text), None, Timestamp(2)).unwrap();
        assert_eq!(claim("AIice"), Registered::Taken, "a capital I");
        assert_eq!(claim("Аlice"), Registered::Unfit(NameError::MixedScripts), "a Cyrillic A");
        assert_eq!(claim("guest-1"), Registered::Unfit(NameError::Reserved));
        assert!(matches!(claim("Malice"), Registered::Done(_)));
    }

    #[test]
    fn a_handle_from_before_a_rule_stays_its_owners() {
        let mut fixture = Fixture::new();
        let (old, new) = (fixture.device(), fixture.device());
        let claim = handle("Alice");
        assert!(matches!(fixture.store.register(old, &claim, None, Timestamp(1)), Ok(Registered::Done(_))));
        let mixed = handle("АIice");
        let (name, key) = (users::name.eq(mixed.as_str()), users::key.eq(mixed.key().as_str().to_owned()));
        fixture
            .store
            .write(|connection| {
                diesel::update(users::table.filter(users::name.eq("Alice")))
                    .set((name, key, users::look.eq(None::<String>)))
                    .execute(connection)
                    .map_err(StoreError::from)
            })
            .unwrap();
        fixture.reopen();
        assert!(matches!(fixture.store.register(old, &mixed, None, Timestamp(2)), Ok(Registered::Done(_))), "again");
        assert_eq!(
            fixture.store.register(new, &claim, None, Timestamp(2)),
            Ok(Registered::Taken),
            "its look is known now"
        );
    }

    #[test]
    fn a_registered_device_speaks_as_its_user() {
        let mut fixture = Fixture::new();
        let (identity, secret) = fixture.store.new_device(&mut fixture.chance, Timestamp(1)).unwrap();
        let done = fixture.store.register(identity.device, &handle("Ann"), None, Timestamp(1)).unwrap();
        let known = fixture.store.authenticate(identity.device, &secret).unwrap().unwrap();
        assert_eq!(done, Registered::Done(known.user));
    }

    #[test]
    fn read_marks_come_along() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        for nonce in 0..3 {
            fixture.say(device, nonce, room, "x");
        }
        fixture.store.mark_read(UserId::ANONYMOUS, device, room, Seq(2)).unwrap();
        let done = fixture.store.register(device, &handle("Ann"), None, Timestamp(1)).unwrap();
        let Registered::Done(user) = done else { panic!("{done:?}") };
        assert_eq!(fixture.store.read_mark(user.id, DeviceId(999), room), Ok(Some(Seq(2))));
        assert_eq!(fixture.store.read_mark(UserId::ANONYMOUS, device, room), Ok(None));
    }
}
