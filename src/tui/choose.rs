//! A message is chosen with the keys, to be answered, changed, taken back, or to have its file opened.

use crossterm::event::{KeyCode, KeyEvent};

use super::arrival::Effect;
use super::chat::{find, visible};
use super::keys::Action;
use super::overlay::{Ask, Overlay};
use super::press::letter;
use super::room::Room;
use super::slot::Slot;
use super::state::State;
use super::{act, obey, say, scroll};
use crate::model::Seq;

/// What the status line says meanwhile.
pub(super) const HINT: &str = "↑↓ choose · Enter answer · e edit · d delete · + react · o open · s save · Esc back";

/// Begins with the last message on the screen.
pub(super) fn begin(state: &mut State) {
    let (width, height) = scroll::chat_size(state);
    let Some(room) = state.rooms.current() else { return };
    let rows = visible(state, room, width, height);
    let last = rows.iter().rev().filter_map(|row| row.seq).find(|seq| is_message(room, *seq));
    match last {
        Some(seq) => state.overlay = Some(Overlay::Choose(seq)),
        None => state.tell("there is no message to choose"),
    }
}

/// Takes in a key while one is chosen.
pub(super) fn key(state: &mut State, key: KeyEvent, action: Option<Action>, seq: Seq) -> Vec<Effect> {
    state.overlay = Some(Overlay::Choose(seq));
    match action {
        Some(Action::Up | Action::LineUp) => return go(state, seq, true),
        Some(Action::Down | Action::LineDown) => return go(state, seq, false),
        Some(Action::PageUp) => return (0..10).flat_map(|_| again(state, true)).collect(),
        Some(Action::PageDown) => return (0..10).flat_map(|_| again(state, false)).collect(),
        _ => {}
    }
    let what = if key.code == KeyCode::Enter { Some('r') } else { letter(key) };
    state.overlay = None;
    match what {
        Some('r') => reply(state, seq),
        Some('e' | 'd') if refuse(state, seq) => {}
        Some('e') => act::edit_message(state, seq),
        Some('d') => state.overlay = Some(Overlay::Ask(Ask::Delete(seq))),
        Some('+') => say::set_aside(state, &format!(".react {seq} ")),
        Some('o') => return obey::open(state, seq),
        Some('s') => return obey::obey(state, "", crate::terminal::command::Command::Save { seq, to: None }),
        _ => state.overlay = Some(Overlay::Choose(seq)),
    }
    Vec::new()
}

/// Tells that a message is somebody else's, if it is: nothing is asked then.
fn refuse(state: &mut State, seq: Seq) -> bool {
    let why = state.rooms.current().and_then(|room| obey::not_ours(room, &state.oneself, seq));
    let is_refused = why.is_some();
    why.into_iter().for_each(|why| state.tell(why));
    is_refused
}

fn again(state: &mut State, is_up: bool) -> Vec<Effect> {
    match state.overlay {
        Some(Overlay::Choose(seq)) => go(state, seq, is_up),
        _ => Vec::new(),
    }
}

fn go(state: &mut State, seq: Seq, is_up: bool) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let slots = room.timeline.span().slots();
    let Some(index) = room.timeline.span().nearest(seq) else { return Vec::new() };
    let next = if is_up {
        slots.iter().take(index).rev().find(|slot| slot.is_message())
    } else {
        slots.iter().skip(index + 1).find(|slot| slot.is_message())
    };
    let Some(next) = next.map(Slot::seq) else { return Vec::new() };
    state.overlay = Some(Overlay::Choose(next));
    show(state, next)
}

/// Scrolls until a message is on the screen.
pub(super) fn show(state: &mut State, seq: Seq) -> Vec<Effect> {
    let (width, height) = scroll::chat_size(state);
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let rows = visible(state, room, width, height);
    if rows.iter().any(|row| row.seq == Some(seq)) {
        return Vec::new();
    }
    let is_above = rows.iter().find_map(|row| row.seq).is_none_or(|first| seq < first);
    if is_above {
        return scroll::to_message(state, seq).into_iter().collect();
    }
    for _ in 0..height {
        scroll::down(state, 1);
        let Some(room) = state.rooms.current() else { break };
        if visible(state, room, width, height).iter().any(|row| row.seq == Some(seq)) {
            break;
        }
    }
    Vec::new()
}

/// What is typed next answers a message.
pub(super) fn reply(state: &mut State, seq: Seq) {
    if let Some(room) = state.rooms.current_mut() {
        room.replying = Some(seq);
    }
    scroll::to_end(state);
}

fn is_message(room: &Room, seq: Seq) -> bool {
    find(room, seq).is_some_and(Slot::is_message)
}
