use std::{fmt, time::Duration};

use http::{Method, Uri, Version};
use plywood_core::{Client, Identity, MatchedRoute, RequestId, ServedFile};

use crate::request_head::RequestHead;

/// What became of a request: what a line says, for a choice or a callback.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    pub(crate) request: Option<&'r Kept>,
    pub(crate) status: u16,
    pub(crate) bytes: u64,
    pub(crate) head_bytes: u64,
    pub(crate) closes: bool,
    pub(crate) ending: Ending,
    pub(crate) duration: Duration,
    pub(crate) first_byte: Option<Duration>,
    pub(crate) identity: Option<&'r Identity>,
    pub(crate) route: Option<&'r MatchedRoute>,
    pub(crate) file: Option<&'r ServedFile>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The whole answer was handed on.
    Complete,
    /// The client left: the call, or the body, was dropped before its end.
    ClientGone,
    /// The body reported an error.
    BodyFailed,
    /// The inner service gave an error instead of an answer.
    ServiceFailed,
    /// The inner service or its body panicked.
    Panicked,
}

impl Ending {
    /// `complete`, `client_gone`, `body_failed`, `service_failed` or `panicked`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::ClientGone => "client_gone",
            Self::BodyFailed => "body_failed",
            Self::ServiceFailed => "service_failed",
            Self::Panicked => "panicked",
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is kept of a request when somebody wants to see its record.
#[derive(Debug)]
pub(crate) struct Kept {
    method: Method,
    uri: Uri,
    version: Version,
    client: Option<Client>,
    id: Option<RequestId>,
}

impl Kept {
    pub(crate) fn of(request: &RequestHead<'_>) -> Self {
        Self {
            method: request.method.clone(),
            uri: request.uri.clone(),
            version: request.version,
            client: Client::of(request).copied(),
            id: RequestId::of(request).cloned(),
        }
    }
}

/// What a record without a request says: there is none where nobody asked for records, and so nobody reads it.
const KEPT: &str = "a record that is shown has its request";

impl<'r> Record<'r> {
    fn kept(&self) -> &'r Kept {
        self.request.expect(KEPT)
    }

    /// The method.
    pub fn method(&self) -> &'r Method {
        &self.kept().method
    }

    /// The target as it was sent. Its secrets are in it.
    pub fn uri(&self) -> &'r Uri {
        &self.kept().uri
    }

    /// The version of HTTP.
    pub fn version(&self) -> Version {
        self.kept().version
    }

    /// Who was at the other end, if the gateway said so.
    pub fn client(&self) -> Option<Client> {
        self.kept().client
    }

    /// The request's id, if it had one outside of the log.
    pub fn request_id(&self) -> Option<&'r RequestId> {
        self.kept().id.as_ref()
    }

    /// The status: the answer's; 500 when the inner service failed or panicked, 499 (unless told otherwise) when the call was dropped before
    /// there was an answer.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The bytes of the body, as far as it was handed on.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How it ended.
    pub const fn ending(&self) -> Ending {
        self.ending
    }

    /// The time from the request to the end of its answer.
    pub const fn duration(&self) -> Duration {
        self.duration
    }

    /// The time from the request to the head of its answer, if there was one.
    pub const fn first_byte(&self) -> Option<Duration> {
        self.first_byte
    }

    /// Who asked, if auth let somebody in by name.
    pub const fn identity(&self) -> Option<&'r Identity> {
        self.identity
    }

    /// The rule that dispatch has found, if it has found one.
    pub const fn route(&self) -> Option<&'r MatchedRoute> {
        self.route
    }
}
