//! Makes a certificate that nobody vouches for, once: clients know it by its fingerprint. It never expires, since there
//! would be nothing to renew but the fingerprint.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

use super::TlsError;

/// The names that it holds for, beside any by which clients know it.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The files with the certificate and its key, in this directory.
pub(super) fn find_or_make(dir: &Path) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    // it is the last that is written: without it, whatever is there was left behind by a crash
    let is_made = certificate.try_exists().and_then(|there| if there { Ok(()) } else { make(&certificate, &key) });
    is_made.map_err(|source| TlsError::NotMade { path: dir.to_owned(), source })?;
    Ok((certificate, key))
}

fn make(certificate: &Path, key: &Path) -> io::Result<()> {
    let secret = KeyPair::generate().map_err(io::Error::other)?;
    let mut wanted = CertificateParams::new(NAMES.map(str::to_owned)).map_err(io::Error::other)?;
    wanted.distinguished_name = DistinguishedName::new();
    wanted.distinguished_name.push(DnType::CommonName, "tertulia");
    let made = wanted.self_signed(&secret).map_err(io::Error::other)?;
    if let Some(dir) = certificate.parent() {
        make_private(dir)?;
    }
    write(key, &secret.serialize_pem())?;
    write(certificate, &made.pem())?;
    log::info!("made a certificate for this server in {}", certificate.display());
    Ok(())
}

/// Whole or not at all, for this user alone, and on disk when this returns.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix("new-").tempfile_in(dir)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}

fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
