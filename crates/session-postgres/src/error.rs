use std::{error::Error, fmt, sync::Arc, time::Duration};

use tokio_postgres::error::{Severity, SqlState};

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
    /// So many wait already.
    Crowd(usize),
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

    /// Has the server refused the statement, and done nothing of it?
    pub(crate) fn is_refusal(&self) -> bool {
        let Cause::Postgres(error) = &self.cause else {
            return false;
        };
        let told = error.as_db_error();
        told.is_some_and(|error| is_refusal(error.parsed_severity(), error.code()))
    }
}

/// A server that goes down may have done it, and so may one of which another between us has lost sight: poolers tell that as any error, by the
/// class of [connection exceptions](https://www.postgresql.org/docs/current/errcodes-appendix.html).
fn is_refusal(severity: Option<Severity>, code: &SqlState) -> bool {
    severity == Some(Severity::Error)
        && !code.code().starts_with("08")
        && *code != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
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
            Cause::Crowd(most) => write!(f, "{most} changes wait already"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_of_which_nobody_knows_is_not_refused() {
        for (severity, code, refused) in [
            (Severity::Error, "23505", true),
            (Severity::Error, "57014", true),
            (Severity::Error, "25006", true),
            (Severity::Fatal, "57P01", false),
            (Severity::Panic, "XX000", false),
            (Severity::Error, "08006", false),
            (Severity::Error, "08P01", false),
            (Severity::Error, "40003", false),
        ] {
            let code = SqlState::from_code(code);
            assert_eq!(is_refusal(Some(severity), &code), refused, "{code:?}");
            assert!(!is_refusal(None, &code));
        }
    }
}
