//! Pixels as a terminal takes them: a PNG in letters of base64, or sixels. All of it is encoded here from pixels that were
//! decoded here; nothing of what somebody sent goes through. Where it stands on the screen is left to
//! [`super::showing`].

use std::fmt::Write;
use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use color_quant::NeuQuant;
use image::imageops::{ColorMap, FilterType, dither, index_colors};
use image::{DynamicImage, ImageFormat, RgbImage, Rgba};

/// Colours of sixels: what all terminals have that have any.
const COLOURS: usize = 256;
/// Of how many pixels one is looked at to find these colours.
const SAMPLED: i32 = 10;
/// Pixels of a band of sixels, downwards.
const BAND: u32 = 6;

/// As a PNG.
#[must_use]
pub(super) fn png(pixels: &RgbImage) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).ok()?;
    Some(bytes)
}

/// The same in letters.
#[must_use]
pub(super) fn letters(png: &[u8]) -> String {
    STANDARD.encode(png)
}

/// What iTerm2 takes: a PNG in letters, for so many columns and rows.
#[must_use]
pub(super) fn iterm2(png: &str, (columns, rows): (usize, usize)) -> String {
    let size = png.len() / 4 * 3 - png.bytes().rev().take_while(|letter| *letter == b'=').count();
    format!(
        "\x1b]1337;File=inline=1;size={size};width={columns};height={rows};preserveAspectRatio=1;doNotMoveCursor=1:{png}\x07"
    )
}

/// As sixels, in so many pixels. Bands are whole, so that none reaches below `down_max`.
#[must_use]
pub(super) fn sixel(pixels: &RgbImage, (across, down): (u32, u32), down_max: u32) -> String {
    let down = if down.next_multiple_of(BAND) > down_max && down > BAND { down - down % BAND } else { down };
    // dithering takes two columns at least
    let sized = DynamicImage::ImageRgb8(pixels.clone()).resize_exact(across.max(2), down.max(1), FilterType::Triangle);
    let mut sized = sized.to_rgba8();
    let colours = Palette(NeuQuant::new(SAMPLED, COLOURS, sized.as_raw()));
    dither(&mut sized, &colours);
    let indices = index_colors(&sized, &colours);
    let (width, height) = indices.dimensions();
    let mut out = format!("\x1bP0;1;0q\"1;1;{width};{height}");
    for (index, colour) in colours.0.color_map_rgb().chunks(3).enumerate() {
        let percent = |at: usize| colour.get(at).map_or(0, |value| (u32::from(*value) * 100 + 127) / 255);
        write!(out, "#{index};2;{};{};{}", percent(0), percent(1), percent(2)).expect("a string takes everything");
    }
    let rows: Vec<&[u8]> = indices.as_raw().chunks(usize::try_from(width).unwrap_or(usize::MAX)).collect();
    rows.chunks(6).for_each(|band| push_band(&mut out, band));
    out + "\x1b\\"
}

/// The colours that suit a picture.
struct Palette(NeuQuant);

impl ColorMap for Palette {
    type Color = Rgba<u8>;

    fn index_of(&self, colour: &Rgba<u8>) -> usize {
        self.0.index_of(&colour.0)
    }

    fn map_color(&self, colour: &mut Rgba<u8>) {
        self.0.map_pixel(&mut colour.0);
    }
}

/// Six rows of pixels, one colour after the other.
fn push_band(out: &mut String, band: &[&[u8]]) {
    let mut first = vec![usize::MAX; COLOURS];
    let mut last = vec![0; COLOURS];
    for row in band {
        for (at, colour) in row.iter().enumerate() {
            let colour = usize::from(*colour);
            first[colour] = first[colour].min(at);
            last[colour] = last[colour].max(at);
        }
    }
    for (colour, first) in first.into_iter().enumerate().filter(|(_, first)| *first < usize::MAX) {
        write!(out, "#{colour}").expect("a string takes everything");
        push_run(out, '?', first);
        let mut run = ('?', 0);
        for at in first..=last[colour] {
            let is_it = |row: &&[u8]| row.get(at).is_some_and(|index| usize::from(*index) == colour);
            let bits =
                band.iter().enumerate().filter(|(_, row)| is_it(row)).fold(0_u8, |bits, (bit, _)| bits | 1 << bit);
            let letter = char::from(b'?' + bits);
            if letter == run.0 {
                run.1 += 1;
            } else {
                push_run(out, run.0, run.1);
                run = (letter, 1);
            }
        }
        push_run(out, run.0, run.1);
        out.push('$');
    }
    out.push('-');
}

