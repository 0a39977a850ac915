//! A picture in cells: two pixels in each, one above the other, as the upper half block in one colour on the other. Where
//! pictures come from is left to [`super::thumbs`].

use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

/// The largest picture, in columns.
pub(super) const COLUMNS_MAX: u32 = 36;
/// The same in pixels downwards, two of which are a row.
pub(super) const PIXELS_DOWN_MAX: u32 = 24;

/// A small picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thumb {
    columns: usize,
    /// Row by row, red, green and blue.
    pixels: Vec<[u8; 3]>,
}

impl Thumb {
    /// From rows of pixels, unless they are none or too many.
    #[must_use]
    pub(super) fn new(columns: usize, pixels: Vec<[u8; 3]>) -> Option<Self> {
        let pixels_max = (COLUMNS_MAX * PIXELS_DOWN_MAX) as usize;
        let is_one =
            columns > 0 && !pixels.is_empty() && pixels.len().is_multiple_of(columns) && pixels.len() <= pixels_max;
        (is_one && columns <= COLUMNS_MAX as usize).then_some(Self { columns, pixels })
    }

    /// As it is kept on disk: the columns, and then the pixels.
    #[must_use]
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let columns = u8::try_from(self.columns).unwrap_or(u8::MAX);
        [columns].into_iter().chain(self.pixels.iter().flatten().copied()).collect()
    }

    /// The same back.
    #[must_use]
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (columns, rest) = bytes.split_first()?;
        let (pixels, left) = rest.as_chunks::<3>();
        if left.is_empty() { Self::new(usize::from(*columns), pixels.to_vec()) } else { None }
    }

    /// Its rows, cut at a width.
    #[must_use]
    pub(super) fn lines(&self, width: usize, has_all_colours: bool) -> Vec<Line<'static>> {
        let colour = |pixel: [u8; 3]| if has_all_colours { exact(pixel) } else { nearest(pixel) };
        let rows: Vec<&[[u8; 3]]> = self.pixels.chunks(self.columns).collect();
        let line = |pair: &[&[[u8; 3]]]| {
            let upper = pair.first().copied().unwrap_or_default();
            let cells = upper.iter().enumerate().take(width).map(|(at, pixel)| {
                let style = Style::new().fg(colour(*pixel));
                match pair.get(1).and_then(|lower| lower.get(at)) {
                    Some(lower) => Span::styled("▀", style.bg(colour(*lower))),
                    None => Span::styled("▀", style),
                }
            });
            Line::from(cells.collect::<Vec<_>>())
        };
        rows.chunks(2).map(line).collect()
    }
}

/// The size in which a picture is shown, in pixels: cells are twice as high as wide, so pixels are square.
#[must_use]
pub(super) fn fit(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (width.max(1), height.max(1));
    let columns = COLUMNS_MAX.min(width).min((PIXELS_DOWN_MAX.saturating_mul(width) / height).max(1));
    let down = (columns.saturating_mul(height) / width).clamp(1, PIXELS_DOWN_MAX);
    (columns, down)
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
    use super::*;

    #[test]
    fn pictures_keep_their_shape() {
        assert_eq!(fit(640, 480), (32, 24));
        assert_eq!(fit(4_000, 100), (36, 1));
        assert_eq!(fit(10, 1_000), (1, 24));
        assert_eq!(fit(8, 8), (8, 8));
        assert_eq!(fit(0, u32::MAX), (1, 24));
    }

    #[test]
    fn two_pixels_are_a_cell() {
        let pixels = vec![[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [0; 3], [255; 3]];
        let thumb = Thumb::new(2, pixels).unwrap();
        let lines = thumb.lines(9, true);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].spans[0].style, Style::new().fg(Color::Rgb(255, 0, 0)).bg(Color::Rgb(0, 0, 255)));
        assert_eq!(lines[1].spans[1].style.bg, None);
        assert_eq!(thumb.lines(1, false)[0].spans.len(), 1);
        assert_eq!(thumb.lines(9, false)[0].spans[0].style.fg, Some(Color::Indexed(196)));
        assert_eq!(Thumb::from_bytes(&thumb.to_bytes()), Some(thumb));
    }

    #[test]
    fn what_is_no_picture_is_none() {
        assert_eq!(Thumb::new(0, vec![[0; 3]]), None);
        assert_eq!(Thumb::new(2, vec![[0; 3]; 3]), None);
        assert_eq!(Thumb::new(37, vec![[0; 3]; 37]), None);
        for bytes in [&b""[..], b"\x02", b"\x01ab", b"\x00abc"] {
            assert_eq!(Thumb::from_bytes(bytes), None, "{bytes:?}");
        }
    }
}
