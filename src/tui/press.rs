//! A key was pressed: letters go into the line, other keys do what the table says. What that is, is left to
//! [`super::act`]; keys over something that is open to [`super::over`].

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::arrival::Effect;
use super::keys::Action;
use super::state::State;
use super::{act, complete, emoji, going, over};

/// How often it is told that one types, in milliseconds.
const TYPING_EVERY_MS: u64 = 4_000;

/// Takes in a key.
pub(super) fn key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let action = state.setting.keys.action(key);
    if action == Some(Action::Send) || key.code == KeyCode::Enter && state.overlay.is_some() {
        state.note = None;
    }
    if !action.is_some_and(Action::is_scrolling) {
        state.pointed = None;
    }
    if state.overlay.is_some() {
        return over::key(state, key);
    }
    if !matches!(action, Some(Action::Complete | Action::CompleteBack)) {
        let was_open = state.completion.take().is_some();
        if was_open && action == Some(Action::Cancel) {
            return Vec::new();
        }
    }
    match (action, letter(key), behind_escape(key)) {
        (Some(action), ..) => act::act(state, action),
        (None, Some(c), _) => type_char(state, c),
        (None, None, Some(c)) => {
            let mut effects = act::act(state, Action::Cancel);
            effects.extend(type_char(state, c));
            effects
        }
        (None, None, None) => Vec::new(),
    }
}

/// The letter that a key stands for.
#[must_use]
pub(super) fn letter(key: KeyEvent) -> Option<char> {
    let held = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    // AltGr comes as both
    let is_plain = held.is_empty() || held == KeyModifiers::CONTROL | KeyModifiers::ALT;
    match key.code {
        KeyCode::Char(c) if is_plain && !c.is_control() => Some(c),
        _ => None,
    }
}

/// What a command begins with, if it came together with Alt: a terminal sends that as it sends Esc and then the sign, so
/// that somebody was quick. Without the sign the command would be said.
fn behind_escape(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c @ ('.' | '/')) if key.modifiers - KeyModifiers::SHIFT == KeyModifiers::ALT => Some(c),
        _ => None,
    }
}

fn type_char(state: &mut State, c: char) -> Vec<Effect> {
    let Some(room) = state.rooms.current_mut() else {
        return going::find(state, c.to_string());
    };
    room.draft.type_char(c);
    if c == ':'
        && let Some((start, picture)) = emoji::closed(room.draft.text(), room.draft.cursor())
    {
        room.draft.complete(start, picture);
    }
    state.keep_soon();
    tell_typing(state)
}

/// Commands are nobody's business.
fn tell_typing(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let is_for_all = room.is_joined && !room.draft.text().starts_with(['.', '/']);
    let is_due = state.typing_told.is_none_or(|told| state.now >= told + TYPING_EVERY_MS);
    if !is_for_all || !is_due || !state.link.is_up() {
        return Vec::new();
    }
    let effect = Effect::Typing(room.name.clone());
    state.typing_told = Some(state.now);
    vec![effect]
}

/// The next way in which the word before the cursor could go on.
pub(super) fn finish(state: &mut State, is_forward: bool) -> Vec<Effect> {
    if let Some(completion) = &mut state.completion {
        completion.turn(is_forward);
    } else {
        match complete::begin(state) {
            complete::Begun::Found(completion) => state.completion = Some(completion),
            complete::Begun::Ask(effect) => return vec![effect],
            complete::Begun::Nothing => return Vec::new(),
        }
    }
    complete::put(state);
    state.keep_soon();
    Vec::new()
}
