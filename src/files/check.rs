//! Whether an upload is what was announced, and what it is, found out in one pass with a bounded buffer. Judging
//! pictures is left to [`super::picture`], moving what passed to its place to [`super::BlobStore::keep`].

use std::fs::File;
use std::io::{self, BufReader, Read};

use sha2::{Digest as _, Sha256};

use super::{BlobStore, CheckError, Picture, disk, picture};
use crate::model::Digest;

const BUFFER_BYTES: usize = 64 * 1024;
/// What tells kinds of files apart stands in their first bytes.
const HEAD_BYTES: usize = 8 * 1024;

/// What an upload has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Any bytes.
    Any,
    /// A png, jpeg, gif or webp that decodes.
    Image,
}

/// What an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What was found in the content, whatever its name says.
    pub mime: String,
    /// Width and height in pixels, of a [`Want::Image`].
    pub dimensions: Option<(u32, u32)>,
}

impl BlobStore {
    /// Looks at an upload that should be whole. A picture is decoded wholly (of an animation, the first frame), within
    /// [`IMAGE_PIXELS_MAX`](crate::model::limits::IMAGE_PIXELS_MAX) and
    /// [`IMAGE_MEMORY_BYTES_MAX`](crate::model::limits::IMAGE_MEMORY_BYTES_MAX); but a lossless webp of more than 800 KB,
    /// of which nobody knows what it takes, is taken at its header's word if all of it is there.
    ///
    /// # Errors
    /// What it is not; the upload stays as it is, so that the caller may [discard](Self::discard) it.
    pub fn check(&self, upload: u64, size: u64, digest: &Digest, want: Want) -> Result<Checked, CheckError> {
        let file = disk::open_or_make(&self.partial_path(upload))?;
        let pass = Pass::over(&file)?;
        if pass.size != size || pass.digest != *digest {
            return Err(CheckError::HashMismatch);
        }
        match want {
            Want::Any => Ok(Checked { mime: pass.mime().to_owned(), dimensions: None }),
            Want::Image => {
                let picture = Picture::decode(BufReader::new(file), size)?;
                Ok(Checked { mime: picture.mime.to_owned(), dimensions: Some(picture.dimensions) })
            }
        }
    }
}

/// What one reading of a file tells.
pub(super) struct Pass {
    size: u64,
    pub(super) digest: Digest,
    head: Vec<u8>,
    is_text: bool,
}

impl Pass {
    pub(super) fn over(mut file: &File) -> io::Result<Self> {
        let (mut size, mut sha256, mut text) = (0, Sha256::new(), TextScan::default());
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let bytes = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => &buffer[..count],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            size += bytes.len() as u64;
            sha256.update(bytes);
            text.feed(bytes);
            head.extend_from_slice(&bytes[..bytes.len().min(HEAD_BYTES - head.len())]);
        }
        Ok(Self { size, digest: Digest(sha256.finalize().into()), head, is_text: text.is_text() })
    }

    fn mime(&self) -> &'static str {
        let fallback = if self.is_text { "text/plain" } else { "application/octet-stream" };
        picture::unless_it_panics(|| infer::get(&self.head)).flatten().map_or(fallback, |kind| kind.mime_type())
    }
}

/// Whether bytes that come in pieces are UTF-8 without control characters.
#[derive(Default)]
struct TextScan {
    /// At most the beginning of one character, between two pieces.
    pending: Vec<u8>,
    is_broken: bool,
}

impl TextScan {
    fn feed(&mut self, bytes: &[u8]) {
        if self.is_broken {
            return;
        }
        self.pending.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.pending) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&self.pending[..error.valid_up_to()]).expect("valid up to there")
            }
            Err(_) => return self.is_broken = true,
        };
        self.is_broken = whole.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c'));
        let settled = whole.len();
        self.pending.drain(..settled);
    }

    fn is_text(&self) -> bool {
        !self.is_broken && self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], want: Want) -> Result<Checked, CheckError> {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        store.append(1, 0, bytes).unwrap();
        store.check(1, bytes.len() as u64, &Digest(Sha256::digest(bytes).into()), want)
    }

    fn mime_of(bytes: &[u8]) -> String {
        check(bytes, Want::Any).unwrap().mime
    }

    #[test]
    fn other_bytes_or_another_size_than_announced_are_found_out() {
        let home = tempfile::tempdir().unwrap();
        let store = BlobStore::open(home.path()).unwrap();
        store.append(1, 0, b"hello").unwrap();
        let right = Digest(Sha256::digest(b"hello").into());
        assert!(store.check(1, 5, &right, Want::Any).is_ok());
        for (size, digest) in [(4, right), (6, right), (5, Digest([0; 32]))] {
            assert!(matches!(store.check(1, size, &digest, Want::Any), Err(CheckError::HashMismatch)));
        }
        assert_eq!(store.received(1).unwrap(), 5, "what to do about it is the caller's business");
    }

    #[test]
    fn the_content_says_what_it_is() {
        assert_eq!(mime_of(b"\x89PNG\r\n\x1a\n and so on"), "image/png");
        assert_eq!(mime_of(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(mime_of("Grüße\r\n\taus Köln".as_bytes()), "text/plain");
        assert_eq!(mime_of(b""), "text/plain");
        for neither in [b"a\0b".as_slice(), b"\x1b[2J", b"\xff\xfe\xfd", b"cut \xc3", "a\u{85}b".as_bytes()] {
            assert_eq!(mime_of(neither), "application/octet-stream", "{neither:?}");
        }
    }

    #[test]
    fn a_character_cut_in_two_by_the_buffer_is_still_text() {
        for shift in 0..4 {
            let text = format!("{}{}", "a".repeat(BUFFER_BYTES - shift), "😀".repeat(BUFFER_BYTES));
            assert_eq!(mime_of(text.as_bytes()), "text/plain", "{shift}");
        }
    }

    #[test]
    fn a_text_that_calls_itself_a_picture_is_none() {
        assert!(matches!(check(b"picture.png, honestly", Want::Image), Err(CheckError::NotAnImage)));
        assert!(matches!(check(b"", Want::Image), Err(CheckError::NotAnImage)));
    }
}
