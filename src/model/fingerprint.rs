//! A certificate's fingerprint, by which two people can tell over the telephone whether they mean the same server. Where
//! certificates come from, and who remembers which, is left to others.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::Digest;

/// The SHA-256 of a certificate's DER; shown as `openssl x509 -fingerprint -sha256` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub Digest);

impl Fingerprint {
    /// The fingerprint of a certificate, given as DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(Digest(Sha256::digest(certificate).into()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Digest(bytes) = self.0;
        bytes.iter().enumerate().try_for_each(|(at, byte)| write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" }))
    }
}

/// It is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 hexadecimal digits, with or without colons")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        Digest::from_hex(&text.trim().replace(':', "")).map(Self).ok_or(NoFingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_in_any_of_its_forms() {
        let fingerprint = Fingerprint::of(b"a certificate");
        let shown = fingerprint.to_string();
        assert_eq!((shown.len(), shown.matches(':').count()), (95, 31));
        for form in [shown.clone(), shown.to_lowercase(), shown.replace(':', ""), format!(" {shown}\n")] {
            assert_eq!(form.parse(), Ok(fingerprint), "{form}");
        }
        for wrong in ["", "AB:CD", &shown[1..], &format!("{shown}:00"), &shown.replace('A', "é")] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(NoFingerprint), "{wrong}");
        }
    }

    #[test]
    fn it_is_the_sha256_of_the_bytes() {
        let of_nothing = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
        assert_eq!(Fingerprint::of(b"").to_string().replace(':', ""), of_nothing);
    }
}
