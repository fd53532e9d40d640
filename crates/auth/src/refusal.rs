use std::time::Duration;

use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use plywood_core::{Body, BoxError, Failure, path::Malformed};
use plywood_header::accept;

use crate::Head;

/// The decision to keep a request out.
///
/// Its reason is for the operator, as the [`Failure`] of the answer; the visitor learns the status.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    why: Failure,
    retry_after: Option<Duration>,
    challenge: Option<HeaderValue>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, reason: impl Into<BoxError>) -> Self {
        Self {
            status,
            why: Failure::new(reason),
            retry_after: None,
            challenge: None,
        }
    }

    /// The credentials are wrong: `401` with challenges ([RFC 9110 §15.5.2]).
    ///
    /// [RFC 9110 §15.5.2]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2
    pub fn unauthorized(reason: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, reason)
    }

    /// The credentials cannot be read: `400`. Not `401`, because to be asked again does not mend a client that cannot write the field.
    pub fn malformed(reason: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    /// They are right, and are not enough for this: `403`.
    pub fn insufficient(reason: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason)
    }

    /// There were too many wrong ones: `429` ([RFC 6585 §4]) with `Retry-After`, rounded up to a second.
    ///
    /// [RFC 6585 §4]: https://www.rfc-editor.org/rfc/rfc6585#section-4
    pub fn throttled(retry_after: Duration) -> Self {
        let mut refusal = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too many wrong credentials before",
        );
        refusal.retry_after = Some(retry_after);
        refusal
    }

    /// It could not be found out who asks: `503`. Nobody gets in on an error.
    ///
    /// Where too many passwords wait to be checked (`Busy` of `password`), with `Retry-After`.
    pub fn unknown(error: impl Into<BoxError>) -> Self {
        let error = error.into();
        let retry_after = retry_after(&error);
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, error);
        Self {
            retry_after,
            ..refusal
        }
    }

    /// Says in `WWW-Authenticate` what is wrong, whatever the status ([RFC 9110 §11.6.1]). To a `401` the schemes add theirs by themselves.
    ///
    /// [RFC 9110 §11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    #[must_use]
    pub fn challenge(mut self, challenge: HeaderValue) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The reason.
    pub const fn why(&self) -> &Failure {
        &self.why
    }

    /// How long to wait before the next attempt, where there were too many.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The same for somebody who cannot do anything about it.
    pub(crate) fn forbidden(mut self) -> Self {
        self.status = StatusCode::FORBIDDEN;
        self
    }

    /// Makes `response`, which somebody else has made, the answer.
    pub(crate) fn mark(self, response: &mut Response<Body>) {
        *response.status_mut() = self.status;
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, seconds(wait).into());
        }
        response.extensions_mut().insert(self.why);
    }

    /// The answer.
    ///
    /// Who would read a text gets a line of it. Who prefers HTML or JSON gets an empty body, so that a layer of error pages can fill it.
    /// HEAD gets the head of that line.
    pub(crate) fn answer(self, head: &Head<'_>) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let mut line = None;
        if accept::best(head.headers(), OFFERS) == Some(OFFERS[0]) {
            let text = format!("{}\n", self.status);
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            headers.insert(CONTENT_TYPE, plain);
            if *head.method() == Method::HEAD {
                headers.insert(CONTENT_LENGTH, text.len().into());
            } else {
                line = Some(text);
            }
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds(wait).into());
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(line) = line {
            *response.body_mut() = line.into();
        }
        response.extensions_mut().insert(self.why);
        response
    }
}

#[cfg(feature = "password")]
fn retry_after(error: &BoxError) -> Option<Duration> {
    let busy = error.downcast_ref::<crate::password::Busy>();
    busy.map(|_| crate::password::Busy::RETRY_AFTER)
}

#[cfg(not(feature = "password"))]
fn retry_after(_: &BoxError) -> Option<Duration> {
    None
}

/// Whole ones, rounded up: who comes back at the end of a wait that was rounded down is refused again.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::new(malformed.status(), malformed)
    }
}

const OFFERS: &[&str] = &[
    "text/plain",
    "text/html",
    "application/problem+json",
    "application/json",
];

#[cfg(test)]
mod tests {
    use http::{Request, header::ACCEPT};
    use http_body::Body as _;

    use super::*;

    fn answer(refusal: Refusal, method: Method, accept: &str) -> Response<Body> {
        let request = Request::builder().method(method).header(ACCEPT, accept);
        refusal.answer(&Head::of(&request.body(()).unwrap()))
    }

    #[test]
    fn a_text_is_for_those_who_would_read_it() {
        for (method, accept, filled) in [
            (Method::GET, "*/*", true),
            (Method::POST, "text/plain", true),
            (
                Method::GET,
                "text/html,application/xhtml+xml,*/*;q=0.8",
                false,
            ),
            (Method::GET, "application/json", false),
            (Method::GET, "image/png", false),
        ] {
            let response = answer(Refusal::unauthorized("no"), method, accept);
            assert_eq!(!response.body().is_end_stream(), filled, "{accept}");
            assert_eq!(response.headers().contains_key(CONTENT_TYPE), filled);
            assert_eq!(Failure::of(&response).unwrap().to_string(), "no");
        }
    }

    #[test]
    fn head_gets_the_head_of_the_text() {
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "no");
        let response = answer(refusal, Method::HEAD, "*/*");
        assert!(response.body().is_end_stream());
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "text/plain; charset=utf-8"
        );
        assert_eq!(response.headers()[CONTENT_LENGTH], "14");
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_too_short() {
        for (wait, told) in [(1, "1"), (1000, "1"), (1001, "2"), (59_500, "60")] {
            let refusal = Refusal::throttled(Duration::from_millis(wait));
            let response = answer(refusal, Method::GET, "*/*");
            assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(response.headers()[RETRY_AFTER], told);
        }
    }
}
