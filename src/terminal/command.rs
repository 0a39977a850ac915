//! What a typed line means. One table holds the commands: the parser, the help and the completion read nothing else.
//! What stands behind a command's word is left to [`super::arguments`], doing what it says to [`super::act`].

use std::path::PathBuf;

use super::arguments::{
    delete, devices, edit, file, history, image, join, login, password, react, register, reply, save, topic,
};
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
}

/// A row of the table of commands.
#[derive(Debug)]
pub(crate) struct Row {
    /// The word after the dot.
    pub name: &'static str,
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
    Row { name, arguments, does, completes, parse }
}

/// All commands, in the order in which the help shows them.
pub(crate) static TABLE: [Row; 21] = [
    row("usage", "", "shows this", Completes::Nothing, |_| Ok(Command::Usage)),
    row("help", "", "shows this too", Completes::Nothing, |_| Ok(Command::Usage)),
    row("register", "HANDLE", "claims a name that nobody else can take", Completes::Nothing, register),
    row("login", "HANDLE", "comes back to a name from another device", Completes::Nothing, login),
    row("password", "", "sets or changes your password", Completes::Nothing, password),
    row("devices", "[revoke ID]", "lists your devices, or locks one out", Completes::Nothing, devices),
    row("reply", "N TEXT", "answers message N", Completes::Nothing, reply),
    row("edit", "[N] TEXT", "changes your text N, or your last one", Completes::Nothing, edit),
    row("delete", "N", "takes back your message N", Completes::Nothing, delete),
    row("react", "N EMOJI", "reacts to message N", Completes::Nothing, |typed| react(typed, true)),
    row("unreact", "N EMOJI", "takes that back", Completes::Nothing, |typed| react(typed, false)),
    row("file", "PATH", "sends a file", Completes::Paths, file),
    row("image", "PATH", "sends a png, jpeg, gif or webp", Completes::Paths, image),
    row("save", "N [PATH]", "saves the file of message N", Completes::Paths, save),
    row("join", "ROOM", "goes to a room, and makes it if there is none", Completes::Rooms, join),
    row("leave", "", "leaves this room", Completes::Nothing, |_| Ok(Command::Leave)),
    row("rooms", "", "lists the rooms", Completes::Nothing, |_| Ok(Command::Rooms)),
    row("who", "", "lists who is here", Completes::Nothing, |_| Ok(Command::Who)),
    row("history", "[N]", "shows the last N messages (50)", Completes::Nothing, history),
    row("topic", "[TEXT]", "shows or sets what this room is about", Completes::Nothing, topic),
    row("quit", "", "leaves, as do Ctrl-D and Ctrl-C", Completes::Nothing, |_| Ok(Command::Quit)),
];

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
    let rest = [
        "anything else is said in the room; N is the number that follows the time",
        "a line that begins with a dot or a slash is said if you double it; ... stays",
    ];
    commands.chain(rest.map(str::to_owned))
}

