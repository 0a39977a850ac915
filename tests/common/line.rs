//! What a scripted client speaks over: a socket, or TLS on it with whatever certificate the server shows.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};
use tertulia::model::Fingerprint;

use super::Peer;
use super::peer::PATIENCE;

/// Both directions.
pub enum Line {
    Plain(TcpStream),
    Tls(Box<Encrypted>),
}

pub struct Encrypted {
    pub stream: StreamOwned<ClientConnection, TcpStream>,
    pub fingerprint: Fingerprint,
}

impl Line {
    pub fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(encrypted) => &encrypted.stream.sock,
        }
    }

    /// Says so to the other end, which may still speak.
    pub fn send_no_more(&mut self) -> io::Result<()> {
        if let Self::Tls(encrypted) = self {
            encrypted.stream.conn.send_close_notify();
            encrypted.stream.flush()?;
        }
        self.socket().shutdown(Shutdown::Write)
    }

    /// A line of TLS after its handshake.
    pub fn encrypted(address: SocketAddr) -> Result<Self, io::Error> {
        Self::encrypted_by(address, rustls::ALL_VERSIONS)
    }

    /// The same, in one of these versions.
    pub fn encrypted_by(
        address: SocketAddr,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> Result<Self, io::Error> {
        let shown = Arc::new(Shown::default());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_protocol_versions(versions).expect("ring knows them").dangerous();
        let config = config.with_custom_certificate_verifier(Arc::clone(&shown) as _).with_no_client_auth();
        let name = ServerName::IpAddress(address.ip().into());
        let mut session = ClientConnection::new(Arc::new(config), name).expect("it begins");
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        while session.is_handshaking() {
            session.complete_io(&mut socket)?;
        }
        let fingerprint = shown.0.lock().unwrap().expect("the server showed a certificate");
        Ok(Self::Tls(Box::new(Encrypted { stream: StreamOwned::new(session, socket), fingerprint })))
    }

    /// The certificate that the server showed.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        if let Self::Tls(encrypted) = self { Some(encrypted.fingerprint) } else { None }
    }
}

impl Read for Line {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(bytes),
            Self::Tls(encrypted) => encrypted.stream.read(bytes),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(encrypted) => {
                let written = encrypted.stream.write(bytes)?;
                encrypted.stream.flush()?;
                Ok(written)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(encrypted) => encrypted.stream.flush(),
        }
    }
}

impl Peer {
    /// A new device that was welcomed over TLS.
    pub fn encrypted_guest(address: SocketAddr) -> Self {
        Self::over(Line::encrypted(address).expect("a handshake")).welcomed(None)
    }
}

/// Takes any certificate, and remembers its fingerprint.
#[derive(Debug, Default)]
struct Shown(Mutex<Option<Fingerprint>>);

impl ServerCertVerifier for Shown {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.0.lock().unwrap() = Some(Fingerprint::of(certificate));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

fn provider() -> CryptoProvider {
    ring::default_provider()
}
