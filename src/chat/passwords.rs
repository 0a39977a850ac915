//! How a password is kept: as an argon2id hash, from which nobody gets it back at a price worth paying. The parameters
//! stand here and nowhere else. It takes tens of milliseconds on purpose; on which thread is left to `actors`.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::model::Password;

/// KiB of memory, passes and lanes: what OWASP asks for at least.
const COST: (u32, u32, u32) = (19_456, 2, 1);

fn argon2id() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept of a password, as a PHC string. No two have the same `salt`.
#[must_use]
pub fn hash(password: &Password, salt: &[u8; 16]) -> String {
    let salt = SaltString::encode_b64(salt).expect("16 bytes are a salt");
    let hash = argon2id().hash_password(password.0.as_bytes(), &salt);
    hash.expect("a password is far shorter than argon2 takes").to_string()
}

/// Whether this is the password of which `kept` was kept. Where nothing was kept it is none, which takes as long to
/// find out.
#[must_use]
pub fn is_right(password: &Password, kept: Option<&str>) -> bool {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let nobodys = || NOBODYS.get_or_init(|| hash(&Password::from("nobody's"), &[0; 16])).as_str();
    let is_somebodys = kept.is_some();
    let matches = PasswordHash::new(kept.unwrap_or_else(nobodys))
        .is_ok_and(|kept| argon2id().verify_password(password.0.as_bytes(), &kept).is_ok());
    matches && is_somebodys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash() {
        let kept = hash(&"correct horse".into(), &[7; 16]);
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(!kept.contains("horse"));
        assert!(is_right(&"correct horse".into(), Some(&kept)));
        assert!(!is_right(&"correct horsf".into(), Some(&kept)));
        assert!(!is_right(&"correct horse".into(), Some("what no hash looks like")));
        assert_ne!(kept, hash(&"correct horse".into(), &[8; 16]), "salted");
    }

    #[test]
    fn nobodys_password_is_none_also_if_it_is_guessed() {
        assert!(!is_right(&"nobody's".into(), None));
    }
}
