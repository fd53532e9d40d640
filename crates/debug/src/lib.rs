//! A debug page for developers: what panicked or failed, with the source around it, the backtrace, the request and its events.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use http_body_util::BodyExt;
//! use plywood_core::{Body, BoxError, Client};
//! use plywood_debug::DebugLayer;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let asked_for = true; // by a flag on the command line
//! let app = ServiceBuilder::new()
//!     // Outside of it: .layer(ErrorPagesLayer::new())
//!     .layer(DebugLayer::new(asked_for).insecure_in_release_builds())
//!     .service(service_fn(|_: Request<Body>| async {
//!         Err::<Response<Body>, BoxError>("the disk is full".into())
//!     }));
//!
//! let mut request = Request::get("/orders/7").header("host", "localhost:8000").body(Body::empty())?;
//! request.extensions_mut().insert(Client::tcp(([127, 0, 0, 1], 40312).into()));
//! let response = app.oneshot(request).await?;
//! assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
//! let page = response.into_body().collect().await?.to_bytes();
//! assert!(page.starts_with(b"# Error: `the disk is full`"));
//! # Ok(())
//! # }
//! ```
//!
//! A gate: it answers where the inner service failed.
//!
//! # What it does
//!
//! A panic (in `call` and in its future), an `Err`, and an answer from 500 on with a [`Failure`](plywood_core::Failure) become a page: the message and
//! what caused it; the place, with the source around it and a link that opens the editor there; the calls that led to a panic, folded to the
//! developer's own; the request; what the extensions say that Plywood knows; the spans and events of the request, by `RequestEvents` (feature `events`). The page is HTML, or
//! JSON or Markdown for who accepts that, and can be copied as Markdown and as a command for curl.
//!
//! The status is that of an [`HttpError`](plywood_error::HttpError) or 500. An `HttpError` below 500 is no failure and goes on as it is.
//! The [`Incident`](plywood_error::Incident) is left in the answer: the error pages outside tell the operator of it as ever, with the id that the page shows.
//!
//! Spans, session keys, parameters and mounts are known only further in. The same layer a second time, innermost, makes no page but notes what it sees there,
//! for the page of the outer one.
//!
//! # What it does not do
//!
//! There is no console on the page, as Werkzeug has one. A compiled program has no evaluator that could run a line in a frame, and the frame is gone: a panic
//! has unwound it, and the optimizer has kept its variables in registers that were used again. What takes its place: spans with the values that matter as fields
//! (`#[tracing::instrument]`), which stand on this page; [`tokio-console`](https://docs.rs/tokio-console) for tasks that hang; a debugger (`rust-gdb`,
//! `rust-lldb`, that of the editor) with a breakpoint on `rust_panic`, which stops *before* the unwinding, with all variables there.
//!
//! An `Err` knows no place and no calls, unless it is an `HttpError`. A panic in `poll_ready` goes on. When the head of an answer is sent there is no page: a body that
//! breaks off is told of by the error pages. The bodies of requests are not shown.
//!
//! # Order
//!
//! Just inside of the error pages. Inside of the access log, which sees the status as ever.
//!
//! # Security
//!
//! The page tells what no visitor may know. It is shown only if *all* of this holds, else the layer acts as if it were not there, and warns once:
//!
//! - it is on ([`DebugLayer::new`]), and this is no release build, unless
//!   [`insecure_in_release_builds`](DebugLayer::insecure_in_release_builds) is said;
//! - unless [`insecure_beyond_loopback`](DebugLayer::insecure_beyond_loopback) is said: the gateway has left a [`Client`](plywood_core::Client) whose
//!   address is a loopback one, no field says that a proxy stood between, and the request names `localhost`, a name below it, or a loopback address: a page
//!   elsewhere that has its own name lead here (DNS rebinding) is not served. Nor is a script of a page elsewhere, by what the browser says of it in `Origin` and
//!   `Sec-Fetch-Site`: where a program lets every origin read its answers, that would read this one, too. A proxy on this machine that sends no `Forwarded`, `Via` or `X-Forwarded-For` and
//!   changes `Host` to `localhost` cannot be told from a browser here: do not turn debug on behind one.
//!
//! Values that look like secrets are not shown, because pages are copied: `Authorization` and cookies, and fields, parameters and event fields that are called like a
//! secret, also in the query of `Referer` and where the rule that matched has them in the path (`/reset/<token>`). What a message quotes is shown. Of the session there are the keys. Source is shown of `.rs` files below the [root](DebugLayer::source_root), links followed.
//!
//! All that is shown is escaped, and what cannot be seen is spelled out. The policy of the page admits its one style and its one script by their hashes;
//! nothing is loaded, sent or framed. Without the script the texts to copy can be unfolded.
//!
//! # Standards
//!
//! [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) (problem details), [CSP Level 3](https://www.w3.org/TR/CSP3/).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod admission;
mod asked;
mod calls;
mod curl;
mod editor;
mod events;
mod finding;
mod form;
mod html;
mod layer;
mod markdown;
mod page;
mod problem;
#[cfg(feature = "events")]
mod request_events;
mod secret;
mod service;
mod source;
mod trace;
mod visible;
mod writer;

#[cfg(feature = "events")]
pub use self::request_events::RequestEvents;
pub use self::{layer::DebugLayer, service::Debug};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
