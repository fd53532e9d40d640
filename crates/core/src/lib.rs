//! The types that two Plywood crates must agree on, and nothing else.
//!
//! Plywood's layers do not know each other. They meet in the request: what one leaves for another is a type of
//! [`extensions`], what they pass through is a [`Body`], what they wrap is an [`HttpService`], and what a path means is
//! read by [`Path`] alone.
//!
//! ```
//! use http::{Request, Response};
//! use plywood_core::{Body, BoxError, Identity, Mount, Path};
//!
//! // A gate leaves word of who asks ..
//! let mut request = Request::get("/shop/%63art?item=3").body(Body::empty())?;
//! Identity::new("ada").scheme("Basic").leave(&mut request);
//!
//! // .. a dispatcher consumes the part of the path that it matched ..
//! assert!(Mount::enter(&mut request, "/shop")?);
//! assert_eq!(request.uri(), "/cart?item=3");
//!
//! // .. and a handler reads both, without knowing either.
//! assert_eq!(Path::read(request.uri())?.as_str(), "/cart");
//! assert_eq!(Mount::of(&request).absolute("/checkout"), "/shop/checkout");
//! assert_eq!(Identity::of(&request).map(Identity::name), Some("ada"));
//! # Ok::<(), BoxError>(())
//! ```
//!
//! # The order of layers
//!
//! What a layer reads, leaves and does is written on its [`sheet`], so that a stack can print itself and tell of an order that cannot
//! work.
//!
//! # Writing a layer
//!
//! Every layer is one of four kinds, and each has its future here, so that no other crate writes one:
//!
//! | kind | does | `type Future` |
//! |---|---|---|
//! | editor | changes the head, keeps the body | [`future::Edited`] |
//! | wrapper | wraps or replaces the body | [`future::Edited`] |
//! | gate | may answer instead of the inner service | [`future::Gated`] |
//! | awaiter | awaits something of its own | [`future::Followed`] when the wait comes last and is rare, else [`BoxFuture`] |
//!
//! One more, [`future::Settled`], answers for everything that can become of a call, a panic too: it is for the layer
//! that ends errors.

pub mod body;
mod error;
pub mod extensions;
pub mod future;
pub mod host;
pub mod html;
pub mod internal;
pub mod path;
mod service;
pub mod sheet;

#[doc(inline)]
pub use self::{
    body::{Body, HttpBody, Watched},
    error::BoxError,
    extensions::{
        Carrier, Client, ClientCertificate, Connection, Failure, FileIdentity, Identity,
        MatchedRoute, Mount, NoCompress, Params, RequestId, Scheme, ServedFile, Witness, refuse,
    },
    future::BoxFuture,
    path::Path,
    service::{AnyService, HttpService, take_ready},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
