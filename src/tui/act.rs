//! What a key does. Which key that is, is left to [`super::keys`], what is sent to [`super::say`].

use super::arrival::Effect;
use super::keys::Action;
use super::motion::Motion;
use super::overlay::Overlay;
use super::state::{Pane, State};
use super::{choose, going, help, layout, leaving, press, say, scroll};
use crate::model::{Body, Seq};

/// Why one's own last message cannot be changed yet: an older one would be taken for it.
pub(super) const ON_ITS_WAY: &str = "your last message is still on its way; it can be changed once it has a number";

/// Does it.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Send => return say::send(state),
        Action::Complete => return press::finish(state, true),
        Action::CompleteBack => return press::finish(state, false),
        Action::Interrupt | Action::DeleteOrLeave | Action::Cancel => return end(state, action),
        Action::NextRoom => return going::go(state, state.rooms.beside(1)),
        Action::PreviousRoom => return going::go(state, state.rooms.beside(-1)),
        Action::NextNews => return next_news(state),
        Action::Room(number) => return going::go(state, usize::from(number).saturating_sub(1)),
        Action::Switcher => return going::find(state, String::new()),
        Action::FirstUnread => return first_unread(state),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Keep, Effect::Suspend],
        Action::PageUp => scroll::page(state, true),
        Action::PageDown => scroll::page(state, false),
        Action::LineUp => scroll::up(state, 1),
        Action::LineDown => scroll::down(state, 1),
        Action::ToBottom => to_bottom(state),
        Action::Choose => choose::begin(state),
        Action::Help => state.overlay = Some(help::page(&state.setting.keys)),
        Action::Notes => state.overlay = Some(notes(state)),
        Action::FoldRooms => fold(state, true),
        Action::FoldMembers => fold(state, false),
        _ => edit(state, action),
    }
    Vec::new()
}

fn edit(state: &mut State, action: Action) {
    let Some(room) = state.rooms.current_mut() else { return };
    let mut killed = String::new();
    match action {
        Action::Newline => drop(room.draft.paste("\n")),
        Action::Go(motion) => drop(room.draft.go(motion)),
        Action::Kill(motion) => killed = room.draft.kill(motion),
        Action::Delete(motion) => drop(room.draft.kill(motion)),
        Action::Transpose => room.draft.transpose(),
        Action::Undo => room.draft.undo(),
        Action::Redo => room.draft.redo(),
        Action::Up if room.draft.is_empty() && room.editing.is_none() => return edit_last(state),
        Action::Up if room.draft.go(Motion::Up) => {}
        Action::Down if room.draft.go(Motion::Down) => {}
        Action::Up | Action::Older => {
            if let Some(line) = room.recall.older(room.draft.text()) {
                room.draft.set(line);
            }
        }
        Action::Down | Action::Newer => {
            if let Some(line) = room.recall.newer() {
                room.draft.set(line);
            }
        }
        Action::Yank => {
            if let Some(kill) = state.kills.back() {
                room.draft.paste(kill);
            }
        }
        _ => {}
    }
    state.cut_out(killed);
    state.keep_soon();
}

/// Takes one's last text into the line, to change it.
pub(super) fn edit_last(state: &mut State) {
    if state.rooms.current().is_some_and(say::last_is_on_its_way) {
        return state.tell(ON_ITS_WAY);
    }
    let found = state.rooms.current().and_then(|room| room.recent.own_last_text());
    match found {
        Some(seq) => edit_message(state, seq),
        None => state.tell("there is nothing of yours here to change"),
    }
}

/// Takes a text of one's own into the line, to change it.
pub(super) fn edit_message(state: &mut State, seq: Seq) {
    let Some(room) = state.rooms.current_mut() else { return };
    let text = super::chat::find(room, seq).and_then(|slot| match &slot.event.body {
        Body::Text(text) => Some(text.clone()),
        _ => None,
    });
    let Some(text) = text else {
        return state.tell(format!("#{seq} is no text that is in memory; .edit {seq} TEXT changes it"));
    };
    let typed = room.draft.text().to_owned();
    let before = match (room.editing.take(), room.aside.take()) {
        (Some((_, before)), _) => before,
        (None, Some(before)) => {
            room.recall.add(typed);
            before.text().to_owned()
        }
        (None, None) => typed,
    };
    room.editing = Some((seq, before));
    room.draft.set(text);
    state.keep_soon();
}

/// Esc, Ctrl-C and Ctrl-D: leave what one is at, or the program.
fn end(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(room) = state.rooms.current_mut() else {
        return if action == Action::Cancel { Vec::new() } else { leave(state, action) };
    };
    if action == Action::DeleteOrLeave && !room.draft.is_empty() {
        room.draft.kill(Motion::Right);
        state.keep_soon();
        return Vec::new();
    }
    if let Some((_, before)) = room.editing.take() {
        room.draft.set(before);
    } else if let Some(before) = room.aside.take() {
        room.recall.add(room.draft.text().to_owned());
        room.draft = before;
    } else if room.replying.take().is_some() {
    } else if action == Action::Cancel {
        state.note = None;
    } else if room.draft.is_empty() {
        return leave(state, action);
    } else {
        let killed = room.draft.take();
        room.recall.add(killed.clone());
        state.cut_out(killed);
    }
    state.keep_soon();
    Vec::new()
}

/// To the end; whoever is there already does not want to read what is new further up.
fn to_bottom(state: &mut State) {
    if let Some(room) = state.rooms.current_mut().filter(|room| room.anchor.is_none()) {
        room.see_all();
        room.news_from = None;
    }
    scroll::to_end(state);
}

fn leave(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Interrupt { leaving::interrupt(state) } else { leaving::quit(state) }
}

fn next_news(state: &mut State) -> Vec<Effect> {
    if let Some(place) = state.rooms.next_news() {
        return going::go(state, place);
    }
    match state.rooms.current() {
        Some(room) if room.unread > 0 => next_news_here(state),
        _ => {
            state.tell("nothing new in other rooms");
            Vec::new()
        }
    }
}

/// First to where news begin, and then to their end.
fn next_news_here(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let is_below = |news: &Seq| room.anchor.is_none_or(|anchor| anchor.seq < *news);
    if let Some(news) = room.news_from.filter(is_below) {
        return scroll::point(state, news).into_iter().collect();
    }
    scroll::to_end(state);
    Vec::new()
}

fn first_unread(state: &mut State) -> Vec<Effect> {
    let Some(seq) = state.rooms.current().and_then(|room| room.news_from) else {
        state.tell("nothing is unread here");
        return Vec::new();
    };
    scroll::point(state, seq).into_iter().collect()
}

/// Folds or unfolds what is at one side, and says so if there is no room for it.
fn fold(state: &mut State, is_rooms: bool) {
    let is_shown = |state: &State| {
        let areas = layout::areas(state);
        if is_rooms { areas.rooms.is_some() } else { areas.members.is_some() }
    };
    let pane = if is_shown(state) { Pane::Hidden } else { Pane::Shown };
    *(if is_rooms { &mut state.panes.rooms } else { &mut state.panes.members }) = pane;
    if pane == Pane::Shown && !is_shown(state) {
        let finder = state.setting.keys.of(Action::Switcher);
        let instead = if is_rooms { format!("{finder} finds a room") } else { ".who lists who is here".to_owned() };
        state.tell(format!("the screen is too narrow for that; {instead}"));
    }
}

fn notes(state: &State) -> Overlay {
    let rows: Vec<String> = state.notes.iter().map(|note| note.text.clone()).collect();
    // the last of it
    Overlay::Page { title: "told so far".to_owned(), rows, top: usize::MAX }
}
