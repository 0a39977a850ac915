//! Where pictures stand, after all has been drawn: cells that still hold a placeholder show a part of one. Kitty does the
//! rest itself. For the others a picture of which every cell is there, and plain, gets the space that its pixels are painted
//! on; one that is cut, or under something else, has its half blocks. Sending pixels is left to [`super::showing`].

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;

use super::images::Way;
use super::kitty::part;
use super::state::State;

/// A picture that can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its number.
    pub id: u32,
    /// Where its upper left corner is.
    pub x: u16,
    pub y: u16,
}

/// A picture of which parts are there.
#[derive(Debug)]
struct Found {
    id: u32,
    corner: (i32, i32),
    /// Where its parts are, and which.
    parts: Vec<(Position, usize, usize)>,
    is_plain: bool,
}

/// Finds the pictures of an area, and puts into their cells what belongs there.
pub(super) fn place(state: &State, area: Rect, buffer: &mut Buffer) -> Vec<Placed> {
    let Some(pictures) = state.setting.pictures.filter(|_| !state.thumbs.is_empty()) else { return Vec::new() };
    let mut placed = Vec::new();
    for found in find(area.intersection(buffer.area), buffer) {
        let Some(thumb) = state.thumbs.by_id(found.id) else { continue };
        let (columns, rows) = thumb.size();
        let corner = (u16::try_from(found.corner.0), u16::try_from(found.corner.1));
        let corner = if let (Ok(x), Ok(y)) = corner { Some(Placed { id: found.id, x, y }) } else { None };
        if pictures.way == Way::Kitty {
            placed.push(corner.unwrap_or(Placed { id: found.id, x: 0, y: 0 }));
            continue;
        }
        let whole = corner.filter(|_| found.is_plain && found.parts.len() == columns * rows);
        for (at, row, column) in found.parts {
            let cell = &mut buffer[at];
            if whole.is_some() {
                blank(cell, found.id, row, column);
            } else {
                let style = thumb.half_block(row, column, pictures.has_all_colours);
                cell.set_symbol("▀").set_style(style);
            }
        }
        placed.extend(whole);
    }
    placed
}

fn find(area: Rect, buffer: &Buffer) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for at in area.positions() {
        let cell = &buffer[at];
        let Some((id, row, column)) = part(cell) else { continue };
        let from = |at: u16, part: usize| i32::from(at) - i32::try_from(part).unwrap_or(i32::MAX / 2);
        let corner = (from(at.x, column), from(at.y, row));
        let is_plain = cell.modifier.is_empty() && cell.bg == Color::Reset;
        if let Some(found) = all.iter_mut().find(|found| found.id == id && found.corner == corner) {
            found.parts.push((at, row, column));
            found.is_plain &= is_plain;
        } else {
            all.push(Found { id, corner, parts: vec![(at, row, column)], is_plain });
        }
    }
    all
}

/// A space, whose colour nobody sees: it tells this part of this picture from any other, so that wherever a picture comes,
/// moves or goes its cells change, are written anew, and nothing of its pixels is left.
fn blank(cell: &mut Cell, id: u32, row: usize, column: usize) {
    let signature = id << 10 | u32::try_from(row << 6 | column).unwrap_or(0);
    let [_, red, green, blue] = signature.to_be_bytes();
    cell.set_symbol(" ").set_fg(Color::Rgb(red, green, blue));
}
