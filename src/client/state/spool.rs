//! The outbox on disk: what was said and is not answered, so that it is said by a later run if this one is killed. A log
//! to whose end a record is written for each say, and another for its answer; once nothing is unanswered, it is cut
//! down to its head. When it is synced is left to [`crate::client::keeper`], and sending to [`crate::client::outbox`].
//!
//! Records of answers are not synced: one that a power cut takes away makes a later run say it again under the same
//! nonce, which the server answers as before.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::record::{self, Next};
use super::{Error, disk};
use crate::model::{DeviceId, Nonce, limits};
use crate::wire::Say;

/// The first word of the file, so that a later format can be told from a damaged one. The device's id follows, since a
/// nonce means nothing to another one.
const FORMAT: &str = "tertulia-outbox-1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Record<'a> {
    Say(Cow<'a, Say>),
    Answered(Nonce),
}

/// What a run left behind.
#[derive(Debug)]
pub(super) struct Left {
    /// Whose words these are.
    pub(super) device: DeviceId,
    /// What is unanswered, in the order in which it was said.
    pub(super) says: Vec<Say>,
    /// Bytes of the file that are whole.
    bytes: u64,
}

/// Reads the file at `path`, if there is one. Changes nothing.
pub(super) fn read(path: &Path) -> Result<Option<Left>, Error> {
    let bytes = disk::read(path).map_err(|source| Error::State { path: path.to_owned(), source })?;
    let left = bytes.map(|bytes| parse(&bytes).ok_or_else(|| Error::OutboxDamaged(path.to_owned())));
    left.transpose()
}

fn parse(bytes: &[u8]) -> Option<Left> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (format, device) = str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let device = DeviceId(device.parse().ok().filter(|_| format == FORMAT)?);
    let (mut says, mut rest) = (Vec::<Say>::new(), &bytes[end + 1..]);
    loop {
        match record::next(rest) {
            Next::Whole { payload, rest: behind } => {
                match rmp_serde::from_slice(payload).ok()? {
                    Record::Say(say) => says.push(say.into_owned()),
                    Record::Answered(nonce) => says.retain(|say| say.nonce != nonce),
                }
                rest = behind;
            }
            Next::End => break,
            Next::Torn => {
                log::warn!("the outbox ends in a record that was never written whole: it is cut off");
                break;
            }
            Next::Damaged => return None,
        }
    }
    Some(Left { device, says, bytes: (bytes.len() - rest.len()) as u64 })
}

/// The log, open.
#[derive(Debug)]
pub(in crate::client) struct Spool {
    path: PathBuf,
    head: Vec<u8>,
    file: Arc<File>,
    bytes: u64,
    /// What is unanswered, with the bytes that it takes.
    live: HashMap<Nonce, u64>,
    appended: u64,
    /// Why nothing more can be appended.
    broken: Option<io::ErrorKind>,
}

impl Spool {
    /// Goes on with what was left, or begins a new log.
    pub(super) fn open(path: &Path, device: DeviceId, left: Option<&Left>) -> io::Result<Self> {
        let head = format!("{FORMAT} {device}\n").into_bytes();
        let left = left.filter(|left| left.device == device);
        let says = left.map_or(&[][..], |left| &left.says);
        if left.is_none() {
            disk::replace(path, &head)?;
        }
        let file = disk::open_log(path)?;
        let bytes = left.map_or(head.len() as u64, |left| left.bytes);
        file.set_len(bytes)?;
        file.sync_all()?;
        let live = says.iter().map(|say| (say.nonce, encode(&Record::Say(Cow::Borrowed(say))).len() as u64)).collect();
        Ok(Self { path: path.to_owned(), head, file: Arc::new(file), bytes, live, appended: 0, broken: None })
    }

    pub(in crate::client) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down what is to be said, and tells how many that makes in this run. Whoever is killed has said it; a power
    /// cut may still take it, until the file is synced.
    pub(in crate::client) fn append(&mut self, say: &Say) -> io::Result<u64> {
        let record = encode(&Record::Say(Cow::Borrowed(say)));
        self.write(&record)?;
        self.live.insert(say.nonce, record.len() as u64);
        self.appended += 1;
        Ok(self.appended)
    }

    /// Strikes out what was answered.
    pub(in crate::client) fn answered(&mut self, nonce: Nonce) -> io::Result<()> {
        if self.live.remove(&nonce).is_none() {
            return Ok(());
        }
        if self.live.is_empty() {
            let head_bytes = self.head.len() as u64;
            self.file.set_len(head_bytes)?;
            self.bytes = head_bytes;
            return Ok(());
        }
        self.write(&encode(&Record::Answered(nonce)))
    }

    /// What to sync, and how many of this run are kept for good by that.
    pub(in crate::client) fn unsynced(&self) -> (Arc<File>, u64) {
        (Arc::clone(&self.file), self.appended)
    }

    /// Writes the log anew if most of it is answered.
    pub(in crate::client) fn compact(&mut self) -> io::Result<()> {
        let live_bytes: u64 = self.live.values().sum();
        let dead_bytes = self.bytes - live_bytes - self.head.len() as u64;
        if dead_bytes <= live_bytes.max(limits::CLIENT_OUTBOX_DEAD_BYTES) {
            return Ok(());
        }
        let damaged = || io::Error::from(io::ErrorKind::InvalidData);
        let left = disk::read(&self.path)?.and_then(|bytes| parse(&bytes)).ok_or_else(damaged)?;
        let mut log = self.head.clone();
        left.says.iter().for_each(|say| record::append(&mut log, &Record::Say(Cow::Borrowed(say))));
        let replaced = disk::replace(&self.path, &log);
        // Also after a failure: the new log may have its name already, and then the open file is none that anybody
        // will read.
        match disk::open_log(&self.path).and_then(|file| Ok((file.metadata()?.len(), file))) {
            Ok((bytes, file)) => (self.file, self.bytes) = (Arc::new(file), bytes),
            Err(error) => self.broken = Some(error.kind()),
        }
        replaced
    }

    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        let written = self.file.as_ref().write_all(record);
        if written.is_ok() {
            self.bytes += record.len() as u64;
        } else if let Err(error) = self.file.set_len(self.bytes) {
            // What was written of it must not stand before the next record.
            self.broken = Some(error.kind());
        }
        written
    }
}

fn encode(record: &Record<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    record::append(&mut bytes, record);
    bytes
}

#[cfg(test)]
mod tests;
