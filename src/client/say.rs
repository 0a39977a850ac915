//! The handle's part in saying something: gives it a nonce and a place in the order. What becomes of it is left to
//! [`super::outbox`].

use std::sync::{Arc, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

use super::command::{Answered, Command};
use super::handle::permit_of;
use super::{Client, Error, Unsaid};
use crate::model::{Body, Seq};
use crate::wire::{Said, Say, encoded_len};

impl Client {
    /// Says a text; done once the server has it on disk, however often the connection breaks meanwhile.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn say(&self, room: &str, text: impl Into<String>) -> Result<Said, Error> {
        self.send(room, Body::Text(text.into()), None).await
    }

    /// Says anything, as [`Client::say`] does. Waits while too much is unanswered.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::TooLarge`] and [`Error::State`] before anything is sent. With a state in the
    /// [options](super::Options), what fails with [`Error::Ended`] or [`Error::Closed`] is said by the next run.
    pub async fn send(&self, room: &str, body: Body, reply_to: Option<Seq>) -> Result<Said, Error> {
        let permit = permit_of(&self.says).await;
        self.enqueue(permit, room, body, reply_to)?.wait().await
    }

    /// Says anything without waiting: it has its place in the order when this returns, whenever the future is awaited,
    /// and is said even if it is dropped. With a state in the [options](super::Options), it is said even if the program
    /// is killed from then on.
    ///
    /// # Errors
    /// As [`Client::send`], and [`Error::QueueFull`] if as many as
    /// [`CLIENT_SAYS_MAX`](crate::model::limits::CLIENT_SAYS_MAX) are unanswered: await
    /// some of them first.
    pub fn queue(
        &self,
        room: &str,
        body: Body,
        reply_to: Option<Seq>,
    ) -> impl Future<Output = Result<Said, Error>> + Send + use<> {
        let permit = Arc::clone(&self.says).try_acquire_owned().map_err(|_| Error::QueueFull);
        let answered = permit.and_then(|permit| self.enqueue(permit, room, body, reply_to));
        async move { answered?.wait().await }
    }

    /// Takes what earlier runs left unsaid, in the order in which it was said; none the second time. It is being said
    /// already, into rooms that one is not in as well: those are joined for it, unheard, and left again.
    #[must_use]
    pub fn unsaid(&self) -> Vec<Unsaid> {
        std::mem::take(&mut self.unsaid.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enqueue(
        &self,
        permit: OwnedSemaphorePermit,
        room: &str,
        body: Body,
        reply_to: Option<Seq>,
    ) -> Result<Answered<Said>, Error> {
        if let Body::Text(text) | Body::Edit { text, .. } = &body {
            self.check_size("text", text.len(), |limits| limits.text)?;
        }
        let say = Say { room: room.to_owned(), nonce: self.nonce(), body, reply_to };
        self.check_size("message", encoded_len(&say), |limits| limits.frame)?;
        let kept = say.clone();
        self.outgoing.keep(&kept, |number| self.hand_in(permit, |reply| Command::Say { say, number, reply }))
    }
}
