//! Files on their way: what each will say once its bytes are there, so that it can go on after a break. The bytes and
//! how many there are of them are left to `files`.

use diesel::prelude::*;

use super::columns::{Kind, column, nonce_column, number};
use super::files::{digest, is_uploading};
use super::said::Said;
use super::schema::{files, uploads};
use super::{Message, Store, StoreError};
use crate::model::{Body, DeviceId, Digest, Nonce, RoomId, Seq, Timestamp, limits};

/// An upload's row. Never given twice, so that partial bytes can be named after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub u64);

/// What somebody wants to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// Who uploads. The device must be in the store.
    pub device: DeviceId,
    /// The nonce of the message to come.
    pub nonce: Nonce,
    /// The room of the message to come; it must be in the store.
    pub room: RoomId,
    /// An image, or else a file.
    pub image: bool,
    /// At most 255 bytes, without a path.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Of the whole content.
    pub sha256: Digest,
    /// What the message to come answers; checked when it comes.
    pub reply_to: Option<Seq>,
}

/// What became of the wish to upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is open: a new one, or the one that broke off.
    Open {
        /// Its row.
        upload: UploadId,
    },
    /// The message has been said already.
    Said {
        /// Where.
        seq: Seq,
        /// Since when.
        at: Timestamp,
    },
    /// The nonce names a message or an upload with other fields.
    NonceReused,
    /// The device has as many uploads under way as it may.
    Quota,
    /// There is no room for a new one.
    Full,
}

#[derive(PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads)]
struct UploadRow {
    device_id: i64,
    nonce: i64,
    room_id: i64,
    kind: Kind,
    name: String,
    size: i64,
    sha256: Vec<u8>,
    reply_to: Option<i64>,
}

impl From<&NewUpload> for UploadRow {
    fn from(new: &NewUpload) -> Self {
        Self {
            device_id: column(new.device.0),
            nonce: nonce_column(new.nonce),
            room_id: column(new.room.0),
            kind: if new.image { Kind::Image } else { Kind::File },
            name: new.name.clone(),
            size: column(new.size),
            sha256: new.sha256.0.to_vec(),
            reply_to: new.reply_to.map(|seq| column(seq.0)),
        }
    }
}

impl Store {
    /// Opens an upload, unless there `is_room` for it no more, or goes on with the same one, whose day begins anew.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open_upload(&mut self, new: &NewUpload, is_room: bool, now: Timestamp) -> Result<Opened, StoreError> {
        self.write(|connection| match recall(connection, new)? {
            Some(opened) => Ok(opened),
            None => Ok(open(connection, &new.into(), column(now.0), is_room)?),
        })
    }

    /// What became of the nonce if it names a message already; nothing is opened.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn recall_upload(&mut self, new: &NewUpload) -> Result<Option<Opened>, StoreError> {
        recall(&mut self.connection, new)
    }

    /// Forgets an upload. Returns the hash of its content if nothing else refers to that: should there be bytes under
    /// it, they can be removed, after one more look at [`Store::is_file_kept`].
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn close_upload(&mut self, upload: UploadId) -> Result<Option<Digest>, StoreError> {
        self.write(|connection| {
            let closed: Option<Vec<u8>> = diesel::delete(uploads::table.find(column(upload.0)))
                .returning(uploads::sha256)
                .get_result(connection)
                .optional()?;
            let Some(sha256) = closed.map(|bytes| digest(&bytes)).transpose()? else { return Ok(None) };
            let shown = diesel::dsl::exists(files::table.filter(files::sha256.eq(&sha256.0[..])));
            let is_kept = diesel::select(shown).get_result(connection)? || is_uploading(connection, &sha256)?;
            Ok(if is_kept { None } else { Some(sha256) })
        })
    }

    /// The uploads that nobody has opened since `before`. Remove their bytes, then close them.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn stale_uploads(&mut self, before: Timestamp) -> Result<Vec<UploadId>, StoreError> {
        let stale = uploads::table.filter(uploads::opened_at.lt(column(before.0)));
        Ok(ids(stale.order(uploads::id).select(uploads::id).load(&mut self.connection)?))
    }

    /// All uploads that are open or broken off: partial bytes of any other can be removed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open_uploads(&mut self) -> Result<Vec<UploadId>, StoreError> {
        Ok(ids(uploads::table.order(uploads::id).select(uploads::id).load(&mut self.connection)?))
    }
}

fn ids(rows: Vec<i64>) -> Vec<UploadId> {
    rows.into_iter().map(|id| UploadId(number(id))).collect()
}

fn recall(connection: &mut SqliteConnection, new: &NewUpload) -> Result<Option<Opened>, StoreError> {
    Ok(Said::find(connection, new.device, new.nonce)?.map(|said| {
        if said.is_repeated(Some(column(new.room.0)), |message| shows(message, new)) {
            Opened::Said { seq: said.message.seq, at: said.message.at }
        } else {
            Opened::NonceReused
        }
    }))
}

fn shows(message: &Message, new: &NewUpload) -> bool {
    let shown = match &message.body {
        Body::File(file) => (false, file.name.as_str(), file.size, file.sha256),
        Body::Image(image) => (true, image.name.as_str(), image.size, image.sha256),
        _ => return false,
    };
    shown == (new.image, new.name.as_str(), new.size, new.sha256) && message.reply_to == new.reply_to
}

fn open(connection: &mut SqliteConnection, row: &UploadRow, now: i64, is_room: bool) -> QueryResult<Opened> {
    let of_device = uploads::table.filter(uploads::device_id.eq(row.device_id));
    let known = of_device
        .filter(uploads::nonce.eq(row.nonce))
        .select((uploads::id, UploadRow::as_select()))
        .get_result::<(i64, UploadRow)>(connection)
        .optional()?;
    let id = match known {
        Some((id, known)) if known == *row => {
            diesel::update(uploads::table.find(id)).set(uploads::opened_at.eq(now)).execute(connection)?;
            id
        }
        Some(_) => return Ok(Opened::NonceReused),
        None => {
            let count: i64 = of_device.count().get_result(connection)?;
            if usize::try_from(count).is_ok_and(|count| count >= limits::UPLOADS_PER_DEVICE_MAX) {
                return Ok(Opened::Quota);
            }
            if !is_room {
                return Ok(Opened::Full);
            }
            diesel::insert_into(uploads::table)
                .values((row, uploads::opened_at.eq(now)))
                .returning(uploads::id)
                .get_result(connection)?
        }
    };
    Ok(Opened::Open { upload: UploadId(number(id)) })
}

#[cfg(test)]
mod tests;
