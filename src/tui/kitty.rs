//! Kitty's protocol: a picture is sent once, under a number, and stands wherever cells hold the placeholder with that number
//! as their colour. Such cells scroll, are cut and lie under others as letters do; so the same placeholders say where a
//! picture is to be for the other protocols, until [`super::view_pictures`] puts something else there.
//!
//! The crate `ratatui-image` has this too. It sends a picture when it is drawn for the first time and remembers that
//! itself, so that nothing can be sent again after a terminal forgot it, and takes none back.

use std::fmt::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

const PLACEHOLDER: char = '\u{10EEEE}';
/// Letters of a command's payload.
const CHUNK: usize = 4_096;
/// Which row, or column, by a mark on the placeholder.
const MARKS: [char; 36] = [
    '\u{305}', '\u{30D}', '\u{30E}', '\u{310}', '\u{312}', '\u{33D}', '\u{33E}', '\u{33F}', '\u{346}', '\u{34A}',
    '\u{34B}', '\u{34C}', '\u{350}', '\u{351}', '\u{352}', '\u{357}', '\u{35B}', '\u{363}', '\u{364}', '\u{365}',
    '\u{366}', '\u{367}', '\u{368}', '\u{369}', '\u{36A}', '\u{36B}', '\u{36C}', '\u{36D}', '\u{36E}', '\u{36F}',
    '\u{483}', '\u{484}', '\u{485}', '\u{486}', '\u{487}', '\u{592}',
];

/// Numbers are what a colour can hold.
pub(super) const ID_MAX: u32 = 0xFF_FF_FF;

/// The rows of a picture.
#[must_use]
pub(super) fn lines(id: u32, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let [_, red, green, blue] = id.to_be_bytes();
    let style = Style::new().fg(Color::Rgb(red, green, blue));
    let row = |row: &char| {
        let cells = MARKS.iter().take(columns).flat_map(|column| [PLACEHOLDER, *row, *column]);
        Line::from(Span::styled(cells.collect::<String>(), style))
    };
    MARKS.iter().take(rows).map(row).collect()
}

/// Which part of which picture belongs into a cell, if one does: its number, the row, the column.
#[must_use]
pub(super) fn part(cell: &Cell) -> Option<(u32, usize, usize)> {
    let mut letters = cell.symbol().chars();
    let (Some(PLACEHOLDER), Some(row), Some(column)) = (letters.next(), letters.next(), letters.next()) else {
        return None;
    };
    let Color::Rgb(red, green, blue) = cell.fg else { return None };
    let place = |mark| MARKS.iter().position(|known| *known == mark);
    Some((u32::from_be_bytes([0, red, green, blue]), place(row)?, place(column)?))
}

/// Sends a PNG, in letters of base64, for so many columns and rows. No answer is wanted.
#[must_use]
pub(super) fn transmit(id: u32, (columns, rows): (usize, usize), png: &str, is_tmux: bool) -> String {
    let mut out = String::with_capacity(png.len() + png.len() / CHUNK * 24 + 100);
    let mut rest = png;
    let mut head = format!("a=T,U=1,f=100,t=d,i={id},c={columns},r={rows},");
    loop {
        let (chunk, left) = rest.split_at(rest.len().min(CHUNK));
        let more = u8::from(!left.is_empty());
        push(&mut out, &format!("q=2,{head}m={more};{chunk}"), is_tmux);
        head.clear();
        rest = left;
        if rest.is_empty() {
            return out;
        }
    }
}

/// Takes a picture back, with its pixels.
#[must_use]
pub(super) fn delete(id: u32, is_tmux: bool) -> String {
    let mut out = String::new();
    push(&mut out, &format!("q=2,a=d,d=I,i={id}"), is_tmux);
    out
}

/// A command; tmux passes on what is wrapped.
fn push(out: &mut String, command: &str, is_tmux: bool) {
    let written = if is_tmux {
        write!(out, "\x1bPtmux;\x1b\x1b_G{command}\x1b\x1b\\\x1b\\")
    } else {
        write!(out, "\x1b_G{command}\x1b\\")
    };
    written.expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn a_cell_holds_what_its_placeholder_says() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 12));
        for (y, line) in (0..).zip(lines(0x01_02_03, 36, 12)) {
            buffer.set_line(2, y, &line, 38);
        }
        assert_eq!(part(&buffer[(1, 0)]), None);
        assert_eq!(part(&buffer[(2, 0)]), Some((0x01_02_03, 0, 0)));
        assert_eq!(part(&buffer[(37, 11)]), Some((0x01_02_03, 11, 35)));
        assert_eq!(part(&buffer[(38, 11)]), None);
    }

    #[test]
    fn a_picture_is_sent_in_pieces() {
        assert_eq!(transmit(7, (3, 2), "QQ==", false), "\x1b_Gq=2,a=T,U=1,f=100,t=d,i=7,c=3,r=2,m=0;QQ==\x1b\\");
        let long = "A".repeat(CHUNK * 2 + 4);
        let sent = transmit(7, (3, 2), &long, false);
        let pieces: Vec<&str> = sent.split("\x1b\\").collect();
        assert_eq!(pieces.len(), 4, "and nothing behind the last");
        assert!(pieces[0].contains("i=7") && pieces[0].contains("m=1;"));
        assert_eq!(pieces[1], format!("\x1b_Gq=2,m=1;{}", "A".repeat(CHUNK)));
        assert_eq!(pieces[2], "\x1b_Gq=2,m=0;AAAA");
        assert_eq!(delete(7, false), "\x1b_Gq=2,a=d,d=I,i=7\x1b\\");
        assert_eq!(delete(7, true), "\x1bPtmux;\x1b\x1b_Gq=2,a=d,d=I,i=7\x1b\x1b\\\x1b\\");
    }
}
