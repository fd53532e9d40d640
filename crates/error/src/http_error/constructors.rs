//! A constructor for every status that handlers use, with the fields that the status cannot do without as its arguments.

use std::{fmt, time::Duration};

use http::{HeaderValue, Method, StatusCode, header};
use plywood_core::BoxError;

use super::HttpError;

impl HttpError {
    /// An error with this status, from 400 to 599, registered or not.
    ///
    /// A status that is no error becomes a 500, and so does one whose field would be missing: those of 401, 405, 407 and 426 are arguments of
    /// [`unauthorized`](Self::unauthorized), [`method_not_allowed`](Self::method_not_allowed),
    /// [`proxy_authentication_required`](Self::proxy_authentication_required) and [`upgrade_required`](Self::upgrade_required). The cause then says so.
    #[track_caller]
    pub fn new(status: StatusCode) -> Self {
        let constructor = match status.as_u16() {
            401 => "unauthorized",
            405 => "method_not_allowed",
            407 => "proxy_authentication_required",
            426 => "upgrade_required",
            400..=599 => return Self::of(status),
            _ => "",
        };
        Self::internal(Misnamed {
            status,
            constructor,
        })
    }

    /// 400: the request cannot be understood.
    #[track_caller]
    pub fn bad_request() -> Self {
        Self::of(StatusCode::BAD_REQUEST)
    }

    /// 401: who asks must prove who he is, in the way that the challenge names (`Basic realm="shop"`). Further ones are added by
    /// [`header`](Self::header) ([RFC 9110 §15.5.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2)).
    #[track_caller]
    pub fn unauthorized(challenge: HeaderValue) -> Self {
        Self::of(StatusCode::UNAUTHORIZED).header(header::WWW_AUTHENTICATE, challenge)
    }

    /// 403: who asks may not, whoever he is.
    #[track_caller]
    pub fn forbidden() -> Self {
        Self::of(StatusCode::FORBIDDEN)
    }

    /// 404: there is nothing here, or nothing that who asks may know of.
    #[track_caller]
    pub fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND)
    }

    /// 405, with the methods that are allowed here, which may be none
    /// ([RFC 9110 §15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6)).
    #[track_caller]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let names: Vec<_> = allowed.iter().map(Method::as_str).collect();
        let allowed = HeaderValue::try_from(names.join(", "));
        let allowed = allowed.expect("a method is a token, which a field may hold");
        Self::of(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW, allowed)
    }

    /// 406: there is no form of it that the client accepts.
    #[track_caller]
    pub fn not_acceptable() -> Self {
        Self::of(StatusCode::NOT_ACCEPTABLE)
    }

    /// 407, for a proxy, with its challenge ([RFC 9110 §15.5.8](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8)).
    #[track_caller]
    pub fn proxy_authentication_required(challenge: HeaderValue) -> Self {
        Self::of(StatusCode::PROXY_AUTHENTICATION_REQUIRED)
            .header(header::PROXY_AUTHENTICATE, challenge)
    }

    /// 409: it does not go together with what is there.
    #[track_caller]
    pub fn conflict() -> Self {
        Self::of(StatusCode::CONFLICT)
    }

    /// 410: it was here, and will not come back.
    #[track_caller]
    pub fn gone() -> Self {
        Self::of(StatusCode::GONE)
    }

    /// 412: what the request takes for given is not.
    #[track_caller]
    pub fn precondition_failed() -> Self {
        Self::of(StatusCode::PRECONDITION_FAILED)
    }

    /// 413: the request's body is too large.
    #[track_caller]
    pub fn content_too_large() -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// 415: the request's body is in a form that is not read here.
    #[track_caller]
    pub fn unsupported_media_type() -> Self {
        Self::of(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }

    /// 416: no part that was asked for lies within the `length` bytes that there are
    /// ([RFC 9110 §15.5.17](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.17)).
    #[track_caller]
    pub fn range_not_satisfiable(length: u64) -> Self {
        let range = HeaderValue::try_from(format!("bytes */{length}"));
        let range = range.expect("these characters may stand in a field");
        Self::of(StatusCode::RANGE_NOT_SATISFIABLE).header(header::CONTENT_RANGE, range)
    }

    /// 422: the request is understood, and something in it is wrong.
    #[track_caller]
    pub fn unprocessable_content() -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// 426, with the protocols that the client may change to (`h2c`, `websocket`)
    /// ([RFC 9110 §15.5.22](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.22)).
    #[track_caller]
    pub fn upgrade_required(protocols: HeaderValue) -> Self {
        Self::of(StatusCode::UPGRADE_REQUIRED)
            .header(header::UPGRADE, protocols)
            .header(header::CONNECTION, HeaderValue::from_static("upgrade"))
    }

    /// 428: the request must say which version it means to change.
    #[track_caller]
    pub fn precondition_required() -> Self {
        Self::of(StatusCode::PRECONDITION_REQUIRED)
    }

    /// 429: too many requests, and when to come again; seconds are rounded up
    /// ([RFC 6585 §4](https://www.rfc-editor.org/rfc/rfc6585#section-4)).
    #[track_caller]
    pub fn too_many_requests(after: Duration) -> Self {
        Self::of(StatusCode::TOO_MANY_REQUESTS).retry_after(after)
    }

    /// 451: the law forbids it ([RFC 7725](https://www.rfc-editor.org/rfc/rfc7725)).
    #[track_caller]
    pub fn unavailable_for_legal_reasons() -> Self {
        Self::of(StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS)
    }

    /// 500: the program is at fault, or something that it needs. The cause is for the operator.
    #[track_caller]
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR).because(cause)
    }

    /// 501: this is not supported here.
    #[track_caller]
    pub fn not_implemented() -> Self {
        Self::of(StatusCode::NOT_IMPLEMENTED)
    }

    /// 502: a server behind this one gave no valid answer.
    #[track_caller]
    pub fn bad_gateway() -> Self {
        Self::of(StatusCode::BAD_GATEWAY)
    }

    /// 503, and when to come again; seconds are rounded up
    /// ([RFC 9110 §15.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4)).
    #[track_caller]
    pub fn service_unavailable(after: Duration) -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE).retry_after(after)
    }

    /// 504: a server behind this one did not answer in time.
    #[track_caller]
    pub fn gateway_timeout() -> Self {
        Self::of(StatusCode::GATEWAY_TIMEOUT)
    }

    fn retry_after(self, after: Duration) -> Self {
        let part = u64::from(after.subsec_nanos() > 0);
        let seconds = after.as_secs().saturating_add(part);
        self.header(header::RETRY_AFTER, seconds.into())
    }
}

