use std::{error::Error, fmt, sync::Arc, time::Duration};

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// An address of no Redis server that this crate can reach. It does not repeat the address, which may hold a password.
#[derive(Debug)]
pub struct AddressError {
    kind: AddressErrorKind,
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressErrorKind {
    /// It cannot be read.
    Malformed,
    /// It asks for TLS, which is not built in.
    Tls,
}

impl AddressError {
    /// Why.
    pub const fn kind(&self) -> AddressErrorKind {
        self.kind
    }

    pub(crate) const fn new(kind: AddressErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            AddressErrorKind::Malformed => {
                "the address of a Redis server should be redis://[user:password@]host[:port][/database], or redis+unix:///path"
            }
            AddressErrorKind::Tls => {
                "a Redis server cannot be reached over TLS from here; take redis:// to a tunnel that does TLS, or a private network"
            }
        })
    }
}

impl Error for AddressError {}

/// A server that does not work. All who waited for one connection get the same.
#[derive(Clone, Debug)]
pub(crate) struct ServerError {
    server: Arc<str>,
    cause: Cause,
}

#[derive(Clone, Debug)]
pub(crate) enum Cause {
    Redis(RedisError),
    Timeout(Duration),
    Data(Arc<dyn Error + Send + Sync>),
}

impl ServerError {
    pub(crate) fn new(server: &Arc<str>, cause: Cause) -> Self {
        Self {
            server: Arc::clone(server),
            cause,
        }
    }

    /// Does the server not know the script that it was named? Then it has done nothing.
    pub(crate) fn is_unknown_script(&self) -> bool {
        let unknown = ErrorKind::Server(ServerErrorKind::NoScript);
        matches!(&self.cause, Cause::Redis(error) if error.kind() == unknown)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session server {}: ", self.server)?;
        match &self.cause {
            Cause::Redis(error) => error.fmt(f),
            Cause::Timeout(time) => write!(f, "no answer within {time:?}"),
            Cause::Data(error) => write!(f, "a record is damaged: {error}"),
        }
    }
}

impl Error for ServerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Redis(error) => Some(error),
            Cause::Data(error) => Some(&**error),
            Cause::Timeout(_) => None,
        }
    }
}
