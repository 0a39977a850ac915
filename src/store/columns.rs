//! How the model's values lie in columns: unsigned numbers in SQLite's signed ones, a body spread over several
//! columns and gathered from them. Queries are left to the files of their tables.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteValue};

use super::schema::{files, messages};
use super::{Message, StoreError};
use crate::model::{Body, Digest, FileBody, ImageBody, Nonce, Seq, Timestamp, User, UserId};

/// A number for a column. What no column can hold becomes the greatest that one can, which no row has: a stranger may
/// ask for any seq.
pub(super) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The number in a column. No row of ours has a negative one.
pub(super) fn number(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

/// All 64 bits of a nonce count, so that its sign in the database means nothing.
pub(super) const fn nonce_column(nonce: Nonce) -> i64 {
    nonce.0.cast_signed()
}

macro_rules! kinds {
    ($($kind:ident $name:literal)*) => {
        /// What a message is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub(super) enum Kind { $($kind),* }

        impl Kind {
            const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

kinds! {
    Text "text"
    File "file"
    Image "image"
    Edit "edit"
    Delete "delete"
    React "react"
    Unreact "unreact"
    Topic "topic"
    Gone "gone"
}

impl Kind {
    /// Whether this is a message of its own, to which others may refer.
    pub(super) const fn can_be_target(self) -> bool {
        matches!(self, Self::Text | Self::File | Self::Image)
    }
}

impl ToSql<Text, Sqlite> for Kind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        <str as ToSql<Text, Sqlite>>::to_sql(self.name(), out)
    }
}

impl FromSql<Text, Sqlite> for Kind {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let name = value.read_text();
        Self::from_name(name).ok_or_else(|| format!("a message of the unknown kind {name:?}").into())
    }
}

/// A body as its message's row holds it; a file's own row is beside it.
pub(super) struct Spread<'a> {
    pub(super) kind: Kind,
    pub(super) text: Option<&'a str>,
    pub(super) target: Option<Seq>,
    pub(super) file_name: Option<&'a str>,
}

/// The columns of a body.
pub(super) fn spread(body: &Body) -> Spread<'_> {
    let (kind, text, target, file_name) = match body {
        Body::Text(text) => (Kind::Text, Some(text), None, None),
        Body::File(file) => (Kind::File, None, None, Some(&file.name)),
        Body::Image(image) => (Kind::Image, None, None, Some(&image.name)),
        Body::Edit { of, text } => (Kind::Edit, Some(text), Some(*of), None),
        Body::Delete { of } => (Kind::Delete, None, Some(*of), None),
        Body::React { of, emoji, on: true } => (Kind::React, Some(emoji), Some(*of), None),
        Body::React { of, emoji, on: false } => (Kind::Unreact, Some(emoji), Some(*of), None),
        Body::Topic(topic) => (Kind::Topic, Some(topic), None, None),
        Body::Gone {} => (Kind::Gone, None, None, None),
    };
    Spread { kind, text: text.map(String::as_str), target, file_name: file_name.map(String::as_str) }
}

/// What a message's body needs of its file.
#[derive(Queryable, Selectable)]
#[diesel(table_name = files)]
pub(super) struct FileColumns {
    sha256: Vec<u8>,
    size: i64,
    mime: String,
    width: Option<i64>,
    height: Option<i64>,
}

/// A message as it is read, in one query with its file.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct MessageRow {
    seq: i64,
    at: i64,
    user_id: i64,
    author: String,
    kind: Kind,
    text: Option<String>,
    target: Option<i64>,
    reply_to: Option<i64>,
    file_name: Option<String>,
    #[diesel(embed)]
    file: Option<FileColumns>,
}

impl MessageRow {
    /// The message that this row is.
    ///
    /// # Errors
    /// [`StoreError::Fatal`] if a column is empty that its kind needs: another hand wrote this row.
    pub(super) fn into_message(self) -> Result<Message, StoreError> {
        let id = UserId(number(self.user_id));
        let (seq, kind, reply_to) = (Seq(number(self.seq)), self.kind, self.reply_to.map(|seq| Seq(number(seq))));
        let author = User { id, name: self.author, guest: id == UserId::ANONYMOUS };
        let of = self.target.map(|seq| Seq(number(seq)));
        let body = gather(kind, self.text, of, self.file_name.zip(self.file))
            .ok_or_else(|| StoreError::Fatal(format!("the {} at seq {seq} lacks a column", kind.name())))?;
        Ok(Message { seq, at: Timestamp(number(self.at)), author, body, reply_to })
    }
}

fn gather(kind: Kind, text: Option<String>, of: Option<Seq>, file: Option<(String, FileColumns)>) -> Option<Body> {
    Some(match kind {
        Kind::Text => Body::Text(text?),
        Kind::File => Body::File(file_body(file?)?),
        Kind::Image => Body::Image(image_body(file?)?),
        Kind::Edit => Body::Edit { of: of?, text: text? },
        Kind::Delete => Body::Delete { of: of? },
        Kind::React => Body::React { of: of?, emoji: text?, on: true },
        Kind::Unreact => Body::React { of: of?, emoji: text?, on: false },
        Kind::Topic => Body::Topic(text?),
        Kind::Gone => Body::Gone {},
    })
}

fn file_body((name, file): (String, FileColumns)) -> Option<FileBody> {
    Some(FileBody { name, size: number(file.size), mime: file.mime, sha256: Digest::from_slice(&file.sha256)? })
}

fn image_body((name, file): (String, FileColumns)) -> Option<ImageBody> {
    let (width, height) = (u32::try_from(file.width?).ok()?, u32::try_from(file.height?).ok()?);
    let FileBody { name, size, mime, sha256 } = file_body((name, file))?;
    Some(ImageBody { name, size, mime, sha256, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_no_column_holds_saturates() {
        assert_eq!(column(u64::MAX), i64::MAX);
        assert_eq!(column(7), 7);
        assert_eq!(number(-1), 0);
    }

    #[test]
    fn nonces_keep_all_their_bits() {
        assert_eq!(nonce_column(Nonce(u64::MAX)), -1);
        assert_ne!(nonce_column(Nonce(1 << 63)), nonce_column(Nonce((1 << 63) + 1)));
    }

    #[test]
    fn every_kind_reads_back_by_its_name() {
        for name in ["text", "file", "image", "edit", "delete", "react", "unreact", "topic", "gone"] {
            assert_eq!(Kind::from_name(name).map(Kind::name), Some(name));
        }
        assert_eq!(Kind::from_name("shout"), None);
    }
}
