//! Moving about in a conversation: up and down by rows, to its end, to where news begin. What came meanwhile moves
//! nothing. What is missing in memory is asked for as an [`Effect`].

use super::arrival::Effect;
use super::chat::item;
use super::layout::areas;
use super::room::{Anchor, Room};
use super::search;
use super::state::State;
use super::timeline::Way;
use crate::model::Seq;
use crate::terminal::save::Attachment;

/// Rows that are left above or below when a page is asked for.
const MARGIN: usize = 60;

/// Moves up by so many rows.
pub(super) fn up(state: &mut State, rows: usize) {
    let (width, height) = chat_size(state);
    let Some(room) = state.rooms.current() else { return };
    let Some(mut place) = start(room) else { return };
    for _ in 0..rows {
        let Some(next) = above(state, room, place, width) else { break };
        place = next;
    }
    // the first row does not move further down than to the top
    let place = lowered(state, room, place, width, height);
    let anchor = Anchor { seq: seq_at(room, place.0), below: place.1 };
    let is_at_end = Some(place) == end(room) && room.timeline.is_at_tail();
    if let Some(room) = state.rooms.current_mut() {
        room.anchor = Some(anchor).filter(|_| !is_at_end);
    }
}

/// Moves down by so many rows.
pub(super) fn down(state: &mut State, rows: usize) {
    let (width, _) = chat_size(state);
    let Some(room) = state.rooms.current() else { return };
    let Some(mut place) = start(room).filter(|_| room.anchor.is_some()) else { return };
    for _ in 0..rows {
        let Some(next) = under(state, room, place, width) else { break };
        place = next;
    }
    let is_at_end = Some(place) == end(room) && room.timeline.is_at_tail();
    let anchor = Anchor { seq: seq_at(room, place.0), below: place.1 };
    if let Some(room) = state.rooms.current_mut() {
        room.anchor = Some(anchor).filter(|_| !is_at_end);
    }
}

/// Moves by nearly a screen.
pub(super) fn page(state: &mut State, is_up: bool) {
    let rows = chat_size(state).1.saturating_sub(2).max(1);
    if is_up { up(state, rows) } else { down(state, rows) }
}

/// Goes to the newest message.
pub(super) fn to_end(state: &mut State) {
    if let Some(room) = state.rooms.current_mut() {
        room.anchor = None;
        room.timeline.go_to_tail();
    }
}

/// Goes to a message, which stands out then.
pub(super) fn point(state: &mut State, seq: Seq) -> Option<Effect> {
    state.pointed = Some(seq);
    to_message(state, seq)
}

/// Goes back to where one was, as far as that is still in memory.
pub(super) fn back_to(state: &mut State, anchor: Anchor) -> Option<Effect> {
    let room = state.rooms.current_mut()?;
    if room.timeline.span().get(anchor.seq).is_none() {
        return to_message(state, anchor.seq);
    }
    room.anchor = Some(anchor);
    None
}

/// Shows a message in the upper third of the screen, if there is enough below it, and if it is in memory; otherwise asks
/// for it.
pub(super) fn to_message(state: &mut State, seq: Seq) -> Option<Effect> {
    let (width, height) = chat_size(state);
    let room = state.rooms.current_mut()?;
    if room.timeline.span().get(seq).is_none() && room.timeline.tail().get(seq).is_some() {
        room.timeline.go_to_tail();
    }
    if room.timeline.span().get(seq).is_none() {
        let way = Way::To(Seq(seq.0.saturating_sub(1)));
        room.timeline.loading = Some(way);
        return Some(Effect::Load { room: room.name.clone(), way });
    }
    let room = state.rooms.current()?;
    let index = room.timeline.span().index(seq)?;
    let (rows, above) = (item(state, room, index, width).len(), height / 4);
    let mut place = (index, (above + rows).saturating_sub(height).min(rows.saturating_sub(1)));
    for _ in above + rows..height {
        let Some(next) = under(state, room, place, width) else { break };
        place = next;
    }
    let place = lowered(state, room, place, width, height);
    let anchor = Anchor { seq: seq_at(room, place.0), below: place.1 };
    let is_at_end = Some(place) == end(room) && room.timeline.is_at_tail();
    state.rooms.current_mut()?.anchor = Some(anchor).filter(|_| !is_at_end);
    None
}

