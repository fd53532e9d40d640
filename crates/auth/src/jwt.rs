//! Signed tokens: JWS, JWK and JWT, on ring.
//!
//! Pure: nothing here knows a request. The algorithm is the key's, never the token's ([RFC 8725 §3.1]): a [`VerifyingKey`] is for one
//! [`Algorithm`], so that no token can make an RSA key into a secret, and there is no `none`. Nothing that a token says is followed: no `jku`,
//! `x5u`, `jwk` or `x5c`.
//!
//! - [`SigningKey`] and [`VerifyingKey`] sign and verify; they are made of PEM, of a [`Jwk`], or of a secret.
//! - [`KeySet`] finds the key of a token, from a file or a text (JWKS).
//! - [`Verifier`] says what a token's claims must be, and gives its [`Claims`].
//!
//! [RFC 8725 §3.1]: https://www.rfc-editor.org/rfc/rfc8725#section-3.1
//!
//! # Standards
//!
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515) (JWS, compact), [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517) (JWK),
//! [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518) (algorithms), [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) (JWT),
//! [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037) (Ed25519), [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725) (best practices).

mod algorithm;
mod claims;
mod der;
mod error;
#[cfg(feature = "jwks")]
mod fetched;
mod identity;
mod json;
mod jwk;
mod jws;
mod set;
mod signing;
mod verifier;
mod verifying;

#[cfg(test)]
mod tests;

#[cfg(feature = "jwks")]
pub use self::fetched::FetchedKeys;
pub use self::{
    algorithm::Algorithm,
    claims::Claims,
    error::{Invalid, KeyError, KeyErrorKind},
    jwk::Jwk,
    jws::Jws,
    set::{KeySet, MAX_KEYS, MAX_SET},
    signing::SigningKey,
    verifier::Verifier,
    verifying::VerifyingKey,
};
