//! What decoding a webp may take, read from its chunks before anything is decoded. The decoder heeds no limit: a still
//! picture of 1 x 1 may hold a frame of 16,383 x 16,383, and a lossless one of 4 MB codes that take 1.3 GB. Decoding is
//! left to [`super::picture`].

use std::io::{self, BufRead, Seek};

/// Bytes that a byte of a lossless bitstream may become: a run of six code lengths takes three bits and reserves two
/// nodes of 16 bytes for each.
const BYTES_PER_LOSSLESS_BYTE: u64 = 640;
/// Bytes before the chunks inside of a frame of an animation.
const FRAME_HEADER_BYTES: u64 = 16;
/// The first three bytes of a lossy frame say what kind it is; then this stands there, and then the dimensions.
const LOSSY_START: [u8; 3] = [0x9d, 0x01, 0x2a];

/// What stands in a webp.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// Pixels of the largest lossy frame.
    pub(super) lossy_pixels: u64,
    /// Bytes of all that is coded without loss.
    lossless_bytes: u64,
    /// Whether all that is announced is there.
    pub(super) is_whole: bool,
}

impl Content {
    /// Walks over the chunks of a file of `size` bytes.
    pub(super) fn of(source: &mut (impl BufRead + Seek), size: u64) -> io::Result<Self> {
        const CHUNKS_AT: u64 = 12;
        source.rewind()?;
        let mut source = Source { inner: source, at: 0, size };
        let announced = source.header()?.map(|(_, length)| length + 8);
        let mut content = Self { is_whole: announced.is_some_and(|end| end <= size), ..Self::default() };
        content.chunks(&mut source, CHUNKS_AT, size, 0)?;
        Ok(content)
    }

    /// Bytes that the codes of what is lossless may take.
    pub(super) const fn codes_bytes(&self) -> u64 {
        self.lossless_bytes.saturating_mul(BYTES_PER_LOSSLESS_BYTE)
    }

    /// Looks at all chunks that begin before `end`. The decoder looks also at those beyond the announced end, and in an
    /// animation at a frame's parts whatever they are called, so both count.
    fn chunks(&mut self, source: &mut Source<impl BufRead + Seek>, start: u64, end: u64, depth: u8) -> io::Result<()> {
        let mut at = start;
        while at + 8 <= end && source.go_to(at)? {
            let Some((name, length)) = source.header()? else { return Ok(()) };
            let inside = at + 8;
            self.is_whole &= inside + length <= source.size;
            match &name {
                b"VP8L" | b"ALPH" => self.lossless_bytes += length.min(source.size.saturating_sub(inside)),
                b"ANMF" if depth == 0 => {
                    self.chunks(source, inside + FRAME_HEADER_BYTES, inside + length, 1)?;
                }
                _ => self.lossy(source)?,
            }
            at = inside + length + length % 2;
        }
        Ok(())
    }

    fn lossy(&mut self, source: &mut Source<impl BufRead + Seek>) -> io::Result<()> {
        let mut frame = [0; 10];
        if !source.is_read(&mut frame)? || frame[3..6] != LOSSY_START {
            return Ok(());
        }
        let side = |low, high| u64::from(u16::from_le_bytes([low, high]) & 0x3fff);
        self.lossy_pixels = self.lossy_pixels.max(side(frame[6], frame[7]) * side(frame[8], frame[9]));
        Ok(())
    }
}

/// A file, and where one is in it.
struct Source<'a, S> {
    inner: &'a mut S,
    at: u64,
    size: u64,
}

