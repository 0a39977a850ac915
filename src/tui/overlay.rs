//! What lies over the conversation for a while: a page to read, the finder of rooms, a question. What is drawn is left
//! to [`super::view_over`], what keys do there to [`super::over`].

use std::path::PathBuf;

use super::editor::Editor;
use super::search::Search;
use crate::model::{Password, Seq};
use crate::terminal::command::Command;
use crate::terminal::secret::Question;

/// Something on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Overlay {
    /// Rows to look through.
    Page {
        /// What they are.
        title: String,
        /// Not yet fit for a terminal.
        rows: Vec<String>,
        /// The first one that is shown.
        top: usize,
    },
    /// Finds a room.
    Switcher {
        /// Letters of its name.
        query: Editor,
        /// Which of those that have them.
        chosen: usize,
    },
    /// Asks for passwords, which are not shown.
    Secret {
        /// What they are for.
        command: Command,
        /// What is asked, one after the other.
        questions: &'static [Question],
        /// How many of them are answered.
        asked: usize,
        /// What was answered.
        answers: Vec<Password>,
        /// What is being typed.
        typed: Editor,
    },
    /// Asks for one of a few keys.
    Ask(Ask),
    /// Chooses a message.
    Choose(Seq),
    /// Goes from one message to the next that holds a text.
    Search(Search),
}

impl Overlay {
    /// The message that stands out meanwhile.
    #[must_use]
    pub(super) const fn marked(&self) -> Option<Seq> {
        match self {
            Self::Choose(seq) => Some(*seq),
            Self::Search(search) => search.hit,
            _ => None,
        }
    }
}

/// A question with a few answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// A long text was pasted.
    Paste(String),
    /// Paths were pasted, and there are files.
    Upload(Dropped),
    /// A message is to be taken back for good.
    Delete(Seq),
}

/// Files whose paths were pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// One at least.
    pub files: Vec<Found>,
    /// As they were pasted.
    pub typed: String,
}

/// A file on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it goes as a picture; at first, whether its name is that of one.
    pub is_image: bool,
    /// Its size.
    pub bytes: u64,
}
