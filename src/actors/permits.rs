//! Every say holds a permit from when it is read until it is answered: one of its session's and one of the server's.
//! It travels inside the message and comes back when that is dropped, so that all queues between a socket and the
//! store are bounded by the permits that were given out. Who has none does not read its socket.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::limits;

/// The right to have one say unanswered.
#[derive(Debug)]
pub struct Permit {
    _session: OwnedSemaphorePermit,
    _server: OwnedSemaphorePermit,
}

/// The permits of one session.
#[derive(Debug, Clone)]
pub struct Permits {
    session: Arc<Semaphore>,
    server: Arc<Semaphore>,
}

impl Permits {
    /// Permits for one session, out of the server's.
    #[must_use]
    pub fn new(server: Arc<Semaphore>) -> Self {
        Self { session: Arc::new(Semaphore::new(limits::SAYS_PER_SESSION_MAX)), server }
    }

    /// A permit, if there is one now.
    #[must_use]
    pub fn try_take(&self) -> Option<Permit> {
        let session = Arc::clone(&self.session).try_acquire_owned().ok()?;
        let server = Arc::clone(&self.server).try_acquire_owned().ok()?;
        Some(Permit { _session: session, _server: server })
    }

    /// Waits until all says of this session are answered.
    pub async fn wait_for_all(self) {
        let all = u32::try_from(limits::SAYS_PER_SESSION_MAX).expect("the limit is small");
        let _all = self.session.acquire_many_owned(all).await;
    }

    /// Waits until there may be one.
    pub async fn wait(self) {
        // closed semaphores would mean that the server is gone; the session then fails on its next send
        let _session = self.session.acquire_owned().await;
        let _server = self.server.acquire_owned().await;
    }
}
