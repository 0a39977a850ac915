//! What an earlier run left unsaid, as a program sees it. Saying it is left to [`super::outbox`].

use super::Error;
use super::command::Answered;
use crate::wire::{Said, Say};

/// Something that an earlier run of this device was asked to say and had no answer to. It is being said, whether anybody
/// waits for it or not; it may be said already.
#[derive(Debug)]
pub struct Unsaid {
    say: Say,
    answered: Answered<Said>,
}

impl Unsaid {
    pub(super) const fn new(say: Say, answered: Answered<Said>) -> Self {
        Self { say, answered }
    }

    /// What it is, and into which room.
    #[must_use]
    pub const fn say(&self) -> &Say {
        &self.say
    }

    /// Done once the server has it on disk.
    ///
    /// # Errors
    /// [`Error::Refused`] if the server does not take it, or does not let one into its room: nobody will say it any more.
    /// [`Error::Ended`] and [`Error::Closed`] leave it to the next run.
    pub async fn said(self) -> Result<Said, Error> {
        self.answered.wait().await
    }
}
