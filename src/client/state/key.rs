//! The file with a device's key: one line of text. What the key is good for is left to [`crate::client`].

use std::io;
use std::path::Path;

use super::{Error, disk};
use crate::model::DeviceId;
use crate::wire::DeviceKey;

/// The first word of the file, so that a later format can be told from a damaged one.
const FORMAT: &str = "tertulia-device-1";
/// More than any key takes: a file that is larger is none.
const FILE_BYTES_MAX: usize = 1_024;

/// The key, if there is one yet.
pub(super) fn read(path: &Path) -> Result<Option<DeviceKey>, Error> {
    let bytes = disk::read(path).map_err(|source| Error::State { path: path.to_owned(), source })?;
    let key = bytes.map(|bytes| parse(&bytes).ok_or_else(|| Error::StateDamaged(path.to_owned())));
    key.transpose()
}

/// Keeps the key in place of another one.
pub(super) fn write(path: &Path, key: &DeviceKey) -> io::Result<()> {
    let hex = key.secret.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    disk::replace(path, format!("{FORMAT} {} {hex}\n", key.id).as_bytes())
}

fn parse(bytes: &[u8]) -> Option<DeviceKey> {
    let text = str::from_utf8(bytes).ok().filter(|text| text.len() <= FILE_BYTES_MAX)?;
    let mut words = text.split_whitespace();
    let (format, id, secret) = (words.next()?, words.next()?, words.next()?);
    if format != FORMAT || words.next().is_some() {
        return None;
    }
    Some(DeviceKey { id: DeviceId(id.parse().ok()?), secret: from_hex(secret)? })
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hex.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    digits.chunks(2).map(|two| u8::try_from(two[0] * 16 + *two.get(1)?).ok()).collect()
}
