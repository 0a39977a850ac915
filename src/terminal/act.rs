//! Does what a command says: each becomes one future, which ends with what is to be shown or changed. Reading commands
//! is left to [`super::command`], showing what came of them to [`super::talk`].

use std::path::{Path, PathBuf};

use futures_util::future::{BoxFuture, FutureExt, ready};

use super::Error;
use super::command::{Command, usage};
use super::kept::Saved;
use super::line::Line;
use super::people;
use super::render;
use super::rooms::Rooms;
use super::save::{Attachment, Place, save};
use super::screen::{Bar, Screen};
use crate::client::{Client, From};
use crate::model::{Seq, User};
use crate::wire::{DeviceEntry, Event, Joined, RoomEntry, UploadKind};

/// What came of a command.
#[derive(Debug)]
pub(crate) enum Done {
    /// Lines to show, or none.
    Lines(Vec<Line>),
    /// Messages of the past.
    Past(Vec<Event>),
    /// One is in a room.
    Joined(Joined),
    /// One is no longer in a room.
    Left(String),
    /// The rooms that there are.
    Rooms(Vec<RoomEntry>),
    /// One is somebody else now.
    Registered(User),
    /// One's own devices.
    Devices(Vec<DeviceEntry>),
    /// A file is there.
    Saved(Saved),
}

/// A command under way; it goes nowhere unless it is polled, and stops when it is dropped.
pub(crate) type Doing = BoxFuture<'static, Result<Done, Error>>;

/// What commands need to know.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// Where one is.
    pub rooms: &'a Rooms,
    /// Where files of others go.
    pub downloads: &'a Path,
    /// Where to begin in a room.
    pub from: From,
    /// Where progress is shown.
    pub screen: &'a Screen,
}

/// Begins what a command says, but for those that need no waiting: those are [`super::talk`]'s.
pub(super) fn begin(command: Command, scene: &Scene<'_>) -> Doing {
    let client = scene.client.clone();
    let room = scene.rooms.current().map(str::to_owned).ok_or(Error::NoRoom);
    match command {
        Command::File(path) => upload(client, room, path, UploadKind::File, scene.screen),
        Command::Image(path) => upload(client, room, path, UploadKind::Image, scene.screen),
        Command::Save { seq, to } => fetch(client, room, seq, to, scene),
        Command::Register(_) | Command::Login(_) | Command::Password | Command::Devices(_) => {
            people::begin(command, Vec::new(), client)
        }
        // Who is in a room already has seen what was said there.
        Command::Join(room) if scene.rooms.is_in(&room) => join(client, room, From::Now),
        Command::Join(room) => join(client, room, scene.from),
        Command::Leave => async move { leave(client, room?).await }.boxed(),
        Command::Rooms => async move { Ok(Done::Rooms(client.rooms(None).await?)) }.boxed(),
        Command::Who => async move { who(client, room?).await }.boxed(),
        Command::History(events) => async move { past(client, room?, events).await }.boxed(),
        Command::Usage => ready(Ok(Done::Lines(usage().map(Line::row).collect()))).boxed(),
        Command::Remark(_) | Command::Topic(_) | Command::Quit => ready(Ok(Done::Lines(Vec::new()))).boxed(),
    }
}

/// Whether a command does nothing without a connection; the others wait for one, or need none.
pub(super) const fn needs_connection(command: &Command) -> bool {
    match command {
        Command::Register(_)
        | Command::Login(_)
        | Command::Password
        | Command::Devices(_)
        | Command::Save { .. }
        | Command::Rooms
        | Command::Who
        | Command::History(_) => true,
        Command::File(_)
        | Command::Image(_)
        | Command::Join(_)
        | Command::Leave
        | Command::Usage
        | Command::Remark(_)
        | Command::Topic(_)
        | Command::Quit => false,
    }
}

/// Joins a room.
pub(super) fn join(client: Client, room: String, from: From) -> Doing {
    async move { Ok(Done::Joined(client.join(&room, from).await?)) }.boxed()
}

async fn leave(client: Client, room: String) -> Result<Done, Error> {
    client.leave(&room).await?;
    Ok(Done::Left(room))
}

async fn who(client: Client, room: String) -> Result<Done, Error> {
    let members = client.members(&room).await?;
    let oneself = client.user();
    let rows = members.iter().map(|user| render::user_row(user, &oneself));
    let header = Line::note(format!("{} in {room}:", members.len()));
    Ok(Done::Lines(std::iter::once(header).chain(rows).collect()))
}

/// Walks back page by page, since a page may hold fewer events than asked for.
async fn past(client: Client, room: String, wanted: u16) -> Result<Done, Error> {
    let mut events: Vec<Event> = Vec::new();
    while events.len() < usize::from(wanted) {
        let left = usize::from(wanted) - events.len();
        let before = events.first().map(|event| event.seq);
        let page = client.history(&room, before, u16::try_from(left).unwrap_or(wanted)).await?;
        if page.events.is_empty() {
            break;
        }
        events.splice(..0, page.events);
    }
    Ok(Done::Past(events))
}

fn upload(client: Client, room: Result<String, Error>, path: PathBuf, kind: UploadKind, screen: &Screen) -> Doing {
    let bar = screen.bar(&path.file_name().unwrap_or_default().to_string_lossy());
    let send = async move {
        client.upload(&room?, &path, kind, progress(bar)).await?;
        Ok(Done::Lines(Vec::new()))
    };
    send.boxed()
}

fn fetch(client: Client, room: Result<String, Error>, seq: Seq, to: Option<PathBuf>, scene: &Scene<'_>) -> Doing {
    let bar = scene.screen.bar(&format!("#{seq}"));
    let downloads = scene.downloads.to_owned();
    let fetch = async move {
        let attachment = announced(&client, &room?, seq).await?;
        let place = to.map_or_else(|| Place::usual(&downloads, &attachment), Place::typed);
        Ok(Done::Saved(save(&client, &attachment, &place, progress(bar)).await?))
    };
    fetch.boxed()
}

fn progress(bar: Bar) -> impl FnMut(u64, u64) {
    move |done, total| bar.set(done, total)
}

/// What the message with this number announced.
pub(crate) async fn announced(client: &Client, room: &str, seq: Seq) -> Result<Attachment, Error> {
    let page = client.history(room, Some(seq.next()), 1).await?;
    let event = page.events.last().filter(|event| event.seq == seq);
    event.and_then(Attachment::of).ok_or(Error::NoFile(seq))
}
