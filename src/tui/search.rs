//! Searching a room: a small mode in which the arrows go from hit to hit, and which reads older pages by itself where
//! memory ends. It never goes round about. What a page changes is left to [`super::timeline`], reading one to
//! [`super::doing`].

use crossterm::event::KeyEvent;

use super::arrival::Effect;
use super::choose::{reply, show};
use super::keys::Action;
use super::overlay::Overlay;
use super::press::{self, letter};
use super::room::{Anchor, Room};
use super::scroll;
use super::slot::Slot;
use super::state::State;
use crate::model::{Body, NameKey, Seq};

/// Pages that are looked through before somebody is asked whether to go on.
const PAGES_MAX: u16 = 100;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sought {
    text: String,
    /// Where it was found last.
    hit: Option<(NameKey, Seq)>,
}

/// How far a search is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Search {
    /// The message that is shown, if one was found.
    pub hit: Option<Seq>,
    /// Where one read before.
    from: Option<Anchor>,
    /// Pages that it may still read by itself; none while it waits for a key.
    pages: u16,
    /// What there is to say besides.
    note: String,
}

/// Looks for a text from here upwards; for the same one, above where it was found last.
pub(super) fn begin(state: &mut State, text: &str) -> Vec<Effect> {
    if !text.is_empty() && text != state.sought.text {
        state.sought = Sought { text: text.to_owned(), hit: None };
    }
    if state.sought.text.is_empty() {
        state.fault("search for what? .search TEXT");
        return Vec::new();
    }
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let hit = state.sought.hit.as_ref().filter(|(key, _)| *key == room.key).map(|(_, seq)| *seq);
    older(state, Search { hit, from: room.anchor, ..Search::default() })
}

/// What the status line says meanwhile: which keys do what.
#[must_use]
pub(super) fn hint(state: &State, search: &Search) -> String {
    let Some(room) = state.rooms.current() else { return String::new() };
    if search.pages > 0 {
        let first = room.timeline.span().first().unwrap_or_default();
        return format!("searched back to #{first}, nothing yet · Esc stops");
    }
    let hits: Vec<Seq> = hits(state, room).collect();
    let place = hits.iter().position(|seq| Some(*seq) <= search.hit).unwrap_or(0) + 1;
    let note = if search.note.is_empty() { " in what is loaded" } else { &search.note };
    format!("hit {place} of {}{note} · ↑ older · ↓ newer · Enter answers · Esc leaves", hits.len().max(1))
}

/// Whether it wants older pages.
#[must_use]
pub(super) const fn is_reading(state: &State) -> bool {
    matches!(&state.overlay, Some(Overlay::Search(search)) if search.pages > 0)
}

/// Takes in a key while something is searched for.
pub(super) fn key(state: &mut State, key: KeyEvent, action: Option<Action>, search: Search) -> Vec<Effect> {
    let is_reading = search.pages > 0;
    match action {
        Some(Action::Cancel | Action::Interrupt) if is_reading => return stop(state, search, ", where you stopped"),
        Some(Action::Cancel | Action::Interrupt) => return Vec::new(),
        _ if is_reading => {}
        Some(Action::Up | Action::LineUp | Action::PreviousRoom) => return older(state, search),
        Some(Action::Down | Action::LineDown | Action::NextRoom) => return newer(state, search),
        Some(Action::PageUp) => scroll::page(state, true),
        Some(Action::PageDown) => scroll::page(state, false),
        Some(Action::Send) => {
            search.hit.into_iter().for_each(|hit| reply(state, hit));
            return Vec::new();
        }
        Some(Action::Choose) => {
            state.overlay = search.hit.map(Overlay::Choose);
            return Vec::new();
        }
        // it ends the search, and is the first of what is typed next
        None if letter(key).is_some() => return press::key(state, key),
        _ => {}
    }
    state.overlay = Some(Overlay::Search(search));
    Vec::new()
}

/// A page came for the room on the screen, or did not.
pub(super) fn go_on(state: &mut State, is_there: bool) -> Vec<Effect> {
    if !is_reading(state) {
        return Vec::new();
    }
    match state.overlay.take() {
        Some(Overlay::Search(search)) if is_there => look(state, Search { pages: search.pages - 1, ..search }),
        Some(Overlay::Search(search)) => stop(state, search, ", and no older page came"),
        _ => Vec::new(),
    }
}

fn older(state: &mut State, mut search: Search) -> Vec<Effect> {
    search.pages = PAGES_MAX;
    search.note.clear();
    look(state, search)
}

/// Goes to the next hit above, if it is in memory; otherwise older pages are read, one after the other.
fn look(state: &mut State, search: Search) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let below = search.hit.or_else(|| search.from.map(|from| from.seq.next()));
    let found = hits(state, room).find(|seq| below.is_none_or(|below| *seq < below));
    let (is_at_beginning, first) = (room.timeline.is_at_beginning(), room.timeline.span().first());
    let is_empty = room.head == Seq::default();
    if let Some(seq) = found {
        return arrive(state, Search { hit: Some(seq), pages: 0, ..search });
    }
    if is_at_beginning || is_empty {
        return stop(state, search, ", and none is older");
    }
    if !state.link.is_up() {
        return stop(state, search, ", offline: what is older cannot be read");
    }
    if search.pages == 0 {
        let back = format!(", searched back to #{}", first.unwrap_or_default());
        return stop(state, search, &back);
    }
    state.overlay = Some(Overlay::Search(search));
    Vec::new()
}

fn newer(state: &mut State, mut search: Search) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let found = hits(state, room).take_while(|seq| Some(*seq) > search.hit).last();
    let end = if room.timeline.is_at_tail() { ", and none is newer" } else { ", none newer is loaded" };
    search.note = if found.is_none() { end.to_owned() } else { String::new() };
    search.hit = found.or(search.hit);
    arrive(state, search)
}

fn arrive(state: &mut State, search: Search) -> Vec<Effect> {
    let Some(seq) = search.hit else { return Vec::new() };
    state.sought.hit = state.rooms.current().map(|room| (room.key.clone(), seq));
    state.overlay = Some(Overlay::Search(search));
    show(state, seq)
}

/// Stays at what was found last; where nothing was, one is back where one began.
fn stop(state: &mut State, mut search: Search, why: &str) -> Vec<Effect> {
    if search.hit.is_some() {
        search.pages = 0;
        why.clone_into(&mut search.note);
        return arrive(state, search);
    }
    let first = state.rooms.current().and_then(|room| room.timeline.span().first()).unwrap_or_default();
    let what = format!("{:?} was not found back to #{first}{why}", state.sought.text);
    state.tell(what);
    match search.from {
        Some(from) => return scroll::back_to(state, from).into_iter().collect(),
        None => scroll::to_end(state),
    }
    Vec::new()
}

/// The messages in memory that hold what is sought, the newest first.
fn hits(state: &State, room: &Room) -> impl Iterator<Item = Seq> {
    let sought = state.sought.text.to_lowercase();
    let slots = room.timeline.span().slots().iter().rev();
    slots.filter(move |slot| holds(slot, &sought)).map(Slot::seq)
}

fn holds(slot: &Slot, sought: &str) -> bool {
    let text = match &slot.event.body {
        Body::Text(text) => text,
        Body::File(file) => &file.name,
        Body::Image(image) => &image.name,
        _ => return false,
    };
    text.to_lowercase().contains(sought)
}
