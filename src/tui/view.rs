//! Draws the state, and nothing else: no I/O, no clock. Every text of others that comes here is made safe before it is put
//! into a cell. The parts are left to [`super::view_rooms`], [`super::view_line`], [`super::view_over`]
//! and [`super::view_pictures`].

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::chat::visible;
use super::keys::Action;
use super::layout::{Areas, areas};
use super::overlay::Overlay;
use super::page::broken;
use super::room::Room;
use super::state::State;
use super::view_pictures::Placed;
use super::wrap::cut;
use super::{view_line, view_over, view_pictures, view_rooms};
use crate::model::{Seq, safe_text};

/// Draws all of it. Returns where the cursor is, and which pictures can be seen.
pub(super) fn draw(state: &State, buffer: &mut Buffer) -> (Option<Position>, Vec<Placed>) {
    let areas = areas(state);
    topic(state, areas.topic, buffer);
    if let Some(rooms) = areas.rooms {
        view_rooms::rooms(state, rooms, buffer);
    }
    if let Some(members) = areas.members {
        view_rooms::members(state, members, buffer);
    }
    chat(state, &areas, buffer);
    view_line::status(state, areas.status, buffer);
    let cursor = view_line::input(state, areas.input, buffer);
    let on_top = view_over::over(state, &areas, buffer);
    let pictures = view_pictures::place(state, areas.chat, buffer);
    (if state.overlay.is_some() { on_top } else { cursor }, pictures)
}

/// Draws a line into a row, cut where the row ends.
pub(super) fn put(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    if row < area.height && area.width > 0 {
        buffer.set_line(area.x, area.y + row, line, area.width);
    }
}

fn topic(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.setting.theme;
    buffer.set_style(area, theme.bar);
    let text = match state.rooms.current() {
        None => state.setting.server.clone(),
        Some(room) if room.topic.is_empty() => format!("{}, {} here", room.name, room.members.len()),
        Some(room) => format!("{}: {}", room.name, room.topic),
    };
    let text = cut(&safe_text(&text), usize::from(area.width.saturating_sub(2)));
    put(buffer, area, 0, &Line::styled(format!(" {text}"), theme.bar));
}

fn chat(state: &State, areas: &Areas, buffer: &mut Buffer) {
    let area = areas.chat;
    let Some(room) = state.rooms.current() else {
        let hint = "in no room; type the name of one";
        return put(buffer, area, 0, &Line::styled(cut(hint, usize::from(area.width)), state.setting.theme.dim));
    };
    let rows = visible(state, room, usize::from(area.width), usize::from(area.height));
    if rows.is_empty() && room.is_joined && room.head == Seq::default() {
        empty(state, area, buffer);
    }
    let first = usize::from(area.height).saturating_sub(rows.len());
    let marked = state.overlay.as_ref().and_then(Overlay::marked).or(state.pointed);
    for (at, row) in rows.iter().enumerate() {
        let at = u16::try_from(first + at).unwrap_or(u16::MAX);
        put(buffer, area, at, &row.line);
        let is_chosen = row.seq.is_some() && row.seq == marked;
        if is_chosen && at < area.height {
            buffer.set_style(Rect { y: area.y + at, height: 1, ..area }, state.setting.theme.current);
        }
    }
    if let Some((words, style)) = elsewhere(state, room, rows.iter().find_map(|row| row.seq)) {
        sign(areas.topic, &words, style, buffer);
    }
}

/// What can be done where nothing was said yet.
fn empty(state: &State, area: Rect, buffer: &mut Buffer) {
    let keys = &state.setting.keys;
    let mut words = vec!["Nobody has said anything here yet.".to_owned()];
    if state.oneself.guest {
        words.push(format!("You are {}; .register NAME claims a name of your own.", state.oneself.name));
    }
    words.push(".rooms lists what there is, .join ROOM goes there or begins it.".to_owned());
    words.push(format!("{} shows all keys and commands.", keys.of(Action::Help)));
    let rows = broken(&words, usize::from(area.width));
    let first = area.height.saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX));
    for (row, text) in (first..area.height).zip(rows) {
        put(buffer, area, row, &Line::styled(text, state.setting.theme.dim));
    }
}

/// What is new, or just there, above or below what can be seen.
fn elsewhere(state: &State, room: &Room, first: Option<Seq>) -> Option<(String, Style)> {
    let (theme, keys) = (&state.setting.theme, &state.setting.keys);
    let Some(anchor) = room.anchor else {
        room.news_from.filter(|news| room.unread > 0 && first.is_some_and(|first| *news < first))?;
        let (go, skip) = (keys.of(Action::FirstUnread), keys.of(Action::ToBottom));
        return Some((format!(" ↑ {} new · {go} · {skip} skips ", room.unread), theme.news));
    };
    let key = keys.of(Action::ToBottom);
    Some(match room.unread {
        0 => (format!(" ↓ {} below · {key} ", room.head.0.saturating_sub(anchor.seq.0)), theme.dim),
        unread => (format!(" ↓ {unread} new · {key} "), theme.news),
    })
}

/// It stands at the end of the topic's row, where it hides no words of the conversation.
fn sign(topic: Rect, words: &str, style: Style, buffer: &mut Buffer) {
    let width = u16::try_from(words.width()).unwrap_or(topic.width).min(topic.width);
    let place = Rect { x: topic.right() - width, width, ..topic };
    buffer.set_style(place, Style::reset());
    put(buffer, place, 0, &Line::styled(words.to_owned(), style));
}

/// Everything of it, for tests.
#[cfg(test)]
pub(super) fn drawn(state: &State) -> String {
    let (width, height) = state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(state, &mut buffer);
    as_text(&buffer)
}

/// The cells of a buffer, row by row.
#[cfg(test)]
pub(super) fn as_text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let (mut x, mut row) = (0, String::new());
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(symbol.width()).unwrap_or(1).max(1);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// The parts of the screen, for what is drawn over them.
pub(super) const fn whole(areas: &Areas) -> Rect {
    let bottom = areas.status.y;
    Rect::new(0, 0, areas.topic.width, bottom)
}
