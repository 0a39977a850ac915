//! What the operator wrote about TLS, put together: one certificate or none, and no second address without a reason.

use std::net::SocketAddr;

use super::{OptionsError, Settings};
use crate::app::CertificateFrom;

/// Where the certificate comes from, and where to listen without one; what the flags say goes before the file.
pub(super) fn resolve(
    flags: &mut Settings,
    file: &mut Settings,
) -> Result<(Option<CertificateFrom>, Option<SocketAddr>), OptionsError> {
    let names_files = flags.tls_cert.is_some() || flags.tls_key.is_some();
    let is_self_signed = flags.tls_self_signed || (file.tls_self_signed && !names_files);
    if is_self_signed && !names_files && flags.tls_self_signed {
        (file.tls_cert, file.tls_key) = (None, None);
    }
    let certificate = flags.tls_cert.take().or(file.tls_cert.take());
    let key = flags.tls_key.take().or(file.tls_key.take());
    let from = match (certificate, key, is_self_signed) {
        (None, None, false) => None,
        (None, None, true) => Some(CertificateFrom::SelfSigned),
        (Some(certificate), Some(key), false) => Some(CertificateFrom::Files { certificate, key }),
        (Some(_), None, false) => return Err(OptionsError::Tls("--tls-cert needs --tls-key, the file with its key")),
        (None, Some(_), false) => {
            return Err(OptionsError::Tls("--tls-key needs --tls-cert, the file with the certificate"));
        }
        (_, _, true) => {
            return Err(OptionsError::Tls("--tls-self-signed makes a certificate: leave out --tls-cert and --tls-key"));
        }
    };
    let plain = flags.plain.or(file.plain);
    if plain.is_some() && from.is_none() {
        return Err(OptionsError::Tls("--plain is for a second address beside one with TLS; there is none here"));
    }
    Ok((from, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(cert: Option<&str>, key: Option<&str>, tls_self_signed: bool, plain: Option<&str>) -> Settings {
        let plain = plain.map(|address| address.parse().unwrap());
        Settings {
            tls_cert: cert.map(Into::into),
            tls_key: key.map(Into::into),
            tls_self_signed,
            plain,
            ..Settings::default()
        }
    }

    #[test]
    fn there_is_one_certificate_or_none() {
        let (none, files) = (settings(None, None, false, None), |cert: &str, key: &str| CertificateFrom::Files {
            certificate: cert.into(),
            key: key.into(),
        });
        let pick = |mut flags: Settings, mut file: Settings| resolve(&mut flags, &mut file).map(|(from, _)| from);
        let again = || settings(None, None, false, None);
        assert!(matches!(pick(none, again()), Ok(None)));
        let both = pick(settings(Some("c"), Some("k"), false, None), settings(None, None, true, None));
        assert_eq!(both.unwrap(), Some(files("c", "k")));
        let made = pick(settings(None, None, true, None), settings(Some("c"), Some("k"), false, None));
        assert_eq!(made.unwrap(), Some(CertificateFrom::SelfSigned));
        let mixed = pick(settings(None, Some("k"), false, None), settings(Some("c"), Some("old"), false, None));
        assert_eq!(mixed.unwrap(), Some(files("c", "k")));
        for (cert, key, is_made) in [(Some("c"), None, false), (None, Some("k"), false), (Some("c"), Some("k"), true)] {
            assert!(pick(settings(cert, key, is_made, None), again()).is_err(), "{cert:?} {key:?} {is_made}");
        }
        assert!(pick(again(), settings(Some("c"), Some("k"), true, None)).is_err());
    }

    #[test]
    fn without_tls_there_is_no_second_address() {
        let (mut tls, mut plain) =
            (settings(None, None, true, Some("127.0.0.1:0")), settings(None, None, false, Some("[::1]:5")));
        let mut file = settings(None, None, false, None);
        assert_eq!(resolve(&mut tls, &mut file).unwrap().1, Some("127.0.0.1:0".parse().unwrap()));
        assert!(resolve(&mut plain, &mut file).is_err());
    }
}
