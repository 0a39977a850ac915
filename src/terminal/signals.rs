//! What the system tells a process that shall stop. While a prompt is up, Ctrl-C comes as a key and not from here.

use super::Error;

/// What the system wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C: stop what is under way.
    Interrupt,
    /// Leave: asked to from outside, or the terminal is gone.
    Leave,
    /// Go on after having been stopped; the shell had the terminal meanwhile.
    GoOn,
}

/// Takes the signals that would end the process.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on.
    ///
    /// # Errors
    /// [`Error::Start`] if the system has no handler to give.
    pub(crate) fn take() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let take = |kind| signal(kind).map_err(Error::Start);
        Ok(Self {
            interrupt: take(SignalKind::interrupt())?,
            terminate: take(SignalKind::terminate())?,
            hang_up: take(SignalKind::hangup())?,
            go_on: take(SignalKind::from_raw(nix::libc::SIGCONT))?,
        })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Leave,
            _ = self.hang_up.recv() => Signal::Leave,
            _ = self.go_on.recv() => Signal::GoOn,
        }
    }
}

/// Takes the signals that would end the process.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals(());

#[cfg(not(unix))]
impl Signals {
    /// From now on.
    ///
    /// # Errors
    /// None on this system.
    pub(crate) fn take() -> Result<Self, Error> {
        Ok(Self(()))
    }

    /// The next one; none if the system has none to give.
    pub(crate) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}
