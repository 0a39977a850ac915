//! Ends a server in order: no more connections, no more requests, what was read is committed and answered, then good-bye
//! to all. A barrier at each step, since a stopped arbiter drops what its actors have not handled yet.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use super::boot::Server;
use crate::actors::fanout::{CloseAll, Hush};
use crate::actors::listener::StopAccepting;
use crate::model::limits;
use crate::store::Store;
use crate::wire::{Bye, ByeCode};

/// Done when the operating system asks the process to end: SIGTERM, or Ctrl-C.
///
/// # Errors
/// If signals cannot be listened to.
pub fn signalled() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

pub(super) async fn shut_down(server: Server) {
    log::info!("stopping");
    let Server { hub, listeners, fanouts, .. } = &server;
    hub.ending.begin();
    // an actor that is gone already has nothing left to stop
    join_all(listeners.iter().map(|listener| listener.send(StopAccepting))).await;
    join_all(fanouts.iter().map(|fanout| fanout.send(Hush))).await;
    let all = u32::try_from(limits::SAYS_PER_SERVER_MAX).expect("the limit is small");
    // held to the end, also while it still waits: what was read and has no permit yet is never committed
    let mut barrier = pin!(hub.says.acquire_many(all));
    let drained = timeout(limits::DRAIN_TIMEOUT, &mut barrier).await;
    if drained.is_err() {
        log::warn!("what was still being committed was not answered");
    }
    let bye = Bye { code: ByeCode::Shutdown, message: "the server stops".into() };
    let goodbyes = join_all(fanouts.iter().map(|fanout| fanout.send(CloseAll(bye.clone()))));
    if timeout(limits::GOODBYE_TIMEOUT + Duration::from_secs(1), goodbyes).await.is_err() {
        log::warn!("some connections did not end in time");
    }
    if timeout(limits::GOODBYE_TIMEOUT, hub.with_writer(Store::checkpoint)).await.is_ok_and(|done| done.is_ok()) {
        log::debug!("everything stands in the database's own file");
    }
    log::info!("stopped");
}
