//! What the Tab key finishes, with what each choice means: commands, rooms, paths, names, emoji. It puts the first choice
//! into the line, and each further Tab the next one.

use super::arrival::Effect;
use super::emoji;
use super::obey;
use super::room::Room;
use super::state::State;
use crate::model::safe_text;
use crate::terminal::command::{Completes, TABLE, row_of};

/// Choices that are offered; more is no help.
const ITEMS_MAX: usize = 50;

/// A word and its choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Completion {
    /// Where the word begins, in bytes of the line.
    pub start: usize,
    /// What it could become.
    pub items: Vec<Item>,
    /// Which of them stands in the line.
    pub chosen: usize,
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// What is put into the line.
    pub with: String,
    /// What it means, in a few words.
    pub about: String,
}

/// What Tab leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// Choices.
    Found(Completion),
    /// They have to be asked for.
    Ask(Effect),
    /// None.
    Nothing,
}

impl Completion {
    fn begin(start: usize, mut items: Vec<Item>) -> Begun {
        items.truncate(ITEMS_MAX);
        if items.is_empty() { Begun::Nothing } else { Begun::Found(Self { start, items, chosen: 0 }) }
    }

    /// The next choice, or the one before.
    pub(super) fn turn(&mut self, is_forward: bool) {
        let items = self.items.len().max(1);
        self.chosen = (self.chosen + if is_forward { 1 } else { items - 1 }) % items;
    }
}

/// Finds what the word before the cursor could become.
#[must_use]
pub(super) fn begin(state: &State) -> Begun {
    let Some(room) = state.rooms.current() else { return Begun::Nothing };
    let before = &room.draft.text()[..room.draft.cursor()];
    if let Some(rest) = before.strip_prefix(['.', '/']).filter(|_| room.editing.is_none()) {
        let Some((word, arguments)) = rest.split_once(char::is_whitespace) else {
            return Completion::begin(1, commands(rest));
        };
        let arguments = arguments.trim_start();
        let row = row_of(word);
        match row.map(|row| row.completes) {
            Some(Completes::Rooms) => {
                return Completion::begin(before.len() - arguments.len(), rooms(state, arguments));
            }
            Some(Completes::Emoji) => {
                let begun = arguments.split_once(' ').map(|(_, begun)| begun.trim_start());
                let found = |begun: &str| emoji::finished(begun.trim_start_matches(':'));
                return begun
                    .map_or(Begun::Nothing, |begun| Completion::begin(before.len() - begun.len(), found(begun)));
            }
            Some(Completes::Paths) => {
                return Begun::Ask(Effect::Paths(path_part(row.map_or("", |row| row.name), arguments)));
            }
            _ => {}
        }
    }
    let start =
        before.rfind(char::is_whitespace).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    match word.strip_prefix(':') {
        Some(name) if !name.is_empty() => Completion::begin(start, emoji::finished(name)),
        _ => Completion::begin(start, names(room, word, start == 0)),
    }
}

/// Puts the chosen item into the line; one that is alone needs no list.
pub(super) fn put(state: &mut State) {
    let Some(completion) = &state.completion else { return };
    let (start, is_only) = (completion.start, completion.items.len() == 1);
    let Some(item) = completion.items.get(completion.chosen) else { return };
    if let Some(room) = state.rooms.current_mut() {
        room.draft.complete(start, &item.with);
    }
    if is_only {
        state.completion = None;
    }
}

/// Paths came; they are of use if the line still is what it was.
pub(super) fn on_paths(state: &mut State, typed: &str, found: Vec<String>) {
    let Some(room) = state.rooms.current() else { return };
    let before = &room.draft.text()[..room.draft.cursor()];
    if !before.ends_with(typed) || state.overlay.is_some() || state.completion.is_some() {
        return;
    }
    let start = before.len() - typed.len();
    let item = |path: String| Item { with: path, about: String::new() };
    if let Begun::Found(completion) = Completion::begin(start, found.into_iter().map(item).collect()) {
        state.completion = Some(completion);
        put(state);
    }
}

/// The first argument of `.save` is a number.
fn path_part(command: &str, arguments: &str) -> String {
    match command {
        "save" => arguments.split_once(' ').map_or("", |(_, path)| path).to_owned(),
        _ => arguments.to_owned(),
    }
}

fn commands(begun: &str) -> Vec<Item> {
    let begun = begun.to_ascii_lowercase();
    let item = |name: &str, arguments: &str, does: &str| Item {
        with: format!("{name}{}", if arguments.is_empty() { "" } else { " " }),
        about: does.to_owned(),
    };
    let theirs = TABLE.iter().map(|row| (row.name, row.arguments, row.does));
    let all = theirs.chain(obey::TABLE.iter().copied()).filter(|(name, ..)| name.starts_with(&begun));
    all.map(|(name, arguments, does)| item(name, arguments, does)).collect()
}

fn rooms(state: &State, begun: &str) -> Vec<Item> {
    let begun = begun.to_lowercase();
    let mine = state.rooms.all().iter().map(|room| (room.name.clone(), room.topic.clone()));
    let known = state.known.iter().map(|entry| (entry.room.clone(), entry.topic.clone()));
    let mut all: Vec<(String, String)> = mine
        .chain(known)
        .filter(|(name, _)| name.to_lowercase().starts_with(&begun) && safe_text(name) == *name)
        .collect();
    all.sort();
    all.dedup_by(|a, b| a.0 == b.0);
    all.into_iter().map(|(with, about)| Item { with, about }).collect()
}

/// Who is here, and who said something lately.
fn names(room: &Room, begun: &str, is_first: bool) -> Vec<Item> {
    let bare = begun.trim_start_matches('@');
    let sign = &begun[..begun.len() - bare.len()];
    if bare.is_empty() {
        return Vec::new();
    }
    let bare = bare.to_lowercase();
    let authors = room.timeline.tail().slots().iter().rev().map(|slot| &slot.event.author.name);
    let mut all: Vec<&String> = Vec::new();
    for name in authors.chain(room.members.iter().map(|user| &user.name)) {
        if name.to_lowercase().starts_with(&bare) && !all.contains(&name) && safe_text(name) == name.as_str() {
            all.push(name);
        }
    }
    let end = if is_first { ": " } else { " " };
    all.into_iter().map(|name| Item { with: format!("{sign}{name}{end}"), about: String::new() }).collect()
}
