//! What is sent as a picture: decoded, or refused, within the limits.

#![no_main]

use std::io::Cursor;

use tertulia::files::Picture;
use tertulia::model::limits;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = Picture::decode(Cursor::new(bytes), bytes.len() as u64) {
        let (width, height) = picture.dimensions;
        assert!((1..=limits::IMAGE_PIXELS_MAX).contains(&(u64::from(width) * u64::from(height))));
        assert!(picture.mime.starts_with("image/"));
    }
});
