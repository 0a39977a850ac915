//! Clears away what broke off: uploads that nobody resumed within a day, and files whose message was never committed.
//! At the start and every hour. And every minute whoever has not been fast for a while is forgotten. What is superfluous is the store's and the files' to say.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix::{Actor, ActorFutureExt, AsyncContext, Context, WrapFuture};

use super::journal::unlink_if_unused;
use super::{Hub, Vital};
use crate::files::{BlobStore, Swept};
use crate::model::{Timestamp, limits};
use crate::store::{Store, StoreError};
use crate::wire::Refusal;

/// How often the folder is looked through.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// How often the rates are looked through: those of a minute's strangers are no burden.
const PAUSE_OF_RATES: Duration = Duration::from_secs(60);

/// Uploads that are closed before others may write again.
const UPLOADS_AT_ONCE: usize = 16;

/// See the module.
pub struct Sweeper {
    hub: Arc<Hub>,
    files: Arc<BlobStore>,
    _vital: Vital,
}

impl Sweeper {
    /// A sweeper of `files`.
    #[must_use]
    pub fn new(hub: Arc<Hub>, files: Arc<BlobStore>) -> Self {
        let vital = Vital::new("the sweeper", hub.ending.clone());
        Self { hub, files, _vital: vital }
    }

    fn sweep(&mut self, ctx: &mut Context<Self>) {
        let work = sweep(Arc::clone(&self.hub), Arc::clone(&self.files));
        ctx.spawn(work.into_actor(self).map(|swept, _, ctx| {
            match swept {
                Ok(Swept { uploads: 0, files: 0, .. }) => {}
                Ok(swept) => log::info!("removed {} broken uploads and {} unused files", swept.uploads, swept.files),
                Err(refusal) => log::warn!("could not clear away broken uploads: {refusal}"),
            }
            ctx.run_later(PAUSE, Self::sweep);
        }));
    }
}

async fn sweep(hub: Arc<Hub>, files: Arc<BlobStore>) -> Result<Swept, Refusal> {
    let kept_ms = u64::try_from(limits::UPLOAD_KEPT.as_millis()).unwrap_or(u64::MAX);
    let before = hub.settings.clock.now().minus_ms(kept_ms);
    let shelf = Arc::clone(&files);
    loop {
        let shelf = Arc::clone(&shelf);
        let closed = hub.with_writer(move |store: &mut Store| close_stale_uploads(store, &shelf, before)).await?;
        if closed < UPLOADS_AT_ONCE {
            break;
        }
    }
    let older_than = SystemTime::now().checked_sub(limits::UPLOAD_KEPT).unwrap_or(SystemTime::UNIX_EPOCH);
    hub.read(move |store: &mut Store| {
        let open = store.open_uploads()?;
        let is_open = |upload| open.iter().any(|one| one.0 == upload);
        // what cannot be looked up stays until the next time
        let is_kept = |digest: &_| store.is_file_kept(digest).unwrap_or(true);
        Ok(files.sweep(is_open, is_kept, older_than).unwrap_or_else(|error| {
            log::warn!("could not look through the files: {error}");
            Swept::default()
        }))
    })
    .await
}

/// Closes a few, so that what people say has not to wait long; returns how many.
fn close_stale_uploads(store: &mut Store, files: &BlobStore, before: Timestamp) -> Result<usize, StoreError> {
    let mut stale = store.stale_uploads(before)?;
    stale.truncate(UPLOADS_AT_ONCE);
    for upload in &stale {
        if let Err(error) = files.discard(upload.0) {
            log::warn!("could not remove a broken upload, the next sweep will: {error}");
        }
        if let Some(digest) = store.close_upload(*upload)? {
            unlink_if_unused(store, files, &digest)?;
        }
    }
    Ok(stale.len())
}

impl Actor for Sweeper {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.sweep(ctx);
        ctx.run_interval(PAUSE_OF_RATES, |sweeper, _| sweeper.hub.rates.forget_idle());
    }
}
