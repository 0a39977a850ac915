//! Rooms: finding, making and listing them. Their heads are moved by `commit` alone.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;

use super::columns::{column, number};
use super::schema::rooms;
use super::{Store, StoreError};
use crate::model::{NameKey, RoomId, RoomName, Seq, Timestamp, limits};

/// A room as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its row.
    pub id: RoomId,
    /// Spelled as whoever made it did.
    pub name: RoomName,
    /// What it is about, or nothing.
    pub topic: String,
    /// The first seq that is kept; 1 if nothing was said yet.
    pub first: Seq,
    /// The last seq; 0 if nothing was said yet.
    pub head: Seq,
}

/// What became of the wish for a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It is there, now or since long.
    Room(Room),
    /// There are as many as there may be.
    Quota,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms)]
struct RoomRow {
    id: i64,
    name: String,
    topic: String,
    first_seq: i64,
    last_seq: i64,
}

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        Self {
            id: RoomId(number(row.id)),
            name: RoomName::from_store(&row.name),
            topic: row.topic,
            first: Seq(number(row.first_seq)),
            head: Seq(number(row.last_seq)),
        }
    }
}

impl Store {
    /// The room whose name has this key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn find_room(&mut self, key: &NameKey) -> Result<Option<Room>, StoreError> {
        Ok(find(&mut self.connection, key)?)
    }

    /// The room with this id.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn room(&mut self, id: RoomId) -> Result<Option<Room>, StoreError> {
        let row = rooms::table.find(column(id.0)).select(RoomRow::as_select()).get_result(&mut self.connection);
        Ok(row.optional()?.map(Room::from))
    }

    /// The room with this name, made if there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn create_room(&mut self, name: &RoomName, now: Timestamp) -> Result<Created, StoreError> {
        let key = name.key();
        self.write(|connection| {
            if let Some(room) = find(connection, &key)? {
                return Ok(Created::Room(room));
            }
            let count: i64 = rooms::table.count().get_result(connection)?;
            if number(count) >= limits::ROOMS_MAX {
                return Ok(Created::Quota);
            }
            let row: RoomRow = diesel::insert_into(rooms::table)
                .values((
                    rooms::name.eq(name.as_str()),
                    rooms::key.eq(key.as_str()),
                    rooms::created_at.eq(column(now.0)),
                ))
                .returning(RoomRow::as_returning())
                .get_result(connection)?;
            Ok(Created::Room(row.into()))
        })
    }

    /// At most `limit` rooms whose keys begin with `prefix` and follow `after`, in the binary order of their keys.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn rooms_after(
        &mut self,
        prefix: Option<&NameKey>,
        after: Option<&NameKey>,
        limit: usize,
    ) -> Result<Vec<Room>, StoreError> {
        // In binary order those with the prefix stand together, from the prefix itself on.
        let prefix = prefix.map_or("", NameKey::as_str);
        let after = after.map_or("", NameKey::as_str);
        let rows = rooms::table
            .filter(rooms::key.ge(prefix).and(rooms::key.gt(after)))
            .order(rooms::key)
            .select((rooms::key, RoomRow::as_select()))
            .load_iter::<(String, RoomRow), DefaultLoadingMode>(&mut self.connection)?;
        let mut rooms = Vec::new();
        for row in rows.take(limit) {
            let (key, room) = row?;
            if !key.starts_with(prefix) {
                break;
            }
            rooms.push(room.into());
        }
        Ok(rooms)
    }
}

fn find(connection: &mut SqliteConnection, key: &NameKey) -> QueryResult<Option<Room>> {
    let row = rooms::table.filter(rooms::key.eq(key.as_str())).select(RoomRow::as_select()).get_result(connection);
    Ok(row.optional()?.map(Room::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::key_of;
    use crate::store::testing::Fixture;

    fn name(text: &str) -> RoomName {
        RoomName::parse(text).unwrap()
    }

    fn names(rooms: &[Room]) -> Vec<&str> {
        rooms.iter().map(|room| room.name.as_str()).collect()
    }

    #[test]
    fn a_room_is_made_once_and_keeps_its_first_spelling() {
        let mut fixture = Fixture::new();
        let made = fixture.store.create_room(&name("Lobby"), Timestamp(1)).unwrap();
        let Created::Room(room) = &made else { panic!("{made:?}") };
        assert_eq!((room.name.as_str(), room.topic.as_str()), ("Lobby", ""));
        assert_eq!((room.first, room.head), (Seq(1), Seq(0)));
        assert_eq!(fixture.store.create_room(&name("lobby"), Timestamp(2)), Ok(made.clone()));
        fixture.reopen();
        assert_eq!(fixture.store.find_room(&key_of("LOBBY")), Ok(Some(room.clone())));
        assert_eq!(fixture.store.room(room.id), Ok(Some(room.clone())));
        assert_eq!(fixture.store.find_room(&key_of("hall")), Ok(None));
        assert_eq!(fixture.store.room(RoomId(u64::MAX)), Ok(None));
    }

    #[test]
    fn lists_go_on_where_the_last_one_ended() {
        let mut fixture = Fixture::new();
        for room in ["by", "a", "bx", "c", "b", "z\u{e9}"] {
            fixture.room(room);
        }
        let store = &mut fixture.store;
        assert_eq!(names(&store.rooms_after(None, None, 100).unwrap()), ["a", "b", "bx", "by", "c", "z\u{e9}"]);
        assert_eq!(names(&store.rooms_after(None, Some(&key_of("bx")), 2).unwrap()), ["by", "c"]);
        let b = key_of("b");
        assert_eq!(names(&store.rooms_after(Some(&b), None, 2).unwrap()), ["b", "bx"]);
        assert_eq!(names(&store.rooms_after(Some(&b), Some(&b), 100).unwrap()), ["bx", "by"]);
        assert_eq!(names(&store.rooms_after(Some(&b), Some(&key_of("c")), 100).unwrap()), [""; 0]);
        assert_eq!(names(&store.rooms_after(Some(&key_of("q")), None, 100).unwrap()), [""; 0]);
    }

    #[test]
    fn there_are_only_so_many_rooms() {
        let mut fixture = Fixture::new();
        let lobby = fixture.store.create_room(&name("lobby"), Timestamp(1)).unwrap();
        diesel::sql_query(format!(
            "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
             INSERT INTO rooms (name, key, created_at) SELECT 'r' || i, 'r' || i, 0 FROM n",
            limits::ROOMS_MAX
        ))
        .execute(&mut fixture.store.connection)
        .unwrap();
        assert_eq!(fixture.store.create_room(&name("one-more"), Timestamp(1)), Ok(Created::Quota));
        assert_eq!(fixture.store.create_room(&name("lobby"), Timestamp(1)), Ok(lobby), "those that are there stay");
    }
}
