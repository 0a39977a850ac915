//! Every say holds a permit from when it is read until it is answered: one of its session's and one of the server's.
//! It travels inside the message and comes back when that is dropped, so that all queues between a socket and the
//! store are bounded by the permits that were given out. Who has none does not read its socket.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::limits;

/// The right to have some says unanswered.
#[derive(Debug)]
pub struct Permit {
    session: OwnedSemaphorePermit,
    server: OwnedSemaphorePermit,
}

impl Permit {
    /// Both together.
    pub fn merge(&mut self, other: Self) {
        self.session.merge(other.session);
        self.server.merge(other.server);
    }

    /// The right to one of these says, if any are left.
    pub fn split_one(&mut self) -> Option<Self> {
        Some(Self { session: self.session.split(1)?, server: self.server.split(1)? })
    }
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
        Some(Permit { session, server })
    }

    /// Waits until all says of this session are answered.
    pub async fn wait_for_all(self) {
        let all = u32::try_from(limits::SAYS_PER_SESSION_MAX).expect("the limit is small");
        let _all = self.session.acquire_many_owned(all).await;
    }

    /// Waits for permits for so many says, at most [`limits::SAYS_PER_WAIT_MAX`]. None if the server is gone.
    pub async fn wait(self, says: usize) -> Option<Permit> {
        let says = u32::try_from(says.clamp(1, limits::SAYS_PER_WAIT_MAX)).expect("the limit is small");
        let session = self.session.acquire_many_owned(says).await.ok()?;
        let server = self.server.acquire_many_owned(says).await.ok()?;
        Some(Permit { session, server })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn what_is_split_and_merged_stays_as_much() {
        let server = Arc::new(Semaphore::new(10));
        let permits = Permits::new(Arc::clone(&server));
        let mut all = permits.clone().wait(4).now_or_never().flatten().unwrap();
        let mut one = all.split_one().unwrap();
        drop(all);
        assert_eq!(server.available_permits(), 9);
        one.merge(permits.try_take().unwrap());
        assert_eq!(server.available_permits(), 8);
        assert!(one.split_one().and(one.split_one()).is_some(), "there were two");
        assert!(one.split_one().is_none());
        drop(one);
        assert_eq!(server.available_permits(), 10);
    }

    #[test]
    fn who_waited_is_not_overtaken_and_keeps_what_it_got() {
        let server = Arc::new(Semaphore::new(2));
        let (first, second) = (Permits::new(Arc::clone(&server)), Permits::new(server));
        let held = [first.try_take(), first.try_take()];
        let (mut waiting, mut late) = (pin!(first.clone().wait(2)), pin!(second.clone().wait(1)));
        assert!(waiting.as_mut().now_or_never().is_none() && late.as_mut().now_or_never().is_none());
        drop(held);
        assert!(second.try_take().is_none(), "all that came back is promised");
        let mut got = waiting.now_or_never().flatten().unwrap();
        assert!(late.as_mut().now_or_never().is_none());
        drop(got.split_one());
        assert!(late.now_or_never().flatten().is_some(), "one came back");
    }

    #[test]
    fn all_are_back_only_when_the_last_one_is() {
        let permits = Permits::new(Arc::new(Semaphore::new(limits::SAYS_PER_SERVER_MAX)));
        let mut some = permits.clone().wait(usize::MAX).now_or_never().flatten().unwrap();
        let last = some.split_one();
        drop(some);
        let mut all = pin!(permits.wait_for_all());
        assert!(all.as_mut().now_or_never().is_none());
        drop(last);
        assert!(all.now_or_never().is_some());
    }
}
