//! Reads whole lists, page after page. A server that never ends one is taken for a broken one.

use super::{Client, Error};
use crate::model::{User, limits};
use crate::wire::{Answer, MembersAfter, Request, RoomEntry, RoomsAfter};

/// All rooms whose names begin so.
pub(super) async fn rooms(client: &Client, prefix: Option<&str>) -> Result<Vec<RoomEntry>, Error> {
    let (mut all, mut bytes): (Vec<RoomEntry>, usize) = (Vec::new(), 0);
    loop {
        let after = all.last().map(|entry| entry.room.clone());
        let request = RoomsAfter { prefix: prefix.map(str::to_owned), after };
        let Answer::Rooms(page) = client.call(Request::Rooms(request)).await? else {
            return Err(Error::Unexpected("no list of rooms"));
        };
        bytes += page.rooms.iter().map(|entry| entry.room.len() + entry.topic.len()).sum::<usize>();
        if !append(&mut all, page.rooms, page.more, bytes)? {
            return Ok(all);
        }
    }
}

/// All who are in a room.
pub(super) async fn members(client: &Client, room: &str) -> Result<Vec<User>, Error> {
    let (mut all, mut bytes): (Vec<User>, usize) = (Vec::new(), 0);
    loop {
        let request = MembersAfter { room: room.to_owned(), after: all.last().map(|user| user.name.clone()) };
        let Answer::Members(page) = client.call(Request::Members(request)).await? else {
            return Err(Error::Unexpected("no list of members"));
        };
        bytes += page.members.iter().map(|user| user.name.len()).sum::<usize>();
        if !append(&mut all, page.members, page.more, bytes)? {
            return Ok(all);
        }
    }
}

/// Whether to ask for more.
fn append<T>(all: &mut Vec<T>, page: Vec<T>, more: bool, bytes: usize) -> Result<bool, Error> {
    let goes_on = more && !page.is_empty();
    all.extend(page);
    if all.len() > limits::CLIENT_LIST_ENTRIES_MAX || bytes > limits::CLIENT_LIST_BYTES_MAX {
        return Err(Error::Unexpected("a list without an end"));
    }
    Ok(goes_on)
}
