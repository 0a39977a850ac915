//! From what is to be said to the bytes of a frame, length and all.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

/// Appends a frame that holds `value`.
pub fn append_frame<T: Serialize>(buffer: &mut BytesMut, value: &T) {
    let start = buffer.len();
    buffer.put_u32(0);
    write_named(buffer.writer(), value);
    let length = u32::try_from(buffer.len() - start - 4).expect("frames are far below 4 GiB");
    buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// A frame that holds `value`.
#[must_use]
pub fn encode_frame<T: Serialize>(value: &T) -> Bytes {
    let mut buffer = BytesMut::with_capacity(256);
    append_frame(&mut buffer, value);
    buffer.freeze()
}

/// How many bytes `value` takes, without a frame around it.
#[must_use]
pub fn encoded_len<T: Serialize>(value: &T) -> usize {
    let mut counter = Counter(0);
    write_named(&mut counter, value);
    counter.0
}

fn write_named<W: std::io::Write, T: Serialize>(writer: W, value: &T) {
    let mut serializer = rmp_serde::Serializer::new(writer).with_struct_map();
    value.serialize(&mut serializer).expect("plain data in memory always encodes");
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
