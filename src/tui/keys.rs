//! Which key does what. One table: the keyboard, the help on F1 and `.usage` read nothing else. Doing it is left to
//! [`super::act`].

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::motion::Motion;

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Send,
    Newline,
    Complete,
    CompleteBack,
    Cancel,
    Interrupt,
    DeleteOrLeave,
    Go(Motion),
    Kill(Motion),
    Delete(Motion),
    Up,
    Down,
    Older,
    Newer,
    Yank,
    Transpose,
    Undo,
    Redo,
    NextRoom,
    PreviousRoom,
    NextNews,
    Room(u8),
    Switcher,
    PageUp,
    PageDown,
    LineUp,
    LineDown,
    ToBottom,
    FirstUnread,
    Choose,
    Help,
    Notes,
    FoldRooms,
    FoldMembers,
    Redraw,
    Suspend,
}

impl Action {
    /// Whether it only moves what is on the screen.
    #[must_use]
    pub(super) const fn is_scrolling(self) -> bool {
        matches!(self, Self::PageUp | Self::PageDown | Self::LineUp | Self::LineDown | Self::ToBottom)
    }
}

/// Where a key stands in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Rooms,
    Reading,
    Writing,
    Rest,
}

impl Group {
    /// All of them, in the order of the help.
    pub(super) const ALL: [Self; 4] = [Self::Rooms, Self::Reading, Self::Writing, Self::Rest];

    /// What stands above them.
    #[must_use]
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Rooms => "rooms",
            Self::Reading => "reading",
            Self::Writing => "writing",
            Self::Rest => "the rest",
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    /// Its keys, as people write them.
    pub keys: &'static str,
    /// What it does, in a few words; rows without words are other keys for the same.
    pub does: &'static str,
    /// Where it stands.
    pub group: Group,
    /// What that is to the program.
    pub action: Action,
}

const fn row(group: Group, keys: &'static str, action: Action, does: &'static str) -> Row {
    Row { keys, does, group, action }
}

use Action as A;
use Group as G;
use Motion as M;

/// All keys, in the order in which the help shows them.
pub(super) static TABLE: [Row; 62] = [
    row(G::Rooms, "Ctrl-N", A::NextRoom, "goes to the next room, as does Alt-Right"),
    row(G::Rooms, "Alt-Right", A::NextRoom, ""),
    row(G::Rooms, "Ctrl-P", A::PreviousRoom, "goes to the room before, as does Alt-Left"),
    row(G::Rooms, "Alt-Left", A::PreviousRoom, ""),
    row(G::Rooms, "Alt-A", A::NextNews, "goes to what is new, in other rooms first"),
    row(G::Rooms, "Alt-1", A::Room(1), "goes to the first room, Alt-2 to the second, and so on"),
    row(G::Rooms, "Alt-2", A::Room(2), ""),
    row(G::Rooms, "Alt-3", A::Room(3), ""),
    row(G::Rooms, "Alt-4", A::Room(4), ""),
    row(G::Rooms, "Alt-5", A::Room(5), ""),
    row(G::Rooms, "Alt-6", A::Room(6), ""),
    row(G::Rooms, "Alt-7", A::Room(7), ""),
    row(G::Rooms, "Alt-8", A::Room(8), ""),
    row(G::Rooms, "Alt-9", A::Room(9), ""),
    row(G::Rooms, "Ctrl-K", A::Switcher, "finds a room by some of its letters"),
    row(G::Reading, "PageUp", A::PageUp, "shows what is older"),
    row(G::Reading, "PageDown", A::PageDown, "shows what is newer"),
    row(G::Reading, "Ctrl-Up", A::LineUp, "the same, a line at a time"),
    row(G::Reading, "Ctrl-Down", A::LineDown, ""),
    row(G::Reading, "Alt-U", A::FirstUnread, "goes to the first unread message"),
    row(G::Reading, "Alt-End", A::ToBottom, "goes to the newest message"),
    row(G::Reading, "Ctrl-End", A::ToBottom, ""),
    row(G::Reading, "Alt-M", A::Choose, "chooses a message, to answer it or open what it holds"),
    row(G::Writing, "Enter", A::Send, "says it"),
    row(G::Writing, "Alt-Enter", A::Newline, "begins another line, as does Ctrl-J"),
    row(G::Writing, "Ctrl-J", A::Newline, ""),
    row(G::Writing, "Tab", A::Complete, "finishes a command, a room, a name, a path, an :emoji:"),
    row(G::Writing, "Shift-Tab", A::CompleteBack, ""),
    row(G::Writing, "Up", A::Up, "where nothing is typed: changes your last message"),
    row(G::Writing, "Down", A::Down, ""),
    row(G::Writing, "Alt-Up", A::Older, "brings back what you typed before"),
    row(G::Writing, "Alt-Down", A::Newer, ""),
    row(G::Writing, "Left", A::Go(M::Left), ""),
    row(G::Writing, "Right", A::Go(M::Right), ""),
    row(G::Writing, "Ctrl-B", A::Go(M::Left), ""),
    row(G::Writing, "Ctrl-F", A::Go(M::Right), ""),
    row(G::Writing, "Alt-B", A::Go(M::WordLeft), "goes back a word"),
    row(G::Writing, "Alt-F", A::Go(M::WordRight), "goes on a word"),
    row(G::Writing, "Ctrl-Left", A::Go(M::WordLeft), ""),
    row(G::Writing, "Ctrl-Right", A::Go(M::WordRight), ""),
    row(G::Writing, "Ctrl-A", A::Go(M::LineStart), "goes to where the line begins, as does Home"),
    row(G::Writing, "Ctrl-E", A::Go(M::LineEnd), "goes to its end, as does End"),
    row(G::Writing, "Home", A::Go(M::LineStart), ""),
    row(G::Writing, "End", A::Go(M::LineEnd), ""),
    row(G::Writing, "Backspace", A::Delete(M::Left), ""),
    row(G::Writing, "Ctrl-H", A::Delete(M::Left), ""),
    row(G::Writing, "Delete", A::Delete(M::Right), ""),
    row(G::Writing, "Ctrl-W", A::Kill(M::BigWordLeft), "cuts out the word before; Alt-D cuts out the one after"),
    row(G::Writing, "Alt-Backspace", A::Kill(M::WordLeft), ""),
    row(G::Writing, "Alt-D", A::Kill(M::WordRight), ""),
    row(G::Writing, "Ctrl-U", A::Kill(M::LineStart), "cuts out all before; Alt-K cuts out all after"),
    row(G::Writing, "Alt-K", A::Kill(M::LineEnd), ""),
    row(G::Writing, "Ctrl-Y", A::Yank, "puts back what was cut out"),
    row(G::Writing, "Ctrl-T", A::Transpose, "changes places of two letters"),
    row(G::Writing, "Ctrl-_", A::Undo, "takes back the last change; Alt-R does it again"),
    row(G::Writing, "Alt-R", A::Redo, ""),
    row(G::Rest, "F1", A::Help, "shows all keys and commands"),
    row(G::Rest, "F2", A::Notes, "shows what this client has told you"),
    row(G::Rest, "F7", A::FoldRooms, "shows or hides the rooms; F8 shows or hides who is here"),
    row(G::Rest, "F8", A::FoldMembers, ""),
    row(G::Rest, "Ctrl-L", A::Redraw, "draws the screen anew"),
    row(G::Rest, "Ctrl-Z", A::Suspend, "goes to the shell for a while; fg comes back"),
];

