//! Makes small pictures of what others send: from the disk if they were made before, else fetched, decoded within limits
//! and kept there as a PNG of our own. What comes from the disk is held to limits as well: it may be cut, or another's.
//! What they look like is left to [`super::picture`].

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, Rgba, RgbaImage};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;

use super::guarded::guarded;
use super::images::How;
use super::picture::{KEPT_SIZE, Thumb, kept_size};
use super::pixels;
use crate::client::Client;
use crate::model::limits;
use crate::terminal::save::Attachment;

static DECODING: Mutex<()> = Mutex::new(());
/// What stands behind a picture where it is transparent: dark and light lines can be seen on it, whatever the terminal's
/// own ground is.
const GROUND: u8 = 128;

/// The small picture of a message, if there can be one.
pub(super) async fn thumb(
    client: &Client,
    turn: &Semaphore,
    dir: Option<PathBuf>,
    attachment: &Attachment,
    how: How,
) -> Option<Thumb> {
    let _turn = turn.acquire().await;
    let path = dir.map(|dir| dir.join(format!("{}.png", attachment.sha256)));
    let kept = path.clone();
    let found = tokio::task::spawn_blocking(move || guarded(|| Thumb::new(&kept_picture(&kept?)?, how))).await.ok()?;
    if found.is_some() {
        return found;
    }
    let mut bytes = Vec::new();
    let Attachment { room, seq, size, sha256, .. } = attachment;
    client.download(room, *seq, *size, sha256, &mut bytes, |_, _| ()).await.ok()?;
    let made = move || {
        // one after the other: each may take as much memory as all are allowed to
        let _alone = DECODING.lock().unwrap_or_else(PoisonError::into_inner);
        let picture = decode(&bytes)?;
        if let Some(path) = path {
            keep(&path, &picture);
        }
        Thumb::new(&picture, how)
    };
    tokio::task::spawn_blocking(|| guarded(made)).await.ok()?
}

/// Decodes what is plainly a picture, and makes it small. Its decoder is held to limits; that of webp holds to none, so there
/// are no small pictures of webp.
fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if !matches!(reader.format()?, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif) {
        return None;
    }
    let side_max = limits::SCREEN_PICTURE_SIDE_MAX;
    let picture = within(reader, (side_max, side_max), limits::SCREEN_PICTURE_BYTES_MAX)?;
    let held = held(bytes);
    let is_on_its_side = matches!(
        held,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if is_on_its_side {
        let (height, width) = kept_size(picture.height(), picture.width());
        (width, height)
    } else {
        kept_size(picture.width(), picture.height())
    };
    let mut small = picture.thumbnail_exact(width, height);
    small.apply_orientation(held);
    Some(grounded(&small.to_rgba8()))
}

/// The same without transparency.
fn grounded(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let Rgba([red, green, blue, alpha]) = *picture.get_pixel(x, y);
        let mixed = |colour: u8| {
            let sum = u16::from(colour) * u16::from(alpha) + u16::from(GROUND) * u16::from(255 - alpha);
            u8::try_from(sum / 255).unwrap_or(u8::MAX)
        };
        Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

/// How the camera was held, if the picture says so.
fn held(bytes: &[u8]) -> Orientation {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok();
    let mut decoder = reader.and_then(|reader| reader.into_decoder().ok());
    decoder.as_mut().and_then(|decoder| decoder.orientation().ok()).unwrap_or(Orientation::NoTransforms)
}

/// What was kept.
fn kept_picture(path: &Path) -> Option<RgbImage> {
    // who opens a pipe waits for somebody at its other end
    let about = fs::metadata(path).ok()?;
    if !about.is_file() || about.len() > limits::SCREEN_THUMB_BYTES_MAX as u64 {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(limits::SCREEN_THUMB_BYTES_MAX as u64).read_to_end(&mut bytes).ok()?;
    let reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    Some(within(reader, KEPT_SIZE, 4 * u64::from(KEPT_SIZE.0 * KEPT_SIZE.1))?.to_rgb8())
}

fn within(mut reader: ImageReader<Cursor<impl AsRef<[u8]>>>, size: (u32, u32), bytes: u64) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(size.0), Some(size.1));
    limits.max_alloc = Some(bytes);
    reader.limits(limits);
    reader.decode().ok()
}

