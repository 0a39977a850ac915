//! `upload`, `chunk` and `finish`: files on their way in. The bytes are handled on the threads for
//! files, one request of a session at a time, so that a connection holds no more than one chunk.

mod keep;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix::Context;
use bytes::Bytes;

use self::keep::{full, is_discarded_by, keep, refuse_files};
use super::say::Message;
use super::{Session, Who};
use crate::actors::journal::Ticket;
use crate::actors::{Hub, journal};
use crate::chat::form;
use crate::chat::permissions::{self, Action, Role, RoomState};
use crate::files::{BlobStore, Checked, FilesError};
use crate::model::{Body, FileBody, ImageBody, RoomName, Timestamp, limits};
use crate::store::{NewUpload, Opened, Store, StoreError, UploadId};
use crate::wire::{Answer, Chunk, Code, Finish, Refusal, Said, Upload, UploadKind, Uploading};

/// The uploads of one connection, by its own numbers for them; most connections have none.
#[derive(Default)]
pub(super) struct Uploads {
    by_number: BTreeMap<u32, Sending>,
    last_number: u32,
}

/// One upload.
#[derive(Clone)]
struct Sending {
    asked: Upload,
    /// The name without a path.
    name: String,
    stage: Stage,
}

#[derive(Clone)]
enum Stage {
    /// Bytes are coming in.
    Open { upload: UploadId, reached: u64 },
    /// The bytes were found to be what was announced, and stand under their hash as long as the upload has its row.
    Kept { upload: UploadId, body: Body },
    /// The message was said before.
    Said(Said),
}

impl Uploads {
    fn insert(&mut self, sending: Sending) -> u32 {
        // one number for one message: what an older one knows of it may no longer be true
        self.by_number.retain(|_, other| other.asked.nonce != sending.asked.nonce);
        // what was said can be asked for again by its nonce
        if self.by_number.len() >= limits::UPLOADS_PER_DEVICE_MAX {
            self.by_number.pop_first();
        }
        self.last_number = self.last_number.wrapping_add(1);
        self.by_number.insert(self.last_number, sending);
        self.last_number
    }
}

impl Session {
    fn sending(&mut self, number: u32) -> Result<&mut Sending, Refusal> {
        let found = self.uploads.as_mut().and_then(|uploads| uploads.by_number.get_mut(&number));
        found.ok_or_else(no_such_upload)
    }

    pub(super) fn upload(&mut self, id: u32, who: &Who, asked: Upload, ctx: &mut Context<Self>) {
        let allowed = form::upload(&asked, self.hub.settings.limits.file);
        let found = allowed.and_then(|name| Ok((name, self.memberships.find(&asked.room)?)));
        let (name, room) = match found {
            Ok((name, found)) => (name, found.map(|membership| (membership.open.id, membership.open.name.clone()))),
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, now) = (Arc::clone(&self.hub), self.hub.settings.clock.now());
        let role = Role::from(&who.present.user);
        let new = {
            let Upload { nonce, kind, size, sha256, reply_to, .. } = asked;
            let (device, name, image) = (who.device, name.clone(), kind == UploadKind::Image);
            move |room| NewUpload { device, nonce, room, image, name, size, sha256, reply_to }
        };
        let query = move |store: &mut Store, is_room: bool| match room {
            Ok((id, name)) => Ok(open(store, &new(id), role, is_room, now)?.map(|opened| Some((name, opened)))),
            // not joined: all that is allowed is to hear that it was said before
            Err(key) => match store.find_room(&key)? {
                Some(room) => Ok(Ok(store.recall_upload(&new(room.id))?.map(|opened| (room.name, opened)))),
                None => Ok(Ok(None)),
            },
        };
        let work = async move {
            let is_room = hub.with_files(move |files| files.has_room_for(asked.size)).await?;
            let written = hub.write(move |store: &mut Store| query(store, is_room)).await??;
            let (room, opened) = written.ok_or_else(journal::not_joined)?;
            stage_of(&hub, &room, opened).await
        };
        self.later(id, ctx, work, move |session, stage| {
            let offset = stage.offset(asked.size);
            let upload = session.uploads.get_or_insert_default().insert(Sending { asked, name, stage });
            Ok(Answer::Uploading(Uploading { upload, offset }))
        });
    }

    pub(super) fn chunk(&mut self, id: u32, chunk: Chunk, ctx: &mut Context<Self>) {
        let upload = match self.sending(chunk.upload).and_then(|sending| sending.takes(&chunk)) {
            Ok(Some(upload)) => upload,
            Ok(None) => return self.answer(id, Ok(Answer::Ok)),
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, Chunk { upload: number, offset, data }) = (Arc::clone(&self.hub), chunk);
        let work = async move {
            let append = move |files: &BlobStore| {
                let _held = files.hold(upload.0);
                files.append(upload.0, offset, &data)
            };
            match hub.with_files(append).await? {
                Ok(reached) => Ok((reached, Ok(Answer::Ok))),
                // an earlier connection of the device was still writing when this one asked how far it had come
                Err(FilesError::Offset { reached }) => Ok((reached, Err(misplaced()))),
                Err(error) => Err(refuse_files(&error)),
            }
        };
        self.later(id, ctx, work, move |session, (now_reached, answer)| {
            if let Stage::Open { reached, .. } = &mut session.sending(number)?.stage {
                *reached = now_reached;
            }
            answer
        });
    }

