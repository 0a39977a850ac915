//! What lies over the conversation: pages, questions, what Tab offers. The rows of the finder of rooms are left to
//! [`super::view_finder`], what keys do there to [`super::over`].

use indicatif::HumanBytes;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::complete::Completion;
use super::keys::Action;
use super::layout::Areas;
use super::overlay::{Ask, Overlay};
use super::page;
use super::state::State;
use super::uploads;
use super::view::{put, whole};
use super::view_finder;
use super::view_line::{hidden, hidden_width};
use super::wrap::cut;
use crate::model::safe_text;

/// Draws what is open. Returns where the cursor is.
pub(super) fn over(state: &State, areas: &Areas, buffer: &mut Buffer) -> Option<Position> {
    let space = whole(areas);
    if let Some(completion) = &state.completion {
        offer(state, completion, space, buffer);
    }
    match state.overlay.as_ref()? {
        Overlay::Page { title, rows, top } => {
            leaf(state, space, (title, rows, *top), buffer);
            None
        }
        Overlay::Switcher { query, chosen } => {
            let (title, rows) = view_finder::rows(state, query, *chosen, usize::from(space.height.saturating_sub(3)));
            let area = frame(state, space, &title, &rows, buffer);
            let column = safe_text(&query.text()[..query.cursor()]).width() + 2;
            Some(position(area, (column, 0)))
        }
        Overlay::Secret { questions, asked, typed, .. } => {
            let question = questions.get(*asked).map_or("", |question| question.words());
            let letters = typed.text().graphemes(true).count();
            let mut rows = lines(&[question.to_owned()], state);
            // the dots stand behind the question where they fit
            if rows.len() > 1 || hidden_width(question, letters) > page::size(state).0 {
                rows.push(hidden("", letters));
            } else {
                rows = vec![hidden(question, letters)];
            }
            let column = rows.last().map_or(0, Line::width);
            let area = frame(state, space, "not shown, and kept nowhere", &rows, buffer);
            Some(position(area, (column, rows.len() - 1)))
        }
        Overlay::Ask(ask) => {
            frame(state, space, "Esc is no", &lines(&questions(ask), state), buffer);
            None
        }
        Overlay::Choose(_) | Overlay::Search(_) => None,
    }
}

/// A page, and where in it one is.
fn leaf(state: &State, space: Rect, (title, texts, top): (&str, &[String], usize), buffer: &mut Buffer) {
    let keys = &state.setting.keys;
    let (columns, height) = page::size(state);
    let all = page::broken(texts, columns);
    let top = page::turned(state, texts, top, 0);
    let bottom = (top + height).min(all.len());
    let place = if height < all.len() {
        let key = keys.of(if bottom < all.len() { Action::PageDown } else { Action::PageUp });
        format!(" · {} to {bottom} of {}, {key}", top + 1, all.len())
    } else {
        String::new()
    };
    let rows: Vec<Line> = all
        .into_iter()
        .chain(texts.is_empty().then(|| "nothing yet".to_owned()))
        .skip(top)
        .take(height)
        .map(Line::raw)
        .collect();
    frame(state, space, &format!("{}{place} · Esc closes", safe_text(title)), &rows, buffer);
}

/// Texts in as many rows as they take.
fn lines(texts: &[String], state: &State) -> Vec<Line<'static>> {
    page::broken(texts, page::size(state).0).into_iter().map(Line::raw).collect()
}

fn questions(ask: &Ask) -> Vec<String> {
    match ask {
        Ask::Paste(text) => {
            let (lines, bytes) = (text.lines().count(), HumanBytes(text.len() as u64));
            let s = if lines == 1 { "" } else { "s" };
            vec![format!("paste {lines} line{s}, {bytes}?"), "Enter: into the line   Esc, or type on: no".to_owned()]
        }
        Ask::Upload(dropped) => uploads::question(dropped),
        Ask::Delete(seq) => {
            vec![format!("take back #{seq}? That cannot be undone."), "Enter: take it back   Esc: leave it".to_owned()]
        }
    }
}

/// What Tab offers, above the line.
fn offer(state: &State, completion: &Completion, space: Rect, buffer: &mut Buffer) {
    let height = usize::from(space.height.saturating_sub(1)).clamp(1, 8);
    let first = completion.chosen.saturating_sub(height - 1);
    let names = completion.items.iter().map(|item| item.with.width()).max().unwrap_or(0).clamp(4, 40);
    let rows = completion.items.iter().enumerate().skip(first).take(height);
    let shown: Vec<_> = rows.collect();
    let top = space.bottom().saturating_sub(u16::try_from(shown.len()).unwrap_or(0));
    let width = space.width.min(76);
    for (row, (at, item)) in (0..).zip(shown) {
        let area = Rect { x: 0, y: top + row, width, height: 1 };
        let name = cut(&safe_text(&item.with), names);
        let gap = " ".repeat(names.saturating_sub(name.width()));
        let text = cut(&format!("  {name}{gap}  {}", safe_text(&item.about)), usize::from(width));
        clear(area, buffer);
        put(buffer, area, 0, &Line::raw(text));
        let style = if at == completion.chosen { state.setting.theme.current } else { state.setting.theme.dim };
        buffer.set_style(area, style);
    }
}

fn position(area: Rect, (column, row): (usize, usize)) -> Position {
    let (x, y) = (area.x + u16::try_from(column).unwrap_or(0), area.y + u16::try_from(row).unwrap_or(0));
    Position::new(x.min(area.right().saturating_sub(1)), y.min(area.bottom().saturating_sub(1)))
}

fn clear(area: Rect, buffer: &mut Buffer) {
    for position in area.intersection(buffer.area).positions() {
        buffer[position].reset();
    }
}

/// A box with a title. Returns what is inside of it.
fn frame(state: &State, space: Rect, title: &str, rows: &[Line<'_>], buffer: &mut Buffer) -> Rect {
    let theme = &state.setting.theme;
    let widest = rows.iter().map(Line::width).max().unwrap_or(0).max(title.width() + 4) + 4;
    let width = u16::try_from(widest).unwrap_or(u16::MAX).min(space.width);
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(space.height);
    let (x, y) = (space.x + (space.width - width) / 2, space.y + (space.height - height) / 2);
    let area = Rect { x, y, width, height };
    clear(area, buffer);
    if width < 4 || height < 3 {
        return area;
    }
    let across = "─".repeat(usize::from(width) - 2);
    let title = cut(&format!("─ {title} "), usize::from(width) - 2);
    let rest = "─".repeat((usize::from(width) - 2).saturating_sub(title.width()));
    put(buffer, area, 0, &Line::styled(format!("┌{title}{rest}┐"), theme.dim));
    put(buffer, area, height - 1, &Line::styled(format!("└{across}┘"), theme.dim));
    for row in 1..height - 1 {
        put(buffer, area, row, &Line::styled("│", theme.dim));
        let right = Rect { x: area.right() - 1, width: 1, ..area };
        put(buffer, right, row, &Line::styled("│", theme.dim));
    }
    let inner = Rect { x: x + 2, y: y + 1, width: width - 4, height: height - 2 };
    for (row, line) in (0..inner.height).zip(rows) {
        put(buffer, inner, row, line);
    }
    inner
}
