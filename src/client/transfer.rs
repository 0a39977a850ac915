//! What uploads and downloads have in common: a few requests on their way at a time, and what makes a transfer go on
//! from where it was instead of failing. Which requests those are is left to [`super::upload`] and
//! [`super::download`].

use std::collections::VecDeque;

use tokio::time::sleep;

use super::command::Answered;
use super::{Client, Error, pause};
use crate::model::limits;
use crate::wire::{Answer, Request};

/// Requests on their way, in order, on one connection.
#[derive(Debug)]
pub(super) struct Window {
    connection: u64,
    answers: VecDeque<Answered<Answer>>,
}

impl Window {
    /// Nothing on its way yet.
    pub(super) const fn new(connection: u64) -> Self {
        Self { connection, answers: VecDeque::new() }
    }

    /// Whether another one would be too many.
    pub(super) fn is_full(&self) -> bool {
        self.answers.len() >= limits::CHUNKS_IN_FLIGHT_MAX
    }

    /// Sends one more.
    pub(super) async fn send(&mut self, client: &Client, request: Request) -> Result<(), Error> {
        self.answers.push_back(client.begin(self.connection, request).await?);
        Ok(())
    }

    /// The answer to the oldest, if there is one.
    pub(super) async fn next(&mut self) -> Option<Result<Answer, Error>> {
        Some(self.answers.pop_front()?.wait().await)
    }
}

/// Counts attempts of a transfer that came no further.
#[derive(Debug, Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Something was transferred.
    pub(super) const fn progress(&mut self) {
        self.0 = 0;
    }

    /// Waits until it is worth going on after this error; fails with it if it never is.
    pub(super) async fn after(&mut self, client: &Client, error: Error) -> Result<(), Error> {
        match error {
            Error::Disconnected => client.connected().await,
            Error::Refused(refusal) => match pause::before_repeating(&refusal, self.0) {
                Some(pause) => {
                    self.0 = self.0.saturating_add(1);
                    sleep(pause).await;
                    Ok(())
                }
                None => Err(Error::Refused(refusal)),
            },
            other => Err(other),
        }
    }
}
