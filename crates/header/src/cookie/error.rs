use std::{error, fmt};

use super::{MAX_ATTRIBUTE, MAX_PAIR};

/// A cookie that cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieError {
    pub(super) kind: CookieErrorKind,
    pub(super) input: String,
}

/// Why a cookie cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CookieErrorKind {
    /// The name is not a token, or empty.
    Name,
    /// The value holds something else than printable ASCII, or a space, quote, comma, semicolon or backslash.
    Value,
    /// Name and value together are longer than [`MAX_PAIR`].
    Length,
    /// The path holds a semicolon, a control character or something beyond ASCII, or is longer than [`MAX_ATTRIBUTE`].
    Path,
    /// The domain is not made of letters, digits, dots and hyphens, or is longer than [`MAX_ATTRIBUTE`].
    Domain,
    /// A `__Host-` name without Secure, without `Path=/` or with a domain; or a `__Secure-` name without Secure.
    Prefix,
    /// `SameSite=None` without Secure.
    SameSiteNone,
    /// Partitioned without Secure.
    Partitioned,
}

impl CookieError {
    /// Why.
    pub const fn kind(&self) -> CookieErrorKind {
        self.kind
    }

    /// The path or the domain if that is at fault, else the name of the cookie. Never its value, which may be a secret.
    pub fn input(&self) -> &str {
        &self.input
    }
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = &self.input;
        match self.kind {
            CookieErrorKind::Name => write!(f, "invalid cookie name {input:?}: it must be a token"),
            CookieErrorKind::Value => write!(
                f,
                "invalid value of cookie {input:?}: it must be printable ASCII without space, quote, comma, semicolon or backslash"
            ),
            CookieErrorKind::Length => {
                write!(
                    f,
                    "cookie {input:?} is too long: name and value may have {MAX_PAIR} bytes together"
                )
            }
            CookieErrorKind::Path => write!(
                f,
                "invalid cookie path {input:?}: it must be at most {MAX_ATTRIBUTE} bytes of printable ASCII without semicolon"
            ),
            CookieErrorKind::Domain => write!(
                f,
                "invalid cookie domain {input:?}: it must be at most {MAX_ATTRIBUTE} letters, digits, dots and hyphens"
            ),
            CookieErrorKind::Prefix => write!(
                f,
                "cookie {input:?} lacks what its prefix promises: Secure, and for `__Host-` also `Path=/` and no domain"
            ),
            CookieErrorKind::SameSiteNone => write!(
                f,
                "cookie {input:?} has SameSite=None: it must be Secure too"
            ),
            CookieErrorKind::Partitioned => {
                write!(f, "cookie {input:?} is partitioned: it must be Secure too")
            }
        }
    }
}

impl error::Error for CookieError {}
