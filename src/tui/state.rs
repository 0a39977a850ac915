//! All that the screen shows and the keys change, as plain data: it does no I/O and asks for no time. What changes it is
//! left to [`super::update`], what it looks like to [`super::view`].

use std::collections::VecDeque;

use jiff::tz::TimeZone;

use super::bindings::Keys;
use super::complete::Completion;
use super::gallery::Gallery;
use super::images::Way;
use super::link::Link;
use super::overlay::{Found, Overlay};
use super::pace::Pace;
use super::rooms::Rooms;
use super::search::Sought;
use super::theme::Theme;
use crate::model::{Seq, User};
use crate::wire::RoomEntry;

/// How long a note stays, in milliseconds.
pub(super) const NOTE_MS: u64 = 8_000;
/// The same for what did not work, which may be long to read.
const FAULT_MS: u64 = 20_000;
/// How long after a change drafts are written: whoever is killed loses no more than that.
const KEEP_MS: u64 = 400;
/// Notes that can be looked through again.
const NOTES_MAX: usize = 200;
/// Texts that were cut out and can be put back.
const KILLS_MAX: usize = 20;
/// How long after the last key somebody counts as away.
const AWAY_MS: u64 = 10 * 60 * 1_000;

/// What does not change.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// Larger files are not saved by themselves; 0 for none at all.
    pub auto_save_bytes_max: u64,
    /// Whether what is said is encrypted.
    pub is_encrypted: bool,
    /// Whether another client here is who one usually is.
    pub is_second: bool,
    /// Bytes of a text that the server takes.
    pub text_bytes_max: u64,
    /// The server's name and version.
    pub server: String,
    /// Times are shown as they are there.
    pub zone: TimeZone,
    /// Colours.
    pub theme: Theme,
    /// Which key does what.
    pub keys: Keys,
    /// How pictures are shown, if they are.
    pub pictures: Option<Pictures>,
}

/// How pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pictures {
    /// What is sent for them.
    pub way: Way,
    /// Whether half blocks have all colours, or those of a palette.
    pub has_all_colours: bool,
}

/// Something that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// Not yet fit for a terminal.
    pub text: String,
    /// Whether it did not work.
    pub is_fault: bool,
    /// When it goes.
    pub until: u64,
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transfer {
    /// Its name here.
    pub id: u64,
    /// The file's name; not to be trusted.
    pub label: String,
    /// Whether it goes to the server.
    pub is_upload: bool,
    /// Bytes.
    pub done: u64,
    /// Bytes; 0 as long as nobody knows.
    pub total: u64,
}

/// Whether something at the side is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pane {
    /// If there is room.
    #[default]
    Auto,
    /// Always.
    Shown,
    /// Never.
    Hidden,
}

/// What is at the sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panes {
    /// Rooms, at the left.
    pub rooms: Pane,
    /// Columns.
    pub rooms_width: u16,
    /// Members, at the right.
    pub members: Pane,
    /// Columns.
    pub members_width: u16,
    /// The border that the mouse holds: true for that of the rooms.
    pub dragged: Option<bool>,
}

/// The whole of it.
#[derive(Debug)]
pub(super) struct State {
    pub setting: Setting,
    pub rooms: Rooms,
    pub oneself: User,
    pub link: Link,
    /// Columns and rows.
    pub size: (u16, u16),
    pub panes: Panes,
    pub overlay: Option<Overlay>,
    pub completion: Option<Completion>,
    /// The message that somebody went to, which stands out until the next key.
    pub pointed: Option<Seq>,
    pub kills: VecDeque<String>,
    pub note: Option<Note>,
    pub notes: VecDeque<Note>,
    pub transfers: Vec<Transfer>,
    /// Files that wait to be sent, and the rooms where they go.
    pub uploads: VecDeque<(String, Found)>,
    /// Rooms that there are, as far as is known.
    pub known: Vec<RoomEntry>,
    pub pace: Pace,
    /// When drafts are to be kept on disk.
    pub keep_at: Option<u64>,
    /// When it was last told that one types.
    pub typing_told: Option<u64>,
    /// When it was last told that one was named.
    pub rung: Option<u64>,
    /// Milliseconds since the beginning.
    pub now: u64,
    /// Since when it is asked whether to send files.
    pub asked_at: u64,
    /// When leaving was asked for, and not done at once.
    pub leave_asked: Option<u64>,
    pub has_focus: bool,
    pub key_at: u64,
    /// Rooms whose end was read to see whether they name oneself.
    pub looked_back: usize,
    /// Bytes of files that were saved unasked, and how many are on their way.
    pub auto_saved_bytes: u64,
    pub auto_saves: usize,
    /// Small pictures.
    pub thumbs: Gallery,
    /// What the search looks for.
    pub sought: Sought,
    pub last_id: u64,
}

