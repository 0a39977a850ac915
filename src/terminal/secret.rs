//! Passwords are typed unseen, and stand in no history: they are asked for after the line that needs them, at a terminal
//! only. What they are for is left to [`super::act`].

use std::io::{self, BufRead};

use super::Error;
use super::command::{Command, Input, read_line, row_of};
use super::gate::{Gate, Phase};
use super::screen::write_out;
use crate::model::Password;

/// What a line still has to be given, in words for who types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// A password that was set before, or nothing.
    May(&'static str),
    /// A password that was set before.
    Must(&'static str),
    /// One that is to be set, or nothing.
    MayChoose(&'static str),
    /// One that is to be set.
    MustChoose(&'static str),
    /// The last one once more, if there is one: nobody sees what they typed.
    Again(&'static str),
}

impl Question {
    /// The words of it.
    #[must_use]
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::May(words)
            | Self::Must(words)
            | Self::MayChoose(words)
            | Self::MustChoose(words)
            | Self::Again(words) => words,
        }
    }

    /// Takes in an answer.
    ///
    /// # Errors
    /// Why it will not do, in words.
    pub(crate) fn take(self, word: Password, answers: &mut Vec<Password>) -> Result<(), String> {
        let is_empty = word.0.is_empty();
        match self {
            Self::Again(_) if answers.last() == Some(&word) => return Ok(()),
            Self::Again(_) => return Err("that was not the same twice".to_owned()),
            Self::Must(_) | Self::MustChoose(_) if is_empty => return Err("an empty password is none".to_owned()),
            Self::MayChoose(_) | Self::MustChoose(_) if !is_empty => {
                word.normal().map_err(|error| error.to_string())?;
            }
            Self::May(_) | Self::Must(_) | Self::MayChoose(_) | Self::MustChoose(_) => {}
        }
        answers.push(word);
        Ok(())
    }

    /// Whether it need not be asked: nothing has to be typed twice.
    #[must_use]
    pub(crate) fn is_settled(self, answers: &[Password]) -> bool {
        matches!(self, Self::Again(_)) && answers.last().is_some_and(|last| last.0.is_empty())
    }
}

/// What a line asks for; nothing for most.
pub(crate) fn questions(line: &str) -> &'static [Question] {
    use Question::{Again, May, MayChoose, Must, MustChoose};

    match read_line(line) {
        Input::Command(Command::Register(_)) => {
            const NEW: &str = "a password for other devices (8 characters or more), or nothing: ";
            &[MayChoose(NEW), Again("the same once more: ")]
        }
        Input::Command(Command::Login(_)) => &[Must("password: ")],
        Input::Command(Command::Password) => &[
            May("the old password, or nothing if there is none: "),
            MustChoose("the new one (8 characters or more): "),
            Again("the new one once more: "),
        ],
        _ => &[],
    }
}

/// Why nobody has to type a password for this line, if it would be for nothing.
pub(crate) fn objection(line: &str, is_live: bool, is_guest: bool) -> Option<String> {
    match read_line(line) {
        _ if !is_live => Some(Error::Offline.to_string()),
        Input::Command(Command::Password) if is_guest => {
            Some("a guest has no password: .register HANDLE claims a name, and asks for one".to_owned())
        }
        _ => None,
    }
}

/// Whether a line may be one in which somebody typed a password all the same: it is not kept.
pub(crate) fn may_tell(line: &str) -> bool {
    let word = line.trim_start_matches(['.', '/']).split_whitespace().next().unwrap_or_default();
    let is_about_one = row_of(word).is_some_and(|row| ["register", "login", "password"].contains(&row.name));
    is_about_one && line.starts_with(['.', '/']) && questions(line).is_empty()
}

/// Asks each question, and reads what is typed without showing it. What arrives meanwhile is shown above the question.
///
/// # Errors
/// Why there is nothing to go on with, in words: it was cancelled with Ctrl-C or Ctrl-D, there is no terminal to ask at,
/// or what was typed will not do.
pub(super) fn ask(questions: &[Question], gate: &Gate) -> Result<Vec<Password>, String> {
    const NONE: &str = "no password was typed";

    let undone = |why: String| format!("nothing was done: {why}");
    let unseen = Unseen::begin().map_err(|_| undone(NONE.to_owned()))?;
    let words =
        put(questions, |words| answer(words, gate, unseen.cancel).ok().flatten().ok_or_else(|| NONE.to_owned()));
    // before the terminal is as it was: that takes until it has shown all
    gate.set(Phase::Resting);
    words.map_err(undone)
}

/// The passwords that are answered to these questions.
fn put(
    questions: &[Question],
    mut answer: impl FnMut(&'static str) -> Result<Password, String>,
) -> Result<Vec<Password>, String> {
    let mut typed: Vec<Password> = Vec::new();
    for question in questions {
        if !question.is_settled(&typed) {
            question.take(answer(question.words())?, &mut typed)?;
        }
    }
    Ok(typed)
}

fn answer(question: &'static str, gate: &Gate, cancel: u8) -> io::Result<Option<Password>> {
    gate.set(Phase::Moving);
    write_out(question)?;
    gate.set(Phase::Asking(question));
    let typed = read_until_end(io::stdin().lock(), cancel);
    gate.set(Phase::Moving);
    write_out("\n")?;
    let line = typed?.and_then(|typed| String::from_utf8(typed).ok());
    Ok(line.map(Password))
}

/// What stands before the end of a line; none if `cancel` or the end of all comes first.
fn read_until_end(mut input: impl BufRead, cancel: u8) -> io::Result<Option<Vec<u8>>> {
    let mut typed = Vec::new();
    loop {
        let bytes = match input.fill_buf() {
            Ok([]) => return Ok(None),
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = bytes.iter().position(|byte| *byte == b'\n' || *byte == cancel);
        let ending = end.map(|end| bytes[end]);
        let taken = end.unwrap_or(bytes.len());
        typed.extend_from_slice(&bytes[..taken]);
        input.consume(taken + usize::from(end.is_some()));
        match ending {
            None => {}
            Some(b'\n') => {
                typed.pop_if(|byte| *byte == b'\r');
                return Ok(Some(typed));
            }
            Some(_) => return Ok(None),
        }
    }
}

/// While this lives, the terminal does not show what is typed.
#[cfg(unix)]
struct Unseen {
    before: nix::sys::termios::Termios,
    /// The key that interrupts programs: it ends the line instead, with this byte.
    cancel: u8,
}

#[cfg(unix)]
impl Unseen {
    fn begin() -> io::Result<Self> {
        use nix::libc::_POSIX_VDISABLE;
        use nix::sys::termios::SpecialCharacterIndices::{VEOL, VINTR};
        use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

        let before = tcgetattr(io::stdin())?;
        let mut unseen = before.clone();
        unseen.local_flags.remove(LocalFlags::ECHO);
        let cancel = unseen.control_chars[VINTR as usize];
        unseen.control_chars[VINTR as usize] = _POSIX_VDISABLE;
        unseen.control_chars[VEOL as usize] = cancel;
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &unseen)?;
        Ok(Self { before, cancel })
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        use nix::sys::termios::{SetArg, tcsetattr};

        // a terminal that is gone needs no mending
        let _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.before);
    }
}

/// Where nothing can be hidden, nothing is asked.
#[cfg(not(unix))]
struct Unseen {
    cancel: u8,
}

#[cfg(not(unix))]
impl Unseen {
    fn begin() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_ends_with_its_line_and_is_none_if_it_is_cancelled() {
        let read = |input: &[u8]| read_until_end(input, 3).unwrap().map(|typed| String::from_utf8(typed).unwrap());
        for (input, expected) in [
            (&b"horse\nmore"[..], Some("horse")),
            (b"horse\r\n", Some("horse")),
            (b"\n", Some("")),
            (b"ho\x03rse\n", None),
            (b"\x03", None),
            (b"horse", None),
            (b"", None),
        ] {
            assert_eq!(read(input).as_deref(), expected, "{input:?}");
        }
    }

    #[test]
    fn a_line_with_a_password_in_it_is_not_kept() {
        for line in
            [".login Ann secret", "/LOGIN Ann secret", ".register Ann secret", ".nick Ann secret", ".password secret"]
        {
            assert!(may_tell(line), "{line}");
        }
        for line in [".login Ann", "/register Ann", ".password", "login Ann secret", ".join room"] {
            assert!(!may_tell(line), "{line}");
        }
        assert!(questions("hello").is_empty());
    }

    #[test]
    fn the_questions_say_what_the_server_wants() {
        let chosen =
            [".register Ann", ".password"].into_iter().flat_map(questions).filter_map(|question| match question {
                Question::MayChoose(words) | Question::MustChoose(words) => Some(words),
                _ => None,
            });
        let rule = format!("({} characters or more)", crate::model::limits::PASSWORD_CHARS_MIN);
        assert_eq!(chosen.filter(|words| words.contains(&rule)).count(), 2);
    }

    #[test]
    fn a_new_password_is_typed_twice() {
        let ask = |line: &str, typed: &[&'static str]| {
            let mut typed = typed.iter();
            let answers =
                put(questions(line), |_| typed.next().map(|word| Password::from(*word)).ok_or("cancelled".into()));
            assert_eq!(typed.next(), None, "{line} asks for all of it");
            answers.map(|words| words.into_iter().map(|word| word.0).collect::<Vec<_>>())
        };
        let words = |words: &[&str]| Ok(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(ask(".register Ann", &["a horse here", "a horse here"]), words(&["a horse here"]));
        assert_eq!(ask(".register Ann", &[""]), words(&[""]));
        assert_eq!(ask(".login Ann", &["a horse here"]), words(&["a horse here"]));
        assert_eq!(ask(".password", &["", "a horse here", "a horse here"]), words(&["", "a horse here"]));
        for (line, typed, why) in [
            (".register Ann", &["a horse here", "a house here"][..], "same"),
            (".register Ann", &["1234567"], "at least 8 characters"),
            (".password", &["old", "1234567"], "at least 8 characters"),
            (".login Ann", &[""], "empty"),
            (".password", &["old", ""], "empty"),
            (".password", &["old", "a horse here", ""], "same"),
            (".password", &["old", "a horse here"], "cancelled"),
        ] {
            assert!(ask(line, typed).unwrap_err().contains(why), "{line} {typed:?}");
        }
    }
}
