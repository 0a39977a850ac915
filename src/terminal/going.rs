//! How a conversation ends: who leaves waits for what was said, who is told to go for nothing. What is done until then
//! is left to [`super::talk`].

use tokio::time::{Instant, timeout};

use super::line::Line;
use super::signals::Signal;
use super::talk::Talk;
use crate::model::limits;

/// How a conversation ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Whether all that was to be done is done.
    pub is_good: bool,
    /// What is left to say once the terminal is as it was.
    pub words: Vec<Line>,
}

/// How far somebody is on the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Going {
    /// Not at all.
    Stays,
    /// Nothing more is typed; what was said is waited for.
    Leaves,
    /// Nothing more is waited for.
    IsOver,
    /// Likewise, and whoever told so does not want to wait either.
    IsTold,
}

impl Talk {
    /// Who leaves waits for what was said: a person for a moment, a script for as long as it takes, and then for its
    /// own words to come back.
    pub(crate) fn is_finished(&mut self) -> bool {
        let is_script = self.setting.is_script;
        if self.going == Going::Leaves && self.leave_by.is_none() && (!is_script || self.unanswered == 0) {
            self.leave_by = Some(Instant::now() + limits::TERMINAL_LEAVE_TIMEOUT);
        }
        let is_idle = self.unanswered == 0 && (!is_script || self.rooms.heard_all() && self.saves == 0);
        self.going >= Going::IsOver || self.going == Going::Leaves && is_idle
    }

    pub(crate) async fn on_signal(&mut self, signal: Signal) {
        match signal {
            Signal::Interrupt if self.running.is_some() && self.has_entered && !self.setting.is_script => {
                self.running = None;
                self.show(Line::note("stopped")).await;
                self.ready(String::new());
            }
            // the prompt sees to that itself
            Signal::GoOn => {}
            Signal::Interrupt | Signal::Leave => {
                self.ending.is_good &= !self.setting.is_script;
                self.going = Going::IsTold;
            }
        }
    }

    /// Waits until all is shown. A terminal may be halted, and whoever told the client to go does not wait for it; a
    /// script's output is waited for as long as it takes.
    pub(crate) async fn settle(&self) {
        let settled = self.parts.screen.settle();
        if self.setting.is_script && self.going != Going::IsTold {
            settled.await;
        } else {
            let _ = timeout(limits::TERMINAL_LEAVE_TIMEOUT, settled).await;
        }
    }

    /// Takes nothing more from whoever types.
    pub(crate) fn leave(&mut self) {
        self.going = self.going.max(Going::Leaves);
    }

    /// Leaves as a failure, with words for when the terminal is free.
    pub(crate) fn give_up(&mut self, words: impl IntoIterator<Item = Line>) {
        self.ending.is_good = false;
        self.ending.words.extend(words);
        self.leave();
    }

    /// Gives up without waiting for anything.
    pub(crate) fn end(&mut self, words: impl IntoIterator<Item = Line>) {
        self.give_up(words);
        self.going = self.going.max(Going::IsOver);
    }
}
