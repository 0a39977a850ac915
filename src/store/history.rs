//! Reading a room's log, forward and back. Who may read, and how many bytes a page holds, is left to `chat`.

use diesel::connection::DefaultLoadingMode;
use diesel::dsl::{AsSelect, auto_type};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;

use super::columns::{MessageRow, column};
use super::schema::{files, messages};
use super::{Store, StoreError};
use crate::model::{Body, RoomId, Seq, Timestamp, User};

/// A message as it stands in its room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was committed; never earlier than the one before it in the room.
    pub at: Timestamp,
    /// Who said it, as they were then.
    pub author: User,
    /// What was said.
    pub body: Body,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
}

#[auto_type]
pub(super) fn readable() -> _ {
    let columns: AsSelect<MessageRow, Sqlite> = MessageRow::as_select();
    messages::table.left_join(files::table).select(columns)
}

impl Store {
    /// The messages that follow `after`, in rising order: at most `limit`, and none from the first on for which `fits`
    /// says no; but always one, if there is one, so that whoever reads gets on.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn after(
        &mut self,
        room: RoomId,
        after: Seq,
        limit: usize,
        fits: impl FnMut(&Message) -> bool,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = readable()
            .filter(messages::room_id.eq(column(room.0)))
            .filter(messages::seq.gt(column(after.0)))
            .order(messages::seq.asc())
            .load_iter::<MessageRow, DefaultLoadingMode>(&mut self.connection)?;
        take_while_fits(rows.take(limit), fits)
    }

    /// The messages that stand before `before`, or at the end of the log: taken walking back under the same rules as
    /// in [`Store::after`], and returned in rising order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn before(
        &mut self,
        room: RoomId,
        before: Option<Seq>,
        limit: usize,
        fits: impl FnMut(&Message) -> bool,
    ) -> Result<Vec<Message>, StoreError> {
        let before = before.map_or(i64::MAX, |seq| column(seq.0));
        let rows = readable()
            .filter(messages::room_id.eq(column(room.0)))
            .filter(messages::seq.lt(before))
            .order(messages::seq.desc())
            .load_iter::<MessageRow, DefaultLoadingMode>(&mut self.connection)?;
        let mut taken = take_while_fits(rows.take(limit), fits)?;
        taken.reverse();
        Ok(taken)
    }
}

/// Row by row, so that a page of short messages and one of long ones cost what they hold.
fn take_while_fits(
    rows: impl Iterator<Item = QueryResult<MessageRow>>,
    mut fits: impl FnMut(&Message) -> bool,
) -> Result<Vec<Message>, StoreError> {
    let mut taken = Vec::new();
    for row in rows {
        let message = row?.into_message()?;
        if !fits(&message) && !taken.is_empty() {
            break;
        }
        taken.push(message);
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Fixture;

    fn seqs(messages: &[Message]) -> Vec<u64> {
        messages.iter().map(|message| message.seq.0).collect()
    }

    fn nine() -> (Fixture, RoomId) {
        let mut fixture = Fixture::new();
        let (device, room, other) = (fixture.device(), fixture.room("lobby"), fixture.room("hall"));
        for n in 1..=9 {
            fixture.say(device, n, room, &n.to_string());
            fixture.say(device, 100 + n, other, "not here");
        }
        (fixture, room)
    }

    #[test]
    fn forward_from_anywhere() {
        let (mut fixture, room) = nine();
        let store = &mut fixture.store;
        for (after, limit, expected) in
            [(0, 3, vec![1, 2, 3]), (7, 100, vec![8, 9]), (9, 100, vec![]), (u64::MAX, 5, vec![]), (3, 0, vec![])]
        {
            assert_eq!(seqs(&store.after(room, Seq(after), limit, |_| true).unwrap()), expected, "after {after}");
        }
        let first = &store.after(room, Seq(0), usize::MAX, |_| true).unwrap()[0];
        assert_eq!(first.body, Body::Text("1".into()));
        assert_eq!(store.after(RoomId(999), Seq(0), 9, |_| true), Ok(vec![]));
    }

    #[test]
    fn back_from_anywhere_in_rising_order() {
        let (mut fixture, room) = nine();
        let store = &mut fixture.store;
        for (before, limit, expected) in [
            (None, 2, vec![8, 9]),
            (Some(4), 2, vec![2, 3]),
            (Some(3), 100, vec![1, 2]),
            (Some(1), 100, vec![]),
            (Some(0), 100, vec![]),
            (Some(u64::MAX), 1, vec![9]),
        ] {
            assert_eq!(seqs(&store.before(room, before.map(Seq), limit, |_| true).unwrap()), expected, "{before:?}");
        }
    }

    #[test]
    fn a_page_ends_before_the_first_that_does_not_fit_but_is_never_empty() {
        let (mut fixture, room) = nine();
        let store = &mut fixture.store;
        let up_to = |count: usize| {
            let mut seen = 0;
            move |_: &Message| {
                seen += 1;
                seen <= count
            }
        };
        assert_eq!(seqs(&store.after(room, Seq(2), 100, up_to(3)).unwrap()), [3, 4, 5]);
        assert_eq!(seqs(&store.before(room, None, 100, up_to(2)).unwrap()), [8, 9]);
        assert_eq!(seqs(&store.after(room, Seq(2), 100, up_to(0)).unwrap()), [3]);
        assert_eq!(seqs(&store.before(room, Some(Seq(5)), 100, up_to(0)).unwrap()), [4]);
    }
}
