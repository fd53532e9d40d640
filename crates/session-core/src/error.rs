use std::{error::Error, fmt, time::Duration};

use plywood_core::BoxError;

/// A session that could not be read, changed or saved.
#[derive(Debug)]
pub struct SessionError {
    kind: SessionErrorKind,
    key: Box<str>,
    source: Option<BoxError>,
}

/// What went wrong with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// The store failed. The source says how.
    Store,
    /// A value did not become JSON, or JSON did not become the type that was asked for.
    Value,
    /// The values together are larger than the limit.
    TooLarge,
    /// Others kept changing the session, more often than one request tries.
    Conflict,
    /// The session is no more: another request has ended it or moved it to a new id.
    Gone,
    /// The session is [sealed](crate::Seal) and with its client: there is no store that could do this.
    Unsupported,
    /// The response's head is on its way, so nothing can be saved any more.
    Closed,
    /// The system gave no randomness for a new id.
    Random,
}

impl SessionError {
    /// What went wrong.
    pub const fn kind(&self) -> SessionErrorKind {
        self.kind
    }

    /// The key of the value at fault; empty when it is the session as a whole.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn store(source: BoxError) -> Self {
        Self::new(SessionErrorKind::Store, "", Some(source))
    }

    pub(crate) fn late(patience: Duration) -> Self {
        Self::store(format!("it did not answer within {patience:?}").into())
    }

    pub(crate) fn random(source: getrandom::Error) -> Self {
        Self::new(SessionErrorKind::Random, "", Some(source.into()))
    }

    pub(crate) fn value(key: &str, source: serde_json::Error) -> Self {
        Self::new(SessionErrorKind::Value, key, Some(source.into()))
    }

    pub(crate) fn too_large(key: &str) -> Self {
        Self::new(SessionErrorKind::TooLarge, key, None)
    }

    pub(crate) fn too_deep(key: &str) -> Self {
        let most = crate::Vault::MAX_DEPTH;
        let source = format!("it is nested deeper than {most}");
        Self::new(SessionErrorKind::Value, key, Some(source.into()))
    }

    pub(crate) fn conflict() -> Self {
        Self::new(SessionErrorKind::Conflict, "", None)
    }

    pub(crate) fn gone() -> Self {
        Self::new(SessionErrorKind::Gone, "", None)
    }

    pub(crate) fn unsupported() -> Self {
        Self::new(SessionErrorKind::Unsupported, "", None)
    }

    pub(crate) fn closed(key: &str) -> Self {
        Self::new(SessionErrorKind::Closed, key, None)
    }

    fn new(kind: SessionErrorKind, key: &str, source: Option<BoxError>) -> Self {
        Self {
            kind,
            key: key.into(),
            source,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match self.kind {
            SessionErrorKind::Store => f.write_str("the session store failed")?,
            SessionErrorKind::Value => write!(f, "session value {key:?} is not what it must be")?,
            SessionErrorKind::TooLarge if key.is_empty() => f.write_str(
                "the session is larger than its limit: keep large things elsewhere and their name here",
            )?,
            SessionErrorKind::TooLarge => write!(
                f,
                "session value {key:?} is larger than the session's limit: keep it elsewhere and its name here"
            )?,
            SessionErrorKind::Conflict => f.write_str(
                "the session was changed by others each time this request tried to save it",
            )?,
            SessionErrorKind::Gone => f.write_str(
                "the session is no more: another request has ended it or given it a new id",
            )?,
            SessionErrorKind::Unsupported => f.write_str(
                "sessions are sealed in cookies, which cannot be reached from here: take a store instead",
            )?,
            SessionErrorKind::Closed => write!(
                f,
                "session value {key:?} came too late: change the session before the response is returned"
            )?,
            SessionErrorKind::Random => f.write_str("the system gave no randomness for a session id")?,
        }
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// There is no session in the request, because no session layer stands outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoSession;

impl fmt::Display for NoSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request has no session: put `SessionLayer` of `plywood-session` outside this service")
    }
}

impl Error for NoSession {}
