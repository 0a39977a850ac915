//! What the operator may look at, page by page: users, bans, rooms.

use super::Reply;
use crate::model::{NameKey, RoomId, Timestamp, UserId, limits};
use crate::store::bans::in_words;
use crate::store::{Ban, RoomRow, Store, StoreError, UserRow};

pub(super) fn users(store: &mut Store, after: UserId, now: Timestamp) -> Result<Reply, StoreError> {
    let users = store.users_after(after, limits::CONTROL_ROWS_MAX)?;
    let bans = store.bans(now)?;
    let next = next(users.len(), users.last().map(|user| user.id.0));
    Ok(Reply::Table { rows: users.iter().map(|user| user_row(user, &bans)).collect(), next })
}

/// After so many that were seen before.
pub(super) fn bans(store: &mut Store, after: u64, now: Timestamp) -> Result<Reply, StoreError> {
    let bans = store.bans(now)?;
    let seen = usize::try_from(after).unwrap_or(usize::MAX);
    let page = bans.iter().skip(seen).take(limits::CONTROL_ROWS_MAX);
    let rows = page.map(|ban| ban_row(store, ban)).collect::<Result<Vec<_>, _>>()?;
    let next = (seen.saturating_add(rows.len()) < bans.len()).then(|| after + rows.len() as u64);
    Ok(Reply::Table { rows, next })
}

pub(super) fn rooms(store: &mut Store, after: RoomId) -> Result<Reply, StoreError> {
    let rooms = store.room_rows_after(after, limits::CONTROL_ROWS_MAX)?;
    let next = next(rooms.len(), rooms.last().map(|room| room.id.0));
    Ok(Reply::Table { rows: rooms.iter().map(room_row).collect(), next })
}

/// After which row the next page comes, if this one is full.
fn next(rows: usize, last: Option<u64>) -> Option<u64> {
    last.filter(|_| rows == limits::CONTROL_ROWS_MAX)
}

fn user_row(user: &UserRow, bans: &[Ban]) -> Vec<String> {
    let ban = bans.iter().find(|ban| ban.kind == "handle" && ban.value == user.key.as_str());
    let state = match (user.removed_at, ban) {
        (Some(at), _) => format!("removed {}", in_words(at)),
        (None, Some(Ban { until: Some(until), .. })) => format!("banned until {}", in_words(*until)),
        (None, Some(_)) => "banned".to_owned(),
        (None, None) => String::new(),
    };
    let mut devices: Vec<String> = user.devices.iter().take(8).map(ToString::to_string).collect();
    devices.extend((user.devices.len() > 8).then(|| "…".to_owned()));
    vec![user.name.clone(), in_words(user.created_at), devices.join(","), state]
}

fn ban_row(store: &mut Store, ban: &Ban) -> Result<Vec<String>, StoreError> {
    let until = ban.until.map_or_else(|| "for good".to_owned(), in_words);
    // a handle is kept as what all that look like it have in common
    let name = if ban.kind == "handle" { store.name_of(&NameKey::from_store(&ban.value))? } else { None };
    Ok(vec![ban.kind.clone(), name.unwrap_or_else(|| ban.value.clone()), until, ban.reason.clone()])
}

fn room_row(room: &RoomRow) -> Vec<String> {
    let closed = room.closed_at.map(|at| format!("closed {}", in_words(at)));
    vec![room.name.clone(), room.head.to_string(), closed.unwrap_or_default()]
}
