//! What is at the sides of the conversation: rooms with what is new in them, and who is here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::room::Room;
use super::state::State;
use super::view::put;
use super::wrap::cut;
use crate::model::safe_text;

/// Draws the rooms.
pub(super) fn rooms(state: &State, area: Rect, buffer: &mut Buffer) {
    border(state, Rect { x: area.right() - 1, width: 1, ..area }, buffer);
    let inner = Rect { width: area.width - 1, ..area };
    let first = first_room(state, area);
    for (row, (place, room)) in (0..area.height).zip(state.rooms.all().iter().enumerate().skip(first)) {
        put(buffer, inner, row, &room_row(state, room, place, usize::from(inner.width)));
        if place == state.rooms.place() {
            buffer.set_style(Rect { y: inner.y + row, height: 1, ..inner }, state.setting.theme.current);
        }
    }
}

/// The room in a row of the screen.
#[must_use]
pub(super) fn room_at(state: &State, area: Rect, row: u16) -> Option<usize> {
    let place = first_room(state, area) + usize::from(row.checked_sub(area.y)?);
    (place < state.rooms.all().len()).then_some(place)
}

/// Where a text stands in a row, in columns.
#[must_use]
pub(super) fn columns_of(row: &str, text: &str) -> Option<std::ops::Range<usize>> {
    let at = row.find(text)?;
    let start = row[..at].width();
    Some(start..start + text.width())
}

/// The room on the screen is always among them.
fn first_room(state: &State, area: Rect) -> usize {
    let height = usize::from(area.height).max(1);
    let (all, place) = (state.rooms.all().len(), state.rooms.place());
    place.saturating_sub(height / 2).min(all.saturating_sub(height))
}

fn room_row(state: &State, room: &Room, place: usize, width: usize) -> Line<'static> {
    let theme = &state.setting.theme;
    let number = if place < 9 { format!("{} ", place + 1) } else { "  ".to_owned() };
    let count = match (room.mentions, room.unread) {
        (0, 0) if !room.draft.is_empty() && place != state.rooms.place() => " ✎".to_owned(),
        (0, 0) => String::new(),
        (0, unread) => format!(" {}", shortened(unread)),
        (_, unread) => format!(" @{}", shortened(unread)),
    };
    let style = match (room.is_joined, room.mentions, room.unread) {
        (false, ..) => theme.dim,
        (_, 1.., _) => theme.mention,
        (_, 0, 1..) => theme.news,
        (true, 0, 0) => ratatui::style::Style::new(),
    };
    let name = cut(&safe_text(&room.name), width.saturating_sub(number.width() + count.width()));
    let gap = width.saturating_sub(number.width() + name.width() + count.width());
    Line::from(vec![
        Span::styled(number, theme.dim),
        Span::styled(name, style),
        Span::raw(" ".repeat(gap)),
        Span::styled(count, style),
    ])
}

fn shortened(count: u64) -> String {
    if count > 999 { "999+".to_owned() } else { count.to_string() }
}

/// Draws who is here.
pub(super) fn members(state: &State, area: Rect, buffer: &mut Buffer) {
    border(state, Rect { width: 1, ..area }, buffer);
    let inner = Rect { x: area.x + 1, width: area.width - 1, ..area };
    let Some(room) = state.rooms.current() else { return };
    let theme = &state.setting.theme;
    let (height, all) = (usize::from(area.height), room.members.len());
    let shown = if all > height { height.saturating_sub(1) } else { all };
    for (row, user) in (0..).zip(room.members.iter().take(shown)) {
        let name = cut(&safe_text(&user.name), usize::from(inner.width));
        let style = if user.guest { theme.dim } else { theme.name(&user.name) };
        put(buffer, inner, row, &Line::styled(name, style));
    }
    if shown < all {
        let row = area.height.saturating_sub(1);
        put(buffer, inner, row, &Line::styled(format!("+{} more", all - shown), theme.dim));
    }
}

fn border(state: &State, area: Rect, buffer: &mut Buffer) {
    for row in 0..area.height {
        put(buffer, area, row, &Line::styled("│", state.setting.theme.dim));
    }
}
