//! The lower end of the screen: how things are, what was told, and what is being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::choose;
use super::keys::Action;
use super::layout::PROMPT_WIDTH;
use super::message::safe_lines;
use super::overlay::Overlay;
use super::search;
use super::state::{State, Transfer};
use super::view::put;
use super::wrap::{cut, line, rows, unit, units};
use crate::model::safe_text;

/// Columns of a progress bar.
const BAR_WIDTH: usize = 12;

fn bar(transfer: &Transfer) -> String {
    let share = |of: u64| (transfer.done.saturating_mul(of)).checked_div(transfer.total).unwrap_or(0).min(of);
    let full = usize::try_from(share(BAR_WIDTH as u64)).unwrap_or(BAR_WIDTH);
    let bar = "█".repeat(full) + &"░".repeat(BAR_WIDTH - full);
    let way = if transfer.is_upload { '↑' } else { '↓' };
    format!("{way} {} {bar} {}%", cut(&safe_text(&transfer.label), 24), share(100))
}

/// Draws how things are. What was just told stands in its place for a while: a row that comes and goes would move the
/// conversation. What must not be missed meanwhile stands beside it, where there is room.
pub(super) fn status(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.setting.theme;
    let width = usize::from(area.width);
    buffer.set_style(area, theme.bar);
    let (words, style) = match (&state.note, &state.overlay) {
        (_, Some(Overlay::Choose(_))) => (choose::HINT.to_owned(), theme.bar),
        (_, Some(Overlay::Search(search))) => (search::hint(state, search), theme.bar),
        (Some(note), _) if note.is_fault => (format!("* {}", told(state, &note.text)), theme.bar.patch(theme.fault)),
        (Some(note), _) => (format!("* {}", told(state, &note.text)), theme.bar),
        (None, _) => (status_words(state).join(" · "), theme.bar),
    };
    let words = format!(" {words}");
    let notes = format!(" {}: all", state.setting.keys.of(Action::Notes));
    let is_long = state.note.is_some() && words.width() > width && notes.width() * 4 < width;
    // what does not fit is read elsewhere, and that is said
    let shown = if is_long { cut(&words, width - notes.width()) + &notes } else { cut(&words, width) };
    put(buffer, area, 0, &Line::styled(shown, style));
    let beside = urgent(state).join(" · ");
    let taken = words.width() + beside.width() + 3;
    if state.note.is_some() && !beside.is_empty() && taken <= width {
        let left = u16::try_from(width - beside.width() - 1).unwrap_or(0);
        let rest = Rect { x: area.x + left, width: area.width - left, ..area };
        put(buffer, rest, 0, &Line::styled(beside, theme.bar));
    }
}

/// Whatever is told, being offline is not hidden.
fn told(state: &State, text: &str) -> String {
    let text = safe_text(text);
    if state.link.is_up() { text.into_owned() } else { format!("{text} · offline") }
}

/// What goes on while something else is told.
fn urgent(state: &State) -> Vec<String> {
    let mut words: Vec<String> = state.transfers.iter().map(bar).collect();
    words.extend(behind(state));
    words.extend(sending(state));
    words.extend(news(state));
    words
}

/// How much was missed and is still to come.
fn behind(state: &State) -> Option<String> {
    let missed = state.rooms.count(|room| room.missed);
    (missed > 0).then(|| format!("behind by {missed}"))
}

fn sending(state: &State) -> Option<String> {
    let waiting = state.unanswered();
    (waiting > 0).then(|| format!("sending {waiting}"))
}

fn news(state: &State) -> Option<String> {
    let news = state.rooms.count(|room| room.unread);
    (news > 0).then(|| format!("{news} unread, {}", state.setting.keys.of(Action::NextNews)))
}

fn status_words(state: &State) -> Vec<String> {
    let name = safe_text(&state.oneself.name);
    let mut words = vec![if state.setting.is_second { format!("{name} (second client)") } else { name.into_owned() }];
    let room = state.rooms.current();
    if let Some((seq, _)) = room.and_then(|room| room.editing.as_ref()) {
        words.push(format!("changing #{seq}, Esc leaves it"));
    } else if let Some(seq) = room.and_then(|room| room.replying) {
        words.push(format!("answering #{seq}, Esc leaves it"));
    }
    words.extend(state.transfers.iter().map(bar));
    words.push(state.link.words(state.now, state.setting.is_encrypted));
    words.extend(behind(state));
    words.extend(sending(state));
    if room.is_some_and(|room| room.timeline.loading.is_some() && room.anchor.is_some()) {
        words.push("loading".to_owned());
    }
    words.extend(room.and_then(|room| typing(&room.typing)));
    words.push(news(state).unwrap_or_else(|| format!("{} help", state.setting.keys.of(Action::Help))));
    words
}

fn typing(people: &[(String, u64)]) -> Option<String> {
    let name = |at: usize| people.get(at).map(|(name, _)| safe_text(name).into_owned()).unwrap_or_default();
    match people.len() {
        0 => None,
        1 => Some(format!("{} is typing", name(0))),
        2 => Some(format!("{} and {} are typing", name(0), name(1))),
        more => Some(format!("{more} are typing")),
    }
}

/// Draws what is being typed. Returns where the cursor is.
pub(super) fn input(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let room = state.rooms.current()?;
    let theme = &state.setting.theme;
    let inner = Rect { x: area.x + PROMPT_WIDTH, width: area.width.saturating_sub(PROMPT_WIDTH), ..area };
    let width = usize::from(inner.width.saturating_sub(1)).max(1);
    let typed = units(&safe_lines(room.draft.text()), Style::default());
    // a mark may have more graphemes than what it stands for
    let before = safe_lines(&room.draft.text()[..room.draft.cursor()]).graphemes(true).count();
    let rows = rows(&typed, width);
    let at = rows.iter().rposition(|row| row.start <= before).unwrap_or(0);
    let height = usize::from(area.height).max(1);
    let first = (at + 1).saturating_sub(height).min(rows.len().saturating_sub(height));
    put(buffer, area, 0, &Line::styled(if first > 0 { "↑ " } else { "› " }, theme.dim));
    if rows.len() > first + height {
        put(buffer, area, area.height.saturating_sub(1), &Line::styled("↓ ", theme.dim));
    }
    for (row, range) in (0..area.height).zip(rows.iter().skip(first)) {
        put(buffer, inner, row, &line(&typed[range.clone()]));
    }
    let column: usize = typed[rows[at].start..before.min(typed.len())].iter().map(|unit| unit.width).sum();
    let x = inner.x + u16::try_from(column.min(width)).unwrap_or(0);
    let y = area.y + u16::try_from(at - first).unwrap_or(0);
    Some(Position::new(x.min(area.right().saturating_sub(1)), y))
}

/// A line with something typed in it that is not to be shown.
#[must_use]
pub(super) fn hidden(question: &str, typed: usize) -> Line<'static> {
    let dots = unit(&"•".repeat(typed.min(64)), Style::default()).shown;
    Line::from(vec![Span::raw(question.to_owned()), Span::raw(dots)])
}

/// Columns of it.
#[must_use]
pub(super) fn hidden_width(question: &str, typed: usize) -> usize {
    question.width() + typed.min(64)
}