/// Rows and columns of the conversation.
#[must_use]
pub(super) fn chat_size(state: &State) -> (usize, usize) {
    let chat = areas(state).chat;
    (usize::from(chat.width), usize::from(chat.height))
}

/// The page that should be read now, so that nobody who scrolls has to wait for it.
#[must_use]
pub(super) fn wanted(state: &State) -> Option<Effect> {
    let room = state.rooms.current().filter(|room| room.is_joined && room.timeline.loading.is_none())?;
    if !state.link.is_up() || state.now < room.load_after {
        return None;
    }
    let span = room.timeline.span();
    let load = |way| Some(Effect::Load { room: room.name.clone(), way });
    let (Some(first), Some(last)) = (span.first(), span.last()) else {
        return if room.head > Seq::default() { load(Way::End) } else { None };
    };
    if search::is_reading(state) {
        return if room.timeline.is_at_beginning() { None } else { load(Way::Before(first)) };
    }
    let (_, height) = chat_size(state);
    let bottom = room.anchor.and_then(|anchor| span.nearest(anchor.seq)).unwrap_or(span.slots().len() - 1);
    let shown = span.slots().iter().take(bottom + 1).rev().filter(|slot| slot.is_shown()).take(height + MARGIN).count();
    if shown < height + MARGIN && !room.timeline.is_at_beginning() {
        return load(Way::Before(first));
    }
    let is_near_end = span.slots().len() - bottom < MARGIN;
    if is_near_end && !room.timeline.is_at_tail() { load(Way::After(last)) } else { None }
}

/// Small pictures that are to be made for what is on the screen, or nearly.
pub(super) fn pictures(state: &mut State) -> Vec<Effect> {
    let bytes_max = state.setting.auto_save_bytes_max;
    if state.setting.pictures.is_none() || !state.link.is_up() {
        return Vec::new();
    }
    let Some(room) = state.rooms.current().filter(|room| room.is_joined) else { return Vec::new() };
    let span = room.timeline.span();
    let bottom = room.anchor.and_then(|anchor| span.nearest(anchor.seq)).map_or(span.slots().len(), |index| index + 1);
    let near = span.slots().range(bottom.saturating_sub(MARGIN)..bottom).rev();
    let images = near.filter_map(|slot| Attachment::of(&slot.event)).filter(|file| file.is_image);
    let small: Vec<Attachment> = images.filter(|file| file.size <= bytes_max).collect();
    let how = state.thumbs.how();
    state.thumbs.want(small.into_iter()).into_iter().map(|file| Effect::Thumb(file, how)).collect()
}

type Place = (usize, usize);

fn seq_at(room: &Room, index: usize) -> Seq {
    room.timeline.span().slots().get(index).map(super::slot::Slot::seq).unwrap_or_default()
}

/// The last message that has rows.
fn end(room: &Room) -> Option<Place> {
    room.timeline.span().slots().iter().rposition(super::slot::Slot::is_shown).map(|index| (index, 0))
}

fn start(room: &Room) -> Option<Place> {
    match room.anchor {
        Some(anchor) => Some((room.timeline.span().nearest(anchor.seq)?, anchor.below)),
        None => end(room),
    }
}

/// The place one row further up.
fn above(state: &State, room: &Room, (index, below): Place, width: usize) -> Option<Place> {
    if below + 1 < item(state, room, index, width).len() {
        return Some((index, below + 1));
    }
    let before = room.timeline.span().slots().iter().take(index).rposition(super::slot::Slot::is_shown)?;
    Some((before, 0))
}

/// The place one row further down.
fn under(state: &State, room: &Room, (index, below): Place, width: usize) -> Option<Place> {
    if below > 0 {
        return Some((index, below - 1));
    }
    let slots = room.timeline.span().slots();
    let after = (index + 1..slots.len()).find(|index| slots[*index].is_shown())?;
    Some((after, item(state, room, after, width).len().saturating_sub(1)))
}

/// The same place, or one further down, so that the rows above it fill the screen.
fn lowered(state: &State, room: &Room, place: Place, width: usize, height: usize) -> Place {
    let (mut index, below) = place;
    let mut rows = item(state, room, index, width).len().saturating_sub(below);
    while rows < height && index > 0 {
        index -= 1;
        rows += item(state, room, index, width).len();
    }
    let mut place = place;
    for _ in rows..height {
        let Some(next) = under(state, room, place, width) else { break };
        place = next;
    }
    place
}
