//! Rows of files, one for each content, however many messages show it. The bytes are left to `files`, which asks here
//! whether anything still needs them.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::columns::{column, number};
use super::schema::{files, messages, uploads};
use super::{Store, StoreError, UploadId};
use crate::model::{Body, DeviceId, Digest, Nonce, RoomId, Seq};

/// What `fetch` has to know of a message's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The name of its bytes.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// What the server found in the content.
    pub mime: String,
}

impl Store {
    /// The file or image that this message shows, if it shows one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn message_file(&mut self, room: RoomId, seq: Seq) -> Result<Option<FileRow>, StoreError> {
        let row = messages::table
            .find((column(room.0), column(seq.0)))
            .inner_join(files::table)
            .select((files::sha256, files::size, files::mime))
            .get_result::<(Vec<u8>, i64, String)>(&mut self.connection)
            .optional()?;
        row.map(|(sha256, size, mime)| Ok(FileRow { sha256: digest(&sha256)?, size: number(size), mime })).transpose()
    }

    /// Whether a message shows this content, or an upload may be about to. If not, its bytes can be removed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn is_file_kept(&mut self, sha256: &Digest) -> Result<bool, StoreError> {
        let shown = files::table.filter(files::sha256.eq(&sha256.0[..]));
        Ok(diesel::select(exists(shown)).get_result(&mut self.connection)?
            || is_uploading(&mut self.connection, sha256)?)
    }
}

/// The digest in a column.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    Digest::from_slice(bytes).ok_or_else(|| StoreError::Fatal("a file's hash has not 32 bytes".into()))
}

/// Whether an upload that is open or broken off claims this content.
pub(super) fn is_uploading(connection: &mut SqliteConnection, sha256: &Digest) -> QueryResult<bool> {
    diesel::select(exists(uploads::table.filter(uploads::sha256.eq(&sha256.0[..])))).get_result(connection)
}

/// Ends the upload that a message comes from; false if it is over already, so that its bytes may be gone.
pub(super) fn end_upload(connection: &mut SqliteConnection, upload: UploadId) -> QueryResult<bool> {
    diesel::delete(uploads::table.find(column(upload.0))).execute(connection).map(|rows| rows == 1)
}

/// The row of the file that a body shows, made if this content is new; the upload that brought it is over.
pub(super) fn keep(
    connection: &mut SqliteConnection,
    device: DeviceId,
    nonce: Nonce,
    body: &Body,
    now: i64,
) -> QueryResult<Option<i64>> {
    let (sha256, size, mime, sides) = match body {
        Body::File(file) => (&file.sha256.0[..], file.size, &file.mime, None),
        Body::Image(image) => (&image.sha256.0[..], image.size, &image.mime, Some((image.width, image.height))),
        _ => return Ok(None),
    };
    diesel::insert_into(files::table)
        .values((
            files::sha256.eq(sha256),
            files::size.eq(column(size)),
            files::mime.eq(mime),
            files::created_at.eq(now),
        ))
        .on_conflict(files::sha256)
        .do_nothing()
        .execute(connection)?;
    let row = files::table.filter(files::sha256.eq(sha256));
    if let Some((width, height)) = sides {
        // It may have been shown as a mere file before.
        diesel::update(row)
            .set((files::width.eq(i64::from(width)), files::height.eq(i64::from(height))))
            .execute(connection)?;
    }
    diesel::delete(uploads::table)
        .filter(uploads::device_id.eq(column(device.0)))
        .filter(uploads::nonce.eq(super::columns::nonce_column(nonce)))
        .execute(connection)?;
    row.select(files::id).get_result(connection).map(Some)
}

/// Drops a file's row if no message shows it any more; returns its hash if nobody else needs the bytes.
pub(super) fn release(connection: &mut SqliteConnection, file: i64) -> Result<Option<Digest>, StoreError> {
    let shown = messages::table.filter(messages::file_id.eq(file));
    if diesel::select(exists(shown)).get_result(connection)? {
        return Ok(None);
    }
    let dropped: Option<Vec<u8>> =
        diesel::delete(files::table.find(file)).returning(files::sha256).get_result(connection).optional()?;
    let Some(sha256) = dropped.map(|bytes| digest(&bytes)).transpose()? else { return Ok(None) };
    Ok(if is_uploading(connection, &sha256)? { None } else { Some(sha256) })
}
