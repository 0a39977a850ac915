//! MessagePack by hand, for frames that the protocol's own types cannot say.

use super::Peer;
use super::peer;

/// Any value; a map may hold a key twice.
#[derive(Debug, Clone)]
pub enum Raw {
    Nil,
    Bool(bool),
    Uint(u64),
    Int(i64),
    Float(f64),
    Str(&'static str),
    Bin(Vec<u8>),
    Array(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
    /// Bytes that are no value, or one that is already encoded.
    Bytes(Vec<u8>),
}

impl Raw {
    /// A map with these keys, in this order.
    pub fn map<const N: usize>(entries: [(&'static str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Self::Str(key), value)).collect())
    }

    /// `levels` arrays around nothing.
    pub fn nested(levels: usize) -> Self {
        (0..levels).fold(Self::Nil, |inside, _| Self::Array(vec![inside]))
    }

    pub fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.append(&mut bytes);
        bytes
    }

    fn append(&self, bytes: &mut Vec<u8>) {
        let length = |items: usize| u32::try_from(items).expect("small");
        match self {
            Self::Nil => rmp::encode::write_nil(bytes).expect("memory"),
            Self::Bool(value) => rmp::encode::write_bool(bytes, *value).expect("memory"),
            Self::Uint(value) => drop(rmp::encode::write_uint(bytes, *value).expect("memory")),
            Self::Int(value) => drop(rmp::encode::write_sint(bytes, *value).expect("memory")),
            Self::Float(value) => rmp::encode::write_f64(bytes, *value).expect("memory"),
            Self::Str(value) => rmp::encode::write_str(bytes, value).expect("memory"),
            Self::Bin(value) => rmp::encode::write_bin(bytes, value).expect("memory"),
            Self::Bytes(value) => bytes.extend_from_slice(value),
            Self::Array(items) => {
                rmp::encode::write_array_len(bytes, length(items.len())).expect("memory");
                for item in items {
                    item.append(bytes);
                }
            }
            Self::Map(entries) => {
                rmp::encode::write_map_len(bytes, length(entries.len())).expect("memory");
                for (key, value) in entries {
                    key.append(bytes);
                    value.append(bytes);
                }
            }
        }
    }
}

/// Bytes with their length before them.
pub fn framed(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("small");
    [&length.to_be_bytes(), content].concat()
}

/// The frame of `[id, value]`.
pub fn request(id: u32, value: Raw) -> Vec<u8> {
    framed(&Raw::Array(vec![Raw::Uint(id.into()), value]).encoded())
}

impl Peer {
    /// Sends `[id, value]` and returns what it is answered with.
    pub fn call_raw(&mut self, id: u32, value: Raw) -> peer::Answered {
        self.send_bytes(&request(id, value));
        self.answer_to(id)
    }
}
