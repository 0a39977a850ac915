//! `fetch`: a part of a file on its way out, one chunk at a time, for anybody who may read the room.

use std::sync::Arc;

use actix::Context;

use super::Session;
use super::rooms::no_such_room;
use crate::actors::hub;
use crate::chat::form;
use crate::model::limits;
use crate::store::Store;
use crate::wire::{Answer, Code, Data, Fetch, Refusal};

impl Session {
    pub(super) fn fetch(&mut self, id: u32, fetch: &Fetch, ctx: &mut Context<Self>) {
        let key = match form::room(&fetch.room) {
            Ok(name) => name.key(),
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, seq, offset) = (Arc::clone(&self.hub), fetch.seq, fetch.offset);
        let length = usize::try_from(fetch.length).map_or(limits::CHUNK_BYTES_MAX, |n| n.min(limits::CHUNK_BYTES_MAX));
        let work = async move {
            let query = move |store: &mut Store| {
                let Some(room) = store.find_room(&key)? else { return Ok(Err(no_such_room())) };
                Ok(store.message_file(room.id, seq)?.ok_or_else(no_such_file))
            };
            let file = hub.read(query).await??;
            let bytes = hub.with_files(move |files| files.read(&file.sha256, offset, length)).await?;
            let data = bytes.map_err(|error| {
                log::error!("could not read a kept file: {error}");
                hub::internal()
            })?;
            Ok(Data { offset, size: file.size, data })
        };
        self.later(id, ctx, work, |_, data| Ok(Answer::Data(data)));
    }
}

fn no_such_file() -> Refusal {
    Refusal::new(Code::NoSuchMessage, "there is no file at this place in the room")
}
