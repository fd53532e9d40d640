use std::{fmt, future::poll_fn, pin::pin, task::Poll, time::Duration};

use http::{HeaderName, Request, Response, StatusCode, Uri, header, response, uri};
use http_body::Body as _;
use plywood_core::{
    Body, BoxError, Failure, HttpBody, Mount,
    future::{Follow, Next, Oneshot},
    internal,
};
use plywood_error::{HttpError, Panicked};
use tokio::{runtime::Handle, time::sleep};
use tower_service::Service;

use super::{ErrorDocument, ErrorDocumentsLayer};
use crate::{
    ErrorPages, Form, PageBody,
    answer::{Answer, DESCRIBES_A_BODY, Vacant},
};

/// Fetches the document for an error.
///
/// You meet it only in the type of the service's future.
pub struct Fetch<S>(Option<Prepared<S>>);

/// What a request for a document would need.
struct Prepared<S> {
    service: ErrorPages<S>,
    layer: ErrorDocumentsLayer,
    request: Request<Body>,
}

impl<S> Fetch<S> {
    pub(super) const fn nothing() -> Self {
        Self(None)
    }

    pub(super) fn new<B>(
        service: ErrorPages<S>,
        layer: &ErrorDocumentsLayer,
        request: &Request<B>,
    ) -> Self {
        Self(Some(Prepared {
            service,
            layer: layer.clone(),
            request: internal::request(request),
        }))
    }
}

impl<S, ResBody> Follow<PageBody<ResBody>> for Fetch<S>
where
    S: Service<Request<Body>, Response = Response<ResBody>, Error: Into<BoxError>>,
    S: Send + 'static,
    S::Future: Send + 'static,
    ResBody: HttpBody,
{
    type Body = PageBody<ResBody>;

    fn follow(self, response: Response<PageBody<ResBody>>) -> Next<Response<PageBody<ResBody>>> {
        let (mut head, body) = response.into_parts();
        let Some(Vacant(answer)) = head.extensions.remove() else {
            return Next::Now(Response::from_parts(head, body));
        };
        let document = self.0.filter(|_| answer.form() == Form::Html);
        let asked = document.and_then(|prepared| {
            let patience = prepared.layer.patience();
            Some((prepared.request(&head)?, patience))
        });
        let Some(((service, request), patience)) = asked else {
            return Next::Now(answer.fill(head));
        };
        Next::Later(Box::pin(async move {
            let document = in_time(patience, Oneshot::new(service, request)).await;
            match document {
                Some(Ok(document)) if can_be_worn(&document) => wear(answer, head, document),
                _ => answer.fill(head),
            }
        }))
    }
}

impl<S> Prepared<S> {
    /// The request for the document, if there is one for this answer.
    fn request(self, answer: &response::Parts) -> Option<(ErrorPages<S>, Request<Body>)> {
        let target = self.layer.target(answer.status)?.clone();
        let mut request = self.request;
        let said = Failure::of(answer).and_then(|failure| HttpError::find(failure.reason()));
        let said = said.filter(|said| said.status() == answer.status);
        let came_to = Mount::of(&request).original_uri(request.uri()).clone();
        request.extensions_mut().insert(ErrorDocument {
            status: answer.status,
            target: came_to.into_parts().path_and_query,
            said: said.and_then(HttpError::public_detail).map(Into::into),
        });
        *request.uri_mut() = at(request.uri(), target)?;
        Some((self.service, request))
    }
}

/// The same site's URI with another target. An authority alone, as `CONNECT` has, is no place to ask for a document.
fn at(uri: &Uri, target: uri::PathAndQuery) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).ok()
}

/// Is it one, and is there something to be seen on it?
fn can_be_worn<B: HttpBody>(document: &Response<PageBody<B>>) -> bool {
    let body = document.body();
    document.status() == StatusCode::OK
        && !body.is_end_stream()
        && body.size_hint().exact() != Some(0)
        && !body.is_broken()
}

/// Waits for an answer; not forever, where there is a clock.
async fn in_time<F: Future>(patience: Duration, answer: F) -> Option<F::Output> {
    let clock = Handle::try_current().ok();
    // It panics in a runtime that has no clock.
    let clock = clock.and_then(|_| Panicked::catch(|| sleep(patience)).ok());
    let (mut answer, mut clock) = (pin!(answer), pin!(clock));
    let come = poll_fn(|cx| match answer.as_mut().poll(cx) {
        Poll::Ready(come) => Poll::Ready(Some(come)),
        Poll::Pending => match clock.as_mut().as_pin_mut() {
            Some(clock) => clock.poll(cx).map(|()| None),
            None => Poll::Pending,
        },
    });
    let come = come.await;
    if come.is_none() {
        // Whoever listens may panic, and the visitor is to be answered all the same.
        let _ =
            Panicked::catch(|| tracing::warn!(?patience, "an error document did not come in time"));
    }
    come
}

/// What holds of the document where it stands, and not of an error that wears it.
const BELONGS_TO_THE_DOCUMENT: [HeaderName; 5] = [
    header::AGE,
    header::CACHE_CONTROL,
    header::EXPIRES,
    header::ETAG,
    header::LAST_MODIFIED,
];

/// The error, with the document as its body.
fn wear<B: HttpBody>(
    answer: Answer,
    mut head: response::Parts,
    mut document: Response<PageBody<B>>,
) -> Response<PageBody<B>> {
    for stale in DESCRIBES_A_BODY {
        head.headers.remove(stale);
    }
    let fields = document.headers_mut();
    for own in BELONGS_TO_THE_DOCUMENT {
        fields.remove(own);
    }
    for of_a_part in [header::ACCEPT_RANGES, header::CONTENT_LOCATION] {
        fields.remove(of_a_part);
    }
    answer.answer(head, document, Form::Html)
}

impl<S> fmt::Debug for Fetch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fetch").field(&self.0.is_some()).finish()
    }
}
