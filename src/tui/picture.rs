//! A picture in cells: two pixels in each, one above the other, as the upper half block in one colour on the other; and,
//! where the terminal can, with all of its pixels, which are sent beside the cells. Where pictures come from is left to
//! [`super::thumbs`], where they stand to [`super::view_pictures`].

use std::sync::Arc;

use image::RgbImage;
use image::imageops::thumbnail;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

use super::images::{CellSize, How, Way};
use super::{kitty, pixels};
use crate::model::limits;

/// The largest picture, in columns.
pub(super) const COLUMNS_MAX: u32 = 36;
/// The same in rows.
pub(super) const ROWS_MAX: u32 = 12;
/// Pixels of a column as pictures are kept, whatever the terminal's are; and of a row, if that is twice as high.
const COLUMN_PIXELS: u32 = 10;
/// The largest picture that is kept, in pixels.
pub(super) const KEPT_SIZE: (u32, u32) = (COLUMNS_MAX * COLUMN_PIXELS, ROWS_MAX * COLUMN_PIXELS * 2);

/// A small picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thumb {
    columns: usize,
    /// Half blocks row by row, red, green and blue.
    halves: Vec<[u8; 3]>,
    /// What is sent for all of its pixels: a PNG in letters, or sixels.
    data: Option<Arc<str>>,
}

impl Thumb {
    /// Made for a terminal; none of no pixels.
    #[must_use]
    pub(super) fn new(picture: &RgbImage, how: How) -> Option<Self> {
        let (width, height) = picture.dimensions();
        if width == 0 || height == 0 {
            return None;
        }
        let (columns, down, data) = if how.way == Way::Blocks {
            let (columns, down) = fit(width, height);
            (columns, down, None)
        } else {
            let fitted = Fitted::new((width, height), how.cell);
            (fitted.columns, fitted.rows * 2, data(picture, how, &fitted))
        };
        let halves = thumbnail(picture, columns, down).pixels().map(|pixel| pixel.0).collect();
        // what is too much is left at half blocks
        let data = data.filter(|data| data.len() <= limits::SCREEN_THUMB_BYTES_MAX);
        Some(Self { columns: usize::try_from(columns).ok()?, halves, data: data.map(Arc::from) })
    }

    /// Columns and rows.
    #[must_use]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.columns, self.halves.len().div_ceil(self.columns).div_ceil(2))
    }

    /// What is sent for all of its pixels, if there is something.
    #[must_use]
    pub(super) fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// Memory that it takes.
    #[must_use]
    pub(super) fn bytes(&self) -> usize {
        self.halves.len() * 3 + self.data.as_ref().map_or(0, |data| data.len())
    }

    /// Its rows, cut at a width: placeholders for its number, or half blocks if there is nothing else to show.
    #[must_use]
    pub(super) fn lines(&self, id: u32, width: usize, has_all_colours: bool) -> Vec<Line<'static>> {
        let (columns, rows) = self.size();
        if self.data.is_some() {
            return kitty::lines(id, columns.min(width), rows);
        }
        let cell = |row, column| Span::styled("▀", self.half_block(row, column, has_all_colours));
        let line = |row| Line::from((0..columns.min(width)).map(|column| cell(row, column)).collect::<Vec<_>>());
        (0..rows).map(line).collect()
    }

    /// The colours of an upper half block.
    #[must_use]
    pub(super) fn half_block(&self, row: usize, column: usize, has_all_colours: bool) -> Style {
        let colour = |pixel: &[u8; 3]| if has_all_colours { exact(*pixel) } else { nearest(*pixel) };
        let half = |down: usize| self.halves.get(down * self.columns + column).map(colour);
        let style = half(row * 2).map_or_else(Style::new, |upper| Style::new().fg(upper));
        half(row * 2 + 1).map_or(style, |lower| style.bg(lower))
    }
}

/// The size in which a picture is shown with all of its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fitted {
    columns: u32,
    rows: u32,
    /// In pixels of the terminal.
    across: u32,
    down: u32,
}

impl Fitted {
    /// A pixel is a tenth of a column, so that a picture is as large on a screen that has more of them; but there are no more
    /// than were kept.
    fn new((width, height): (u32, u32), cell: CellSize) -> Self {
        let (cell_width, cell_height) = (u32::from(cell.width.max(1)), u32::from(cell.height.max(1)));
        let width_max = (COLUMNS_MAX * cell_width).min(KEPT_SIZE.0);
        let height_max = (ROWS_MAX * cell_height).min(KEPT_SIZE.1);
        let wide = width.min(KEPT_SIZE.0) * cell_width / COLUMN_PIXELS;
        let across = wide.min(height_max.saturating_mul(width) / height).clamp(1, width_max);
        let down = (across.saturating_mul(height) / width).clamp(1, height_max);
        Self { columns: across.div_ceil(cell_width), rows: down.div_ceil(cell_height), across, down }
    }
}

fn data(picture: &RgbImage, how: How, fitted: &Fitted) -> Option<String> {
    if how.way == Way::Sixel {
        let down_max = fitted.rows * u32::from(how.cell.height);
        return Some(pixels::sixel(picture, (fitted.across, fitted.down), down_max));
    }
    Some(pixels::letters(&pixels::png(picture)?))
}

/// The size in which a picture is shown in half blocks, in pixels: cells are twice as high as wide, so pixels are square.
#[must_use]
fn fit(width: u32, height: u32) -> (u32, u32) {
    let down_max = ROWS_MAX * 2;
    let columns = COLUMNS_MAX.min(width).min((down_max.saturating_mul(width) / height).max(1));
    let down = (columns.saturating_mul(height) / width).clamp(1, down_max);
    (columns, down)
}

