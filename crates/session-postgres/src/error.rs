use std::{error::Error, fmt, sync::Arc, time::Duration};

use tokio_postgres::error::{DbError, Severity};

/// An address of no PostgreSQL server that this crate can reach, or a name that no table can have. It does not repeat an address, which may
/// hold a password.
#[derive(Debug)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    name: Option<Box<str>>,
}

/// What is wrong with an address or a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// The address cannot be read, or names no host.
    Address,
    /// The address asks for TLS, which is not built in.
    Tls,
    /// No table can have this name.
    Table,
}

impl ConfigError {
    /// What is wrong.
    pub const fn kind(&self) -> ConfigErrorKind {
        self.kind
    }

    pub(crate) const fn new(kind: ConfigErrorKind) -> Self {
        Self { kind, name: None }
    }

    pub(crate) fn table(name: &str) -> Self {
        Self {
            kind: ConfigErrorKind::Table,
            name: Some(name.into()),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name:?}: ")?;
        }
        f.write_str(match self.kind {
            ConfigErrorKind::Address => {
                "the address of a PostgreSQL server should be postgres://user[:password]@host[:port]/database"
            }
            ConfigErrorKind::Tls => {
                "a PostgreSQL server cannot be reached over TLS from here; take sslmode=disable to a tunnel that does TLS, or a private network"
            }
            ConfigErrorKind::Table => {
                "the name of a table should be 1 to 48 of a-z, 0-9 and _, not beginning with a digit, after a schema's and a dot if need be"
            }
        })
    }
}

impl Error for ConfigError {}

/// A server that does not work.
#[derive(Clone, Debug)]
pub(crate) struct ServerError {
    server: Arc<str>,
    cause: Cause,
}

#[derive(Clone, Debug)]
pub(crate) enum Cause {
    Postgres(Arc<tokio_postgres::Error>),
    Timeout(Duration),
    Busy(Duration),
    Data(Arc<dyn Error + Send + Sync>),
    Foreign(Arc<str>),
    Newer(Arc<str>),
}

impl From<tokio_postgres::Error> for Cause {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(Arc::new(error))
    }
}

impl ServerError {
    pub(crate) fn new(server: &Arc<str>, cause: impl Into<Cause>) -> Self {
        Self {
            server: Arc::clone(server),
            cause: cause.into(),
        }
    }

    /// Has the server refused the statement, and done nothing of it? One that goes down may have done it.
    pub(crate) fn is_refusal(&self) -> bool {
        let Cause::Postgres(error) = &self.cause else {
            return false;
        };
        let severity = error.as_db_error().and_then(DbError::parsed_severity);
        severity == Some(Severity::Error)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session server {}: ", self.server)?;
        match &self.cause {
            // Its details may hold a row, and that a visitor's values.
            Cause::Postgres(error) => match error.as_db_error() {
                Some(error) => write!(f, "{} (SQLSTATE {})", error.message(), error.code().code()),
                None => match error.source() {
                    Some(source) => write!(f, "{error}: {source}"),
                    None => error.fmt(f),
                },
            },
            Cause::Timeout(time) => write!(f, "no answer within {time:?}"),
            Cause::Busy(time) => write!(f, "no connection was free within {time:?}"),
            Cause::Data(error) => write!(f, "a record is damaged: {error}"),
            Cause::Foreign(table) => write!(
                f,
                "the table {table} holds something else; sessions need a table of their own"
            ),
            Cause::Newer(table) => write!(f, "a later version has made the table {table}"),
        }
    }
}

impl Error for ServerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Data(error) => Some(&**error),
            _ => None,
        }
    }
}
