use std::{error, fmt};

use super::Algorithm;

/// Why a text is no key, or no key that may be used.
///
/// It never repeats what it was given: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    kind: KeyErrorKind,
    text: String,
}

/// The kinds of [`KeyError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyErrorKind {
    /// It is not what it should be: no JSON, no PEM, a member is missing or has a wrong form.
    Malformed,
    /// It is of a type, on a curve or for an algorithm that is not known here, or for another one than was asked for.
    Unsupported,
    /// It is too short to be safe.
    Weak,
    /// Its `use` or its `key_ops` say that it is for something else.
    OtherUse,
    /// The file could not be read.
    Unreadable,
}

impl KeyError {
    pub(super) fn malformed(text: impl Into<String>) -> Self {
        Self::new(KeyErrorKind::Malformed, text)
    }

    pub(super) fn unsupported(text: impl Into<String>) -> Self {
        Self::new(KeyErrorKind::Unsupported, text)
    }

    pub(super) fn new(kind: KeyErrorKind, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { kind, text }
    }

    /// What is wrong.
    pub const fn kind(&self) -> KeyErrorKind {
        self.kind
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid key: {}", self.text)
    }
}

impl error::Error for KeyError {}

/// Why a token is not accepted. It is for the operator: who sent the token learns `invalid_token`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// It is not three parts of strict base64url, or its header is not the JSON object that it must be.
    Malformed,
    /// It has more than [`MAX_TOKEN`](crate::bearer::MAX_TOKEN) bytes.
    Long,
    /// Its header has `crit`, or `b64` other than `true`: it counts on an extension that is not known here.
    Extension,
    /// Its `alg` is none of [`Algorithm`].
    Algorithm,
    /// The key is for another algorithm than its header says.
    OtherAlgorithm(Algorithm),
    /// No key has its `kid`, or is for its `alg`.
    UnknownKey,
    /// The signature is not the key's.
    Signature,
    /// The claims are not a JSON object, or a registered one has a wrong form.
    Claims,
    /// A claim is missing that must be there.
    Missing(Box<str>),
    /// It is over, by `exp`, or older than is accepted.
    Expired,
    /// It does not hold yet, by `nbf`, or was issued in the future, by `iat`.
    NotYet,
    /// Its `iss` is none of those that are trusted.
    Issuer,
    /// Its `aud` does not name this audience. A token that names any needs [`Verifier::audience`](super::Verifier::audience).
    Audience,
    /// Its `typ` says that it is a token for something else.
    Type,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Malformed => "it must be three parts of base64url, with a header of JSON",
            Self::Long => "it is too long",
            Self::Extension => "its header has a critical extension",
            Self::Algorithm => "its algorithm is not known here",
            Self::OtherAlgorithm(algorithm) => {
                return write!(
                    f,
                    "invalid token: its key is for {algorithm} and nothing else"
                );
            }
            Self::UnknownKey => "no key has its key id and its algorithm",
            Self::Signature => "its signature is wrong",
            Self::Claims => "its claims must be a JSON object in which each claim has its type",
            Self::Missing(claim) => {
                return write!(f, "invalid token: it must have the claim {claim:?}");
            }
            Self::Expired => "it is over",
            Self::NotYet => "it does not hold yet",
            Self::Issuer => "its issuer is not trusted",
            Self::Audience => "it is for another audience",
            Self::Type => "it is a token for something else",
        };
        write!(f, "invalid token: {text}")
    }
}

impl error::Error for Invalid {}
