//! The access log in Common and Combined form, one true line a request, for any tower service.
//!
//! ```
//! use std::sync::mpsc;
//!
//! use http::{Request, Response};
//! use http_body_util::BodyExt;
//! use plywood_access_log::AccessLogLayer;
//! use plywood_core::{Body, BoxError};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let (sender, lines) = mpsc::sync_channel(64);
//! let app = ServiceBuilder::new()
//!     .layer(AccessLogLayer::new(move |line: &[u8]| {
//!         let _ = sender.try_send(String::from_utf8_lossy(line).into_owned());
//!     }))
//!     .service(service_fn(|_: Request<Body>| async {
//!         Ok::<_, BoxError>(Response::new(Body::from("hello")))
//!     }));
//!
//! let request = Request::get("/greeting?token=8Qz").header("user-agent", "curl/8");
//! let response = app.oneshot(request.body(Body::empty())?).await?;
//! assert!(lines.try_recv().is_err(), "the body is not over");
//!
//! response.into_body().collect().await?;
//! let line = lines.try_recv()?;
//! assert!(line.starts_with("- - - ["));
//! assert!(line.ends_with(r#"] "GET /greeting?token=[redacted] HTTP/1.1" 200 5 "-" "curl/8""#));
//! # Ok(())
//! # }
//! ```
//!
//! A wrapper: it keeps the head of the response and wraps its body.
//!
//! # What it does
//!
//! What the request says is written into a line when it comes; the rest is filled in, and the line handed to the [`Sink`], when the body
//! is over. [`Lines`] is the sink for files and streams; a closure is one too.
//!
//! | field | is |
//! |---|---|
//! | host | the address that [`Client`](plywood_core::Client) gives; `-` without one. No header says who the client is |
//! | ident | `-` |
//! | user | the name of the [`Identity`](plywood_core::Identity) that auth left in the request, outside or inside: a [`Witness`](plywood_core::Witness) is told of it, so that it is named whatever became of the request; `-` without one |
//! | time | when the request came, in the system's time zone, with the offset |
//! | request | the method, the target as it was sent (whatever [`Mount`](plywood_core::Mount) was entered outside), the version |
//! | status | the answer's; `500` when the inner service failed or panicked, `499` when the call was dropped before there was an answer |
//! | bytes | of the body, as far as it was handed on; `-` for none, which is the answer to `HEAD` too |
//! | referer, user agent | Combined only; `-` where the field is absent |
//!
//! A body that was cut off, by an error or by a client that left, is logged with the status that was sent and the bytes up to there.
//!
//! # What it does not do
//!
//! It does not read `X-Forwarded-For`: a layer that trusts a proxy proves the client's address before. It does not rotate files.
//!
//! # Order
//!
//! Outermost, or nearly: it logs what passes through it. Compression inside it is counted compressed, outside it is not counted. Only what
//! identifies the client (a proxy's layer, a request id) belongs outside of it.
//!
//! # Security
//!
//! What comes from outside is escaped as Apache does, so that no client forges a line or speaks to a terminal. No cookie and no
//! `Authorization` is ever written; a parameter with the name of a secret is written as `[redacted]`, in the query and in the referer
//! ([`AccessLogLayer::redact`]), and so is a password in a URL.
//!
//! A line is as long as the request's head allows, which the gateway bounds. [`Lines`] holds at most 1 MiB of them, then drops and counts.
//!
//! # Standards
//!
//! The [Common and Combined formats](https://httpd.apache.org/docs/2.4/logs.html#accesslog) of the Apache HTTP server.

mod draft;
mod layer;
mod line;
mod redact;
mod service;
mod sink;
mod text;
mod time;

pub use self::{
    layer::AccessLogLayer,
    line::Line,
    service::AccessLog,
    sink::{Lines, Sink},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
