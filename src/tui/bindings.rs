//! Keys that somebody chose otherwise: what `client.toml` says stands before the table of [`super::keys`].

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent};
use serde::Deserialize;

use super::keys::{self, Action, FIXED, Row, TABLE, told};

/// Which key does what, as somebody wants it. What is not named here is as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<Name, Chords>")]
pub struct Keys {
    changed: Vec<(Action, Vec<String>)>,
}

impl Keys {
    /// What a key does, if it does not stand for itself.
    #[must_use]
    pub(super) fn action(&self, key: KeyEvent) -> Option<Action> {
        let is_for = |chords: &[String]| chords.iter().any(|chord| keys::is(key, chord));
        let chosen = self.changed.iter().find(|(_, chords)| is_for(chords)).map(|(action, _)| *action);
        chosen.or_else(|| keys::action(key).filter(|action| self.chords(*action).is_none()))
    }

    /// The first key of an action, for a hint.
    #[must_use]
    pub(super) fn of(&self, action: Action) -> String {
        let all = TABLE.iter().find(|row| row.action == action).map(|row| self.shown(row)).unwrap_or_default();
        if all.starts_with('(') { all } else { all.split(' ').next().unwrap_or_default().to_owned() }
    }

    /// The keys of a row, as the help shows them.
    #[must_use]
    pub(super) fn shown(&self, row: &Row) -> String {
        let is_taken = self.changed.iter().any(|(_, chords)| chords.iter().any(|chord| chord == row.keys));
        match self.chords(row.action) {
            Some(chords) if !chords.is_empty() => chords.join(" "),
            None if !is_taken => row.keys.to_owned(),
            _ => "(no key)".to_owned(),
        }
    }

    /// Keys that were chosen for what the help has no row for, with its name.
    pub(super) fn others(&self) -> impl Iterator<Item = (String, String)> {
        let is_told = |action: Action| told().any(|row| row.action == action);
        let others = self.changed.iter().filter(move |(action, chords)| !is_told(*action) && !chords.is_empty());
        others.map(|(action, chords)| (chords.join(" "), name(*action)))
    }

    fn chords(&self, action: Action) -> Option<&[String]> {
        self.changed.iter().find(|(changed, _)| *changed == action).map(|(_, chords)| chords.as_slice())
    }
}

impl TryFrom<BTreeMap<Name, Chords>> for Keys {
    type Error = String;

    fn try_from(chosen: BTreeMap<Name, Chords>) -> Result<Self, String> {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (Name(name), Chords(chords)) in &chosen {
            for chord in chords {
                if let Some(other) = seen.insert(chord, name) {
                    return Err(format!("{chord} cannot be both {other} and {name}"));
                }
            }
        }
        let of = |name: &str| TABLE.iter().map(|row| row.action).find(|action| self::name(*action) == name);
        let changed = chosen.iter().filter_map(|(Name(name), Chords(chords))| Some((of(name)?, chords.clone())));
        Ok(Self { changed: changed.collect() })
    }
}

/// What an action is called in a file: as it is in the code, so that there is one list.
#[must_use]
pub(super) fn name(action: Action) -> String {
    let mut name = String::new();
    for c in format!("{action:?}").chars().filter(|c| *c != ')') {
        let is_new = c.is_ascii_uppercase() || c == '(';
        if is_new && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if c != '(' {
            name.push(c.to_ascii_lowercase());
        }
    }
    name
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let is_known = TABLE.iter().any(|row| name(row.action) == written);
        let nearest = || {
            let all = TABLE.iter().map(|row| name(row.action));
            all.min_by_key(|known| strsim::damerau_levenshtein(known, &written)).unwrap_or_default()
        };
        if is_known { Ok(Self(written)) } else { Err(format!("no key does '{written}'; is it {}?", nearest())) }
    }
}

/// Chords, with spaces between them.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Chords(Vec<String>);

impl TryFrom<String> for Chords {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        written.split_whitespace().map(chord).collect::<Result<_, _>>().map(Self)
    }
}

const NAMES: [&str; 12] =
    ["Enter", "Tab", "Backspace", "Delete", "Home", "End", "Up", "Down", "Left", "Right", "PageUp", "PageDown"];

