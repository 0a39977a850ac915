//! Redis' publish and subscribe, in version 3 of its protocol, in which a connection may do both.

use super::{Dialect, Heard, Seat, digits, line_len};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Redis {
    text_bytes: usize,
    filling: Vec<u8>,
}

impl Redis {
    /// Messages of so many bytes.
    pub(crate) fn new(text_bytes: usize) -> Self {
        Self { text_bytes, filling: vec![b'x'; text_bytes] }
    }
}

impl Dialect for Redis {
    fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    fn greeting(&self, seat: &Seat) -> Vec<u8> {
        format!("HELLO 3\r\nSUBSCRIBE load-{}\r\n", seat.room).into_bytes()
    }

    fn say(&mut self, out: &mut Vec<u8>, room: usize, tag: &[u8]) {
        let channel = format!("load-{room}");
        let head = format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n{channel}\r\n${}\r\n", channel.len(), self.text_bytes);
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(tag);
        out.extend_from_slice(&self.filling[tag.len()..]);
        out.extend_from_slice(b"\r\n");
    }

    fn cut(bytes: &[u8], _: usize) -> Result<Option<(usize, Heard<'_>)>, String> {
        let Some(line) = line_len(bytes) else { return Ok(None) };
        match bytes[0] {
            b':' => Ok(Some((line, Heard::Said))),
            b'-' => Err(String::from_utf8_lossy(&bytes[1..line]).trim().to_owned()),
            b'>' => Ok(push(bytes, line)),
            b'%' => Ok(elements(bytes, line, 2).map(|(end, _)| (end, Heard::Other))),
            _ => Ok(Some((line, Heard::Other))),
        }
    }
}

/// `>3`, then `message`, the channel and the text; or `>3`, `subscribe`, the channel and how many there are.
fn push(bytes: &[u8], line: usize) -> Option<(usize, Heard<'_>)> {
    let (end, last) = elements(bytes, line, 1)?;
    let is_message = bytes[line..].starts_with(b"$7\r\nmessage");
    let heard = if is_message { Heard::Event { seq: None, text: last } } else { Heard::Ready { head: 0 } };
    Some((end, heard))
}

/// Where the elements end whose number stands in the first line, and the last of them that is a string.
fn elements(bytes: &[u8], line: usize, per_entry: usize) -> Option<(usize, &[u8])> {
    let (mut at, mut last) = (line, &bytes[..0]);
    for _ in 0..digits(&bytes[1..line])? * per_entry {
        let head = line_len(&bytes[at..])?;
        let is_string = bytes[at] == b'$';
        let length = digits(&bytes[at + 1..at + head]).filter(|_| is_string);
        at += head;
        if let Some(length) = length {
            last = bytes.get(at..at + length)?;
            at += length + 2;
        }
    }
    (at <= bytes.len()).then_some((at, last))
}
