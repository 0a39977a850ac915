//! How far somebody has read: a registered user on all devices, a guest on this one. Marks only move forward.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::columns::{column, number};
use super::schema::{reads, rooms};
use super::{Store, StoreError};
use crate::model::{DeviceId, RoomId, Seq, UserId};

impl Store {
    /// Keeps that all up to `seq` was read, unless a later mark stands. Never beyond the room's head; nothing happens
    /// in a room that does not exist.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn mark_read(&mut self, user: UserId, device: DeviceId, room: RoomId, seq: Seq) -> Result<(), StoreError> {
        self.write(|connection| {
            let head: Option<i64> =
                rooms::table.find(column(room.0)).select(rooms::last_seq).get_result(connection).optional()?;
            let Some(head) = head else { return Ok(()) };
            Ok(raise(connection, user, device, column(room.0), head.min(column(seq.0)))?)
        })
    }

    /// The mark in this room, if there is one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn read_mark(&mut self, user: UserId, device: DeviceId, room: RoomId) -> Result<Option<Seq>, StoreError> {
        let marks = reads::table.filter(reads::room_id.eq(column(room.0))).select(reads::seq);
        let mark = if user == UserId::ANONYMOUS {
            marks.filter(reads::device_id.eq(column(device.0))).get_result(&mut self.connection)
        } else {
            marks.filter(reads::user_id.eq(column(user.0))).get_result(&mut self.connection)
        };
        Ok(mark.optional()?.map(|seq: i64| Seq(number(seq))))
    }
}

fn raise(connection: &mut SqliteConnection, user: UserId, device: DeviceId, room: i64, seq: i64) -> QueryResult<()> {
    use diesel::query_dsl::methods::FilterDsl;

    let mark = (reads::room_id.eq(room), reads::seq.eq(seq));
    if user == UserId::ANONYMOUS {
        diesel::insert_into(reads::table)
            .values((mark, reads::device_id.eq(column(device.0))))
            .on_conflict((reads::device_id, reads::room_id))
            .do_update()
            .set(reads::seq.eq(excluded(reads::seq)))
            .filter(reads::seq.lt(excluded(reads::seq)))
            .execute(connection)?;
    } else {
        diesel::insert_into(reads::table)
            .values((mark, reads::user_id.eq(column(user.0))))
            .on_conflict((reads::user_id, reads::room_id))
            .do_update()
            .set(reads::seq.eq(excluded(reads::seq)))
            .filter(reads::seq.lt(excluded(reads::seq)))
            .execute(connection)?;
    }
    Ok(())
}

/// Turns a guest's marks into those of the user that the guest became; the user's own stay where they are higher.
pub(super) fn bring_marks_along(connection: &mut SqliteConnection, device: DeviceId, user: UserId) -> QueryResult<()> {
    let marks: Vec<(i64, i64)> = diesel::delete(reads::table.filter(reads::device_id.eq(column(device.0))))
        .returning((reads::room_id, reads::seq))
        .get_results(connection)?;
    marks.into_iter().try_for_each(|(room, seq)| raise(connection, user, device, room, seq))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Handle;
    use crate::model::Timestamp;
    use crate::store::Registered;
    use crate::store::testing::Fixture;

    const ANYONE: UserId = UserId::ANONYMOUS;

    #[test]
    fn a_guest_has_a_mark_for_each_device_that_only_moves_forward() {
        let mut fixture = Fixture::new();
        let (one, two, room) = (fixture.device(), fixture.device(), fixture.room("lobby"));
        for nonce in 0..5 {
            fixture.say(one, nonce, room, "x");
        }
        let store = &mut fixture.store;
        assert_eq!(store.read_mark(ANYONE, one, room), Ok(None));
        for (seq, mark) in [(3, 3), (2, 3), (4, 4), (9, 5), (u64::MAX, 5), (0, 5)] {
            store.mark_read(ANYONE, one, room, Seq(seq)).unwrap();
            assert_eq!(store.read_mark(ANYONE, one, room), Ok(Some(Seq(mark))), "after {seq}");
        }
        assert_eq!(store.read_mark(ANYONE, two, room), Ok(None));
        assert_eq!(store.mark_read(ANYONE, one, RoomId(999), Seq(1)), Ok(()));
    }

    #[test]
    fn a_user_has_one_mark_and_takes_a_guests_where_it_is_higher() {
        let mut fixture = Fixture::new();
        let (device, guest) = (fixture.device(), fixture.device());
        let (lobby, hall) = (fixture.room("lobby"), fixture.room("hall"));
        for nonce in 0..5 {
            fixture.say(device, nonce, lobby, "x");
            fixture.say(guest, nonce, hall, "x");
        }
        let done = fixture.store.register(device, &Handle::parse("Ann").unwrap(), None, Timestamp(1)).unwrap();
        let Registered::Done(ann) = done else { panic!("{done:?}") };
        let store = &mut fixture.store;
        store.mark_read(ann.id, device, lobby, Seq(4)).unwrap();
        store.mark_read(ann.id, device, hall, Seq(1)).unwrap();
        store.mark_read(ANYONE, guest, lobby, Seq(2)).unwrap();
        store.mark_read(ANYONE, guest, hall, Seq(5)).unwrap();
        bring_marks_along(&mut store.connection, guest, ann.id).unwrap();
        assert_eq!(store.read_mark(ann.id, device, lobby), Ok(Some(Seq(4))));
        assert_eq!(store.read_mark(ann.id, guest, hall), Ok(Some(Seq(5))));
        assert_eq!(store.read_mark(ANYONE, guest, hall), Ok(None));
    }
}
