//! The handshake of a client: makes an encrypted stream of a socket, or says why what answers there is not to be talked
//! to. By what the server is known is left to [`super::trust`].

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Error;
use super::connection::Failure;
use super::trust::{Distrust, Pin, Trust};
use crate::model::Fingerprint;

/// How to begin TLS with one server.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    address: String,
    name: ServerName<'static>,
    by: By,
}

#[derive(Debug, Clone)]
enum By {
    Roots(Arc<ClientConfig>),
    Pin(Arc<Pin>),
}

impl Tls {
    /// For a server at `host:port`.
    pub(super) fn new(address: &str, trust: Trust) -> Result<Self, Error> {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
        let unnamed = || Error::Roots(format!("{host} is no name that a certificate could hold"));
        let name = ServerName::try_from(host.to_owned()).map_err(|_| unnamed())?;
        let by = match trust {
            Trust::SystemRoots => By::Roots(vouched(system_roots()?)?),
            Trust::Roots(path) => By::Roots(vouched(roots_in(&path)?)?),
            Trust::Pin(pin) => By::Pin(pin),
        };
        Ok(Self { address: address.to_owned(), name, by })
    }

    /// Says so if the server is another one than is meant; then nothing was sent that is anybody's.
    pub(super) async fn begin(&self, socket: TcpStream) -> Result<TlsStream<TcpStream>, Failure> {
        let pin = match &self.by {
            By::Roots(config) => {
                return self.shake_hands(Arc::clone(config), socket).await.map_err(|why| self.failure(&why));
            }
            By::Pin(pin) => pin,
        };
        let known = pin.expected();
        let verifier = Arc::new(Pinned { known, shown: Mutex::default(), provider: ring::default_provider() });
        let outcome = self.shake_hands(client(Arc::clone(&verifier) as _), socket).await;
        let shown = *verifier.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let address = self.address.clone();
        let changed = |address, known, shown| Failure::Distrusted(Distrust::Changed { address, known, shown });
        match (known, shown, outcome) {
            (Some(known), Some(shown), _) if known != shown && pin.is_remembered() => {
                Err(changed(address, known, shown))
            }
            (Some(named), Some(shown), _) if named != shown => {
                Err(Failure::Distrusted(Distrust::NotNamed { address, named, shown }))
            }
            (_, Some(shown), Ok(stream)) => match pin.settle(shown).map_err(Failure::State)? {
                settled if settled == shown => Ok(stream),
                other => Err(changed(address, other, shown)),
            },
            (_, None, Ok(_)) => Err(Failure::Nonsense),
            (_, _, Err(why)) => Err(match self.failure(&why) {
                Failure::NoTls if pin.is_remembered() => Failure::Distrusted(self.has_no_tls()),
                failure => failure,
            }),
        }
    }

    /// What to say of a server that spoke TLS before.
    pub(super) fn has_no_tls(&self) -> Distrust {
        let pin = match &self.by {
            By::Pin(pin) => pin.file().map(Path::to_owned),
            By::Roots(_) => None,
        };
        Distrust::NoTls { address: self.address.clone(), pin }
    }

    async fn shake_hands(&self, config: Arc<ClientConfig>, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsConnector::from(config).connect(self.name.clone(), socket).await
    }

    fn failure(&self, error: &io::Error) -> Failure {
        match error.get_ref().and_then(|inside| inside.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(why)) => {
                Failure::Distrusted(Distrust::Rejected { address: self.address.clone(), why: words(why) })
            }
            Some(rustls::Error::InvalidMessage(_)) => Failure::NoTls,
            Some(other) => Failure::Handshake(other.to_string()),
            None if error.kind() == io::ErrorKind::UnexpectedEof => Failure::Handshake("it hung up".to_owned()),
            None => Failure::Cut,
        }
    }
}

fn words(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "nobody vouches for it who is trusted here".to_owned(),
        CertificateError::NotValidForNameContext { .. } | CertificateError::NotValidForName => {
            "it is for a server of another name".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        other => other.to_string(),
    }
}

fn vouched(roots: RootCertStore) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    let verifier = verifier.map_err(|error| Error::Roots(error.to_string()))?;
    Ok(client(verifier))
}

fn client(verifier: Arc<dyn ServerCertVerifier>) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring knows all versions").dangerous();
    let mut config = builder.with_custom_certificate_verifier(verifier).with_no_client_auth();
    // a server that was restarted is to show its certificate again
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}

fn system_roots() -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // systems have odd ones among them; what matters is whether one of the others vouches
    let (added, _) = roots.add_parsable_certificates(found.certs);
    match found.errors.first() {
        _ if added > 0 => Ok(roots),
        Some(error) => Err(Error::Roots(format!("the system's certificates cannot be read: {error}"))),
        None => Err(Error::Roots("this system has no certificates of those who vouch for servers".to_owned())),
    }
}

fn roots_in(path: &Path) -> Result<RootCertStore, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    let unusable = |why: String| Error::Roots(format!("{} holds no certificate in PEM{why}", path.display()));
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let mut roots = RootCertStore::empty();
    for certificate in found.map_err(|error| unusable(format!(": {error:?}")))? {
        roots.add(certificate).map_err(|error| unusable(format!(": {error}")))?;
    }
    if roots.is_empty() { Err(unusable(String::new())) } else { Ok(roots) }
}

/// Takes the certificate that is known, or any if none is, and notes which it was.
#[derive(Debug)]
struct Pinned {
    known: Option<Fingerprint>,
    shown: Mutex<Option<Fingerprint>>,
    provider: CryptoProvider,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = Fingerprint::of(certificate);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        if self.known.is_none_or(|known| known == shown) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
