//! What a device has already said under a nonce, and whether what comes now is the same again. What follows from it
//! is left to `commit` and `uploads`.

use diesel::prelude::*;

use super::StoreError;
use super::columns::{MessageRow, column, nonce_column};
use super::history::{Message, readable};
use super::schema::messages;
use crate::model::{Body, DeviceId, Nonce};

/// A message that stands in the log, and the row of its room.
pub(super) struct Said {
    room: i64,
    pub(super) message: Message,
}

impl Said {
    /// The message that this device has said under this nonce.
    pub(super) fn find(
        connection: &mut SqliteConnection,
        device: DeviceId,
        nonce: Nonce,
    ) -> Result<Option<Self>, StoreError> {
        let row = readable()
            .filter(messages::device_id.eq(column(device.0)))
            .filter(messages::nonce.eq(nonce_column(nonce)))
            .select((messages::room_id, MessageRow::as_select()))
            .get_result::<(i64, MessageRow)>(connection)
            .optional()?;
        row.map(|(room, row)| Ok(Self { room, message: row.into_message()? })).transpose()
    }

    /// Whether this is what is said again now, into `room`. Of a message that is gone nothing else can be compared.
    pub(super) fn is_repeated(&self, room: Option<i64>, is_same: impl FnOnce(&Message) -> bool) -> bool {
        room == Some(self.room) && (self.message.body == Body::Gone {} || is_same(&self.message))
    }
}
