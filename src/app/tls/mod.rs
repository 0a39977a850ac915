//! The server's certificate: where it comes from, whether it can be used, and how it is changed while the server runs.
//! What is spoken with it is left to [`crate::actors::handshake`].

mod files;
mod self_signed;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::server::NoServerSessionStorage;
use rustls::sign::SingleCertAndKey;
use rustls::{ServerConfig, version};
use tokio::signal::unix::Signal;

use super::Config;
use crate::actors::Tls;
use crate::model::{Clock, Fingerprint};

/// Where the server's certificate and its key come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFrom {
    /// From files in PEM.
    Files {
        /// The certificate, and those that vouch for it.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// From the data directory, where they are made if there are none.
    SelfSigned,
}

/// Why a certificate cannot be used: one line for people, which says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} in PEM{}", .path.display(), if *.what == KEY { NOT_ENCRYPTED } else { "" })]
    NoPem {
        /// The file.
        path: PathBuf,
        /// What it was to hold.
        what: &'static str,
    },
    /// A certificate or a key is broken, or of a kind that is not known here.
    #[error("cannot use what {} holds: {why}", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// They do not belong together.
    #[error("the key in {} does not belong to the certificate in {}", .key.display(), .certificate.display())]
    OtherKey {
        /// The file with the certificate.
        certificate: PathBuf,
        /// The file with the key.
        key: PathBuf,
    },
    /// It was valid once.
    #[error("the certificate in {} expired on {on}: clients would refuse it, so renew it first", .path.display())]
    Expired {
        /// The file.
        path: PathBuf,
        /// The day.
        on: String,
    },
    /// It will be valid.
    #[error("the certificate in {} is not valid before {on}: is the clock of this machine right?", .path.display())]
    NotYetValid {
        /// The file.
        path: PathBuf,
        /// The day.
        on: String,
    },
    /// None can be made.
    #[error("cannot make a certificate in {}: {source}", .path.display())]
    NotMade {
        /// The directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

const CERTIFICATE: &str = "certificate";
const KEY: &str = "private key";
const NOT_ENCRYPTED: &str = "; one with a passphrase has to be decrypted first";

/// A certificate that can be used.
pub(super) struct Loaded {
    pub(super) config: Arc<ServerConfig>,
    pub(super) fingerprint: Fingerprint,
}

/// Loads what the configuration names; for a self-signed one, makes it if need be.
pub(super) fn load(from: &CertificateFrom, data_dir: &Path, clock: &Clock) -> Result<Loaded, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let pair = match from {
        CertificateFrom::Files { certificate, key } => files::read(certificate, key, &provider, clock.now())?,
        CertificateFrom::SelfSigned => {
            let (certificate, key) = self_signed::find_or_make(&data_dir.join("tls"))?;
            files::read(&certificate, &key, &provider, clock.now())?
        }
    };
    let fingerprint = Fingerprint::of(pair.end_entity_cert().expect("it was read, so it is there"));
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(VERSIONS);
    let builder = builder.expect("ring knows both versions").with_no_client_auth();
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    // a connection lives long: to resume one would gain little, cost memory, and outlive the certificate
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Loaded { config: Arc::new(config), fingerprint })
}

const VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];

/// Loads the certificate again whenever the operator says so, and goes on with the old one if the new one cannot be used.
pub(super) async fn reload_when_told(mut hangup: Signal, tls: Arc<Tls>, config: Config) {
    while let (Some(()), Some(from)) = (hangup.recv().await, config.tls.clone()) {
        let (data_dir, clock) = (config.data_dir.clone(), config.clock.clone());
        let loaded = tokio::task::spawn_blocking(move || load(&from, &data_dir, &clock)).await;
        match loaded {
            Ok(Ok(Loaded { config, fingerprint })) => {
                tls.replace(config);
                log::info!("new connections get the certificate with the fingerprint {fingerprint}");
            }
            Ok(Err(error)) => log::error!("the certificate stays as it was: {error}"),
            Err(error) => log::error!("the certificate stays as it was: loading it failed: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
