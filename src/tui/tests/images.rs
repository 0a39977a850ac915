//! Pictures on the screen, with all of their pixels and without: whole, cut, and under something else.

use crossterm::event::KeyCode;
use image::{Rgb, RgbImage};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::arrival::{Arrival, Effect, Outcome};
use super::super::gallery::Gallery;
use super::super::images::{CellSize, How, Way};
use super::super::kitty::part;
use super::super::picture::Thumb;
use super::super::state::Pictures;
use super::super::testing::event;
use super::super::view;
use super::super::view_pictures::Placed;
use super::person::Person;
use crate::model::{Body, Digest, ImageBody};

const CELL: CellSize = CellSize { width: 10, height: 20 };

/// Ann, whose terminal shows pictures in a way, and to whom one of 100 × 100 was sent.
fn with_picture(way: Way, rows: u16) -> Person {
    let mut ann = Person::in_lobby(80, rows);
    ann.state.setting.pictures = Some(Pictures { way, has_all_colours: true });
    ann.state.setting.auto_save_bytes_max = 1_000_000;
    let how = How::new(way, CELL);
    ann.state.thumbs = Gallery::new(how);
    let (sha256, name) = (Digest([1; 32]), "cat.png".to_owned());
    let image = ImageBody { name, size: 9, mime: "image/png".into(), sha256, width: 100, height: 100 };
    let effects = ann.hears(event(1, "ben", Body::Image(image)));
    let is_asked = |effect: &Effect| matches!(effect, Effect::Thumb(_, asked) if *asked == how);
    assert!(effects.iter().any(is_asked), "{effects:?}");
    let red = RgbImage::from_pixel(100, 100, Rgb([255, 0, 0]));
    ann.learns(Outcome::Thumb { sha256, how, thumb: Thumb::new(&red, how) });
    ann
}

fn seen(ann: &Person) -> (Buffer, Vec<Placed>) {
    let (width, height) = ann.state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let (_, placed) = view::draw(&ann.state, &mut buffer);
    (buffer, placed)
}

/// Cells with parts of a picture, and cells with half blocks.
fn counted(buffer: &Buffer) -> (usize, usize) {
    let parts = buffer.content().iter().filter(|cell| part(cell).is_some()).count();
    (parts, buffer.content().iter().filter(|cell| cell.symbol() == "▀").count())
}

#[test]
fn kitty_shows_what_can_be_seen_of_a_picture() {
    let mut ann = with_picture(Way::Kitty, 24);
    let (buffer, placed) = seen(&ann);
    assert_eq!(counted(&buffer), (50, 0), "10 columns, 5 rows");
    assert_eq!((placed.len(), part(&buffer[(placed[0].x, placed[0].y)])), (1, Some((placed[0].id, 0, 0))));
    ann.hears_lines(2..=19);
    let (buffer, placed) = seen(&ann);
    assert_eq!((counted(&buffer), placed.len()), ((30, 0), 1), "two rows are above the screen");
    assert_eq!(buffer.content().iter().find_map(part).map(|(_, row, _)| row), Some(2));
    ann.hears_lines(20..=30);
    assert_eq!((counted(&seen(&ann).0), seen(&ann).1), ((0, 0), Vec::new()));
}

#[test]
fn the_others_paint_whole_pictures_and_draw_cut_ones() {
    for way in [Way::Sixel, Way::Iterm2] {
        let mut ann = with_picture(way, 24);
        let (buffer, placed) = seen(&ann);
        assert_eq!((counted(&buffer), placed.len()), ((0, 0), 1), "{way:?}: space for pixels");
        let (x, y) = (placed[0].x, placed[0].y);
        assert!(buffer[(x, y)].symbol() == " " && buffer[(x, y)] != buffer[(x, y + 1)], "each cell is another");
        ann.hears_lines(2..=3);
        let (moved, placed_now) = seen(&ann);
        assert_eq!(placed_now, [Placed { y: y - 2, ..placed[0] }]);
        let stays_same = (0..3).any(|row| moved[(x, y + row)] == buffer[(x, y + row)]);
        assert!(!stays_same, "where it lay before is written anew");
        ann.hears_lines(4..=19);
        assert_eq!((counted(&seen(&ann).0), seen(&ann).1), ((0, 30), Vec::new()), "two rows are above the screen");
    }
}

#[test]
fn what_lies_over_a_picture_hides_it() {
    for (way, parts, blocks) in [(Way::Kitty, true, false), (Way::Sixel, false, true)] {
        let mut ann = with_picture(way, 24);
        ann.learns(Outcome::List { title: "a list".to_owned(), rows: vec!["a row of some width".to_owned(); 17] });
        let (buffer, placed) = seen(&ann);
        let (seen_parts, seen_blocks) = counted(&buffer);
        assert!(seen_parts < 50 && seen_blocks < 50, "some of it is under the list");
        assert_eq!((seen_parts > 0, seen_blocks > 0), (parts, blocks), "{way:?}");
        assert_eq!(placed.is_empty(), way == Way::Sixel);
        ann.presses(KeyCode::Esc);
        assert_eq!((counted(&seen(&ann).0).1, seen(&ann).1.len()), (0, 1), "and then it is back");
    }
}

#[test]
fn a_chosen_picture_is_marked() {
    let mut ann = with_picture(Way::Sixel, 24);
    ann.holds(crossterm::event::KeyModifiers::ALT, KeyCode::Char('m'));
    assert_eq!((counted(&seen(&ann).0), seen(&ann).1), ((0, 50), Vec::new()));
}

#[test]
fn a_narrow_conversation_cuts_a_picture() {
    for (way, expected) in [(Way::Kitty, (25, 0)), (Way::Sixel, (0, 25))] {
        let mut ann = with_picture(way, 24);
        ann.takes(Arrival::Resize(12, 24));
        assert_eq!(counted(&seen(&ann).0), expected, "{way:?}");
    }
}

#[test]
fn placeholders_of_others_are_no_pictures() {
    let mut ann = with_picture(Way::Sixel, 24);
    let evil = "`\u{10eeee}\u{305}\u{305}` \u{10eeee}\u{305}\u{305}".repeat(3);
    ann.hears(event(2, "ben", super::super::testing::text(&evil)));
    let (buffer, placed) = seen(&ann);
    assert!(!buffer.content().iter().any(|cell| cell.symbol().contains('\u{10eeee}')));
    assert_eq!(placed.len(), 1);
    assert!(ann.sees().contains("<U+10EEEE>"));
}
