//! Makes small pictures of what others send: from the disk if they were made before, else fetched, decoded within limits
//! and kept there. What they look like is left to [`super::picture`].

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

use super::picture::{Thumb, fit};
use crate::client::Client;
use crate::terminal::save::Attachment;

/// Small pictures that are kept on disk; each has at most 2.6 KB.
const KEPT_MAX: usize = 2_000;
/// Pixels to a side of what is decoded.
const SIDE_MAX: u32 = 10_000;
/// Bytes that decoding may take.
const MEMORY_MAX: u64 = 128 * 1024 * 1024;

/// The small picture of a message, if there can be one.
pub(super) async fn thumb(
    client: &Client,
    turn: &Semaphore,
    dir: Option<PathBuf>,
    attachment: &Attachment,
) -> Option<Thumb> {
    let _turn = turn.acquire().await;
    let path = dir.map(|dir| dir.join(attachment.sha256.to_string()));
    let kept = path.clone();
    let found = tokio::task::spawn_blocking(move || Thumb::from_bytes(&fs::read(kept?).ok()?)).await.ok()?;
    if found.is_some() {
        return found;
    }
    let mut bytes = Vec::new();
    let Attachment { room, seq, size, sha256, .. } = attachment;
    client.download(room, *seq, *size, sha256, &mut bytes, |_, _| ()).await.ok()?;
    tokio::task::spawn_blocking(move || {
        let thumb = decode(&bytes)?;
        if let Some(path) = path {
            keep(&path, &thumb);
        }
        Some(thumb)
    })
    .await
    .ok()?
}

/// Decodes what is plainly a picture. Its decoder is held to limits; that of webp holds to none, so there are no small
/// pictures of webp.
fn decode(bytes: &[u8]) -> Option<Thumb> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if !matches!(reader.format()?, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif) {
        return None;
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let (columns, down) = fit(picture.width(), picture.height());
    let small = picture.thumbnail_exact(columns, down).to_rgb8();
    Thumb::new(usize::try_from(columns).ok()?, small.pixels().map(|pixel| pixel.0).collect())
}

/// Whatever goes wrong here, it is made anew the next time.
fn keep(path: &Path, thumb: &Thumb) {
    let Some(dir) = path.parent() else { return };
    let _ = fs::create_dir_all(dir);
    let is_full = fs::read_dir(dir).is_ok_and(|entries| entries.count() >= KEPT_MAX);
    if is_full {
        let _ = fs::remove_dir_all(dir).and_then(|()| fs::create_dir_all(dir));
    }
    let _ = fs::write(path, thumb.to_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let red = image::RgbImage::from_pixel(64, 32, image::Rgb([255, 0, 0]));
        red.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn pictures_become_small_and_nothing_else_does() {
        let red = Thumb::new(36, vec![[255, 0, 0]; 36 * 18]);
        assert_eq!(decode(&picture(ImageFormat::Png)), red);
        assert_eq!(decode(&picture(ImageFormat::WebP)), None);
        assert_eq!(decode(b"\x89PNG\r\n\x1a\nnonsense"), None);
        assert_eq!(decode(b""), None);
    }

    #[test]
    fn a_full_folder_begins_anew() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("thumbs");
        let thumb = Thumb::new(1, vec![[1, 2, 3]]).unwrap();
        for number in 0..=KEPT_MAX {
            keep(&dir.join(number.to_string()), &thumb);
        }
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        assert_eq!(Thumb::from_bytes(&fs::read(dir.join(KEPT_MAX.to_string())).unwrap()), Some(thumb));
    }
}
