//! What a typed line means. One table holds the commands: the parser, the help and the completion read nothing else.
//! What stands behind a command's word is left to [`super::arguments`], doing what it says to [`super::act`], and words that are none to
//! [`super::elsewhere`].

use std::path::PathBuf;

use super::arguments::{
    delete, devices, edit, file, history, image, join, login, password, react, register, reply, save, topic,
};
use super::elsewhere::instead;
use super::remark::Remark;
use crate::model::{DeviceId, Seq};

/// What somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// Nothing that can be seen.
    Nothing,
    /// Words for the room.
    Text(String),
    /// Something to do.
    Command(Command),
    /// Neither, and why, in words.
    Mistake(String),
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Show the commands.
    Usage,
    /// Claim a handle.
    Register(String),
    /// Come back to a handle.
    Login(String),
    /// Set a password, or change it.
    Password,
    /// List one's own devices, or make one worth nothing.
    Devices(Option<DeviceId>),
    /// Send a file.
    File(PathBuf),
    /// Send a picture.
    Image(PathBuf),
    /// Leave the server.
    Quit,
    /// Go to a room.
    Join(String),
    /// Leave the current room.
    Leave,
    /// List the rooms.
    Rooms,
    /// List who is here.
    Who,
    /// Say something about a message.
    Remark(Remark),
    /// Show so many older messages.
    History(u16),
    /// Show the topic, or set it.
    Topic(Option<String>),
    /// Fetch a file, into a folder or under a name if there is one.
    Save {
        /// The message that announced it.
        seq: Seq,
        /// Where to; the download directory if missing.
        to: Option<PathBuf>,
    },
}

/// What the last word of a command can be completed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completes {
    /// Nothing.
    Nothing,
    /// Names of rooms.
    Rooms,
    /// Paths.
    Paths,
    /// Emoji.
    Emoji,
}

/// A row of the table of commands.
#[derive(Debug)]
pub(crate) struct Row {
    /// The word after the dot.
    pub name: &'static str,
    /// Words that people bring along for the same; the help only names them.
    pub others: &'static [&'static str],
    /// Its arguments, as the help shows them.
    pub arguments: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// What its arguments can be completed with.
    pub completes: Completes,
    parse: fn(&str) -> Result<Command, String>,
}

const fn row(
    name: &'static str,
    arguments: &'static str,
    does: &'static str,
    completes: Completes,
    parse: fn(&str) -> Result<Command, String>,
) -> Row {
    Row { name, others: &[], arguments, does, completes, parse }
}

impl Row {
    /// The same, under other words too.
    const fn or(mut self, others: &'static [&'static str]) -> Self {
        self.others = others;
        self
    }

    fn is_called(&self, word: &str) -> bool {
        self.name.eq_ignore_ascii_case(word) || self.others.iter().any(|other| other.eq_ignore_ascii_case(word))
    }
}

