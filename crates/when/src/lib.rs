//! Applies a layer to some requests only.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use plywood_core::{Body, BoxError};
//! use plywood_when::{at, when};
//! use tower::{ServiceBuilder, ServiceExt, filter::FilterLayer, service_fn};
//!
//! async fn site(_: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     Ok(Response::new("a page".into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let closed = FilterLayer::new(|_: Request<Body>| Err::<Request<Body>, _>("closed"));
//! let app = ServiceBuilder::new().layer(when(at("/admin"), closed)).service_fn(site);
//!
//! let get = |path| Request::get(path).body(Body::empty());
//! assert!(app.clone().oneshot(get("/admin/users")?).await.is_err());
//! assert!(app.clone().oneshot(get("/%61dmin")?).await.is_err());
//! assert_eq!(app.oneshot(get("/administrator")?).await?.status(), StatusCode::OK);
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! [`when`] takes a predicate of a request's head and a layer, and is a layer: where the predicate is true the request passes the layer,
//! elsewhere it goes straight to the inner service. It acts at the request's head. [`at`] is the predicate of a path.
//!
//! The layer that it runs may wait for what it needs (a limit of its own) without holding up the requests that pass it by.
//!
//! # What it does not do
//!
//! It decides once, before the layer has seen the request. What depends on the answer is for the layer to decide.
//!
//! # Order
//!
//! Where the layer would stand. On the stack's [sheet](plywood_core::sheet) it stands as that layer does.
//!
//! # Security
//!
//! A guard that runs on a path is passed by who can spell the path otherwise: use [`at`], which reads it as everybody does. A path that cannot be read
//! in one way only is taken to be inside, so that the guard refuses it.

mod layer;
mod predicate;
mod service;

pub use self::{
    layer::{WhenLayer, when},
    predicate::at,
    service::When,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
