use std::{error::Error, fmt};

use http::{Response, StatusCode};
use plywood_core::{Body, BoxError, refuse};

/// Why a request was not forwarded, or another not included.
#[derive(Debug)]
pub struct RecursionError {
    kind: RecursionErrorKind,
    target: String,
    source: Option<BoxError>,
}

/// What was in the way of a forward or an include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecursionErrorKind {
    /// No [`RecursiveLayer`](crate::RecursiveLayer) stands outside.
    NoLayer,
    /// The target is no path, or one that cannot be read.
    Target,
    /// The target is not below the mount in which the layer stands.
    OutsideMount,
    /// The request was at this target before.
    Loop,
    /// It has been forwarded or included too often.
    TooDeep,
    /// The service that was asked for an include failed.
    Failed,
}

impl RecursionError {
    pub(super) fn new(kind: RecursionErrorKind, target: impl Into<String>) -> Self {
        Self {
            kind,
            target: target.into(),
            source: None,
        }
    }

    pub(super) fn failed(target: String, source: BoxError) -> Self {
        Self {
            kind: RecursionErrorKind::Failed,
            target,
            source: Some(source),
        }
    }

    /// What was in the way.
    pub const fn kind(&self) -> RecursionErrorKind {
        self.kind
    }

    /// Where it should have gone.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The answer to the visitor: `508` for a loop and for too many turns, else `500`.
    pub(super) fn into_response(self) -> Response<Body> {
        let status = match self.kind {
            RecursionErrorKind::Loop | RecursionErrorKind::TooDeep => StatusCode::LOOP_DETECTED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        refuse(status, self)
    }
}

impl fmt::Display for RecursionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.kind {
            RecursionErrorKind::NoLayer => {
                "nothing outside of it forwards: add plywood_mount::RecursiveLayer"
            }
            RecursionErrorKind::Target => {
                "it should be a path as in a link, such as \"/login?next=%2F\""
            }
            RecursionErrorKind::OutsideMount => {
                "it should be below the mount of the RecursiveLayer: put the layer further out"
            }
            RecursionErrorKind::Loop => "the request was there before",
            RecursionErrorKind::TooDeep => "the request has gone on too often",
            RecursionErrorKind::Failed => "the service that was asked failed",
        };
        write!(f, "cannot go on to {:?}: {reason}", self.target)
    }
}

impl Error for RecursionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
