//! The file with the cursors: which rooms were heard how far. Written as a whole, so that it is whole at any time; when,
//! and what is forgotten when there are too many, is left to [`crate::client::marks`].

use std::io;
use std::path::Path;

use super::record::{self, Next};
use super::{Error, disk};
use crate::client::marks::Cursor;

/// The first line of the file, so that a later format can be told from a damaged one.
const FORMAT: &[u8] = b"tertulia-cursors-1\n";

/// The rooms' names in their first spelling with their cursors, the one that moved last at the end.
pub(super) fn read(path: &Path) -> Result<Vec<(String, Cursor)>, Error> {
    match disk::read(path) {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(bytes)) => parse(&bytes).ok_or_else(|| Error::CursorsDamaged(path.to_owned())),
        Err(source) => Err(Error::State { path: path.to_owned(), source }),
    }
}

/// Keeps them in place of what was kept.
pub(in crate::client) fn write(path: &Path, cursors: &[(String, Cursor)]) -> io::Result<()> {
    let mut bytes = FORMAT.to_vec();
    record::append(&mut bytes, &cursors);
    disk::replace(path, &bytes)
}

fn parse(bytes: &[u8]) -> Option<Vec<(String, Cursor)>> {
    match record::next(bytes.strip_prefix(FORMAT)?) {
        Next::Whole { payload, rest: [] } => rmp_serde::from_slice(payload).ok(),
        _ => None,
    }
}
