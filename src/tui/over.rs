//! Keys over something that is open: a page is read, a room is found, a question is answered. What that looks like is
//! left to [`super::view_over`].

use crossterm::event::{KeyCode, KeyEvent};
use indicatif::HumanBytes;

use super::arrival::Effect;
use super::editor::Editor;
use super::keys::Action;
use super::link::Link;
use super::motion::Motion;
use super::overlay::{Ask, Overlay};
use super::page;
use super::press::letter;
use super::state::State;
use super::{choose, obey, press, search, secret, uploads, view_finder};
use crate::model::{Body, limits};
use crate::terminal::arguments::room_name;
use crate::terminal::command::{Command, Input, read_line};

/// Rooms that are passed over at once in the finder.
const PAGE_ROWS: usize = 10;

/// Takes in a key. Whatever is open is put back unless it is done with.
pub(super) fn key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    let action = state.setting.keys.action(key);
    let Some(overlay) = state.overlay.take() else { return Vec::new() };
    if let Overlay::Search(searching) = overlay {
        return search::key(state, key, action, searching);
    }
    if matches!(action, Some(Action::Cancel | Action::Interrupt)) {
        cancel(state, overlay);
        return Vec::new();
    }
    match overlay {
        // who was typing when it came has not read it yet
        Overlay::Page { .. } if state.link == Link::Over && letter(key).is_some() => {
            let effects = press::key(state, key);
            state.overlay = Some(overlay);
            effects
        }
        Overlay::Page { title, rows, top } => {
            let page = isize::try_from(page::size(state).1.saturating_sub(1)).unwrap_or(1).max(1);
            let by = match (action, key.code) {
                (Some(Action::Up | Action::LineUp), _) => -1,
                (Some(Action::Down | Action::LineDown), _) => 1,
                (Some(Action::PageUp), _) => -page,
                (Some(Action::PageDown), _) | (None, KeyCode::Char(' ')) => page,
                (Some(Action::Go(Motion::LineStart)), KeyCode::Home) => isize::MIN,
                (Some(Action::Go(Motion::LineEnd)), KeyCode::End) => isize::MAX,
                // it closes the page, and is the first of what is typed next
                (None, _) if letter(key).is_some() => return press::key(state, key),
                _ => return Vec::new(),
            };
            let top = page::turned(state, &rows, top, by);
            state.overlay = Some(Overlay::Page { title, rows, top });
            Vec::new()
        }
        Overlay::Switcher { query, chosen } => switch(state, key, action, query, chosen),
        Overlay::Secret { .. } => secret::key(state, key, action, overlay),
        Overlay::Ask(ask) => answer(state, key, ask),
        Overlay::Choose(seq) => choose::key(state, key, action, seq),
        Overlay::Search(_) => Vec::new(),
    }
}

fn cancel(state: &mut State, overlay: Overlay) {
    match overlay {
        Overlay::Secret { .. } => state.tell("nothing was done: no password was typed"),
        Overlay::Ask(Ask::Paste(text)) => {
            state.cut_out(text);
            let key = state.setting.keys.of(Action::Yank);
            state.tell(format!("not pasted; {key} puts it into the line after all"));
        }
        _ => {}
    }
}

/// A line of its own, with the few keys that it needs.
pub(super) fn write(line: &mut Editor, key: KeyEvent, action: Option<Action>) {
    match (action, letter(key)) {
        (Some(Action::Go(motion)), _) => drop(line.go(motion)),
        (Some(Action::Kill(motion) | Action::Delete(motion)), _) => drop(line.kill(motion)),
        (None, Some(c)) => line.type_char(c),
        _ => {}
    }
}

fn switch(
    state: &mut State,
    key: KeyEvent,
    action: Option<Action>,
    mut query: Editor,
    mut chosen: usize,
) -> Vec<Effect> {
    let found = view_finder::found(state, query.text());
    match action {
        Some(Action::Send) => {
            let typed = query.text().trim().to_owned();
            let name = found.get(chosen).filter(|_| !typed.starts_with(['.', '/']));
            match name.map_or_else(|| meant(&typed), |name| Ok(Command::Join(name.clone()))) {
                Ok(command) => return obey::obey(state, &typed, command),
                Err(why) => state.fault(why),
            }
        }
        Some(Action::Up | Action::PreviousRoom | Action::CompleteBack) => chosen = chosen.saturating_sub(1),
        Some(Action::Down | Action::NextRoom | Action::Complete | Action::Switcher) => {
            chosen = (chosen + 1).min(found.len().saturating_sub(1));
        }
        Some(Action::PageUp) => chosen = chosen.saturating_sub(PAGE_ROWS),
        Some(Action::PageDown) => chosen = (chosen + PAGE_ROWS).min(found.len().saturating_sub(1)),
        action => {
            let before = query.text().to_owned();
            write(&mut query, key, action);
            chosen = if query.text() == before { chosen } else { 0 };
        }
    }
    state.overlay = Some(Overlay::Switcher { query, chosen });
    Vec::new()
}

/// What is meant by what was typed to find a room: a command, or the name of a room that is still to be made.
fn meant(typed: &str) -> Result<Command, String> {
    match read_line(typed) {
        Input::Command(command) => Ok(command),
        Input::Mistake(why) => Err(why),
        Input::Text(_) | Input::Nothing => room_name(typed).map(Command::Join),
    }
}

fn answer(state: &mut State, key: KeyEvent, ask: Ask) -> Vec<Effect> {
    match ask {
        Ask::Upload(dropped) => return uploads::answer(state, key, dropped),
        Ask::Paste(text) if key.code == KeyCode::Enter => put(state, &text),
        Ask::Delete(of) if key.code == KeyCode::Enter => {
            return super::say::send_body(state, "", Body::Delete { of }, None);
        }
        // whoever types on has not read the question: the letter belongs into the line
        ask if letter(key).is_some() => {
            cancel(state, Overlay::Ask(ask));
            return press::key(state, key);
        }
        ask => state.overlay = Some(Overlay::Ask(ask)),
    }
    Vec::new()
}

/// Puts a text into the line.
pub(super) fn put(state: &mut State, text: &str) {
    let Some(room) = state.rooms.current_mut() else { return };
    if !room.draft.paste(text) {
        let most = HumanBytes(limits::TERMINAL_LINE_BYTES_MAX as u64);
        return state.fault(format!("too long: a line has at most {most}; nothing was pasted"));
    }
    state.keep_soon();
}