/// Keys that are the same everywhere.
pub(super) static FIXED: [Row; 3] = [
    row(G::Rest, "Esc", A::Cancel, "leaves what is open"),
    row(G::Rest, "Ctrl-C", A::Interrupt, "clears the line; if there is none, stops files; twice: leaves"),
    row(G::Rest, "Ctrl-D", A::DeleteOrLeave, "leaves, if nothing is typed"),
];

/// All rows that people should know.
pub(super) fn told() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().chain(&FIXED).filter(|row| !row.does.is_empty())
}

/// What a key does where nobody wants it otherwise, if it does not stand for itself.
#[must_use]
pub(super) fn action(key: KeyEvent) -> Option<Action> {
    TABLE.iter().chain(&FIXED).find(|row| is(key, row.keys)).map(|row| row.action)
}

/// Whether a key is the one that people write so.
pub(super) fn is(key: KeyEvent, written: &str) -> bool {
    let (mut modifiers, mut rest) = (KeyModifiers::NONE, written);
    for (word, modifier) in
        [("Ctrl-", KeyModifiers::CONTROL), ("Alt-", KeyModifiers::ALT), ("Shift-", KeyModifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(word) {
            (modifiers, rest) = (modifiers | modifier, after);
        }
    }
    let held = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
    match (code(rest), key.code) {
        // whether Shift was held shows in the letter
        (KeyCode::Char(written), KeyCode::Char(typed)) => {
            let wanted = if written == '_' && modifiers == KeyModifiers::CONTROL { ['_', '7'] } else { [written; 2] };
            wanted.contains(&typed.to_ascii_lowercase()) && held - KeyModifiers::SHIFT == modifiers
        }
        (KeyCode::Tab, KeyCode::BackTab) => modifiers == KeyModifiers::SHIFT,
        (code, typed) => code == typed && held == modifiers,
    }
}

/// The key without what is held with it.
pub(super) fn code(written: &str) -> KeyCode {
    match written {
        "Enter" => KeyCode::Enter,
        "Tab" => KeyCode::Tab,
        "Esc" => KeyCode::Esc,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        written => match written.strip_prefix('F').and_then(|number| number.parse().ok()) {
            Some(number) => KeyCode::F(number),
            None => written.chars().next().map_or(KeyCode::Null, |c| KeyCode::Char(c.to_ascii_lowercase())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
        action(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn keys_are_found_as_terminals_send_them() {
        let (none, ctrl, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT);
        assert_eq!(pressed(KeyCode::Char('n'), ctrl), Some(Action::NextRoom));
        assert_eq!(pressed(KeyCode::Char('A'), alt | KeyModifiers::SHIFT), Some(Action::NextNews));
        assert_eq!(pressed(KeyCode::Char('7'), ctrl), Some(Action::Undo), "so Ctrl-_ arrives");
        assert_eq!(pressed(KeyCode::Char('7'), alt), Some(Action::Room(7)));
        assert_eq!(pressed(KeyCode::BackTab, KeyModifiers::SHIFT), Some(Action::CompleteBack));
        assert_eq!(pressed(KeyCode::Enter, alt), Some(Action::Newline));
        assert_eq!(pressed(KeyCode::F(8), none), Some(Action::FoldMembers));
        assert_eq!(pressed(KeyCode::Char('n'), none), None);
        assert_eq!(pressed(KeyCode::Char('F'), KeyModifiers::SHIFT), None, "a letter is a letter");
    }

    #[test]
    fn no_key_does_two_things() {
        let mut keys: Vec<&str> = TABLE.iter().chain(&FIXED).map(|row| row.keys).collect();
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
        assert!(keys.iter().all(|written| code(written.rsplit('-').next().unwrap()) != KeyCode::Null));
    }
}
