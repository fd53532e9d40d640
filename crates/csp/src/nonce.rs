use std::{fmt, str};

use base64::{Engine, prelude::BASE64_STANDARD};
use plywood_core::Carrier;

/// So many characters are 128 bits in base64.
const LENGTH: usize = 24;

/// The number of one request, which its scripts and styles bear: 128 random bits in base64.
///
/// Left in the request's extensions by a [`CspLayer`](crate::CspLayer) whose policy has the source `'nonce'`. It needs no escaping, in an attribute
/// with or without quotes. [CSP Level 3 §7.1](https://www.w3.org/TR/CSP3/#security-nonces)
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; LENGTH]);

impl Nonce {
    /// The nonce of this request, if it has one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    /// The nonce as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("base64 is ASCII")
    }

    /// A new one, unless the system has no random numbers.
    pub(crate) fn random() -> Option<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self::of_bytes(bytes))
    }

    pub(crate) fn of_bytes(bytes: [u8; 16]) -> Self {
        let mut text = [0; LENGTH];
        BASE64_STANDARD
            .encode_slice(bytes, &mut text)
            .expect("16 bytes are 24 characters");
        Self(text)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who reads it in a log before the page is shown could use it.
impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}