impl<S: BufRead + Seek> Source<'_, S> {
    /// Goes to a place, if that is in the file. Near by, as most are, this is no call of the system.
    fn go_to(&mut self, at: u64) -> io::Result<bool> {
        if at >= self.size {
            return Ok(false);
        }
        let offset = i64::try_from(at).unwrap_or(i64::MAX) - i64::try_from(self.at).unwrap_or(i64::MAX);
        self.inner.seek_relative(offset)?;
        self.at = at;
        Ok(true)
    }

    /// A chunk's name and length; none at the end.
    fn header(&mut self) -> io::Result<Option<([u8; 4], u64)>> {
        let mut header = [0; 8];
        if !self.is_read(&mut header)? {
            return Ok(None);
        }
        let [a, b, c, d, length @ ..] = header;
        Ok(Some(([a, b, c, d], u32::from_le_bytes(length).into())))
    }

    fn is_read(&mut self, bytes: &mut [u8]) -> io::Result<bool> {
        if self.at + bytes.len() as u64 > self.size {
            return Ok(false);
        }
        self.inner.read_exact(bytes)?;
        self.at += bytes.len() as u64;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use allocation_counter::measure;

    use super::*;
    use crate::files::Picture;
    use crate::model::limits;

    /// Bits as a lossless webp has them: the lowest first.
    #[derive(Default)]
    struct Bits {
        bytes: Vec<u8>,
        count: usize,
    }

    impl Bits {
        fn push(&mut self, value: u32, bits: usize) -> &mut Self {
            for bit in 0..bits {
                if self.count.is_multiple_of(8) {
                    self.bytes.push(0);
                }
                *self.bytes.last_mut().unwrap() |= u8::from(value >> bit & 1 == 1) << (self.count % 8);
                self.count += 1;
            }
            self
        }

        /// A code of one symbol, which takes no bits to read.
        fn single(&mut self, symbol: u32) -> &mut Self {
            self.push(0b101, 3).push(symbol, 8)
        }

        /// A code of eleven symbols whose table is as large as they get.
        fn wasteful(&mut self) {
            // the lengths 1 to 6 are written in three bits, 7 to 10 in four
            const WRITTEN_IN: [u32; 14] = [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4];
            self.push(0, 1).push(10, 4);
            WRITTEN_IN.into_iter().for_each(|bits| _ = self.push(bits, 3));
            self.push(1, 1).push(1, 3).push(9, 4);
            for length in (1..=10).chain([10]) {
                let (code, bits) = if length <= 6 { (length - 1, 3) } else { (12 + length - 7, 4) };
                (0..bits).rev().for_each(|bit| _ = self.push(code >> bit, 1));
            }
        }
    }

    fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        for (name, bytes) in chunks {
            body.extend(*name);
            body.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
            body.extend(*bytes);
            body.extend(&[0][..bytes.len() % 2]);
        }
        [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
    }

    /// A picture of 4 x 4 with so many groups of codes, of which one is used.
    fn bomb(groups: u32) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.push(0x2f, 8).push(3, 14).push(3, 14).push(0, 4);
        // no transform, no cache; groups of codes, by blocks of 4 x 4, all of which are the last group's
        bits.push(0, 2).push(1, 1).push(0, 3).push(0, 1);
        bits.single((groups - 1) & 0xff).single((groups - 1) >> 8).single(0).single(0).single(0);
        (0..groups * 5).for_each(|_| bits.wasteful());
        bits.push(0, 32).push(0, 32).push(0, 32);
        webp(&[(b"VP8L", &bits.bytes)])
    }

    fn decode(bytes: &[u8]) -> (bool, u64) {
        let mut is_picture = false;
        let taken = measure(|| is_picture = Picture::decode(Cursor::new(bytes), bytes.len() as u64).is_ok()).bytes_max;
        (is_picture, taken)
    }

    #[test]
    fn codes_that_take_memory_are_bounded_by_their_size() {
        let small = bomb(1_000);
        let (is_picture, taken) = decode(&small);
        assert!(is_picture, "the bomb is a picture");
        assert!(taken > 300 * small.len() as u64, "it takes much: {taken} for {}", small.len());
        assert!(taken < BYTES_PER_LOSSLESS_BYTE * small.len() as u64, "{taken} for {}", small.len());

        let large = bomb(0x1_0000);
        let (is_picture, taken) = decode(&large);
        assert!(taken < 1024 * 1024, "{taken} bytes for {}", large.len());
        assert!(is_picture, "what may be a large picture is taken at its word");
        assert!(!decode(&large[..large.len() - 1]).0, "but not if a byte is missing");
    }

    #[test]
    fn a_frame_larger_than_its_picture_is_refused() {
        let frame = [&[0x10, 0, 0][..], &LOSSY_START, &[0xff, 0x3f, 0xff, 0x3f], &[0; 64]].concat();
        let canvas = [0; 10];
        let bytes = webp(&[(b"VP8X", &canvas), (b"VP8 ", &frame)]);
        let content = Content::of(&mut Cursor::new(&bytes), bytes.len() as u64).unwrap();
        assert_eq!(content, Content { lossy_pixels: 0x3fff * 0x3fff, lossless_bytes: 0, is_whole: true });
        let (is_picture, taken) = decode(&bytes);
        assert!(!is_picture && taken < 1024 * 1024, "{taken}");
    }

    #[test]
    fn what_is_inside_of_an_animation_counts() {
        let inside = webp(&[(b"ALPH", &[0; 9]), (b"VP8L", &[0; 100])]);
        let mut frame = [&[0; 16][..], &inside[12..]].concat();
        // a part that claims to end far away hides nothing of what comes after its frame
        frame.extend([b'?', b'?', b'?', b'?', 0xff, 0xff, 0xff, 0]);
        let bytes = webp(&[(b"VP8X", &[0; 10]), (b"ANIM", &[0; 6]), (b"ANMF", &frame), (b"VP8L", &[0; 10])]);
        let content = Content::of(&mut Cursor::new(&bytes), bytes.len() as u64).unwrap();
        assert_eq!(content, Content { lossy_pixels: 0, lossless_bytes: 119, is_whole: false });
        assert_eq!(content.codes_bytes(), 119 * BYTES_PER_LOSSLESS_BYTE);
        const { assert!(limits::IMAGE_MEMORY_BYTES_MAX / BYTES_PER_LOSSLESS_BYTE > 800_000, "small ones are decoded") }
    }
}
