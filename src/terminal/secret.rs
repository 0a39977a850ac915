//! Passwords are typed unseen, and stand in no history: they are asked for after the line that needs them, at a terminal
//! only. What they are for is left to [`super::act`].

use std::io::{self, BufRead, Write};

use super::command::{Command, Input, read_line};
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

/// Asks each question, and reads what is typed without showing it; none if there is no terminal to ask at.
pub(super) fn ask(questions: &[&str]) -> Option<Vec<Password>> {
    let _unseen = Unseen::begin().ok()?;
    questions.iter().map(|question| answer(question).ok()).collect()
}

fn answer(question: &str) -> io::Result<Password> {
    let mut out = io::stdout().lock();
    out.write_all(question.as_bytes())?;
    out.flush()?;
    let mut typed = String::new();
    let read = io::stdin().lock().read_line(&mut typed)?;
    out.write_all(b"\n")?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Password(typed.trim_end_matches(['\r', '\n']).to_owned()))
}

/// While this lives, the terminal does not show what is typed.
#[cfg(unix)]
struct Unseen(nix::sys::termios::Termios);

#[cfg(unix)]
impl Unseen {
    fn begin() -> io::Result<Self> {
        use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

        let before = tcgetattr(io::stdin())?;
        let mut unseen = before.clone();
        unseen.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &unseen)?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        use nix::sys::termios::{SetArg, tcsetattr};

        // a terminal that is gone needs no mending
        let _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.0);
    }
}

/// Where nothing can be hidden, nothing is asked.
#[cfg(not(unix))]
struct Unseen;

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
