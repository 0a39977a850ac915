//! Passwords are typed unseen, and stand in no history: they are asked for after the line that needs them, at a terminal
//! only. What they are for is left to [`super::act`].

use std::io::{self, BufRead};

use super::command::{Command, Input, read_line};
use super::gate::{Gate, Phase};
use super::screen::write_out;
use crate::model::Password;

/// What a line still has to be given, in words for who types; nothing for most.
pub(super) fn questions(line: &str) -> &'static [&'static str] {
    match read_line(line) {
        Input::Command(Command::Register(_)) => &["a password for other devices, or nothing: "],
        Input::Command(Command::Login(_)) => &["password: "],
        Input::Command(Command::Password) => &["the old password, or nothing if there is none: ", "the new one: "],
        _ => &[],
    }
}

/// Whether a line may be one in which somebody typed a password all the same: it is not kept.
pub(super) fn may_tell(line: &str) -> bool {
    let word = line.trim_start_matches(['.', '/']).split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let is_about_one = ["register", "login", "password"].contains(&word.as_str());
    is_about_one && line.starts_with(['.', '/']) && questions(line).is_empty()
}

/// Asks each question, and reads what is typed without showing it; none if that is cancelled with Ctrl-C or Ctrl-D, or
/// if there is no terminal to ask at. What arrives meanwhile is shown above the question.
pub(super) fn ask(questions: &[&'static str], gate: &Gate) -> Option<Vec<Password>> {
    let unseen = Unseen::begin().ok()?;
    let words = questions.iter().map(|question| answer(question, gate, unseen.cancel).ok().flatten()).collect();
    gate.set(Phase::Resting);
    words
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
        for line in [".login Ann secret", "/LOGIN Ann secret", ".register Ann secret", ".password secret"] {
            assert!(may_tell(line), "{line}");
        }
        for line in [".login Ann", "/register Ann", ".password", "login Ann secret", ".join room"] {
            assert!(!may_tell(line), "{line}");
        }
        assert_eq!(questions(".password").len(), 2);
        assert_eq!(questions(".login Ann").len(), 1);
        assert!(questions("hello").is_empty());
    }
}
