//! The answer that the page is.

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header, response::Parts};
use plywood_core::{Body, Failure};
use plywood_error::{HttpError, Incident, IncidentKind};
use plywood_header::vary;

use crate::{
    DebugLayer, asked::Asked, events::Record, finding::Finding, form::Form, html, markdown, problem,
};

/// The answer to a request that had none.
pub(crate) fn answer(
    layer: &DebugLayer,
    asked: &Asked,
    record: &Record,
    kind: IncidentKind,
    reason: &Failure,
) -> Response<Body> {
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = StatusCode::INTERNAL_SERVER_ERROR;
    if let Some(error) = HttpError::find(reason.reason()) {
        head.status = error.status();
        head.headers.clone_from(error.headers());
    }
    fill(layer, asked, record, kind, head, reason)
}

/// The page in the place of an answer's body, which tells the developer less.
pub(crate) fn instead<B>(
    layer: &DebugLayer,
    asked: &Asked,
    record: &Record,
    response: Response<B>,
    reason: &Failure,
) -> Response<Body> {
    let (mut head, _) = response.into_parts();
    for stale in [
        header::ACCEPT_RANGES,
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
    ] {
        head.headers.remove(stale);
    }
    fill(layer, asked, record, IncidentKind::Refused, head, reason)
}

fn fill(
    layer: &DebugLayer,
    asked: &Asked,
    record: &Record,
    kind: IncidentKind,
    mut head: Parts,
    reason: &Failure,
) -> Response<Body> {
    let incident = Incident::new(kind, reason.reason())
        .status(head.status)
        .request(&asked.method, asked.target.as_ref())
        .route(asked.route())
        .request_id(asked.id.clone());
    let finding = Finding::new(layer, asked, &incident, reason.reason(), record.written());
    let page = match asked.form {
        Form::Html => html::render(&finding),
        Form::Problem => problem::render(&finding),
        Form::Text => markdown::render(&finding),
    };
    describe(&mut head, asked.form, page.len());
    head.extensions.insert(reason.clone());
    head.extensions.insert(incident);
    let body = if asked.method == Method::HEAD {
        Body::empty()
    } else {
        page.into()
    };
    Response::from_parts(head, body)
}

fn describe(head: &mut Parts, form: Form, length: usize) {
    let fixed = [
        (header::CONTENT_TYPE, form.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, html::POLICY),
    ];
    for (name, value) in fixed {
        head.headers.insert(name, HeaderValue::from_static(value));
    }
    head.headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    head.headers.insert(header::CONTENT_LENGTH, length.into());
    vary::append(&mut head.headers, header::ACCEPT);
}
