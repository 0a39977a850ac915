//! The core of NATS: subjects and messages, nothing kept.

use super::{Dialect, Heard, Seat, digits, line_len};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Nats {
    text_bytes: usize,
    filling: Vec<u8>,
}

impl Nats {
    /// Messages of so many bytes.
    pub(crate) fn new(text_bytes: usize) -> Self {
        Self { text_bytes, filling: vec![b'x'; text_bytes] }
    }
}

impl Dialect for Nats {
    const ECHO_ACKNOWLEDGES: bool = true;

    fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    fn greeting(&self, seat: &Seat) -> Vec<u8> {
        format!("CONNECT {{\"verbose\":false}}\r\nSUB load-{} 1\r\nPING\r\n", seat.room).into_bytes()
    }

    fn say(&mut self, out: &mut Vec<u8>, room: usize, tag: &[u8]) {
        out.extend_from_slice(format!("PUB load-{room} {}\r\n", self.text_bytes).as_bytes());
        out.extend_from_slice(tag);
        out.extend_from_slice(&self.filling[tag.len()..]);
        out.extend_from_slice(b"\r\n");
    }

    fn cut(bytes: &[u8], _: usize) -> Result<Option<(usize, Heard<'_>)>, String> {
        let Some(line) = line_len(bytes) else { return Ok(None) };
        if !bytes.starts_with(b"MSG ") {
            let heard = if bytes.starts_with(b"PONG") { Heard::Ready { head: 0 } } else { Heard::Other };
            let is_error = bytes.starts_with(b"-ERR");
            let words = || String::from_utf8_lossy(&bytes[..line]).trim().to_owned();
            return if is_error { Err(words()) } else { Ok(Some((line, heard))) };
        }
        let last = bytes[..line].iter().rposition(|byte| *byte == b' ').unwrap_or(0);
        let length = digits(&bytes[last..line]).ok_or("a message without a length")?;
        let text = bytes.get(line..line + length);
        Ok(text
            .filter(|_| bytes.len() >= line + length + 2)
            .map(|text| (line + length + 2, Heard::Event { seq: None, text })))
    }
}