impl State {
    /// Nobody has come in yet.
    #[must_use]
    pub(super) fn new(setting: Setting, oneself: User, size: (u16, u16)) -> Self {
        Self {
            setting,
            oneself,
            size,
            rooms: Rooms::default(),
            link: Link::default(),
            panes: Panes { rooms: Pane::Auto, rooms_width: 18, members: Pane::Auto, members_width: 16, dragged: None },
            overlay: None,
            completion: None,
            pointed: None,
            kills: VecDeque::new(),
            note: None,
            notes: VecDeque::new(),
            transfers: Vec::new(),
            uploads: VecDeque::new(),
            known: Vec::new(),
            pace: Pace::default(),
            keep_at: None,
            typing_told: None,
            rung: None,
            now: 0,
            asked_at: 0,
            leave_asked: None,
            has_focus: true,
            key_at: 0,
            looked_back: 0,
            auto_saved_bytes: 0,
            auto_saves: 0,
            thumbs: Gallery::default(),
            sought: Sought::default(),
            last_id: 0,
        }
    }

    /// A name that nothing here had before.
    pub(super) const fn id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Tells something, for a moment.
    pub(super) fn tell(&mut self, text: impl Into<String>) {
        self.put(Note { text: text.into(), is_fault: false, until: self.now + NOTE_MS });
    }

    /// Tells what did not work; it stays until the next Enter, but not for ever.
    pub(super) fn fault(&mut self, text: impl Into<String>) {
        self.put(Note { text: text.into(), is_fault: true, until: self.now + FAULT_MS });
    }

    fn put(&mut self, note: Note) {
        self.note = Some(note.clone());
        self.notes.push_back(note);
        if self.notes.len() > NOTES_MAX {
            self.notes.pop_front();
        }
    }

    /// A file is about to travel. Returns its name here.
    pub(super) fn begin_transfer(&mut self, label: &str, is_upload: bool) -> u64 {
        let id = self.id();
        self.transfers.push(Transfer { id, label: label.to_owned(), is_upload, done: 0, total: 0 });
        id
    }

    /// Whether somebody reads what comes.
    #[must_use]
    pub(super) const fn is_attentive(&self) -> bool {
        self.has_focus && self.now < self.key_at + AWAY_MS
    }

    /// Drafts changed, and are kept in a moment.
    pub(super) fn keep_soon(&mut self) {
        self.keep_at.get_or_insert(self.now + KEEP_MS);
    }

    /// What was cut out, to be put back.
    pub(super) fn cut_out(&mut self, killed: String) {
        if !killed.is_empty() {
            self.kills.push_back(killed);
            if self.kills.len() > KILLS_MAX {
                self.kills.pop_front();
            }
        }
    }

    /// How many messages are on their way.
    #[must_use]
    pub(super) fn unanswered(&self) -> usize {
        self.rooms.all().iter().map(|room| room.sending.len()).sum()
    }

    /// The next time at which something is to be done, if there is one.
    #[must_use]
    pub(super) fn deadline(&self) -> Option<u64> {
        let typing = self.rooms.all().iter().flat_map(|room| room.typing.iter().map(|(_, until)| *until)).min();
        let note = self.note.as_ref().map(|note| note.until);
        [typing, note, self.keep_at, self.pace.due_at(), self.link.redraw_at(self.now)].into_iter().flatten().min()
    }
}
