//! The statements that a commit runs for each message and each room. Diesel writes its own insertions and updates out
//! anew each time, to see whether it has prepared them before, which takes as long as SQLite does to run them; these
//! are known by their types. `schema.rs` and the tests of `commit` see to it that they name the right columns.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text, Untyped};
use diesel::sqlite::Sqlite;

use super::Entry;
use super::columns::{Kind, Spread, column, nonce_column, spread};

/// Inserts a message, unless its nonce is taken; the number of rows says which.
pub(super) struct Append<'a> {
    place: [i64; 6],
    author: &'a str,
    kind: Kind,
    text: Option<&'a str>,
    file_name: Option<&'a str>,
    references: [Option<i64>; 3],
}

impl<'a> Append<'a> {
    /// A message at this place in the log.
    pub(super) fn new(room: i64, seq: i64, at: i64, file_id: Option<i64>, entry: &'a Entry) -> Self {
        let Spread { kind, text, target, file_name } = spread(&entry.body);
        let (user, device) = (column(entry.author.id.0), column(entry.device.0));
        let [target, reply_to] = [target, entry.reply_to].map(|seq| seq.map(|seq| column(seq.0)));
        Self {
            place: [room, seq, at, user, device, nonce_column(entry.nonce)],
            author: &entry.author.name,
            kind,
            text,
            file_name,
            references: [target, reply_to, file_id],
        }
    }
}

impl QueryId for Append<'_> {
    type QueryId = Append<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO messages (room_id, seq, at, user_id, device_id, nonce, \
             author, kind, text, file_name, target, reply_to, file_id) VALUES (",
        );
        for number in &self.place {
            out.push_bind_param::<BigInt, _>(number)?;
            out.push_sql(", ");
        }
        out.push_bind_param::<Text, _>(self.author)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.kind)?;
        for text in [&self.text, &self.file_name] {
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(text)?;
        }
        for reference in &self.references {
            out.push_sql(", ");
            out.push_bind_param::<Nullable<BigInt>, _>(reference)?;
        }
        out.push_sql(") ON CONFLICT (device_id, nonce) DO NOTHING");
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for Append<'_> {}

/// Moves a room's head.
#[derive(QueryId)]
pub(super) struct MoveHead {
    /// The room's row.
    pub(super) room: i64,
    /// By how many messages.
    pub(super) by: i64,
}

impl QueryFragment<Sqlite> for MoveHead {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE rooms SET last_seq = last_seq + ");
        out.push_bind_param::<BigInt, _>(&self.by)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.room)
    }
}

impl RunQueryDsl<SqliteConnection> for MoveHead {}

/// Asks how long the write-ahead log is, and does nothing to it. A row as [`super::checkpoint`] reads it.
#[derive(QueryId)]
pub(super) struct CountPages;

impl QueryFragment<Sqlite> for CountPages {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("PRAGMA wal_checkpoint(NOOP)");
        Ok(())
    }
}

impl Query for CountPages {
    type SqlType = Untyped;
}

impl RunQueryDsl<SqliteConnection> for CountPages {}
