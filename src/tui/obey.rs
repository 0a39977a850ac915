//! What commands do on a whole screen. They are those of the line mode, read by [`crate::terminal::command`], and a few
//! more that need a screen: one table, from which the help is made too.

use super::arrival::Effect;
use super::room::Room;
use super::say::{last_is_on_its_way, send_body, take_line};
use super::slot::Slot;
use super::state::State;
use super::{act, chat, emoji, going, help, leaving, scroll, search, secret};
use crate::model::{Body, Seq, User};
use crate::terminal::Error;
use crate::terminal::command::Command;
use crate::terminal::remark::{Remark, means_the_last, saying};
use crate::terminal::save::Attachment;
use crate::wire::UploadKind;

/// A command that only a screen has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Own {
    /// Find a text.
    Search(String),
    /// Open the file of a message.
    Open(Seq),
    /// Go to a message.
    Goto(Seq),
    /// Stop what is on its way.
    Stop,
    /// It cannot be read, and why.
    Mistake(String),
}

/// A row of the table: the word, its arguments, what it does.
pub(super) static TABLE: [(&str, &str, &str); 4] = [
    ("search", "[TEXT]", "finds a text, also far back; Up and Down go to the next"),
    ("open", "N", "opens the file of message N with the system's program"),
    ("goto", "N", "goes to message N"),
    ("stop", "", "stops the files that are on their way"),
];

/// Reads such a command, if the line is one.
#[must_use]
pub(super) fn own(line: &str) -> Option<Own> {
    let rest = line.strip_prefix(['.', '/'])?;
    let (word, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let argument = argument.trim();
    let seq = || argument.trim_start_matches('#').parse().ok().filter(|seq| *seq > 0).map(Seq);
    let numbered = |name, own: fn(Seq) -> Own| {
        seq().map_or_else(|| Own::Mistake(format!("N is the number of a message, as in #12: .{name} N")), own)
    };
    match word.to_ascii_lowercase().as_str() {
        "search" => Some(Own::Search(argument.to_owned())),
        "open" => Some(numbered("open", Own::Open)),
        "goto" => Some(numbered("goto", Own::Goto)),
        "stop" => Some(Own::Stop),
        _ => None,
    }
}

/// Does what it says.
pub(super) fn obey_own(state: &mut State, line: &str, own: Own) -> Vec<Effect> {
    if let Some(why) = objection(state, &own) {
        state.fault(why);
        return Vec::new();
    }
    take_line(state, line);
    match own {
        Own::Search(text) => search::begin(state, &text),
        Own::Open(seq) => open(state, seq),
        Own::Goto(seq) => scroll::point(state, seq).into_iter().collect(),
        Own::Stop => leaving::stop(state),
        Own::Mistake(_) => Vec::new(),
    }
}

/// Why that cannot be done, as far as it is known here: the line stays then.
fn objection(state: &State, own: &Own) -> Option<String> {
    match own {
        Own::Mistake(why) => Some(why.clone()),
        Own::Open(seq) => no_file(state, *seq),
        Own::Goto(seq) => no_message(state, *seq),
        Own::Search(_) | Own::Stop => None,
    }
}

fn no_message(state: &State, seq: Seq) -> Option<String> {
    let head = state.rooms.current()?.head;
    let last =
        if head == Seq::default() { "nothing was said here yet".to_owned() } else { format!("the last is {head}") };
    (seq > head).then(|| format!("there is no message {seq}; {last}"))
}

fn no_file(state: &State, seq: Seq) -> Option<String> {
    let has_none = |slot: &Slot| Attachment::of(&slot.event).is_none();
    let has_none = chat::find(state.rooms.current()?, seq).is_some_and(has_none);
    no_message(state, seq).or_else(|| has_none.then(|| Error::NoFile(seq).to_string()))
}

/// Does what a command of the line mode says.
pub(super) fn obey(state: &mut State, line: &str, command: Command) -> Vec<Effect> {
    let why = if let Command::Save { seq, .. } = &command { no_file(state, *seq) } else { None };
    if let Some(why) = why {
        state.fault(why);
        return Vec::new();
    }
    match command {
        Command::Remark(remark) => return remark_on(state, line, remark),
        Command::Topic(Some(topic)) => return send_body(state, line, Body::Topic(topic), None),
        _ => take_line(state, line),
    }
    let room = state.rooms.current().map(|room| room.name.clone()).unwrap_or_default();
    match command {
        Command::Usage => state.overlay = Some(help::page(&state.setting.keys)),
        Command::Register(_) | Command::Login(_) | Command::Password => secret::ask(state, line, command),
        Command::Devices(_) => return vec![Effect::People(command, Vec::new())],
        Command::File(path) => return upload(state, path, UploadKind::File),
        Command::Image(path) => return upload(state, path, UploadKind::Image),
        Command::Quit => return leaving::quit(state),
        Command::Join(name) => return going::go_to(state, &name),
        Command::Leave => return going::leave(state),
        Command::Rooms => {
            going::find(state, String::new());
            return vec![Effect::Rooms { is_shown: true }];
        }
        Command::Who => return vec![Effect::Who(room)],
        Command::Save { seq, to } => {
            let transfer = state.begin_transfer(&format!("#{seq}"), false);
            return vec![Effect::Save { transfer, room, seq, to }];
        }
        Command::History(messages) => scroll::up(state, usize::from(messages)),
        Command::Topic(_) => tell_topic(state),
        Command::Remark(_) => {}
    }
    Vec::new()
}

/// Sends a file into the room on the screen.
pub(super) fn upload(state: &mut State, path: std::path::PathBuf, kind: UploadKind) -> Vec<Effect> {
    let Some(room) = state.rooms.current().map(|room| room.name.clone()) else { return Vec::new() };
    upload_to(state, room, path, kind)
}

/// Sends a file into a room.
pub(super) fn upload_to(state: &mut State, room: String, path: std::path::PathBuf, kind: UploadKind) -> Vec<Effect> {
    let label = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let transfer = state.begin_transfer(&label, true);
    vec![Effect::Upload { transfer, room, path, kind }]
}

/// Opens the file of a message.
pub(super) fn open(state: &mut State, seq: Seq) -> Vec<Effect> {
    if let Some(why) = no_file(state, seq) {
        state.fault(why);
        return Vec::new();
    }
    let Some(room) = state.rooms.current().map(|room| room.name.clone()) else { return Vec::new() };
    let transfer = state.begin_transfer(&format!("#{seq}"), false);
    vec![Effect::Open { transfer, room, seq }]
}

fn remark_on(state: &mut State, line: &str, remark: Remark) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let said = whose(room, &state.oneself, remark)
        .and_then(|remark| reaction(room, &state.oneself.name, remark))
        .and_then(|remark| saying(remark, &room.recent));
    match said {
        Ok(saying) => send_body(state, line, saying.body, saying.reply_to),
        Err(why) => {
            state.fault(why);
            Vec::new()
        }
    }
}

