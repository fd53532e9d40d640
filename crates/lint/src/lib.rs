//! Plywood's service contract, checked by a layer.
//!
//! A lint stands anywhere in a stack and checks both sides: what the caller does to the service, and what the service
//! answers. In tests it panics with the number and the sentence of the rule that was broken.
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::{Arc, Mutex};
//!
//! use http::{Request, Response};
//! use plywood_core::Body;
//! use plywood_lint::LintLayer;
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), plywood_core::BoxError> {
//! async fn download(_: Request<Body>) -> Result<Response<Body>, Infallible> {
//!     let response = Response::builder().header("etag", "v1").header("connection", "close");
//!     Ok(response.body(Body::from("hello")).expect("these fields are valid"))
//! }
//!
//! // `LintLayer::new()` would panic at the first of its faults; this one collects them all.
//! let found = Arc::new(Mutex::new(Vec::new()));
//! let sink = Arc::clone(&found);
//! let lint = LintLayer::reporting(move |fault| sink.lock().unwrap().push(fault.rule().id));
//!
//! let app = ServiceBuilder::new().layer(lint).service_fn(download);
//! app.oneshot(Request::get("/").body(Body::empty())?).await?;
//! assert_eq!(*found.lock().unwrap(), ["H8", "H5"]); // an unquoted ETag, a field of the connection's
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! It checks each [`Rule`] of the [`contract`]: of tower (readiness, clones, futures), of requests, of responses, and of bodies, whose
//! frames it watches as they pass. A layer is tested between two of them, one outside and one inside.
//!
//! What may be wanted so is [advice](Severity::Advice): it goes to `tracing`, and is a fault only if the lint is
//! [`strict`](LintLayer::strict). Some rules compare answers; for them a lint remembers a thousand hashes, and then begins anew.
//!
//! It is a wrapper: the response's body is a [`Linted`] one, and the future is [`Edited`](plywood_core::future::Edited).
//!
//! # What it does not do
//!
//! It changes nothing and buffers nothing. It never says that something is wrong which is not: what only the author can know,
//! it leaves alone. The body of a request is watched if it is a [`Body`](plywood_core::Body); another type must reach the inner service
//! as it is.
//!
//! # Order
//!
//! Anywhere, and as often as you like. Directly inside a gateway it stands as
//! [`behind_gateway`](LintLayer::behind_gateway), and checks that the request holds what gateways leave.
//!
//! # Security
//!
//! What it reports may hold parts of fields: its log is for developers. The values of cookies are left out.
//!
//! # Standards
//!
//! Each rule names its section: [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110) and its neighbours, tower and http-body.

mod account;
mod asked;
mod body;
mod caching;
mod conditions;
mod contract;
mod cookies;
mod digest;
mod fault;
mod fields;
mod layer;
mod location;
mod memory;
mod partial;
mod parts;
mod readiness;
mod report;
mod request;
mod response;
pub mod rule;
mod service;
mod watch;

pub use self::{
    body::Linted,
    contract::{contract, rules},
    fault::Fault,
    layer::LintLayer,
    rule::{Rule, Section, Severity},
    service::{Check, Lint},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
