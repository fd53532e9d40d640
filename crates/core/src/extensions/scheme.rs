use std::fmt;

use super::Carrier;

/// How the request came: over `http` or `https` (WSGI's `wsgi.url_scheme`).
///
/// Left by the gateway; a layer that trusts a proxy may replace it. Read by whoever builds an absolute URL or decides on a
/// cookie's `Secure`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// In the clear. The default, because a promise of secrecy needs somebody who makes it.
    #[default]
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The scheme that the gateway left, if it left one.
    pub fn of(carrier: &impl Carrier) -> Option<Self> {
        carrier.extensions().get().copied()
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
