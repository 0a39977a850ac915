//! Messages about other messages: whether the other one is there, whether it may be touched, and what a delete leaves
//! of it.

use diesel::prelude::*;

use super::columns::{Kind, column};
use super::schema::messages;
use super::{Entry, Outcome, StoreError};
use crate::model::{Body, Seq, UserId};

/// Whether an entry is about other messages.
pub(super) const fn refers(entry: &Entry) -> bool {
    entry.reply_to.is_some() || matches!(entry.body, Body::Edit { .. } | Body::Delete { .. } | Body::React { .. })
}

/// Why an entry may not be appended, if it may not.
pub(super) fn refusal(
    connection: &mut SqliteConnection,
    room: i64,
    entry: &Entry,
) -> Result<Option<Outcome>, StoreError> {
    if let Some(seq) = entry.reply_to
        && find(connection, room, seq, Kind::can_be_target)?.is_none()
    {
        return Ok(Some(Outcome::NoSuchMessage));
    }
    let target = match &entry.body {
        Body::Edit { of, .. } => find(connection, room, *of, |kind| kind == Kind::Text)?,
        Body::Delete { of } | Body::React { of, .. } => find(connection, room, *of, Kind::can_be_target)?,
        // Only a delete leaves it.
        Body::Gone {} => return Ok(Some(Outcome::Denied)),
        _ => return Ok(None),
    };
    let Some(target) = target else { return Ok(Some(Outcome::NoSuchMessage)) };
    let may = matches!(entry.body, Body::React { .. }) || target.was_said_by(entry);
    Ok(if may { None } else { Some(Outcome::Denied) })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct Target {
    kind: Kind,
    user_id: i64,
    device_id: i64,
}

impl Target {
    /// All guests are the same user, so only the device tells them apart.
    fn was_said_by(&self, entry: &Entry) -> bool {
        let is_user = entry.author.id != UserId::ANONYMOUS && self.user_id == column(entry.author.id.0);
        is_user || self.device_id == column(entry.device.0)
    }
}

fn find(
    connection: &mut SqliteConnection,
    room: i64,
    seq: Seq,
    is_right: impl FnOnce(Kind) -> bool,
) -> QueryResult<Option<Target>> {
    let target = messages::table.find((room, column(seq.0))).select(Target::as_select()).get_result(connection);
    Ok(target.optional()?.filter(|target| is_right(target.kind)))
}

/// Leaves nothing of a message and its edits but that they were there. Returns the row of the file that it showed.
pub(super) fn erase(connection: &mut SqliteConnection, room: i64, of: Seq) -> QueryResult<Option<i64>> {
    let of = column(of.0);
    let file: Option<i64> = messages::table.find((room, of)).select(messages::file_id).get_result(connection)?;
    let nothing = (
        messages::kind.eq(Kind::Gone),
        messages::text.eq(None::<&str>),
        messages::target.eq(None::<i64>),
        messages::reply_to.eq(None::<i64>),
        messages::file_id.eq(None::<i64>),
        messages::file_name.eq(None::<&str>),
    );
    diesel::update(messages::table.find((room, of))).set(nothing).execute(connection)?;
    diesel::update(messages::table)
        .filter(messages::room_id.eq(room).and(messages::target.eq(of)).and(messages::kind.eq(Kind::Edit)))
        .set(nothing)
        .execute(connection)?;
    Ok(file)
}