/// All commands, in the order in which the help shows them.
pub(crate) static TABLE: [Row; 21] = [
    row("usage", "", "shows this", Completes::Nothing, |_| Ok(Command::Usage)),
    row("help", "", "shows this too", Completes::Nothing, |_| Ok(Command::Usage)),
    row("register", "HANDLE", "claims a name that nobody else can take", Completes::Nothing, register).or(&["nick"]),
    row("login", "HANDLE", "comes back to a name from another device", Completes::Nothing, login),
    row("password", "", "sets or changes your password", Completes::Nothing, password),
    row("devices", "[revoke ID]", "lists your devices, or locks one out", Completes::Nothing, devices),
    row("reply", "N TEXT", "answers message N", Completes::Nothing, reply),
    row("edit", "[N] TEXT", "changes your text N, or your last one", Completes::Nothing, edit),
    row("delete", "N", "takes back your message N", Completes::Nothing, delete),
    row("react", "N EMOJI", "reacts to message N", Completes::Emoji, |typed| react(typed, true)),
    row("unreact", "N EMOJI", "takes that back", Completes::Emoji, |typed| react(typed, false)),
    row("file", "PATH", "sends a file", Completes::Paths, file),
    row("image", "PATH", "sends a png, jpeg, gif or webp", Completes::Paths, image),
    row("save", "N [PATH]", "saves the file of message N", Completes::Paths, save),
    row("join", "ROOM", "goes to a room, and makes it if there is none", Completes::Rooms, join).or(&["j"]),
    row("leave", "", "leaves this room", Completes::Nothing, |_| Ok(Command::Leave)).or(&["part"]),
    row("rooms", "", "lists the rooms", Completes::Nothing, |_| Ok(Command::Rooms)).or(&["list"]),
    row("who", "", "lists who is here", Completes::Nothing, |_| Ok(Command::Who)).or(&["names"]),
    row("history", "[N]", "shows the last N messages (50)", Completes::Nothing, history),
    row("topic", "[TEXT]", "shows or sets what this room is about", Completes::Nothing, topic),
    row("quit", "", "leaves, as does Ctrl-D", Completes::Nothing, |_| Ok(Command::Quit)).or(&["exit", "q", "bye"]),
];

/// The command that a word means, in whatever case.
#[must_use]
pub(crate) fn row_of(word: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.is_called(word))
}

/// Reads a line as it was typed.
#[must_use]
pub(crate) fn read_line(line: &str) -> Input {
    let mut chars = line.chars();
    match chars.next() {
        _ if line.trim().is_empty() => Input::Nothing,
        Some(sign @ ('.' | '/')) if chars.as_str().starts_with(sign) => Input::Text(said(sign, line).to_owned()),
        Some(sign @ ('.' | '/')) => read_command(sign, chars.as_str()).map_or_else(Input::Mistake, Input::Command),
        _ => Input::Text(line.to_owned()),
    }
}

/// What a line says that begins with this sign twice: one less, but all of an ellipsis.
fn said(sign: char, line: &str) -> &str {
    let rest = line.trim_start_matches(sign);
    if line.len() - rest.len() > 2 { line } else { &line[1..] }
}

/// The help: a line for each command, and what is no command.
pub(crate) fn usage() -> impl Iterator<Item = String> {
    let commands = TABLE.iter().map(|row| format!("{:<21} {}", format!(".{} {}", row.name, row.arguments), row.does));
    let others: Vec<&str> = TABLE.iter().flat_map(|row| row.others).copied().collect();
    let rest = [
        "anything else is said in the room; N is the number that follows the time".to_owned(),
        "a line that begins with a dot or a slash is said if you double it; ... stays".to_owned(),
        format!("words of other chats work too: {}", others.join(", ")),
    ];
    commands.chain(rest)
}

fn read_command(sign: char, rest: &str) -> Result<Command, String> {
    let (word, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let row = row_of(word).ok_or_else(|| unknown(sign, word, rest))?;
    if row.arguments.is_empty() && !arguments.trim().is_empty() {
        return Err(format!("{sign}{} takes nothing after it", row.name));
    }
    (row.parse)(arguments.trim()).map_err(|why| format!("{why}: {sign}{} {}", row.name, row.arguments))
}

fn unknown(sign: char, word: &str, rest: &str) -> String {
    let escape = format!("to say it as it is, begin with {sign}{sign}");
    if sign == '/' && word.contains('/') {
        return format!(".file /{} sends a file; {escape}", rest.trim_end());
    }
    if let Some(instead) = instead(word) {
        return format!("there is no {sign}{word}: {instead}");
    }
    let nearest = TABLE.iter().map(|row| (strsim::osa_distance(row.name, &word.to_lowercase()), row.name)).min();
    match nearest {
        Some((distance, name)) if distance <= 2 && distance < word.chars().count() => {
            format!("there is no {sign}{word}; did you mean {sign}{name}? ({escape})")
        }
        _ => format!("there is no {sign}{word}; {sign}usage lists what there is ({escape})"),
    }
}

#[cfg(test)]
mod tests;