fn push_run(out: &mut String, letter: char, count: usize) {
    if count > 3 {
        write!(out, "!{count}{letter}").expect("a string takes everything");
    } else {
        out.extend(std::iter::repeat_n(letter, count));
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// A terminal that reads sixels.
    struct Terminal<'a> {
        rest: &'a str,
        palette: Vec<Rgb<u8>>,
    }

    impl Terminal<'_> {
        fn letter(&mut self) -> Option<char> {
            let letter = self.rest.chars().next()?;
            self.rest = &self.rest[letter.len_utf8()..];
            Some(letter)
        }

        fn number(&mut self) -> u32 {
            self.rest = self.rest.trim_start_matches(';');
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let (number, left) = self.rest.split_at(end);
            self.rest = left;
            number.parse().unwrap()
        }

        /// A colour that is chosen, after it was mixed if need be.
        fn colour(&mut self) -> Rgb<u8> {
            let colour = self.number() as usize;
            if self.rest.starts_with(';') {
                assert_eq!(self.number(), 2, "red, green and blue in percent");
                let mut value = || u8::try_from(self.number() * 255 / 100).unwrap();
                self.palette[colour] = Rgb([value(), value(), value()]);
            }
            self.palette[colour]
        }
    }

    /// What a terminal makes of sixels.
    fn shown(sixels: &str) -> RgbImage {
        let rest = sixels.strip_prefix("\x1bP0;1;0q\"1;1;").unwrap().strip_suffix("\x1b\\").unwrap();
        let mut terminal = Terminal { rest, palette: vec![Rgb([0; 3]); COLOURS] };
        let mut image = RgbImage::new(terminal.number(), terminal.number());
        let (mut x, mut y, mut count, mut colour) = (0, 0, 1, Rgb([0; 3]));
        while let Some(letter) = terminal.letter() {
            match letter {
                '#' => colour = terminal.colour(),
                '$' => x = 0,
                '-' => (x, y) = (0, y + 6),
                '!' => count = terminal.number(),
                letter => {
                    let bits = u8::try_from(letter).unwrap() - b'?';
                    for x in x..x + count {
                        (0..6).filter(|bit| bits & 1 << bit > 0).for_each(|bit| image.put_pixel(x, y + bit, colour));
                    }
                    (x, count) = (x + count, 1);
                }
            }
        }
        image
    }

    fn is_near(a: Rgb<u8>, b: Rgb<u8>) -> bool {
        a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 24)
    }

    #[test]
    fn sixels_are_the_picture() {
        let picture = RgbImage::from_fn(90, 40, |x, y| match (x < 45, y < 20) {
            (true, true) => Rgb([250, 20, 20]),
            (false, true) => Rgb([20, 200, 20]),
            (true, false) => Rgb([20, 20, 220]),
            (false, false) => Rgb([128, 128, 128]),
        });
        let seen = shown(&sixel(&picture, (90, 40), 60));
        assert_eq!(seen.dimensions(), (90, 40));
        for (x, y) in [(5, 5), (80, 5), (5, 35), (80, 35), (40, 10), (50, 30), (89, 39), (0, 0)] {
            assert!(is_near(*seen.get_pixel(x, y), *picture.get_pixel(x, y)), "{x}, {y}: {:?}", seen.get_pixel(x, y));
        }
    }

    #[test]
    fn sixels_stay_above_what_is_below() {
        let picture = RgbImage::from_pixel(10, 10, Rgb([9, 9, 9]));
        assert_eq!(shown(&sixel(&picture, (32, 32), 32)).dimensions(), (32, 30));
        assert_eq!(shown(&sixel(&picture, (32, 32), 48)).dimensions(), (32, 32));
        for size in [(1, 1), (1, 6), (7, 1), (0, 0), (360, 240)] {
            shown(&sixel(&picture, size, 240));
        }
    }

    #[test]
    fn a_png_is_the_picture_in_letters() {
        let picture = RgbImage::from_pixel(3, 2, Rgb([1, 2, 3]));
        let bytes = png(&picture).unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgb8(), picture);
        let sent = iterm2(&letters(&bytes), (2, 1));
        assert!(sent.starts_with("\x1b]1337;File=inline=1;size=") && sent.ends_with('\x07'));
        let payload = sent.trim_end_matches('\x07').split_once(':').unwrap().1;
        assert!(payload.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
    }
}
