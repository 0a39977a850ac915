//! Reads a certificate and its key from files, and finds out at once whatever clients would find out later: that they
//! do not belong together, or that the time is over.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error, RootCertStore};

use super::{CERTIFICATE, KEY, TlsError};
use crate::model::Timestamp;

/// The pair, if it can be used now.
pub(super) fn read(
    certificate: &Path,
    key: &Path,
    provider: &CryptoProvider,
    now: Timestamp,
) -> Result<CertifiedKey, TlsError> {
    let chain = pem_of(certificate, CERTIFICATE, |pem| CertificateDer::pem_slice_iter(pem).collect())?;
    let chain: Vec<CertificateDer<'_>> = chain;
    let Some(first) = chain.first() else {
        return Err(TlsError::NoPem { path: certificate.to_owned(), what: CERTIFICATE });
    };
    check_time(certificate, first, provider, now)?;
    let secret: PrivateKeyDer<'_> = pem_of(key, KEY, PrivateKeyDer::from_pem_slice)?;
    warn_if_open(key);
    CertifiedKey::from_der(chain, secret, provider).map_err(|error| match error {
        Error::InconsistentKeys(_) => TlsError::OtherKey { certificate: certificate.to_owned(), key: key.to_owned() },
        Error::InvalidCertificate(_) => TlsError::Unusable { path: certificate.to_owned(), why: error.to_string() },
        other => TlsError::Unusable { path: key.to_owned(), why: other.to_string() },
    })
}

fn pem_of<T>(
    path: &Path,
    what: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, pem::Error>,
) -> Result<T, TlsError> {
    let bytes = fs::read(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })?;
    parse(&bytes).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::NoPem { path: path.to_owned(), what },
        other => TlsError::Unusable { path: path.to_owned(), why: format!("{other:?}") },
    })
}

/// Whoever vouches for it, clients look at the time first.
fn check_time(
    path: &Path,
    certificate: &CertificateDer<'_>,
    provider: &CryptoProvider,
    now: Timestamp,
) -> Result<(), TlsError> {
    let unusable = |error: Error| TlsError::Unusable { path: path.to_owned(), why: error.to_string() };
    let parsed = ParsedCertificate::try_from(certificate).map_err(unusable)?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).map_err(unusable)?;
    let now = UnixTime::since_unix_epoch(Duration::from_millis(now.0));
    let algorithms = provider.signature_verification_algorithms.all;
    match verify_server_cert_signed_by_trust_anchor(&parsed, &roots, &[], now, algorithms) {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Err(TlsError::Expired { path: path.to_owned(), on: day(not_after) })
        }
        Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => {
            Err(TlsError::NotYetValid { path: path.to_owned(), on: day(not_before) })
        }
        // who vouches for it is between clients and the one who does
        _ => Ok(()),
    }
}

fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "a day far away".to_owned(), |at| at.strftime("%F").to_string())
}

#[cfg(unix)]
fn warn_if_open(key: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(key).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0) {
        let key = key.display();
        log::warn!("others on this machine may read the server's private key: chmod 600 {key}");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}