/// A chord as the table would have it.
fn chord(written: &str) -> Result<String, String> {
    let no_key = || format!("'{written}' is no key; Ctrl-N, Alt-Up and F5 are");
    let (mut out, mut rest) = (String::new(), written);
    for word in ["Ctrl-", "Alt-", "Shift-"] {
        if let Some(head) = rest.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)) {
            out.push_str(word);
            rest = &rest[head.len()..];
        }
    }
    let mut letters = rest.chars();
    match (letters.next(), letters.next()) {
        (Some(c), None) if c.is_alphanumeric() || c.is_ascii_punctuation() => {
            if out.is_empty() || out.contains("Shift-") {
                return Err(format!("'{written}' would be missing when you type; hold Ctrl or Alt with it"));
            }
            if out == "Ctrl-" && "im[".contains(c.to_ascii_lowercase()) {
                return Err(format!("a terminal cannot tell '{written}' from Tab, Enter or Esc"));
            }
            out.extend(c.to_uppercase());
        }
        _ => out += &named(rest).ok_or_else(no_key)?,
    }
    if FIXED.iter().any(|row| row.keys == out) {
        return Err(format!("{out} is the same everywhere and cannot be changed"));
    }
    Ok(out)
}

fn named(written: &str) -> Option<String> {
    let known = NAMES.iter().chain(&["Esc"]).find(|name| name.eq_ignore_ascii_case(written));
    let function = || match keys::code(&written.to_ascii_uppercase()) {
        KeyCode::F(number @ 1..=24) => Some(format!("F{number}")),
        _ => None,
    };
    known.map(|name| (*name).to_owned()).or_else(function)
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn keys(file: &str) -> Result<Keys, toml::de::Error> {
        toml::from_str(file)
    }

    fn pressed(keys: &Keys, modifiers: KeyModifiers, code: KeyCode) -> Option<Action> {
        keys.action(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_key_that_was_chosen_stands_before_the_usual_one() {
        let keys = keys("next-room = 'ctrl-t f5'\nroom-1 = 'Ctrl-G'\nredraw = ''\n").unwrap();
        let (none, ctrl, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT);
        assert_eq!(pressed(&keys, ctrl, KeyCode::Char('t')), Some(Action::NextRoom), "not two letters any more");
        assert_eq!(pressed(&keys, none, KeyCode::F(5)), Some(Action::NextRoom));
        assert_eq!(pressed(&keys, ctrl, KeyCode::Char('n')), None, "it has other keys now");
        assert_eq!(pressed(&keys, ctrl, KeyCode::Char('g')), Some(Action::Room(1)));
        assert_eq!(pressed(&keys, alt, KeyCode::Char('1')), None);
        assert_eq!(pressed(&keys, ctrl, KeyCode::Char('l')), None);
        assert_eq!(pressed(&keys, ctrl, KeyCode::Char('p')), Some(Action::PreviousRoom), "the rest is as usual");
        let row = |action| TABLE.iter().find(|row| row.action == action).unwrap();
        assert_eq!(keys.shown(row(Action::NextRoom)), "Ctrl-T F5");
        assert_eq!(keys.shown(row(Action::Transpose)), "(no key)");
        assert_eq!(keys.shown(row(Action::PreviousRoom)), "Ctrl-P");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_in_words() {
        let table = [
            ("nxt-room = 'F5'", "is it next-room?"),
            ("undo = 'F99'", "'F99' is no key"),
            ("undo = 'Hyper-X'", "'Hyper-X' is no key"),
            ("undo = 'x'", "would be missing"),
            ("undo = 'Shift-x'", "would be missing"),
            ("undo = 'Ctrl-I'", "cannot tell"),
            ("undo = 'ctrl-c'", "Ctrl-C is the same everywhere"),
            ("undo = 'Esc'", "Esc is the same everywhere"),
            ("undo = 'F5'\nredo = 'F5'", "F5 cannot be both redo and undo"),
            ("undo = 'Ctrl-é\u{301}'", "is no key"),
            ("undo = 'é-'", "is no key"),
        ];
        for (file, why) in table {
            let error = keys(file).unwrap_err().to_string();
            assert!(error.contains(why), "{file}: {error}");
        }
    }

    #[test]
    fn every_usual_key_can_be_chosen_by_its_name() {
        for row in &TABLE {
            let Ok(chord) = chord(row.keys) else { panic!("{}", row.keys) };
            assert_eq!(chord, row.keys);
            assert!(Name::try_from(name(row.action)).is_ok());
        }
        assert_eq!(name(Action::Kill(super::super::motion::Motion::BigWordLeft)), "kill-big-word-left");
    }
}
