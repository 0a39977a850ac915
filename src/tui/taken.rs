//! What a terminal is told when it is taken over and when it is given back: modes that there are once for a program, so that
//! a panic and a signal can give them back too. What is drawn is left to [`super::screen`].

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::guarded::is_guarded;
use super::{notify, showing};

/// The other screen, the mouse (clicks, drags, wheel), pastes that say so, who looks.
const TAKE_OVER: &[u8] = b"\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?1004h\x1b[2J";
/// All of that back, and the cursor.
const GIVE_BACK: &[u8] =
    b"\x1b[?2026l\x1b[?1004l\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[0m\x1b[?1049l\x1b[?25h";
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Here and not by the thread that writes: what a panic gives back must not be taken afterwards.
pub(super) fn take() -> io::Result<()> {
    enable_raw_mode()?;
    IS_TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    out.write_all(notify::KEEP_TITLE.as_bytes()).and_then(|()| out.write_all(TAKE_OVER)).and_then(|()| out.flush())
}

/// Once more, where others have changed what the terminal does.
pub(super) fn take_again() -> io::Result<()> {
    // it would believe that nothing has changed
    disable_raw_mode()?;
    enable_raw_mode()?;
    let mut out = io::stdout().lock();
    out.write_all(TAKE_OVER).and_then(|()| out.flush())
}

/// Whether it is taken.
pub(super) fn is_taken() -> bool {
    IS_TAKEN.load(Ordering::SeqCst)
}

/// A terminal that takes nothing more gets its modes back, and no bytes.
pub(super) fn abandon() {
    IS_TAKEN.store(false, Ordering::SeqCst);
    let _ = disable_raw_mode();
}

/// Once, whoever asks.
pub(super) fn give_back() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = out
            .write_all(showing::taken_back().as_bytes())
            .and_then(|()| out.write_all(GIVE_BACK))
            .and_then(|()| out.write_all(notify::TITLE_BACK.as_bytes()))
            .and_then(|()| out.flush());
        let _ = disable_raw_mode();
    }
}

/// What a panic says is read on a terminal that is as it was.
pub(super) fn give_back_after_a_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !is_guarded() {
                give_back();
                before(panic);
            }
        }));
    });
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use expectrl::Session;

    use super::super::guarded::guarded;

    #[test]
    #[ignore = "run by the test below, on a terminal of its own"]
    fn panics() {
        let _screen = super::super::screen::Screen::take_over().unwrap();
        assert_eq!(guarded::<()>(|| panic!("in a decoder")), None);
        panic!("on purpose");
    }

    #[test]
    fn what_a_panic_says_is_read_on_a_terminal_that_was_given_back() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "tui::taken::tests::panics", "--ignored", "--nocapture", "--test-threads", "1"]);
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        let before = session.expect("\x1b[?1049h").unwrap();
        assert!(!String::from_utf8_lossy(before.as_bytes()).contains("on purpose"));
        let taken = session.expect("\x1b[?1049l\x1b[?25h").unwrap();
        assert!(!String::from_utf8_lossy(taken.as_bytes()).contains("in a decoder"));
        session.expect("on purpose").unwrap();
    }
}
