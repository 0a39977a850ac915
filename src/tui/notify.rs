//! What reaches the terminal beside its cells: a sound, a notification of the desktop, the window's title. Each is made of
//! text in which nothing is left that a terminal obeys.

use serde::Deserialize;

use super::state::State;
use crate::model::safe_text;

/// The previous title is put aside.
pub(super) const KEEP_TITLE: &str = "\x1b[22;2t";
/// And put back.
pub(super) const TITLE_BACK: &str = "\x1b[23;2t";
/// Characters of a notification: it is looked at in passing.
const CHARS_MAX: usize = 120;

/// How somebody wants to hear that his name fell where he does not look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    /// Not at all
    #[default]
    Off,
    /// By the terminal's bell
    Bell,
    /// By a notification of the desktop, where the terminal can
    Desktop,
}

/// Which words for it a terminal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// `OSC 777`, not `OSC 9`.
    pub is_777: bool,
    /// There is a tmux between, which passes on what is wrapped.
    pub is_tmux: bool,
}

impl Dialect {
    /// The one of this terminal.
    pub(super) fn of_environment() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_rxvt = std::env::var("TERM").is_ok_and(|term| term.starts_with("rxvt"));
        Self { is_777: is_rxvt || is_set("VTE_VERSION"), is_tmux: is_set("TMUX") }
    }
}

/// What to send for a text of others.
#[must_use]
pub(super) fn ring(how: Notify, dialect: Dialect, text: &str) -> String {
    if how == Notify::Off {
        return String::new();
    }
    if how == Notify::Bell {
        return "\x07".to_owned();
    }
    // a semicolon would part fields; and what begins with words is no number of a command
    let text: String = safe_text(text).chars().take(CHARS_MAX).map(|c| if c == ';' { ',' } else { c }).collect();
    let told = if dialect.is_777 {
        format!("\x1b]777;notify;Tertulia;{text}\x1b\\")
    } else {
        format!("\x1b]9;Tertulia: {text}\x1b\\")
    };
    // tmux marks the window besides
    if dialect.is_tmux { format!("\x07\x1bPtmux;{}\x1b\\", told.replace('\x1b', "\x1b\x1b")) } else { told }
}

/// The window's title: how much is unread, and where one is.
#[must_use]
pub(super) fn title(state: &State) -> String {
    let unread = state.rooms.count(|room| room.unread);
    let is_named = state.rooms.all().iter().any(|room| room.mentions > 0);
    let count = match (unread, is_named) {
        (0, _) => String::new(),
        (unread, true) => format!("({unread}@) "),
        (unread, false) => format!("({unread}) "),
    };
    let room = state.rooms.current().map_or_else(String::new, |room| format!("{} – ", room.name));
    safe_text(&format!("{count}{room}Tertulia")).into_owned()
}

/// What to send for a title that was made here.
#[must_use]
pub(super) fn set_title(title: &str) -> String {
    format!("\x1b]2;{}\x1b\\", safe_text(title))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIALECTS: [Dialect; 2] =
        [Dialect { is_777: false, is_tmux: false }, Dialect { is_777: true, is_tmux: false }];

    /// What a terminal obeys between the words that are ours.
    fn inside(sent: &str) -> &str {
        let sent = sent.strip_prefix("\x1b]").and_then(|sent| sent.strip_suffix("\x1b\\")).expect("one sequence");
        sent.split_once(';').expect("a number first").1
    }

    #[test]
    fn a_notification_is_one_sequence_whatever_was_said() {
        let evil = "ann\x1b\\\x1b]52;c;ZXZpbA==\x07\u{9c}\u{9d}0;x\u{202e} 4;3;50";
        for dialect in DIALECTS {
            let sent = ring(Notify::Desktop, dialect, evil);
            assert!(!inside(&sent).contains(|c: char| c.is_control() || c == '\u{202e}'), "{sent:?}");
        }
        let sent = ring(Notify::Desktop, DIALECTS[0], "4;3;50");
        assert_eq!(sent, "\x1b]9;Tertulia: 4,3,50\x1b\\", "no command of a terminal");
        assert_eq!(ring(Notify::Desktop, DIALECTS[1], "a;b"), "\x1b]777;notify;Tertulia;a,b\x1b\\");
        let wrapped = ring(Notify::Desktop, Dialect { is_777: false, is_tmux: true }, "hi");
        assert_eq!(wrapped, "\x07\x1bPtmux;\x1b\x1b]9;Tertulia: hi\x1b\x1b\\\x1b\\");
        assert_eq!([ring(Notify::Bell, DIALECTS[0], evil), ring(Notify::Off, DIALECTS[0], evil)], ["\x07", ""]);
    }

    proptest! {
        #[test]
        fn nothing_of_anothers_making_is_obeyed(text in "\\PC*|(.|\\x1b|\\x07|\\x9c|;|\u{202e}){0,200}") {
            for dialect in DIALECTS {
                let sent = ring(Notify::Desktop, dialect, &text);
                prop_assert!(!inside(&sent).contains(char::is_control), "{:?}", sent);
                prop_assert!(sent.chars().count() < CHARS_MAX + 40);
            }
            let set = set_title(&text);
            prop_assert!(!inside(&set).contains(char::is_control), "{:?}", set);
        }
    }
}
