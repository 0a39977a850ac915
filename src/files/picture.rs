//! Whether bytes are a picture that a client can show: they are decoded, since that alone tells. What strangers send
//! may be made to burst a decoder, so nothing is decoded before it is clear what that takes, and a decoder that panics
//! takes no thread with it. What size and digest say is left to [`super::check`].

use std::io::{self, BufRead, ErrorKind, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{CheckError, webp};
use crate::model::limits;

/// A picture that decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub mime: &'static str,
    /// Width and height in pixels.
    pub dimensions: (u32, u32),
}

impl Picture {
    /// Decodes what `size` bytes hold, of an animation the first frame.
    ///
    /// # Errors
    /// [`CheckError::NotAnImage`], or that the bytes cannot be read.
    pub fn decode(source: impl BufRead + Seek, size: u64) -> Result<Self, CheckError> {
        let decoded = unless_it_panics(|| decode_within_limits(source, size)).ok_or(CheckError::NotAnImage)?;
        decoded.map_err(|reason| match reason {
            NoPicture::Io(error) => CheckError::Io(error),
            reason => {
                log::debug!("refused a picture: {reason:?}");
                CheckError::NotAnImage
            }
        })
    }
}

/// Runs a parser that is not ours on bytes that are not ours: none if it panics.
pub(super) fn unless_it_panics<T>(parse: impl FnOnce() -> T) -> Option<T> {
    // What the closure borrowed is not looked at again, so nothing half changed can be seen.
    catch_unwind(AssertUnwindSafe(parse)).inspect_err(|_| log::warn!("a decoder panicked over a file")).ok()
}

#[derive(Debug)]
enum NoPicture {
    UnknownFormat,
    OutOfBounds,
    Damaged,
    Io(io::Error),
}

impl From<io::Error> for NoPicture {
    fn from(error: io::Error) -> Self {
        // An end before the time, or a seek to nowhere, is the content's fault; what the system reports is not.
        let is_the_disks = error.raw_os_error().is_some() && error.kind() != ErrorKind::InvalidInput;
        if is_the_disks { Self::Io(error) } else { Self::Damaged }
    }
}

impl From<ImageError> for NoPicture {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::IoError(error) => error.into(),
            ImageError::Limits(_) => Self::OutOfBounds,
            _ => Self::Damaged,
        }
    }
}

fn decode_within_limits(mut source: impl BufRead + Seek, size: u64) -> Result<Picture, NoPicture> {
    let (format, mime) = kind_of(&mut source)?;
    let scratch = Scratch::of(format, &mut source, size)?;
    source.rewind()?;
    let mut reader = ImageReader::with_format(source, format);
    reader.limits(memory(limits::IMAGE_MEMORY_BYTES_MAX));
    let mut decoder = reader.into_decoder()?;

    let (width, height) = decoder.dimensions();
    let picture = Picture { mime, dimensions: (width, height) };
    let pixels = u64::from(width) * u64::from(height);
    let output = decoder.total_bytes();
    let left = limits::IMAGE_MEMORY_BYTES_MAX.checked_sub(output.saturating_add(scratch.bytes(pixels)));
    let (Some(left), 1..=limits::IMAGE_PIXELS_MAX) = (left, pixels) else { return Err(NoPicture::OutOfBounds) };
    let Some(left) = left.checked_sub(scratch.codes) else { return scratch.taken_at_its_word(picture) };
    decoder.set_limits(memory(left))?;
    let mut shown = vec![0; usize::try_from(output).map_err(|_| NoPicture::OutOfBounds)?];
    decoder.read_image(&mut shown)?;
    Ok(picture)
}

fn memory(bytes_max: u64) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(bytes_max);
    limits
}

fn kind_of(source: &mut (impl BufRead + Seek)) -> Result<(ImageFormat, &'static str), NoPicture> {
    source.rewind()?;
    match ImageReader::new(source).with_guessed_format()?.format() {
        Some(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP)) => {
            Ok((format, format.to_mime_type()))
        }
        _ => Err(NoPicture::UnknownFormat),
    }
}

/// What a decoder takes besides the picture itself and does not hold to the limit that it is given.
#[derive(Debug, PartialEq, Eq)]
struct Scratch {
    fixed: u64,
    per_pixel: u64,
    /// What the codes of a lossless webp take if they are made to take the most, which only decoding tells.
    codes: u64,
    is_whole: bool,
}

impl Scratch {
    const NONE: Self = Self { fixed: 0, per_pixel: 0, codes: 0, is_whole: true };

    fn of(format: ImageFormat, source: &mut (impl BufRead + Seek), size: u64) -> Result<Self, NoPicture> {
        Ok(match format {
            // The file itself, and if it is progressive a coefficient of two bytes for each of up to four components.
            ImageFormat::Jpeg if size > limits::IMAGE_MEMORY_BYTES_MAX => return Err(NoPicture::OutOfBounds),
            ImageFormat::Jpeg if may_be_progressive(source)? => Self { fixed: size, per_pixel: 8, ..Self::NONE },
            ImageFormat::Jpeg => Self { fixed: size, ..Self::NONE },
            ImageFormat::WebP => Self::of_webp(&webp::Content::of(source, size)?),
            _ => Self::NONE,
        })
    }