    pub(super) fn finish(&mut self, id: u32, who: &Who, finish: Finish, frame: &Bytes, ctx: &mut Context<Self>) {
        let sending = match self.sending(finish.upload).and_then(|sending| sending.may_finish()) {
            Ok(Sending { stage: Stage::Said(said), .. }) => return self.answer(id, Ok(Answer::Said(said))),
            Ok(sending) => sending,
            Err(refusal) => return self.refuse(id, refusal),
        };
        let Some(permit) = self.take_permit(frame, ctx) else { return };
        let ticket = Ticket { request: id, permit };
        let (work, who) = (keep(Arc::clone(&self.hub), self.network(), sending), who.clone());
        self.wait_for(ctx, work, move |session, kept, ctx| match kept {
            Ok(body) => session.say_upload(ticket, &who, finish.upload, body, ctx),
            Err(refusal) => {
                if is_discarded_by(&refusal) {
                    session.uploads.as_mut().and_then(|uploads| uploads.by_number.remove(&finish.upload));
                }
                session.refuse(id, refusal);
            }
        });
    }

    fn say_upload(&mut self, ticket: Ticket, who: &Who, number: u32, body: Body, ctx: &mut Context<Self>) {
        let Ok(sending) = self.sending(number) else { return };
        if let Stage::Open { upload, .. } = sending.stage {
            sending.stage = Stage::Kept { upload, body: body.clone() };
        }
        let upload = sending.stage.upload();
        let Upload { room, nonce, reply_to, .. } = sending.asked.clone();
        self.send(ticket, who, Message { room, nonce, body, reply_to, upload }, ctx);
    }
}

impl Stage {
    const fn offset(&self, size: u64) -> u64 {
        match self {
            Self::Open { reached, .. } => *reached,
            Self::Kept { .. } | Self::Said(_) => size,
        }
    }

    const fn upload(&self) -> Option<UploadId> {
        match self {
            Self::Open { upload, .. } | Self::Kept { upload, .. } => Some(*upload),
            Self::Said(_) => None,
        }
    }
}

impl Sending {
    /// The upload that a chunk is appended to; none if there is nothing in it and nothing to wait for.
    fn takes(&self, chunk: &Chunk) -> Result<Option<UploadId>, Refusal> {
        if chunk.data.len() > limits::CHUNK_BYTES_MAX {
            return Err(form::bad("a chunk has at most 65,536 bytes"));
        }
        if chunk.offset != self.stage.offset(self.asked.size) {
            return Err(misplaced());
        }
        if chunk.offset + chunk.data.len() as u64 > self.asked.size {
            return Err(Refusal::new(Code::TooLarge, "this is more than was announced"));
        }
        match self.stage {
            Stage::Open { upload, .. } => Ok(Some(upload)),
            Stage::Kept { .. } | Stage::Said(_) => Ok(None),
        }
    }

    fn may_finish(&self) -> Result<Self, Refusal> {
        if self.stage.offset(self.asked.size) < self.asked.size {
            return Err(form::bad("the upload is not at its end"));
        }
        Ok(self.clone())
    }

    fn body(&self, checked: Checked) -> Body {
        let (name, size, sha256) = (self.name.clone(), self.asked.size, self.asked.sha256);
        match (self.asked.kind, checked) {
            (UploadKind::Image, Checked { mime, dimensions: Some((width, height)) }) => {
                Body::Image(ImageBody { name, size, mime, sha256, width, height })
            }
            (_, Checked { mime, .. }) => Body::File(FileBody { name, size, mime, sha256 }),
        }
    }
}

fn open(
    store: &mut Store,
    new: &NewUpload,
    role: Role,
    is_room: bool,
    now: Timestamp,
) -> Result<Result<Opened, Refusal>, StoreError> {
    if let Some(opened) = store.recall_upload(new)? {
        return Ok(Ok(opened));
    }
    let room = RoomState::of(store.is_closed(new.room)?);
    permissions::may(role, Action::Upload, room)
        .map_or_else(|denied| Ok(Err(denied.into())), |()| store.open_upload(new, is_room, now).map(Ok))
}

async fn stage_of(hub: &Hub, room: &RoomName, opened: Opened) -> Result<Stage, Refusal> {
    match opened {
        Opened::Open { upload } => {
            let reached = hub
                .with_files(move |files| {
                    let _held = files.hold(upload.0);
                    files.received(upload.0)
                })
                .await?;
            reached.map(|reached| Stage::Open { upload, reached }).map_err(|error| refuse_files(&error.into()))
        }
        Opened::Said { seq, at } => Ok(Stage::Said(Said { room: room.to_string(), seq, at })),
        Opened::NonceReused => Err(Refusal::new(Code::NonceReused, "this nonce names another message")),
        Opened::Quota => Err(Refusal::new(Code::Quota, "finish one of this device's uploads first")),
        Opened::Full => Err(full()),
    }
}

fn misplaced() -> Refusal {
    form::bad("a chunk begins where the upload has arrived")
}

fn no_such_upload() -> Refusal {
    Refusal::new(Code::NoSuchUpload, "this connection has no such upload")
}
