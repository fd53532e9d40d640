//! Error pages for any tower service: fills empty errors, catches panics, answers `Err`.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use http_body_util::BodyExt;
//! use plywood_core::{Body, BoxError};
//! use plywood_error_pages::ErrorPagesLayer;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let app = ServiceBuilder::new()
//!     .layer(ErrorPagesLayer::new())
//!     .service(service_fn(|_: Request<Body>| async {
//!         let empty = Response::builder().status(StatusCode::NOT_FOUND);
//!         Ok::<_, BoxError>(empty.body(Body::empty())?)
//!     }));
//!
//! let request = Request::get("/nowhere").header("accept", "application/json");
//! let Ok(response) = app.oneshot(request.body(Body::empty())?).await;
//! assert_eq!(response.status(), StatusCode::NOT_FOUND);
//! assert_eq!(response.headers()["content-type"], "application/problem+json");
//!
//! let problem = response.into_body().collect().await?.to_bytes();
//! assert!(problem.starts_with(br#"{"type":"about:blank","title":"Not Found","status":404"#));
//! # Ok(())
//! # }
//! ```
//!
//! A wrapper, and the one layer that ends errors: the service that it makes has the error [`Infallible`](std::convert::Infallible).
//!
//! # What it does
//!
//! An answer from 400 to 599 without a body and without a `Content-Type` gets a page in the form that `Accept` asks for: HTML, problem details as
//! JSON or XML, or plain text ([`Form`]); in the language of `Accept-Language` ([`Language`]). The status stays, and so do the fields that belong to
//! it: `Allow`, `WWW-Authenticate`, `Retry-After`, `Content-Range`, `Upgrade`. What described the missing body goes: `Content-Encoding`, `ETag`
//! and their like. The page is `no-store` unless the inner service said otherwise. `HEAD` is answered with the head that `GET` would get.
//!
//! Pages of your own are a text ([`ErrorPagesLayer::html`]), a file ([`file`](ErrorPagesLayer::file)), a closure
//! ([`page`](ErrorPagesLayer::page)), or what the same service answers at another path ([`ErrorDocumentsLayer`]). Where they fail, the built-in page
//! stands in.
//!
//! An `Err` of the inner service that is an [`HttpError`](plywood_error::HttpError), or has one among its sources, is answered as that says: its
//! status, its fields, what it says in public. Any other `Err` and a panic (in `poll_ready`, in `call`, in its future, or of an error's body that is asked whether it is empty) become a 500. The reason
//! stays in the response as a [`Failure`](plywood_core::Failure). If the status is from 500 on, it is an
//! [`Incident`](plywood_error::Incident), whose id the visitor sees, and it is told to the operator as a `tracing` event of the level `ERROR`, once
//! (in a program without a subscriber, as a line on standard error); so is the `Failure` of any other answer from 500 on.
//!
//! A panic or an error while the body streams ends the body with an error, since the head is sent: the client sees that the answer is broken off.
//! So does a body that panics when it is asked how much is left of it.
//!
//! Beside it stands [`MaintenanceLayer`], which answers 503 while a file is there.
//!
//! With [`ErrorPagesLayer::reports`] others are told, too: a file, a webhook, a mailbox, grouped by cause and off the path of requests. The place of a panic is
//! that of the panic, and not of the catch.
//!
//! # What it does not do
//!
//! It keeps every body that the inner service wrote, unless it is told to [`replace`](ErrorPagesLayer::replace) it. It changes no status, and it
//! touches no answer below 400.
//!
//! # Order
//!
//! Outside of everything that may fail, inside of the access log, which then sees the status that is sent. Outside of compression a page is
//! not compressed, which it is too small for anyway. Applied twice, the inner one makes the page and the outer one leaves it.
//!
//! # Security
//!
//! The visitor never sees a cause, neither an error's text nor a panic's. The operator is told it in one line, with control characters escaped. The
//! built-in pages hold words for everybody, what a handler has made public, the request's and the incident's id and, in the forms that are data, the
//! path that the client itself sent. All of it is escaped; the HTML runs no script and loads nothing, under a policy that says so.
//!
//! Panics are caught by unwinding: a program that is built with `panic = "abort"` still aborts.
//!
//! # Standards
//!
//! [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) (problem details), [RFC 9110 §15.5 and §15.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5)
//! (client and server errors), [RFC 9110 §12.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5) (negotiation),
//! [RFC 4647](https://www.rfc-editor.org/rfc/rfc4647) (languages), [CSP Level 3](https://www.w3.org/TR/CSP3/).

mod answer;
mod blank;
mod body;
mod documents;
mod form;
mod kept;
mod language;
mod layer;
mod maintenance;
mod own;
mod page;
mod printable;
mod problem;
mod request;
mod service;
mod statuses;
mod telling;
mod wording;

pub use self::{
    answer::Answer,
    blank::Blank,
    body::PageBody,
    documents::{ErrorDocument, ErrorDocuments, ErrorDocumentsLayer, Fetch},
    form::Form,
    language::Language,
    layer::ErrorPagesLayer,
    maintenance::{Maintenance, MaintenanceLayer},
    service::ErrorPages,
    statuses::Statuses,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