    /// Planes of luma and chroma, a frame and a canvas; a frame may be larger than its picture claims to be.
    const fn of_webp(content: &webp::Content) -> Self {
        let (frame, codes) = (content.lossy_pixels.saturating_mul(3), content.codes_bytes());
        Self { fixed: frame, per_pixel: 10, codes, is_whole: content.is_whole }
    }

    /// What may take too much to decode, and most likely does not: a large lossless webp. Its header is believed, if
    /// all of it is there.
    const fn taken_at_its_word(&self, picture: Picture) -> Result<Picture, NoPicture> {
        if self.is_whole { Ok(picture) } else { Err(NoPicture::Damaged) }
    }

    const fn bytes(&self, pixels: u64) -> u64 {
        self.fixed.saturating_add(self.per_pixel.saturating_mul(pixels))
    }
}

/// Reads a jpeg's segments up to its first scan (ITU-T T.81, annex B). Whatever is out of the ordinary may be anything.
fn may_be_progressive(source: &mut (impl BufRead + Seek)) -> io::Result<bool> {
    const START_BYTES: u64 = 2;
    source.seek(SeekFrom::Start(START_BYTES))?;
    loop {
        let mut segment = [0; 4];
        source.read_exact(&mut segment)?;
        let length = i64::from(u16::from_be_bytes([segment[2], segment[3]]));
        match segment {
            [0xff, 0xda, ..] => return Ok(false),
            // Baseline and extended frames, tables, a restart interval, application data, a comment.
            [0xff, 0xc0 | 0xc1 | 0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe, ..] if length >= 2 => {
                source.seek_relative(length - 2)?;
            }
            _ => return Ok(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Write};

    use image::{DynamicImage, Rgb, RgbImage};
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(40, 30, |x, y| Rgb([x.to_le_bytes()[0] * 6, y.to_le_bytes()[0] * 8, 99]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn decode_bytes(bytes: &[u8]) -> Result<Picture, CheckError> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Picture::decode(BufReader::new(file), bytes.len() as u64)
    }

    fn reason(bytes: &[u8]) -> NoPicture {
        decode_within_limits(Cursor::new(bytes), bytes.len() as u64).unwrap_err()
    }

    /// A png whose header claims other dimensions than it has, with a checksum that is right.
    fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = encoded(ImageFormat::Png);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        })
    }

    #[test]
    fn four_formats_are_pictures() {
        let mimes = ["image/png", "image/jpeg", "image/gif", "image/webp"];
        for (format, mime) in FORMATS.into_iter().zip(mimes) {
            let picture = decode_bytes(&encoded(format)).unwrap();
            assert_eq!((picture.mime, picture.dimensions), (mime, (40, 30)));
        }
    }

    #[test]
    fn other_formats_are_none() {
        for other in [b"BM\x46\0\0\0\0\0\0\0".as_slice(), b"II*\0\x08\0\0\0", b"<svg/>"] {
            assert!(matches!(reason(other), NoPicture::UnknownFormat), "{other:?}");
        }
    }

    #[test]
    fn half_a_picture_is_none() {
        for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
            let bytes = encoded(format);
            assert!(matches!(decode_bytes(&bytes[..bytes.len() / 2]), Err(CheckError::NotAnImage)), "{format:?}");
        }
    }

    #[test]
    fn what_would_take_too_much_is_refused_before_it_is_decoded() {
        assert!(decode_within_limits(Cursor::new(png_that_claims(40, 30)), 0).is_ok(), "the checksum is right");
        for (width, height) in [(60_000, 60_000), (u32::MAX >> 1, 1), (12_000, 12_000)] {
            let refused = reason(&png_that_claims(width, height));
            assert!(matches!(refused, NoPicture::OutOfBounds), "{width} x {height}: {refused:?}");
        }
        assert!(matches!(decode_bytes(&png_that_claims(60_000, 60_000)), Err(CheckError::NotAnImage)));
    }

    #[test]
    fn the_scratch_of_a_decoder_counts() {
        let bytes = encoded(ImageFormat::Jpeg);
        let baseline = Scratch::of(ImageFormat::Jpeg, &mut Cursor::new(&bytes), 5).unwrap();
        assert_eq!(baseline, Scratch { fixed: 5, ..Scratch::NONE });

        let frame = bytes.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        let mut progressive = bytes;
        progressive[frame + 1] = 0xc2;
        assert!(decode_bytes(&progressive).is_ok(), "few pixels may take eleven bytes each");
        progressive[frame + 5..frame + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
        let large = reason(&progressive);
        assert!(matches!(large, NoPicture::OutOfBounds), "10,000 x 10,000 may not: {large:?}");
    }

    #[test]
    fn a_parser_that_panics_finds_nothing() {
        assert_eq!(unless_it_panics(|| 1), Some(1));
        assert_eq!(unless_it_panics(|| -> u8 { panic!("as a decoder might") }), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_damage_looks_like_a_failing_disk(
            format in prop::sample::select(&FORMATS),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = encoded(format);
            for (place, byte) in damage {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes.truncate(cut.index(bytes.len() * 2));
            prop_assert!(!matches!(decode_bytes(&bytes), Err(CheckError::Io(_))));
        }
    }
}
