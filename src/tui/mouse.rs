//! The mouse: the wheel scrolls, a click goes to a room or opens a link, and the borders of what is at the sides can be
//! dragged.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::arrival::Effect;
use super::layout::areas;
use super::overlay::Overlay;
use super::state::State;
use super::{chat, going, markup, scroll, view_rooms};
use crate::model::Body;

/// Rows that the wheel moves.
const WHEEL_ROWS: isize = 3;

/// Takes in what the mouse did.
pub(super) fn mouse(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollUp => wheel(state, true),
        MouseEventKind::ScrollDown => wheel(state, false),
        MouseEventKind::Down(MouseButton::Left) => {
            state.key_at = state.now;
            return press(state, at);
        }
        MouseEventKind::Drag(MouseButton::Left) => drag(state, at),
        MouseEventKind::Up(_) => state.panes.dragged = None,
        _ => {}
    }
    Vec::new()
}

fn wheel(state: &mut State, is_up: bool) {
    state.key_at = state.now;
    if let Some(Overlay::Page { rows, top, .. }) = &state.overlay {
        let turned = super::page::turned(state, rows, *top, if is_up { -WHEEL_ROWS } else { WHEEL_ROWS });
        if let Some(Overlay::Page { top, .. }) = &mut state.overlay {
            *top = turned;
        }
        return;
    }
    let rows = WHEEL_ROWS.unsigned_abs();
    if is_up { scroll::up(state, rows) } else { scroll::down(state, rows) }
}

fn press(state: &mut State, at: Position) -> Vec<Effect> {
    let areas = areas(state);
    if matches!(state.overlay, Some(Overlay::Page { .. } | Overlay::Switcher { .. })) {
        state.overlay = None;
        return Vec::new();
    }
    if let Some(rooms) = areas.rooms.filter(|rooms| rooms.contains(at)) {
        if at.x + 1 == rooms.right() {
            state.panes.dragged = Some(true);
            return Vec::new();
        }
        return match view_rooms::room_at(state, rooms, at.y) {
            Some(place) => going::go(state, place),
            None => Vec::new(),
        };
    }
    if areas.members.is_some_and(|members| members.contains(at) && at.x == members.x) {
        state.panes.dragged = Some(false);
    }
    if areas.chat.contains(at) { click(state, areas.chat, at) } else { Vec::new() }
}

fn drag(state: &mut State, at: Position) {
    let width = state.size.0;
    match state.panes.dragged {
        Some(true) => state.panes.rooms_width = (at.x + 1).clamp(8, width.max(8)),
        Some(false) => state.panes.members_width = width.saturating_sub(at.x).clamp(8, width.max(8)),
        None => {}
    }
}

/// A message that was clicked: its link is opened, or its file.
fn click(state: &mut State, area: Rect, at: Position) -> Vec<Effect> {
    let Some(room) = state.rooms.current() else { return Vec::new() };
    let rows = chat::visible(state, room, usize::from(area.width), usize::from(area.height));
    let first = usize::from(area.height).saturating_sub(rows.len());
    let row = usize::from(at.y - area.y).checked_sub(first).and_then(|row| rows.get(row));
    let Some((row, slot)) = row.and_then(|row| Some((row, chat::find(room, row.seq?)?))) else { return Vec::new() };
    let Body::Text(text) = &slot.event.body else { return Vec::new() };
    let text = super::message::safe_lines(text);
    let shown = row.line.to_string();
    let column = usize::from(at.x - area.x);
    let links = markup::links(&text);
    let hit = links.iter().map(|link| &text[link.clone()]).find(|link| {
        // a long link goes on in the next row, where only a part of it stands
        view_rooms::columns_of(&shown, link).is_some_and(|columns| columns.contains(&column))
    });
    let only = links.first().filter(|_| links.len() == 1).map(|link| &text[link.clone()]);
    let is_on_link = |link: &&str| shown.split_whitespace().any(|word| word.len() > 8 && link.contains(word));
    hit.or_else(|| only.filter(is_on_link)).map(|link| Effect::OpenLink(link.to_owned())).into_iter().collect()
}
