//! By what a client knows its server: by who vouches for the certificate, or by the certificate itself, which it met
//! before. Where the server's certificate is held against this is left to [`super::tls`].

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Error;
use super::state::{create_once, pin_path, read, replace};
use crate::model::Fingerprint;

/// Why a connection with TLS is the one that is meant.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Somebody vouches for the server's name whom the operating system trusts.
    SystemRoots,
    /// Somebody vouches for it whose certificate is in this file (PEM).
    Roots(PathBuf),
    /// It is the certificate of the first time.
    Pin(Arc<Pin>),
}

/// The certificate by which a server is known: the one that it showed the first time, unless it was named.
#[derive(Debug, Default)]
pub struct Pin {
    file: Option<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    fingerprint: Option<Fingerprint>,
    /// It was named in this run, which goes before what is remembered.
    is_named: bool,
    /// It was not known before this run, nor named: somebody should compare it.
    is_new: bool,
}

impl Pin {
    /// Forgets it with the end of the program; without a fingerprint, the first certificate is taken for the right one.
    #[must_use]
    pub fn for_this_run(fingerprint: Option<Fingerprint>) -> Self {
        let is_named = fingerprint.is_some();
        Self { file: None, known: Mutex::new(Known { fingerprint, is_named, is_new: false }) }
    }

    /// What is remembered of a server, `host:port`, beside its [`State`](super::State)s in the same directory. A
    /// fingerprint that is named takes the place of what is remembered, once the server has shown it.
    ///
    /// # Errors
    /// [`Error::State`] if it cannot be read, [`Error::PinDamaged`] if it is something else.
    pub fn for_server_in(base: &Path, address: &str, fingerprint: Option<Fingerprint>) -> Result<Self, Error> {
        let file = pin_path(base, address);
        let is_named = fingerprint.is_some();
        let fingerprint = if is_named { fingerprint } else { remembered(&file)? };
        Ok(Self { file: Some(file), known: Mutex::new(Known { fingerprint, is_named, is_new: false }) })
    }

    /// The fingerprint of the first time, if this was it: a person should compare it with what the server's operator
    /// says.
    #[must_use]
    pub fn first_seen(&self) -> Option<Fingerprint> {
        let known = self.known();
        known.fingerprint.filter(|_| known.is_new)
    }

    /// Whether the server was met before, or its fingerprint was named.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.expected().is_some()
    }

    /// Whether the server was met before: it has TLS, and this is its certificate.
    pub(super) fn is_remembered(&self) -> bool {
        let known = self.known();
        known.fingerprint.is_some() && !known.is_named
    }

    /// Where it is remembered.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// What the server has to show, if that is known.
    pub(super) fn expected(&self) -> Option<Fingerprint> {
        self.known().fingerprint
    }

    /// The server has shown this one, and has its key. Returns what is remembered from now on: another one, if another
    /// client was told or has found that one meanwhile.
    pub(super) fn settle(&self, shown: Fingerprint) -> Result<Fingerprint, Error> {
        let mut known = self.known();
        let first = known.fingerprint.is_none();
        if let Some(file) = &self.file {
            let failed = |source: io::Error| Error::State { path: file.clone(), source };
            let line = format!("{shown}\n");
            if known.is_named {
                replace(file, line.as_bytes()).map_err(failed)?;
            } else if !create_once(file, line.as_bytes()).map_err(failed)?
                && let Some(other) = remembered(file)?.filter(|other| *other != shown)
            {
                return Ok(other);
            }
        }
        *known = Known { fingerprint: Some(shown), is_named: false, is_new: known.is_new || first };
        Ok(shown)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remembered(file: &Path) -> Result<Option<Fingerprint>, Error> {
    let bytes = read(file).map_err(|source| Error::State { path: file.to_owned(), source })?;
    let damaged = || Error::PinDamaged(file.to_owned());
    let text = bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| damaged())).transpose()?;
    text.map(|text| text.parse().map_err(|_| damaged())).transpose()
}

/// Why what answers may not be the server that is meant, or cannot be talked to as before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It shows another certificate than before. Nothing was said to it.
    #[error(
        "the certificate of {address} HAS CHANGED: its fingerprint is {shown} and should be {known}. Nothing was sent"
    )]
    Changed {
        /// The server.
        address: String,
        /// What it was to show.
        known: Fingerprint,
        /// What it shows.
        shown: Fingerprint,
    },
    /// It shows another certificate than the one that was named. Nothing was said to it.
    #[error("the certificate of {address} is not the one that was given: its fingerprint is {shown}. Nothing was sent")]
    NotNamed {
        /// The server.
        address: String,
        /// What it was to show.
        named: Fingerprint,
        /// What it shows.
        shown: Fingerprint,
    },
    /// It spoke TLS before, and does not now. Nothing was said to it.
    #[error("{address} spoke TLS before, and what answers there now does not speak TLS. Nothing was sent")]
    NoTls {
        /// The server.
        address: String,
        /// Where its certificate is remembered, if it is.
        pin: Option<PathBuf>,
    },
    /// It did without TLS before, and speaks nothing else now.
    #[error("{address} speaks TLS only now")]
    NeedsTls {
        /// The server.
        address: String,
    },
    /// Nobody vouches for it who is trusted, or not for this name or not for today. Nothing was said to it.
    #[error("the certificate of {address} is not to be trusted: {why}. Nothing was sent")]
    Rejected {
        /// The server.
        address: String,
        /// What is wrong.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(dir: &Path, named: Option<Fingerprint>) -> Pin {
        Pin::for_server_in(dir, "chat.example:8080", named).unwrap()
    }

    #[test]
    fn the_first_one_counts_until_another_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let [one, two, three] = ["one", "two", "three"].map(|text| Fingerprint::of(text.as_bytes()));
        let (ann, ben) = (pin(dir.path(), None), pin(dir.path(), None));
        assert!(!ann.is_known() && !dir.path().join("chat.example_8080").exists());
        assert_eq!(ann.settle(one).unwrap(), one);
        assert_eq!((ann.first_seen(), ann.expected()), (Some(one), Some(one)));
        // whoever began at the same time and was shown another one hears of the first
        assert_eq!(ben.settle(two).unwrap(), one);
        assert_eq!((ben.first_seen(), ben.expected()), (None, None));

        let named = pin(dir.path(), Some(three));
        assert_eq!(pin(dir.path(), None).expected(), Some(one), "nothing is remembered before it is shown");
        assert_eq!(named.settle(three).unwrap(), three);
        assert_eq!((named.first_seen(), pin(dir.path(), None).expected()), (None, Some(three)));
        // who is still with the one from before does not bring it back
        assert_eq!(ann.settle(one).unwrap(), three);
        assert_eq!(pin(dir.path(), None).expected(), Some(three));
    }

    #[test]
    fn for_one_run_it_is_remembered_nowhere() {
        let pin = Pin::for_this_run(None);
        let one = Fingerprint::of(b"one");
        assert_eq!(pin.settle(one).unwrap(), one);
        assert_eq!((pin.expected(), pin.file()), (Some(one), None));
    }
}
