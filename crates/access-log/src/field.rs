//! What a piece of a line says, by the time at which it is known.

pub(crate) mod ending;
pub(crate) mod of_connection;
pub(crate) mod of_request;
pub(crate) mod of_response;

use http::HeaderName;

pub(crate) use self::of_connection::OfConnection;

use crate::{redact::Redaction, time::TimeFormat};

/// A value that one directive stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Request(OfRequest),
    Response(OfResponse),
    Ending(AtEnd),
    /// What is known when the format is compiled; `None` is what is never known here.
    Constant(Option<Box<str>>),
    /// The same, and a number.
    ConstantNumber(u64),
}

/// Known when the request comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfRequest {
    /// The client's address: the proven one, else the peer's.
    Client,
    /// The client's address, if it has one.
    ClientIp,
    /// The address and the port at the other end of the socket.
    Peer,
    PeerPort,
    /// The host that was asked.
    Host,
    /// The server's name as it was configured, else the host that was asked.
    ServerName(Option<Box<str>>),
    /// The port that was asked: named, else the scheme's own.
    Port,
    /// The port of our end, else that which was asked.
    ServerPort,
    Connection(OfConnection),
    /// The method, the target and the version.
    Line,
    Method,
    /// The target as it was sent.
    Target,
    /// The path, decoded.
    Path,
    /// The path as it was sent.
    RawPath,
    /// The query, with its mark or without.
    Query {
        mark: bool,
    },
    /// The mark of a query, if there is one.
    QueryMark,
    Parameter {
        name: Box<str>,
        hidden: bool,
    },
    /// `HTTP/1.1`, or the number alone.
    Protocol {
        number: bool,
    },
    Header(Header),
    Cookie {
        name: Box<str>,
        hidden: bool,
    },
    Time(TimeFormat),
    RequestId,
    Scheme,
    /// `on`, or nothing.
    Https,
    /// `on` or `off`.
    IsHttps,
    /// The bytes of the head, as HTTP/1.1 writes it, and of the body that was announced; or of that body alone.
    Length {
        head: bool,
    },
}

/// Known when the response begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfResponse {
    Header(Header),
}

/// Known when all is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AtEnd {
    User,
    AuthScheme,
    Status,
    /// Bytes of the body.
    Bytes,
    /// The same, absent for none.
    BytesIfAny,
    /// The same with the head, as HTTP/1.1 writes it.
    BytesWithHead,
    Duration(Unit),
    FirstByte(Unit),
    Time(TimeFormat),
    /// Apache's `%X`.
    Connection,
    /// nginx's `$request_completion`.
    Completion,
    /// A word for how it ended.
    Ending,
    /// `success`, `failure` or `unknown`, as ECS has it.
    EventOutcome,
    /// What OpenTelemetry calls an error's type.
    ErrorType,
    Route,
    Endpoint,
    /// The file that was served.
    File,
}

/// How long something took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    /// With three digits behind the point.
    SecondsWithMilliseconds,
    SecondsWithMicroseconds,
    Milliseconds,
    MillisecondsWithMicroseconds,
    Microseconds,
    Nanoseconds,
    /// For a person: the unit that suits it.
    Human,
}

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    hidden: bool,
    is_url: bool,
}

impl Header {
    pub(crate) fn new(name: HeaderName) -> Self {
        let is_url = matches!(
            name.as_str(),
            "referer"
                | "location"
                | "content-location"
                | "refresh"
                | "link"
                | "origin"
                | "x-forwarded-uri"
                | "x-original-uri"
                | "x-original-url"
                | "x-rewrite-url"
                | "hx-current-url"
        );
        Self {
            name,
            hidden: false,
            is_url,
        }
    }
}

impl Field {
    /// A header field of the request.
    pub(crate) fn request_header(name: HeaderName) -> Self {
        Self::Request(OfRequest::Header(Header::new(name)))
    }

    /// A header field of the response.
    pub(crate) fn response_header(name: HeaderName) -> Self {
        Self::Response(OfResponse::Header(Header::new(name)))
    }

    pub(crate) fn cookie(name: &str) -> Self {
        Self::Request(OfRequest::Cookie {
            name: name.into(),
            hidden: true,
        })
    }

    pub(crate) fn parameter(name: &str) -> Self {
        Self::Request(OfRequest::Parameter {
            name: name.into(),
            hidden: true,
        })
    }
}

impl OfRequest {
    /// Decides once, rather than in every request, what is the same for all.
    pub(crate) fn settle(&mut self, redaction: &Redaction, server: Option<&str>) {
        match self {
            Self::Header(header) => header.hidden = redaction.hides_field(&header.name),
            Self::Cookie { name, hidden } => *hidden = redaction.hides_cookie(name),
            Self::Parameter { name, hidden } => *hidden = redaction.hides_parameter(name),
            Self::ServerName(name) => *name = server.map(Into::into),
            _ => {}
        }
    }
}

impl OfResponse {
    /// The same for a field of the response.
    pub(crate) fn settle(&mut self, redaction: &Redaction) {
        let Self::Header(header) = self;
        header.hidden = redaction.hides_field(&header.name);
    }
}
