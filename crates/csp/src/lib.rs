//! A `Content-Security-Policy` on every response, with a fresh nonce for each request.
//!
//! ```
//! use http::{Request, Response};
//! use plywood_core::{Body, BoxError};
//! use plywood_csp::{CspLayer, Nonce, Policy};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let nonce = Nonce::of(&request).ok_or("no CspLayer with a 'nonce' stands outside")?;
//!     Ok(Response::new(format!("<script nonce={nonce}>..</script>").into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let policy = Policy::new().directive("script-src", "'self' 'nonce'")?;
//! let app = ServiceBuilder::new().layer(CspLayer::new(policy)).service_fn(page);
//!
//! let response = app.oneshot(Request::new(Body::empty())).await?;
//! let policy = response.headers()["content-security-policy"].to_str()?.to_owned();
//! let page = response.into_body().try_into_bytes().unwrap();
//! let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
//! assert_eq!(page, format!("<script nonce={nonce}>..</script>"));
//! # Ok(())
//! # }
//! ```
//!
//! [`CspLayer`] is an editor. It acts at the request's head, where it leaves the [`Nonce`], and at the response's head.
//!
//! # What it does
//!
//! Each answer says by which [`Policy`] a browser is to treat it: where scripts, styles, images and frames may come from, where forms may go,
//! who may frame it. Where the policy has the source `'nonce'`, each request gets a random one of 128 bits; the handler writes it into its
//! `<script nonce=..>`, and no script that somebody else has smuggled into the page runs.
//!
//! # What it does not do
//!
//! It replaces no policy that the inner service set, and looks into no body. A `304` gets no policy with a nonce: the browser would keep the new
//! one beside the page that it has, whose scripts bear the old one.
//!
//! # Order
//!
//! Outside of all that answers with HTML, error pages too, which bring a stricter policy of their own. Applied twice, the inner policy stands.
//!
//! # Security
//!
//! - A nonce guards only where it is not known before: an answer with one must not come from a shared cache. Send such pages with
//!   `Cache-Control: no-store`, or `private, no-cache`.
//! - Without random numbers from the system there is no nonce, and the policy then allows no script that wants one.
//! - A policy is a second wall. The first is to escape what goes into a page.
//!
//! # Standards
//!
//! [CSP Level 3](https://www.w3.org/TR/CSP3/).

mod error;
mod layer;
mod nonce;
mod policy;
mod service;

pub use self::{
    error::{PolicyError, PolicyErrorKind},
    layer::CspLayer,
    nonce::Nonce,
    policy::Policy,
    service::{Csp, Mark},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