/// What is about one's own message, if it may be; any other remark as it is.
fn whose(room: &Room, oneself: &User, remark: Remark) -> Result<Remark, String> {
    if means_the_last(&remark) && last_is_on_its_way(room) {
        return Err(act::ON_ITS_WAY.to_owned());
    }
    match &remark {
        Remark::Edit { of: Some(of), .. } | Remark::Delete(Some(of)) => {
            not_ours(room, oneself, *of).map_or(Ok(remark), Err)
        }
        _ => Ok(remark),
    }
}

/// Why somebody else's message cannot be changed or taken back. What is not in memory only the server knows.
pub(super) fn not_ours(room: &Room, oneself: &User, seq: Seq) -> Option<String> {
    let slot = chat::find(room, seq).filter(|slot| slot.is_message())?;
    let author = &slot.event.author;
    // whoever has a handle may have said it before they had one
    let may_be_older = author.guest && !oneself.guest;
    (author != oneself && !may_be_older).then(|| format!("#{seq} is not yours"))
}

/// A reaction as it goes out; any other remark as it is.
fn reaction(room: &Room, oneself: &str, remark: Remark) -> Result<Remark, String> {
    let Remark::React { of, emoji, on } = remark else { return Ok(remark) };
    // what somebody has reacted with may be a word, from another client
    let emoji = if on { emoji::meant(&emoji)? } else { emoji::meant(&emoji).unwrap_or(emoji) };
    if !on && has_not_reacted(room, oneself, of, &emoji) {
        return Err(format!("you have not reacted to #{of} with {emoji}"));
    }
    Ok(Remark::React { of, emoji, on })
}

/// Whether that is certain: only at the end of the log all that was said later is known.
fn has_not_reacted(room: &Room, oneself: &str, of: Seq, emoji: &str) -> bool {
    let is_it = |body: &Body| matches!(body, Body::React { of: to, emoji: with, .. } if *to == of && with == emoji);
    let is_under_way = room.sending.iter().any(|sending| is_it(&sending.body));
    let knows = |slot: &Slot| !slot.may_have_reacted(emoji, oneself);
    !is_under_way && room.timeline.tail().get(of).is_some_and(knows)
}

fn tell_topic(state: &mut State) {
    let topic = state.rooms.current().map(|room| room.topic.clone()).unwrap_or_default();
    state.tell(if topic.is_empty() { "no topic; .topic TEXT sets one".to_owned() } else { format!("topic: {topic}") });
}