/// The size in which a picture is kept.
#[must_use]
pub(super) fn kept_size(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (width_max, height_max) = (u64::from(KEPT_SIZE.0), u64::from(KEPT_SIZE.1));
    let across = width.min(width_max).min((height_max * width / height).max(1));
    let down = (across * height / width).clamp(1, height_max);
    (u32::try_from(across).unwrap_or(1), u32::try_from(down).unwrap_or(1))
}

const fn exact([red, green, blue]: [u8; 3]) -> Color {
    Color::Rgb(red, green, blue)
}

/// The nearest in the palette of 256: its cube, or its greys.
fn nearest([red, green, blue]: [u8; 3]) -> Color {
    let is_grey = red.abs_diff(green) < 8 && green.abs_diff(blue) < 8;
    if is_grey && (8..=238).contains(&red) {
        return Color::Indexed(232 + (red - 8) / 10);
    }
    let step = |value: u8| if value < 48 { 0 } else { ((u16::from(value) - 35) / 40).min(5) };
    let index = 16 + 36 * step(red) + 6 * step(green) + step(blue);
    Color::Indexed(u8::try_from(index).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn how(way: Way, width: u16, height: u16) -> How {
        How::new(way, CellSize { width, height })
    }

    #[test]
    fn pictures_keep_their_shape() {
        assert_eq!(fit(640, 480), (32, 24));
        assert_eq!(fit(4_000, 100), (36, 1));
        assert_eq!(fit(10, 1_000), (1, 24));
        assert_eq!(fit(8, 8), (8, 8));
        assert_eq!(kept_size(640, 480), (320, 240));
        assert_eq!(kept_size(4_000, 100), (360, 9));
        assert_eq!(kept_size(u32::MAX, u32::MAX), (240, 240));
        assert_eq!([kept_size(8, 8), kept_size(0, u32::MAX), kept_size(u32::MAX, 1)], [(8, 8), (1, 240), (360, 1)]);
    }

    #[test]
    fn pixels_keep_their_shape_on_any_cells() {
        let size = |picture, (width, height)| {
            let fitted = Fitted::new(picture, CellSize { width, height });
            assert!(fitted.across <= fitted.columns * u32::from(width), "{fitted:?}");
            assert!(fitted.down <= fitted.rows * u32::from(height), "{fitted:?}");
            (fitted.columns, fitted.rows)
        };
        assert_eq!(size((320, 240), (10, 20)), (32, 12));
        assert_eq!(size((160, 120), (20, 40)), (16, 6), "as large where there are more of them");
        assert_eq!(size((320, 240), (8, 16)), (32, 12));
        assert_eq!(size((320, 240), (9, 16)), (29, 12), "lower cells");
        assert_eq!(size((64, 32), (10, 20)), (7, 2));
        assert_eq!(size((1, 240), (8, 16)), (1, 12));
        assert_eq!(
            [size((360, 1), (4, 12)), size((360, 240), (20, 40)), size((1, 1), (64, 64))],
            [(36, 1), (18, 6), (1, 1)]
        );
    }

    #[test]
    fn two_pixels_are_a_cell() {
        let picture =
            RgbImage::from_raw(2, 3, vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 128, 128, 128, 0, 0, 0, 255, 255, 255]);
        let thumb = Thumb::new(&picture.unwrap(), How::default()).unwrap();
        let lines = thumb.lines(1, 9, true);
        assert_eq!((lines.len(), thumb.size()), (2, (2, 2)));
        assert_eq!(lines[0].spans[0].style, Style::new().fg(Color::Rgb(255, 0, 0)).bg(Color::Rgb(0, 0, 255)));
        assert_eq!(lines[1].spans[1].style.bg, None);
        assert_eq!(thumb.lines(1, 1, false)[0].spans.len(), 1);
        assert_eq!(thumb.lines(1, 9, false)[0].spans[0].style.fg, Some(Color::Indexed(196)));
        assert_eq!(Thumb::new(&RgbImage::new(0, 4), How::default()), None);
    }

    #[test]
    fn all_pixels_stand_behind_placeholders() {
        let red = RgbImage::from_pixel(64, 32, Rgb([255, 0, 0]));
        for way in [Way::Kitty, Way::Sixel, Way::Iterm2] {
            let thumb = Thumb::new(&red, how(way, 10, 20)).unwrap();
            assert_eq!((thumb.size(), thumb.lines(1, 9, true).len()), ((7, 2), 2), "{way:?}");
            assert_eq!(thumb.lines(1, 3, true)[0].width(), 3);
            assert_eq!(thumb.half_block(1, 6, true), Style::new().fg(Color::Rgb(255, 0, 0)).bg(Color::Rgb(255, 0, 0)));
            assert_eq!(thumb.bytes(), 7 * 4 * 3 + thumb.data().unwrap().len());
        }
    }

    #[test]
    fn the_worst_pixels_are_bounded() {
        let mut seed = 7_u32;
        let noise = RgbImage::from_fn(KEPT_SIZE.0, KEPT_SIZE.1, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [_, red, green, blue] = seed.to_be_bytes();
            Rgb([red, green, blue])
        });
        for how in [how(Way::Kitty, 10, 20), how(Way::Iterm2, 9, 19), how(Way::Sixel, 8, 16), how(Way::Sixel, 10, 20)] {
            let thumb = Thumb::new(&noise, how).unwrap();
            assert!(thumb.data().is_some_and(|data| data.len() > 200_000), "{how:?}: it fits");
        }
    }
}
