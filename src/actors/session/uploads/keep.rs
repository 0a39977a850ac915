//! What becomes of an upload whose bytes have come in: it is what was announced and stands under its hash, or it is thrown
//! away. And what is answered if the disk does not want it.

use std::sync::Arc;

use super::{Sending, Stage};
use crate::actors::{Hub, hub};
use crate::files::{BlobStore, CheckError, FilesError, Want};
use crate::model::{Body, Network};
use crate::store::{Store, UploadId};
use crate::wire::{Code, Refusal, UploadKind};

/// Checks what came in and puts it under its hash, where the upload's row keeps it until a message refers to it.
pub(super) async fn keep(hub: Arc<Hub>, network: Network, sending: Sending) -> Result<Body, Refusal> {
    let (digest, size) = (sending.asked.sha256, sending.asked.size);
    let upload = match sending.stage {
        Stage::Open { upload, .. } => upload,
        Stage::Kept { body, .. } => return Ok(body),
        Stage::Said(_) => return Err(hub::internal()),
    };
    let want = if sending.asked.kind == UploadKind::Image { Want::Image } else { Want::Any };
    let work = move |files: &BlobStore| {
        let _held = files.hold(upload.0);
        let checked = files.check(upload.0, size, &digest, want).map_err(refuse_check)?;
        files.keep(upload.0, &digest).map_err(|error| refuse_files(&error))?;
        Ok(checked)
    };
    let checked = match want {
        Want::Any => hub.with_files(work).await?,
        Want::Image => hub.with_a_picture(network, work).await?,
    };
    match checked {
        Ok(checked) => Ok(sending.body(checked)),
        Err(refusal) => {
            if is_discarded_by(&refusal) {
                discard(&hub, upload).await?;
            }
            Err(refusal)
        }
    }
}

/// What is not what was announced is thrown away.
pub(super) fn is_discarded_by(refusal: &Refusal) -> bool {
    matches!(refusal.code, Code::HashMismatch | Code::NotAnImage)
}

async fn discard(hub: &Hub, upload: UploadId) -> Result<(), Refusal> {
    let discarded = hub.with_files(move |files| files.discard(upload.0)).await?;
    discarded.map_err(|error| refuse_files(&error.into()))?;
    hub.write(move |store: &mut Store| store.close_upload(upload)).await.map(drop)
}

fn refuse_check(error: CheckError) -> Refusal {
    match error {
        CheckError::HashMismatch => Refusal::new(Code::HashMismatch, "the bytes are not those that were announced"),
        CheckError::NotAnImage => Refusal::new(Code::NotAnImage, "this is no png, jpeg, gif or webp that can be read"),
        CheckError::Io(error) => refuse_files(&error.into()),
    }
}

pub(super) fn refuse_files(error: &FilesError) -> Refusal {
    if matches!(error, FilesError::Full) {
        return full();
    }
    log::warn!("could not keep a part of a file: {error}");
    match error {
        FilesError::DiskFull(_) => hub::unavailable(),
        _ => hub::internal(),
    }
}

pub(super) fn full() -> Refusal {
    Refusal::new(Code::Quota, "this server keeps as many bytes of files as it may")
}
