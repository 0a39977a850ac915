//! Walks over one MessagePack value without building anything: is it well formed, is it within the depth that the
//! protocol allows, where does it end. Meaning is left to serde.

use rmp::Marker;

use super::Broken;
use crate::model::limits;

/// The `[id, value]` that a client's frame holds; `value` is well formed.
///
/// # Errors
/// [`Broken::Malformed`] if the frame is anything else.
pub(super) fn request(frame: &[u8]) -> Result<(u32, &[u8]), Broken> {
    let mut rest = frame;
    if rmp::decode::read_array_len(&mut rest).map_err(|_| Broken::Malformed)? != 2 {
        return Err(Broken::Malformed);
    }
    let id = rmp::decode::read_int(&mut rest).map_err(|_| Broken::Malformed)?;
    let value = rest;
    skip(&mut rest, 1)?;
    if rest.is_empty() { Ok((id, value)) } else { Err(Broken::Malformed) }
}

/// Whether a frame is exactly one well-formed value.
///
/// # Errors
/// [`Broken::Malformed`] if not.
pub(super) fn single(frame: &[u8]) -> Result<(), Broken> {
    let mut rest = frame;
    skip(&mut rest, 0)?;
    if rest.is_empty() { Ok(()) } else { Err(Broken::Malformed) }
}

/// Moves past one value that stands inside of `depth` others. Each step consumes a byte, so that a declared count
/// costs nothing that was not sent.
fn skip(rest: &mut &[u8], depth: usize) -> Result<(), Broken> {
    let marker = rmp::decode::read_marker(rest).map_err(|_| Broken::Malformed)?;
    match marker {
        Marker::Null | Marker::True | Marker::False | Marker::FixPos(_) | Marker::FixNeg(_) => Ok(()),
        Marker::U8 | Marker::I8 => advance(rest, 1),
        Marker::U16 | Marker::I16 => advance(rest, 2),
        Marker::U32 | Marker::I32 | Marker::F32 => advance(rest, 4),
        Marker::U64 | Marker::I64 | Marker::F64 => advance(rest, 8),
        Marker::FixStr(len) => advance(rest, len.into()),
        Marker::Str8 | Marker::Bin8 => length(rest, 1).and_then(|len| advance(rest, len)),
        Marker::Str16 | Marker::Bin16 => length(rest, 2).and_then(|len| advance(rest, len)),
        Marker::Str32 | Marker::Bin32 => length(rest, 4).and_then(|len| advance(rest, len)),
        Marker::FixArray(len) => skip_many(rest, len.into(), depth),
        Marker::Array16 => length(rest, 2).and_then(|len| skip_many(rest, len, depth)),
        Marker::Array32 => length(rest, 4).and_then(|len| skip_many(rest, len, depth)),
        Marker::FixMap(len) => skip_many(rest, usize::from(len) * 2, depth),
        Marker::Map16 => length(rest, 2).and_then(|len| skip_many(rest, len * 2, depth)),
        Marker::Map32 => length(rest, 4).and_then(|len| skip_many(rest, len.saturating_mul(2), depth)),
        Marker::FixExt1 => advance(rest, 2),
        Marker::FixExt2 => advance(rest, 3),
        Marker::FixExt4 => advance(rest, 5),
        Marker::FixExt8 => advance(rest, 9),
        Marker::FixExt16 => advance(rest, 17),
        Marker::Ext8 => length(rest, 1).and_then(|len| advance(rest, len + 1)),
        Marker::Ext16 => length(rest, 2).and_then(|len| advance(rest, len + 1)),
        Marker::Ext32 => length(rest, 4).and_then(|len| advance(rest, len.saturating_add(1))),
        Marker::Reserved => Err(Broken::Malformed),
    }
}

fn skip_many(rest: &mut &[u8], count: usize, depth: usize) -> Result<(), Broken> {
    if depth >= limits::FRAME_DEPTH_MAX {
        return Err(Broken::Malformed);
    }
    (0..count).try_for_each(|_| skip(rest, depth + 1))
}

fn length(rest: &mut &[u8], bytes: usize) -> Result<usize, Broken> {
    let (head, tail) = rest.split_at_checked(bytes).ok_or(Broken::Malformed)?;
    *rest = tail;
    Ok(head.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
}

fn advance(rest: &mut &[u8], bytes: usize) -> Result<(), Broken> {
    *rest = rest.get(bytes..).ok_or(Broken::Malformed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> Vec<u8> {
        let mut frame = vec![0x92, 0x01];
        frame.extend(std::iter::repeat_n(0x91, depth - 1));
        frame.push(0xc0);
        frame
    }

    #[test]
    fn sixteen_levels_are_allowed_and_no_more() {
        assert!(request(&nested(16)).is_ok());
        assert!(request(&nested(17)).is_err());
    }

    #[test]
    fn only_an_array_of_an_id_and_one_value_is_a_request() {
        for good in [&[0x92, 0x00, 0xc0][..], &[0xdc, 0, 2, 0xce, 255, 255, 255, 255, 0xc0], &[0x92, 0xd0, 5, 0xc0]] {
            assert!(request(good).is_ok(), "{good:x?}");
        }
        let bad: [&[u8]; 10] = [
            &[],
            &[0xc0],
            &[0x91, 0x00],
            &[0x93, 0, 0, 0],
            &[0x92, 0x00],
            &[0x92, 0xff, 0xc0],
            &[0x92, 0xcf, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0],
            &[0x92, 0x00, 0xc0, 0xc0],
            &[0x92, 0x00, 0xc1],
            &[0x92, 0xa1, b'1', 0xc0],
        ];
        for bad in bad {
            assert!(request(bad).is_err(), "{bad:x?}");
        }
    }
}
