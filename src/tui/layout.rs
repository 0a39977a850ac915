//! Where on the screen what is: from 40 columns and 10 rows up to any size, and something even below that. What is drawn
//! there is left to [`super::view`].

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::message::safe_lines;
use super::state::{Pane, State};
use super::wrap::{rows, units};

/// Columns from which on the rooms are shown by themselves.
const ROOMS_FROM: u16 = 60;
/// Columns from which on the members are shown by themselves.
const MEMBERS_FROM: u16 = 90;
/// Columns that the conversation keeps, whatever is at its sides.
const CHAT_MIN: u16 = 24;
/// Columns before what is typed.
pub(super) const PROMPT_WIDTH: u16 = 2;

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Areas {
    /// What the room is about.
    pub topic: Rect,
    /// The rooms; their border is the last column.
    pub rooms: Option<Rect>,
    /// The conversation.
    pub chat: Rect,
    /// The members; their border is the first column.
    pub members: Option<Rect>,
    /// How things are, or what was just told.
    pub status: Rect,
    /// What is being typed.
    pub input: Rect,
}

/// Lays out the screen.
#[must_use]
pub(super) fn areas(state: &State) -> Areas {
    let (width, height) = state.size;
    let typed = input_rows(state, width);
    let input_height = typed.clamp(1, (height / 3).max(1));
    let mut bottom = height;
    let mut take = |rows: u16| {
        let rows = rows.min(bottom);
        bottom -= rows;
        Rect::new(0, bottom, width, rows)
    };
    let input = take(input_height);
    let status = take(1);
    let topic = Rect::new(0, 0, width, u16::from(bottom > 1));
    let middle = Rect::new(0, topic.height, width, bottom.saturating_sub(topic.height));
    let (rooms, chat, members) = columns(state, middle);
    Areas { topic, rooms, chat, members, status, input }
}

fn columns(state: &State, middle: Rect) -> (Option<Rect>, Rect, Option<Rect>) {
    let panes = &state.panes;
    let mut chat = middle;
    let is_wanted = |pane, from| match pane {
        Pane::Auto => middle.width >= from,
        Pane::Shown => true,
        Pane::Hidden => false,
    };
    let fits = |chat: Rect, columns: u16| chat.width >= columns + CHAT_MIN;
    let mut rooms = None;
    if is_wanted(panes.rooms, ROOMS_FROM) && fits(chat, panes.rooms_width.min(middle.width / 3)) {
        let columns = panes.rooms_width.min(middle.width / 3);
        rooms = Some(Rect { width: columns, ..chat });
        // a column of air beside the border
        chat = Rect { x: chat.x + columns + 1, width: chat.width.saturating_sub(columns + 1), ..chat };
    }
    let mut members = None;
    if is_wanted(panes.members, MEMBERS_FROM) && fits(chat, panes.members_width.min(middle.width / 3)) {
        let columns = panes.members_width.min(middle.width / 3);
        members = Some(Rect { x: chat.x + chat.width - columns, width: columns, ..chat });
        chat.width = chat.width.saturating_sub(columns + 1);
    }
    (rooms, chat, members)
}

fn input_rows(state: &State, width: u16) -> u16 {
    let Some(room) = state.rooms.current() else { return 1 };
    let text = safe_lines(room.draft.text());
    let columns = usize::from(width.saturating_sub(PROMPT_WIDTH + 1)).max(1);
    u16::try_from(rows(&units(&text, Style::default()), columns).len()).unwrap_or(u16::MAX)
}
