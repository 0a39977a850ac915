//! The operator's certificate: what is refused at the start, and how it changes under those who are connected.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tertulia::model::Fingerprint;

use crate::common::{Line, Peer, ServerProcess};
use crate::conversation::guest_in_lobby;

/// The files of a certificate and its key, which are there from the first [`Files::write`] on.
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Files {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { certificate: dir.join("chat.pem"), key: dir.join("chat.key") }
    }

    /// Writes another certificate, for 127.0.0.1 until the beginning of this year.
    pub(crate) fn write(&self, until: i32) -> Fingerprint {
        let key = KeyPair::generate().unwrap();
        let mut wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        wanted.not_after = date_time_ymd(until, 1, 1);
        let made = wanted.self_signed(&key).unwrap();
        fs::write(&self.certificate, made.pem()).unwrap();
        fs::write(&self.key, key.serialize_pem()).unwrap();
        Fingerprint::of(made.der())
    }

    pub(crate) fn options(&self) -> [&str; 4] {
        ["--tls-cert", self.certificate.to_str().unwrap(), "--tls-key", self.key.to_str().unwrap()]
    }
}

fn shown(server: &ServerProcess) -> Fingerprint {
    Line::encrypted(server.address).unwrap().fingerprint().unwrap()
}

#[test]
fn another_certificate_comes_without_anybody_going() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    let first = files.write(2090);
    let server = ServerProcess::start_with(&dir.path().join("data"), "0", &files.options());
    let (mut ann, mut ben) = (guest_in_lobby(server.address), guest_in_lobby(server.address));
    assert_eq!(ann.line().fingerprint(), Some(first));

    let second = files.write(2091);
    server.signal("-HUP");
    // it is done at its own time
    while shown(&server) != second {}
    ann.say("lobby", "who was here");
    assert_eq!(ben.event().seq.0, 1);

    fs::write(&files.key, "no key").unwrap();
    server.signal("-HUP");
    for _ in 0..100 {
        assert_eq!(shown(&server), second, "a broken pair changes nothing");
    }
    ann.lives();
    Peer::encrypted_guest(server.address).lives();

    let third = files.write(2092);
    server.signal("-HUP");
    while shown(&server) != third {}
    ben.lives();
}

#[test]
fn a_server_does_not_start_with_what_clients_would_refuse() {
    let dir = tempfile::tempdir().unwrap();
    let (files, data) = (Files::new(dir.path()), dir.path().join("data"));
    let refused = |options: &[&str], words: &str| {
        let (code, said) = ServerProcess::refused_with(&data, "0", options);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(words) && said.trim_end().lines().count() == 1, "{said:?} does not say {words:?}");
    };
    refused(&files.options(), "chat.pem: No such file");
    files.write(2020);
    refused(&files.options(), "expired on 2020-01-01");
    files.write(2090);
    fs::write(&files.key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    refused(&files.options(), "does not belong to the certificate");
    fs::write(&files.certificate, "buy milk").unwrap();
    refused(&files.options(), "holds no certificate in PEM");
    refused(&files.options()[..2], "--tls-cert needs --tls-key");
    refused(&["--plain", "127.0.0.1:0"], "--plain is for a second address");
}