fn read_command(sign: char, rest: &str) -> Result<Command, String> {
    let (word, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let row = TABLE.iter().find(|row| row.name.eq_ignore_ascii_case(word)).ok_or_else(|| unknown(sign, word))?;
    if row.arguments.is_empty() && !arguments.trim().is_empty() {
        return Err(format!("{sign}{} takes nothing after it", row.name));
    }
    (row.parse)(arguments.trim()).map_err(|why| format!("{why}: {sign}{} {}", row.name, row.arguments))
}

fn unknown(sign: char, word: &str) -> String {
    let nearest = TABLE.iter().map(|row| (strsim::osa_distance(row.name, &word.to_lowercase()), row.name)).min();
    let escape = format!("to say it as it is, begin with {sign}{sign}");
    match nearest {
        Some((distance, name)) if distance <= 2 && distance < word.chars().count() => {
            format!("there is no {sign}{word}; did you mean {sign}{name}? ({escape})")
        }
        _ => format!("there is no {sign}{word}; {sign}usage lists what there is ({escape})"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn command(line: &str) -> Command {
        match read_line(line) {
            Input::Command(command) => command,
            other => panic!("{line:?} is {other:?}"),
        }
    }

    fn mistake(line: &str) -> String {
        match read_line(line) {
            Input::Mistake(why) => why,
            other => panic!("{line:?} is {other:?}"),
        }
    }

    #[test]
    fn every_command_is_understood_with_either_sign() {
        let table = [
            ("usage", Command::Usage),
            ("help", Command::Usage),
            ("register ann", Command::Register("ann".to_owned())),
            ("login ann", Command::Login("ann".to_owned())),
            ("password", Command::Password),
            ("devices", Command::Devices(None)),
            ("devices revoke 12", Command::Devices(Some(DeviceId(12)))),
            ("file a b.txt", Command::File("a b.txt".into())),
            ("image 'cat 1.png'", Command::Image("cat 1.png".into())),
            ("quit", Command::Quit),
            ("join  dev ", Command::Join("dev".to_owned())),
            ("leave", Command::Leave),
            ("rooms", Command::Rooms),
            ("WHO", Command::Who),
            ("history", Command::History(50)),
            ("history 7", Command::History(7)),
            ("topic", Command::Topic(None)),
            ("topic all of it", Command::Topic(Some("all of it".to_owned()))),
            ("save 12", Command::Save { seq: Seq(12), to: None }),
            ("save #12 x y", Command::Save { seq: Seq(12), to: Some("x y".into()) }),
        ];
        for (line, expected) in table {
            assert_eq!(command(&format!(".{line}")), expected);
            assert_eq!(command(&format!("/{line}")), expected);
        }
    }

    #[test]
    fn remarks_name_a_message() {
        let react = |on| Remark::React { of: Seq(3), emoji: "👍".to_owned(), on };
        let table = [
            ("reply 3 I am", Remark::Reply { to: Seq(3), text: "I am".to_owned() }),
            ("edit I am", Remark::Edit { of: None, text: "I am".to_owned() }),
            ("edit #3 I am", Remark::Edit { of: Some(Seq(3)), text: "I am".to_owned() }),
            ("delete", Remark::Delete(None)),
            ("delete #3", Remark::Delete(Some(Seq(3)))),
            ("react #3 👍", react(true)),
            ("unreact 3 👍", react(false)),
        ];
        for (line, expected) in table {
            assert_eq!(command(&format!(".{line}")), Command::Remark(expected));
        }
    }

    #[test]
    fn texts_are_texts() {
        for line in ["hello", " .quit", "http://x", "a\n.quit", "¡hola!", "...", "... well", "...and", "///"] {
            assert_eq!(read_line(line), Input::Text(line.to_owned()));
        }
        assert_eq!(read_line("//quit"), Input::Text("/quit".to_owned()));
        assert_eq!(read_line("..hello"), Input::Text(".hello".to_owned()));
        assert_eq!(read_line(" \t"), Input::Nothing);
    }

    #[test]
    fn the_nearest_command_is_named() {
        for (line, nearest) in [(".qiut", ".quit"), ("/jion x", "/join"), (".regster", ".register"), (".rom", ".rooms")]
        {
            assert!(mistake(line).contains(&format!("did you mean {nearest}?")), "{}", mistake(line));
        }
        assert!(mistake(".fnord").contains(".usage"));
        assert!(mistake("/usr/bin").contains("begin with //"));
        assert!(mistake(". a").contains(".usage"));
    }

    #[test]
    fn wrong_arguments_are_explained() {
        for (line, word) in [
            (".join", "a room is missing: .join ROOM"),
            (".join a b", "one word"),
            (".quit now", "takes nothing"),
            (".history 0", "from 1 to 1000"),
            (".history many", "from 1 to 1000"),
            (".save", "the number"),
            (".save 0", "the number"),
            (".save 1 'x", "closing"),
            (".file", "a path is missing"),
            (".reply yes", "N is the number of a message, as in #12: .reply N TEXT"),
            (".reply 3", "the answer is missing: .reply N TEXT"),
            (".edit", "the new text is missing: .edit [N] TEXT"),
            (".delete that", "N is the number of a message, as in #12: .delete N"),
            (".react 3", "an emoji is missing: .react N EMOJI"),
        ] {
            assert!(mistake(line).contains(word), "{}", mistake(line));
        }
    }

    #[test]
    fn the_help_names_every_command_and_fits_a_terminal() {
        let help: Vec<String> = usage().collect();
        assert!(TABLE.iter().all(|row| help.iter().any(|line| line.contains(&format!(".{}", row.name)))));
        assert!(help.iter().all(|line| line.len() < 78), "{help:?}");
    }

    proptest! {
        #[test]
        fn any_line_is_understood_or_explained(line in "[./]?[a-z]{0,8}.{0,20}") {
            if let Input::Text(text) = read_line(&line) {
                prop_assert!(line.ends_with(&text));
            }
        }
    }
}
