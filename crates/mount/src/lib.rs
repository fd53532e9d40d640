//! Combines several services into one: mounts by path, host or predicate, cascades, internal forwards and includes.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use plywood_core::{Body, BoxError, Mount};
//! use plywood_mount::{Cascade, Mounts};
//! use tower::{ServiceExt, service_fn};
//!
//! async fn shop(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let pay = Mount::of(&request).absolute("/pay");
//!     Ok(Response::new(format!("{}: pay at {pay}", request.uri()).into()))
//! }
//!
//! async fn nothing(_: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     Ok(Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty())?)
//! }
//!
//! async fn old(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     Ok(Response::new(format!("the old app has {}", request.uri()).into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! // The new app is asked first, and the old one for what the new one does not have.
//! let strangler = Cascade::<BoxError>::new().then(service_fn(nothing)).then(service_fn(old));
//!
//! let site = Mounts::<BoxError>::new();
//! site.mount("/shop", service_fn(shop))?.mount("//blog.example/", service_fn(old))?;
//! site.fallback(strangler);
//!
//! let get = |uri| Request::get(uri).body(Body::empty());
//! let response = site.clone().oneshot(get("/shop/cart")?).await?;
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "/cart: pay at /shop/pay");
//!
//! let response = site.clone().oneshot(get("/shopping")?).await?;
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "the old app has /shopping");
//!
//! // The table may change while it serves.
//! assert!(site.unmount("/shop"));
//! let response = site.clone().oneshot(get("/shop/cart")?).await?;
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "the old app has /shop/cart");
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! - [`Mounts`] hands a request to the service that is mounted where the request goes: by a predicate, else by the longest host, else by the
//!   longest path. The service sees the rest of the path alone, and [`Mount`](plywood_core::Mount). The table changes at run time.
//! - [`Cascade`] tries services in turn while the answer is `404`, or another status that you choose. Each sees the whole body.
//! - [`RecursiveLayer`] starts a request again where a handler answers with a [`forward`], and lets a handler [`include()`] the answer to
//!   another request. It tells a loop.
//! - `RegexRoutes` (feature `regex`) hands a request to the service behind the first regular expression that matches its path.
//!
//! The first two and the last are services, and the recursive layer is an awaiter. [`Mounts::layer`] puts mounts in front of another service, as
//! a gate.
//!
//! # What it does not do
//!
//! It picks a service and answers nothing itself but `404` and what cannot be done. Rules, parameters and methods are dispatch's.
//!
//! # Order
//!
//! `Mounts` and `Cascade` stand where an app stands, innermost, and mount each other. What all of the mounted share stands outside of them. A
//! recursive layer stands outside of what forwards and inside of sessions and auth, which look at the visitor once.
//!
//! # Security
//!
//! Paths are read by [`Path`](plywood_core::Path) and by nothing else, so that a guard on a prefix and a mount agree; what cannot be read in
//! one way only is refused also where there is a fallback. A body that is kept for a replay is in memory up to 64 KiB and then in a file that
//! has no name: it is gone with the request, also if the process is killed. Forwards and includes pass the guards that stand inside of their
//! layer, and no others.
//!
//! # Standards
//!
//! [RFC 9110 §7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2) (the host),
//! [§15.5.14](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14) (`413`),
//! [RFC 4918 §11.5](https://www.rfc-editor.org/rfc/rfc4918#section-11.5) (`507`),
//! [RFC 5842 §7.2](https://www.rfc-editor.org/rfc/rfc5842#section-7.2) (`508`).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod cascade;
mod error;
mod host;
mod layer;
mod mounts;
mod place;
mod recursive;
#[cfg(feature = "regex")]
mod regex;
mod table;

#[cfg(feature = "regex")]
pub use self::regex::RegexRoutes;
pub use self::{
    cascade::Cascade,
    error::{BuildError, BuildErrorKind},
    layer::{MountsFirst, MountsLayer},
    mounts::Mounts,
    recursive::{
        RecursionError, RecursionErrorKind, Recursive, RecursiveLayer, forward, forwarded_from,
        include,
    },
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
