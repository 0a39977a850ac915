//! Going from room to room: what is left behind rests, and what one comes to is read. Joining is an [`Effect`].

use super::arrival::Effect;
use super::editor::Editor;
use super::overlay::Overlay;
use super::room::Room;
use super::state::State;
use crate::model::names::key_of;
use crate::terminal::command::{Command, Input, read_line};

/// Puts a room on the screen.
pub(super) fn go(state: &mut State, place: usize) -> Vec<Effect> {
    if place == state.rooms.place() || place >= state.rooms.all().len() {
        return Vec::new();
    }
    if let Some(room) = state.rooms.current_mut() {
        leave_behind(room);
    }
    state.rooms.go(place);
    state.completion = None;
    // what is marked there is not here
    state.overlay.take_if(|overlay| matches!(overlay, Overlay::Choose(_) | Overlay::Search(_)));
    state.keep_soon();
    arrive(state)
}

/// Goes to a room by name, and joins it if one is not there.
pub(super) fn go_to(state: &mut State, name: &str) -> Vec<Effect> {
    let is_new = state.rooms.find(name).is_none_or(|place| !state.rooms.all()[place].is_joined);
    let place = state.rooms.get_or_add(name);
    let mut effects = go(state, place);
    if is_new {
        effects.push(Effect::Join(name.to_owned()));
    }
    effects
}

/// Leaves the room on the screen.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else {
        state.fault("you are in no room");
        return Vec::new();
    };
    let name = room.name.clone();
    if let Some(room) = state.rooms.current_mut() {
        room.is_leaving = true;
    }
    vec![Effect::Leave(name)]
}

/// One is out of a room, or never came in.
pub(super) fn out_of(state: &mut State, name: &str) -> Vec<Effect> {
    let was_current = state.rooms.remove(name);
    state.keep_soon();
    if was_current { arrive(state) } else { Vec::new() }
}

/// One was not let in: one is back where that was asked for, with what was typed for it.
pub(super) fn turn_back(state: &mut State, name: &str) -> Vec<Effect> {
    let was_here = state.rooms.find(name) == Some(state.rooms.place());
    let key = key_of(name);
    let mut effects = out_of(state, name);
    let asks = |room: &Room| {
        let line = room.recall.lines().next_back().filter(|_| was_here && room.draft.is_empty())?;
        let is_it = matches!(read_line(line), Input::Command(Command::Join(asked)) if key_of(&asked) == key);
        is_it.then(|| line.clone())
    };
    let found = state.rooms.all().iter().enumerate().find_map(|(place, room)| Some((place, asks(room)?)));
    if let Some((place, line)) = found {
        effects.extend(go(state, place));
        state.rooms.all_mut()[place].draft.set(line);
    }
    effects
}

/// Opens the finder of rooms. Where one is in no room, it is the only line that there is, and takes commands too.
pub(super) fn find(state: &mut State, query: String) -> Vec<Effect> {
    state.overlay = Some(Overlay::Switcher { query: Editor::with(query), chosen: 0 });
    vec![Effect::Rooms { is_shown: false }]
}

fn leave_behind(room: &mut Room) {
    room.anchor = None;
    room.timeline.rest();
    if room.unread == 0 {
        room.news_from = None;
    }
}

fn arrive(state: &mut State) -> Vec<Effect> {
    state.pointed = None;
    let room = state.rooms.current().filter(|room| room.is_joined && room.members.is_empty() && state.link.is_up());
    room.map(|room| Effect::Members(room.name.clone())).into_iter().collect()
}
