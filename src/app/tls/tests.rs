//! What the operator is told about a certificate that cannot be used.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// The 1st of January of 2027.
const NOW: u64 = 1_798_761_600_000;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A certificate for these years, and its key.
    fn pair(&self, name: &str, years: (i32, i32)) -> (PathBuf, PathBuf) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut wanted = rcgen::CertificateParams::new(vec!["chat.example".to_owned()]).unwrap();
        wanted.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let made = wanted.self_signed(&key).unwrap();
        let certificate = self.write(&format!("{name}.pem"), &made.pem());
        (certificate, self.write(&format!("{name}.key"), &key.serialize_pem()))
    }

    fn load(&self, certificate: PathBuf, key: PathBuf) -> Result<Loaded, TlsError> {
        load(&CertificateFrom::Files { certificate, key }, self.dir.path(), &Clock::manual(NOW))
    }

    fn refusal(&self, certificate: PathBuf, key: PathBuf) -> String {
        let Err(error) = self.load(certificate, key) else { panic!("it was to be refused") };
        let said = error.to_string();
        assert!(!said.contains('\n'), "{said}");
        said
    }
}

#[test]
fn a_pair_that_belongs_together_is_taken_and_known_by_its_fingerprint() {
    let place = Place::new();
    let (certificate, key) = place.pair("good", (2026, 2028));
    let loaded = place.load(certificate.clone(), key).unwrap_or_else(|error| panic!("{error}"));
    let pem = fs::read_to_string(certificate).unwrap();
    let der =
        <rustls::pki_types::CertificateDer<'_> as rustls::pki_types::pem::PemObject>::from_pem_slice(pem.as_bytes());
    assert_eq!(loaded.fingerprint, Fingerprint::of(&der.unwrap()));
}

#[test]
fn what_cannot_be_used_is_refused_in_words() {
    let place = Place::new();
    let (certificate, key) = place.pair("good", (2026, 2028));
    let (_, other_key) = place.pair("other", (2026, 2028));
    let (missing, note) = (place.dir.path().join("missing"), place.write("note", "buy milk"));
    let broken = place.write("broken", "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n");
    let torn = place.write("torn", "-----BEGIN CERTIFICATE-----\n!!!!\n");
    let broken_key = place.write("broken.key", "-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n");
    let (old, old_key) = place.pair("old", (2020, 2026));
    let (early, early_key) = place.pair("early", (2030, 2031));
    for (certificate, key, words) in [
        (&missing, &key, "cannot read"),
        (&certificate, &missing, "cannot read"),
        (&note, &key, "note holds no certificate in PEM"),
        (&certificate, &note, "note holds no private key in PEM; one with a passphrase"),
        (&key, &certificate, "holds no certificate in PEM"),
        (&broken, &key, "cannot use what"),
        (&torn, &key, "cannot use what"),
        (&certificate, &broken_key, "cannot use what"),
        (&certificate, &other_key, "does not belong to the certificate"),
        (&old, &old_key, "expired on 2026-01-01"),
        (&early, &early_key, "not valid before 2030-01-01"),
    ] {
        let said = place.refusal(certificate.clone(), key.clone());
        assert!(said.contains(words), "{said:?} does not say {words:?}");
    }
}

#[test]
fn a_self_signed_one_is_made_once_and_for_nobody_elses_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let made = || load(&CertificateFrom::SelfSigned, place.dir.path(), &Clock::System).unwrap().fingerprint;
    let first = made();
    let dir = place.dir.path().join("tls");
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((rights(&dir), rights(&dir.join("key.pem"))), (0o700, 0o600));
    assert_eq!(made(), first);

    // killed before the certificate was written
    fs::remove_file(dir.join("certificate.pem")).unwrap();
    assert_ne!(made(), first);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing else is left there");

    fs::remove_file(dir.join("key.pem")).unwrap();
    let error = load(&CertificateFrom::SelfSigned, place.dir.path(), &Clock::System);
    assert!(
        error.is_err_and(|error| error.to_string().contains("key.pem")),
        "whose the certificate was is not guessed"
    );
}
