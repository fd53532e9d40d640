use std::num::NonZeroU32;

use ring::pbkdf2::{Algorithm, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512, verify};

use super::parse::InvalidHash;

const MOST: u32 = 10_000_000;

/// PBKDF2 with HMAC, however it was written down.
#[derive(Clone)]
pub(super) struct Pbkdf2 {
    function: Function,
    iterations: NonZeroU32,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

#[derive(Clone, Copy)]
pub(super) enum Function {
    Sha1,
    Sha256,
    Sha512,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha1 => PBKDF2_HMAC_SHA1,
            Self::Sha256 => PBKDF2_HMAC_SHA256,
            Self::Sha512 => PBKDF2_HMAC_SHA512,
        }
    }
}

impl Pbkdf2 {
    pub(super) fn new(
        function: Function,
        iterations: u32,
        salt: &[u8],
        hash: &[u8],
    ) -> Result<Self, InvalidHash> {
        const FORM: InvalidHash = InvalidHash::malformed(
            "one iteration at least, and a hash as long as its function gives",
        );
        let iterations = NonZeroU32::new(iterations).ok_or(FORM)?;
        if iterations.get() > MOST {
            return Err(InvalidHash::cost("10,000,000 iterations at most"));
        }
        if hash.len() != function.length() {
            return Err(FORM);
        }
        Ok(Self {
            function,
            iterations,
            salt: salt.into(),
            hash: hash.into(),
        })
    }

    pub(super) fn cost(&self) -> u64 {
        u64::from(self.iterations.get()) * 64 + self.function.length() as u64 - 1
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let algorithm = self.function.algorithm();
        verify(algorithm, self.iterations, &self.salt, password, &self.hash).is_ok()
    }
}
