use base64::{Engine, prelude::BASE64_STANDARD};
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA1_OUTPUT_LEN};

use super::parse::{InvalidHash, UNKNOWN};
use crate::constant_time_eq;

/// `{SHA}` and `{SSHA}` with base64 of the hash, and of the salt behind it.
#[derive(Clone)]
pub(super) struct Sha1 {
    hash: [u8; SHA1_OUTPUT_LEN],
    salt: Box<[u8]>,
}

impl Sha1 {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidHash> {
        const FORM: InvalidHash = InvalidHash::malformed(
            "`{SHA}` or `{SSHA}` and base64 of a hash, with a salt behind it for the second",
        );
        let (name, encoded) = text[1..].split_once('}').ok_or(FORM)?;
        let is_salted = match name {
            "SHA" => false,
            "SSHA" => true,
            _ => return Err(UNKNOWN),
        };
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| FORM)?;
        let (hash, salt) = bytes.split_at_checked(SHA1_OUTPUT_LEN).ok_or(FORM)?;
        if salt.is_empty() == is_salted {
            return Err(FORM);
        }
        Ok(Self {
            hash: hash.try_into().map_err(|_| FORM)?,
            salt: salt.into(),
        })
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        context.update(password);
        context.update(&self.salt);
        constant_time_eq(context.finish(), self.hash)
    }
}
