//! What comes to the client, and what it wants done: the two edges of the pure core. Keys, time, the server and the disk
//! come in as an [`Arrival`], and everything that is no arithmetic goes out as an [`Effect`]. Carrying those out is left
//! to [`mod@super::run`] and [`super::doing`].

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use super::images::How;
use super::overlay::Dropped;
use super::picture::Thumb;
use super::timeline::Way;
use crate::client::Happening;
use crate::model::{Body, Digest, Password, Seq, User};
use crate::terminal::command::Command;
use crate::terminal::save::Attachment;
use crate::wire::{Joined, Page, RoomEntry, Said, UploadKind};

/// Something that came.
#[derive(Debug)]
pub(super) enum Arrival {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(u16, u16),
    /// Somebody looks at the terminal, or elsewhere.
    Focus(bool),
    /// A time has come that [`super::state::State::deadline`] named.
    Tick,
    /// Something happened in rooms, or to the connection.
    Happening(Box<Happening>),
    /// The server has said its last word, and what follows from it, in lines.
    Over(Vec<String>),
    /// Something that was to be done is done, or is not.
    Outcome(Box<Outcome>),
}

/// What became of an effect. Errors are words for people, not yet fit for a terminal.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Of [`Effect::Join`].
    Joined { asked: String, joined: Result<Joined, String> },
    /// Of [`Effect::Leave`].
    Left { room: String, left: Result<(), String> },
    /// Of [`Effect::Load`].
    Page { room: String, way: Way, page: Result<Page, String> },
    /// Of [`Effect::Members`].
    Members { room: String, members: Vec<User> },
    /// Of [`Effect::Rooms`].
    Rooms { rooms: Result<Vec<RoomEntry>, String>, is_shown: bool },
    /// Of [`Effect::Say`].
    Said { room: String, id: u64, said: Result<Said, String> },
    /// Of [`Effect::Mark`].
    Marked { room: String, seq: Seq, is_done: bool },
    /// Of [`Effect::People`]: one is called otherwise now.
    Registered(User),
    /// Of [`Effect::People`] and [`Effect::Who`]: a list to look through.
    List { title: String, rows: Vec<String> },
    /// So much of a transfer is done.
    Progress { transfer: u64, done: u64, total: u64 },
    /// A transfer ended, without a number one that nobody asked for; what to tell about it, if anything.
    Transferred { transfer: Option<u64>, told: Result<Option<String>, String> },
    /// Of [`Effect::Stop`].
    Stopped(u64),
    /// Of [`Effect::Paths`]: what a path could be.
    Paths { typed: String, found: Vec<String> },
    /// Of [`Effect::Look`]: there are files.
    Files(Dropped),
    /// Of [`Effect::Thumb`]: the small picture, if there can be one.
    Thumb { sha256: Digest, how: How, thumb: Option<Thumb> },
    /// Something to tell.
    Note(String),
    /// Something did not work.
    Fault(String),
}

/// Something to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Come into a room, from now on.
    Join(String),
    /// Leave a room.
    Leave(String),
    /// Read a page of a room's past.
    Load { room: String, way: Way },
    /// Read who is in a room.
    Members(String),
    /// The same, to be shown.
    Who(String),
    /// Read which rooms there are; somebody is told if that does not work if the list is shown.
    Rooms { is_shown: bool },
    /// Who one is: to register, to log in, and so on.
    People(Command, Vec<Password>),
    /// Say something; `id` comes back with what became of it.
    Say { room: String, id: u64, body: Body, reply_to: Option<Seq> },
    /// Tell that one is typing.
    Typing(String),
    /// Tell how far one has read.
    Mark { room: String, seq: Seq },
    /// Send a file.
    Upload { transfer: u64, room: String, path: PathBuf, kind: UploadKind },
    /// Fetch the file of a message; to the usual place without a path.
    Save { transfer: u64, room: String, seq: Seq, to: Option<PathBuf> },
    /// Fetch a small file unasked.
    AutoSave { attachment: Attachment },
    /// Make a small picture of one.
    Thumb(Attachment, How),
    /// Fetch the file of a message, and open it with the program that the system has for it.
    Open { transfer: u64, room: String, seq: Seq },
    /// Stop a transfer.
    Stop(u64),
    /// Open a link with the system's program.
    OpenLink(String),
    /// Find out how a path goes on.
    Paths(String),
    /// Find out whether there are files where a text says.
    Look(String),
    /// Keep drafts and rooms on disk.
    Keep,
    /// Draw everything anew.
    Redraw,
    /// Stop until the shell lets one go on.
    Suspend,
    /// Tell that one was named, by a text that is not yet fit for a terminal.
    Notify(String),
    /// Connect now and not later.
    Hurry,
    /// Leave.
    Quit,
}