/// A status that cannot be answered as it is.
#[derive(Debug)]
struct Misnamed {
    status: StatusCode,
    constructor: &'static str,
}

impl fmt::Display for Misnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, constructor) = (self.status.as_u16(), self.constructor);
        match constructor {
            "" => write!(
                f,
                "{status} is the status of no error: an error's is from 400 to 599"
            ),
            _ => write!(
                f,
                "a {status} lacks a field: make it by HttpError::{constructor}"
            ),
        }
    }
}

impl std::error::Error for Misnamed {}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn every_field_that_a_status_needs_is_there() {
        let value = HeaderValue::from_static;
        let minute = Duration::from_millis(59_001);
        for (error, status, name, expected) in [
            (
                HttpError::unauthorized(value("Basic realm=\"x\"")),
                401,
                "www-authenticate",
                "Basic realm=\"x\"",
            ),
            (
                HttpError::method_not_allowed(&[Method::GET, Method::HEAD]),
                405,
                "allow",
                "GET, HEAD",
            ),
            (HttpError::method_not_allowed(&[]), 405, "allow", ""),
            (
                HttpError::proxy_authentication_required(value("Basic")),
                407,
                "proxy-authenticate",
                "Basic",
            ),
            (
                HttpError::range_not_satisfiable(10),
                416,
                "content-range",
                "bytes */10",
            ),
            (
                HttpError::upgrade_required(value("h2c")),
                426,
                "upgrade",
                "h2c",
            ),
            (
                HttpError::upgrade_required(value("h2c")),
                426,
                "connection",
                "upgrade",
            ),
            (
                HttpError::too_many_requests(minute),
                429,
                "retry-after",
                "60",
            ),
            (
                HttpError::service_unavailable(Duration::MAX),
                503,
                "retry-after",
                "18446744073709551615",
            ),
            (
                HttpError::service_unavailable(Duration::from_secs(5)),
                503,
                "retry-after",
                "5",
            ),
        ] {
            assert_eq!(error.status(), status);
            assert_eq!(error.headers()[name], expected, "{status}");
        }
    }

    #[test]
    fn every_status_of_an_error_can_be_had_and_no_other() {
        for code in 100..=999 {
            let status = StatusCode::from_u16(code).unwrap();
            let error = HttpError::new(status);
            let is_whole = (400..600).contains(&code) && ![401, 405, 407, 426].contains(&code);
            assert_eq!(error.status() == status, is_whole || code == 500, "{code}");
            assert_eq!(error.source().is_none(), is_whole, "{code}");
            if !is_whole {
                assert_eq!(error.status(), 500);
                assert!(
                    error
                        .source()
                        .unwrap()
                        .to_string()
                        .contains(status.as_str())
                );
            }
        }
    }
}
