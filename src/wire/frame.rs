//! Cuts a stream of bytes into frames: a 4-byte big-endian length, then that many bytes. Nothing is allocated from a
//! declared length before its bytes are there. What a frame holds is left to [`super::decode`].

use bytes::{Buf, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::model::limits;

const HEADER_BYTES: usize = 4;

/// Why a stream of frames cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A declared length of 0, or above the limit.
    #[error("a frame of {0} bytes")]
    Length(usize),
    /// Bytes that are not one well-formed value of the form that belongs here.
    #[error("a frame that is not well formed")]
    Malformed,
    /// The stream itself failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The framing of both sides; each frame comes out without its length.
#[derive(Debug)]
pub struct FrameCodec {
    /// Bytes of the longest frame that is accepted.
    pub frame_bytes_max: usize,
}

impl Default for FrameCodec {
    fn default() -> Self {
        Self { frame_bytes_max: limits::FRAME_BYTES_MAX }
    }
}

impl Decoder for FrameCodec {
    type Item = Bytes;
    type Error = Broken;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Bytes>, Broken> {
        let Some(header) = src.first_chunk::<HEADER_BYTES>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*header)).unwrap_or(usize::MAX);
        if length == 0 || length > self.frame_bytes_max {
            return Err(Broken::Length(length));
        }
        if src.len() < HEADER_BYTES + length {
            return Ok(None);
        }
        src.advance(HEADER_BYTES);
        Ok(Some(src.split_to(length).freeze()))
    }
}

/// Frames that are encoded already, their length included, pass as they are.
impl Encoder<Bytes> for FrameCodec {
    type Error = Broken;

    fn encode(&mut self, frame: Bytes, dst: &mut BytesMut) -> Result<(), Broken> {
        dst.extend_from_slice(&frame);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_out_once_its_last_byte_is_there() {
        let mut codec = FrameCodec::default();
        let mut stream = BytesMut::new();
        for byte in [0, 0, 0, 2, 7] {
            stream.extend_from_slice(&[byte]);
            assert!(codec.decode(&mut stream).unwrap().is_none());
        }
        stream.extend_from_slice(&[8, 0, 0]);
        assert_eq!(codec.decode(&mut stream).unwrap().unwrap(), [7, 8].as_slice());
        assert!(codec.decode(&mut stream).unwrap().is_none());
    }

    #[test]
    fn a_length_out_of_bounds_breaks_the_stream_and_reserves_nothing() {
        let mut codec = FrameCodec { frame_bytes_max: 4_096 };
        for bad in [0_u32, 4_097, u32::MAX] {
            let mut stream = BytesMut::from(bad.to_be_bytes().as_slice());
            assert!(matches!(codec.decode(&mut stream), Err(Broken::Length(_))));
            assert!(stream.capacity() < 64);
        }
    }
}