/// Whatever goes wrong here, it is made anew the next time.
fn keep(path: &Path, picture: &RgbImage) {
    let (Some(dir), Some(png)) = (path.parent(), pixels::png(picture)) else { return };
    let _ = fs::create_dir_all(dir);
    let is_full = fs::read_dir(dir).is_ok_and(|entries| entries.count() >= limits::SCREEN_THUMBS_KEPT);
    if is_full {
        let _ = fs::remove_dir_all(dir).and_then(|()| fs::create_dir_all(dir));
    }
    // by another name first: what stands there, be it a pipe, is not opened
    let _ = NamedTempFile::new_in(dir).and_then(|mut file| {
        file.write_all(&png)?;
        file.persist(path).map_err(|error| error.error)
    });
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        RgbImage::from_pixel(640, 320, Rgb([255, 0, 0])).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    /// A PNG that says it is this large, of one colour: 900 megapixels are a megabyte.
    fn bomb(side: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().unwrap();
        let mut stream = writer.stream_writer().unwrap();
        let row = vec![0; usize::try_from(side.div_ceil(8)).unwrap()];
        (0..side).for_each(|_| Write::write_all(&mut stream, &row).unwrap());
        stream.finish().unwrap();
        drop(writer);
        bytes
    }

    #[test]
    fn pictures_become_small_and_nothing_else_does() {
        let red = RgbImage::from_pixel(360, 180, Rgb([255, 0, 0]));
        assert_eq!(decode(&picture(ImageFormat::Png)), Some(red));
        assert_eq!(decode(&picture(ImageFormat::WebP)), None);
        let whole = picture(ImageFormat::Png);
        for wrong in [b"\x89PNG\r\n\x1a\nnonsense".as_slice(), b"", &whole[..whole.len() / 2]] {
            assert_eq!(decode(wrong), None);
        }
    }

    #[test]
    fn a_transparent_picture_can_be_seen_on_any_ground() {
        let drawn =
            RgbaImage::from_fn(640, 320, |x, _| if x < 320 { Rgba([0, 0, 0, 255]) } else { Rgba([0, 0, 0, 0]) });
        let mut bytes = Vec::new();
        drawn.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        let small = decode(&bytes).unwrap();
        assert_eq!([small.get_pixel(9, 9), small.get_pixel(350, 9)], [&Rgb([0; 3]), &Rgb([GROUND; 3])]);
    }

    #[test]
    fn a_photograph_stands_upright() {
        let says_so = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let jpeg = picture(ImageFormat::Jpeg);
        let turned = [&jpeg[..2], says_so, &jpeg[2..]].concat();
        assert_eq!(decode(&jpeg).unwrap().dimensions(), (360, 180));
        assert_eq!(decode(&turned).unwrap().dimensions(), (120, 240));
    }

    #[test]
    fn a_bomb_is_refused_before_it_bursts() {
        let bytes = bomb(30_000);
        assert!(bytes.len() < 1 << 20, "it would be saved unasked");
        let used = allocation_counter::measure(|| assert_eq!(decode(&bytes), None));
        assert!(used.bytes_max < 1 << 20, "{used:?}");
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kept.png");
        fs::write(&path, bomb(2_000)).unwrap();
        let used = allocation_counter::measure(|| assert_eq!(kept_picture(&path), None));
        assert!(used.bytes_max < 1 << 20, "{used:?}");
    }

    #[test]
    fn what_was_kept_comes_back_and_nothing_else_does() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("thumbs").join("kept.png");
        let picture = RgbImage::from_fn(360, 240, |x, y| Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 7]));
        keep(&path, &picture);
        assert_eq!(kept_picture(&path), Some(picture));
        let whole = fs::read(&path).unwrap();
        let large = vec![0; limits::SCREEN_THUMB_BYTES_MAX + 1];
        for wrong in [&whole[..whole.len() / 2], b"", b"\x02\x01\x02\x03\x01\x02\x03", &large] {
            fs::write(&path, wrong).unwrap();
            assert_eq!(kept_picture(&path), None);
        }
        fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        keep(&path, &RgbImage::new(1, 1));
        assert_eq!(kept_picture(&path), Some(RgbImage::new(1, 1)), "a pipe is replaced, and nobody waits at it");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(kept_picture(&path), None);
    }

    #[test]
    fn a_full_folder_begins_anew() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("thumbs");
        let picture = RgbImage::new(1, 1);
        for number in 0..=limits::SCREEN_THUMBS_KEPT {
            keep(&dir.join(number.to_string()), &picture);
        }
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        assert_eq!(kept_picture(&dir.join(limits::SCREEN_THUMBS_KEPT.to_string())), Some(picture));
    }
}
