//! The finder of rooms: all that there are, the fitting ones first, with how many people and messages each has. It is
//! `.rooms` too. What keys do there is left to [`super::over`].

use std::collections::HashSet;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::editor::Editor;
use super::fuzzy::score;
use super::state::State;
use super::wrap::cut;
use crate::model::safe_text;

/// Columns that a name takes before its numbers.
const NAME_COLUMNS_MAX: usize = 24;
/// Columns of what a room is about.
const TOPIC_COLUMNS_MAX: usize = 40;

/// The title and the rows, of which at most `height` follow the line that is typed.
#[must_use]
pub(super) fn rows(state: &State, query: &Editor, chosen: usize, height: usize) -> (String, Vec<Line<'static>>) {
    let found = found(state, query.text());
    let height = height.max(1);
    let first = (chosen + 1).saturating_sub(height);
    let shown: Vec<&String> = found.iter().skip(first).take(height).collect();
    let columns = shown.iter().map(|name| safe_text(name).width()).max().unwrap_or(0).min(NAME_COLUMNS_MAX);
    let mut rows = vec![Line::raw(format!("› {}", safe_text(query.text())))];
    rows.extend((first..).zip(&shown).map(|(at, name)| room(state, name, columns, at == chosen)));
    if found.is_empty() {
        rows.push(Line::styled("Enter makes this room", state.setting.theme.dim));
    }
    let place = if shown.len() < found.len() {
        format!(" · {} to {} of {}", first + 1, first + shown.len(), found.len())
    } else {
        String::new()
    };
    (format!("go to a room{place}"), rows)
}

/// The rooms whose names hold these letters, the best first.
#[must_use]
pub(super) fn found(state: &State, query: &str) -> Vec<String> {
    let query = query.trim().trim_start_matches('#');
    let mine = state.rooms.all().iter().map(|room| (&room.name, if room.unread > 0 { 3 } else { 2 }));
    let known = state.known.iter().map(|entry| (&entry.room, 0));
    let mut seen = HashSet::new();
    let once = mine.chain(known).filter(|(name, _)| seen.insert(*name));
    let mut all: Vec<(i32, &String)> =
        once.filter_map(|(name, bonus)| Some((score(name, query)? + bonus, name))).collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    all.into_iter().map(|(_, name)| name.clone()).collect()
}

fn room(state: &State, name: &str, columns: usize, is_chosen: bool) -> Line<'static> {
    let theme = &state.setting.theme;
    let mine = state.rooms.find(name).map(|place| &state.rooms.all()[place]);
    let mut about = Vec::new();
    let known = state.known.iter().find(|entry| entry.room == name);
    about.extend(known.map(|entry| format!("{:>4} here {:>7} messages", entry.members, entry.head.0)));
    about.extend(match mine.map(|room| room.unread) {
        None => Some("not joined".to_owned()),
        Some(0) => None,
        Some(unread) => Some(format!("{unread} unread")),
    });
    let topic = known.map(|entry| cut(&safe_text(&entry.topic), TOPIC_COLUMNS_MAX)).filter(|topic| !topic.is_empty());
    about.extend(topic);
    let name = cut(&safe_text(name), columns.max(1));
    let gap = " ".repeat(columns.saturating_sub(name.width()) + 2);
    let style = if is_chosen { theme.current } else { Style::new() };
    Line::from(vec![Span::styled(name, style), Span::raw(gap), Span::styled(about.join("  "), theme.dim)])
}
