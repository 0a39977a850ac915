//! Letters that are made of several (Devanagari, families and flags of emoji, piled up accents): terminals differ in how
//! many columns they take, so that what stands behind them would be shifted, and a remnant stay where one was taken
//! away. A row that has such a letter, or had one, is cleared and written anew whenever it changes, with a place named
//! behind each of them. All other rows are left to ratatui.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};

use super::kitty::part;

/// The rows in doubt that are on the terminal, with what they hold.
#[derive(Debug, Default)]
pub(super) struct Doubt(BTreeMap<u16, u64>);

impl Doubt {
    /// What mends the rows of a frame that has just been drawn; nothing for most.
    pub(super) fn mended(&mut self, drawn: &Buffer) -> Vec<u8> {
        let rows = drawn.area.top()..drawn.area.bottom();
        let now: BTreeMap<u16, u64> =
            rows.filter(|row| cells(drawn, *row).any(is_doubtful)).map(|row| (row, hash(drawn, row))).collect();
        let before = std::mem::replace(&mut self.0, now);
        let is_other = |row: &u16| before.get(row) != self.0.get(row);
        let mut out = Vec::new();
        let mut all: Vec<u16> = before.keys().chain(self.0.keys()).copied().filter(is_other).collect();
        all.sort_unstable();
        all.dedup();
        for row in all.into_iter().filter(|row| *row < drawn.area.bottom()) {
            write_anew(&mut out, drawn, row);
        }
        // the cursor goes back to where the frame has put it
        if out.is_empty() { out } else { [b"\x1b7", out.as_slice(), b"\x1b8"].concat() }
    }

    /// Nobody knows what the terminal still has.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

fn cells(drawn: &Buffer, row: u16) -> impl Iterator<Item = &Cell> {
    (drawn.area.left()..drawn.area.right()).map(move |column| &drawn[(column, row)])
}

fn is_doubtful(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_some() && part(cell).is_none()
}

fn hash(drawn: &Buffer, row: u16) -> u64 {
    let mut hasher = DefaultHasher::new();
    cells(drawn, row).for_each(|cell| cell.hash(&mut hasher));
    hasher.finish()
}

fn write_anew(out: &mut Vec<u8>, drawn: &Buffer, row: u16) {
    write!(out, "\x1b[{};1H\x1b[2K", row + 1).expect("memory takes everything");
    let (mut run, mut column): (Vec<(u16, u16, &Cell)>, u16) = (Vec::new(), drawn.area.left());
    while column < drawn.area.right() {
        let cell = &drawn[(column, row)];
        run.push((column, row, cell));
        if is_doubtful(cell) {
            put(out, &mut run);
        }
        column += width(cell);
    }
    put(out, &mut run);
}

/// The backend names the place where a run begins.
fn put(out: &mut Vec<u8>, run: &mut Vec<(u16, u16, &Cell)>) {
    CrosstermBackend::new(out).draw(run.drain(..)).expect("memory takes everything");
}

fn width(cell: &Cell) -> u16 {
    use unicode_width::UnicodeWidthStr;

    u16::try_from(cell.symbol().width()).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn drawn(rows: [&str; 3]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        for (y, row) in (0..).zip(rows) {
            buffer.set_string(0, y, row, Style::new());
        }
        buffer
    }

    #[test]
    fn only_rows_in_doubt_are_written_anew_and_only_when_they_change() {
        let mut doubt = Doubt::default();
        let mut mended = |rows| String::from_utf8(doubt.mended(&drawn(rows))).unwrap();
        assert_eq!(mended(["plain", "你好 é", ""]), "");
        let first = mended(["plain", "नमस्ते you", ""]);
        assert!(first.starts_with("\x1b7\x1b[2;1H\x1b[2K") && first.ends_with("\x1b8"), "{first:?}");
        assert!(!first.contains("plain"));
        assert_eq!(mended(["plainer", "नमस्ते you", "more"]), "", "others change without it");
        assert!(mended(["", "नमस्ते yours", ""]).contains("yours"));
        let gone = mended(["", "", ""]);
        assert!(gone.contains("\x1b[2;1H\x1b[2K"), "nothing of it remains: {gone:?}");
        assert_eq!(mended(["", "", ""]), "");
    }

    #[test]
    fn a_place_is_named_behind_each_letter_in_doubt() {
        let flag = drawn(["x🇩🇪y", "", ""]);
        let mended = String::from_utf8(Doubt::default().mended(&flag)).unwrap();
        let (_, behind) = mended.split_once("🇩🇪").unwrap();
        assert!(behind.contains("\x1b[1;4H") && behind.contains('y'), "{mended:?}");
    }

    #[test]
    fn what_is_forgotten_is_written_again() {
        let (mut doubt, family) = (Doubt::default(), drawn(["👩‍👩‍👧", "", ""]));
        assert!(!doubt.mended(&family).is_empty() && doubt.mended(&family).is_empty());
        doubt.forget();
        assert!(!doubt.mended(&family).is_empty());
        assert!(doubt.mended(&Buffer::empty(Rect::new(0, 0, 20, 0))).is_empty(), "it became smaller");
    }
}
