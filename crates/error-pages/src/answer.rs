use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, response::Parts};
use http_body::Body as _;
use plywood_core::{
    Body, BoxError, Failure, HttpBody,
    future::{Outcome, Settle},
};
use plywood_error::{Incident, IncidentKind, OneLine, Panicked};
use plywood_header::vary;

use crate::{Blank, ErrorPagesLayer, Form, PageBody, page, request::Asked, telling};

/// Answers for whatever became of a call.
///
/// You meet it only in the type of the service's future.
pub struct Answer {
    pub(crate) layer: ErrorPagesLayer,
    pub(crate) asked: Box<Asked>,
}

/// Left in a response whose failure has been told, so that a second layer outside does not tell it again.
#[derive(Clone)]
struct Reported;

impl<B, Err> Settle<B, Err> for Answer
where
    B: HttpBody,
    Err: Into<BoxError>,
{
    type Body = PageBody<B>;

    fn settle(self, outcome: Outcome<B, Err>) -> Response<PageBody<B>> {
        match outcome {
            Outcome::Answered(response) => self.answered(response),
            Outcome::Failed(error) => self.failed(IncidentKind::Failed, error.into()),
            Outcome::Unready(error) => self.failed(IncidentKind::Unready, error),
            Outcome::Panicked(payload) => {
                self.failed(IncidentKind::Panicked, Panicked::of(&*payload).into())
            }
        }
    }
}

impl Answer {
    fn answered<B: HttpBody>(self, response: Response<B>) -> Response<PageBody<B>> {
        let status = response.status();
        if !status.is_client_error() && !status.is_server_error() {
            return response.map(|body| PageBody::inner(body, self.asked));
        }
        let (mut head, body) = response.into_parts();
        self.report(IncidentKind::Refused, &mut head);
        if is_blank(&head.headers, &body) {
            self.fill(head)
        } else {
            Response::from_parts(head, PageBody::inner(body, self.asked))
        }
    }

    fn failed<B>(self, kind: IncidentKind, reason: BoxError) -> Response<PageBody<B>> {
        let (mut head, ()) = Response::new(()).into_parts();
        head.status = StatusCode::INTERNAL_SERVER_ERROR;
        head.extensions.insert(Failure::new(reason));
        self.report(kind, &mut head);
        self.fill(head)
    }

    /// Tells the operator why, once, if it is the server's fault. What happened stays in the response, for the page.
    fn report(&self, kind: IncidentKind, head: &mut Parts) {
        if !head.status.is_server_error() || head.extensions.get::<Reported>().is_some() {
            return;
        }
        let Some(failure) = Failure::of(head) else {
            return;
        };
        let incident = Incident::of(head).cloned();
        let incident = incident
            .unwrap_or_else(|| self.asked.incident(kind, failure.reason()))
            .status(head.status);
        telling::tell(&incident, failure.reason(), &self.asked);
        head.extensions.insert(Reported);
        head.extensions.insert(incident);
    }

    fn fill<B>(self, mut head: Parts) -> Response<PageBody<B>> {
        for stale in DESCRIBES_A_BODY {
            head.headers.remove(stale);
        }
        let blank = Blank {
            head: &head,
            form: Form::negotiate(self.asked.accept.as_ref()),
            asked: &self.asked,
        };
        let (mut page, mut body) = self
            .own_page(&blank)
            .unwrap_or_else(|| built_in(&blank))
            .into_parts();
        if !body.is_end_stream() {
            page.headers
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(blank.form().content_type()));
        }
        if let Some(length) = body.size_hint().exact() {
            page.headers.insert(header::CONTENT_LENGTH, length.into());
        }
        if self.asked.is_head() {
            body = Body::empty();
        }
        merge(&mut head, page);
        Response::from_parts(head, PageBody::page(body))
    }

    /// The page that the application makes, if it makes one for this. A page that panics is no page.
    fn own_page(&self, blank: &Blank<'_>) -> Option<Response<Body>> {
        let page = self.layer.page.as_ref()?;
        Panicked::catch(|| page(blank)).unwrap_or_else(|panicked| {
            tracing::error!(error = %OneLine(&panicked), "an error page panicked");
            None
        })
    }
}

/// Did the inner service leave the body to others? What it described, it wrote, even where `HEAD` has cut it off.
fn is_blank<B: HttpBody>(headers: &HeaderMap, body: &B) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    (body.is_end_stream() || body.size_hint().exact() == Some(0))
        && !headers.contains_key(header::CONTENT_TYPE)
        && length.is_none_or(|length| length == "0")
}

/// What described the body that was not there, and would lie about the page.
const DESCRIBES_A_BODY: [HeaderName; 11] = [
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::ETAG,
    header::LAST_MODIFIED,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

fn built_in(blank: &Blank<'_>) -> Response<Body> {
    let mut response = Response::new(Body::from(page::render(blank)));
    if blank.form() == Form::Html {
        let policy = HeaderValue::from_static(page::POLICY);
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Puts what the page says of itself over what the answer says. The status stays, and cookies are added.
fn merge(head: &mut Parts, mut page: Parts) {
    for added in [header::SET_COOKIE, header::VARY] {
        for value in page.headers.get_all(&added) {
            head.headers.append(&added, value.clone());
        }
        page.headers.remove(added);
    }
    head.headers.extend(page.headers);
    head.extensions.extend(page.extensions);
    head.headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    head.headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    vary::append(&mut head.headers, header::ACCEPT);
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_carries_stays_small() {
        assert!(size_of::<Answer>() <= 32, "{}", size_of::<Answer>());
    }
}
