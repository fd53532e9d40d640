//! `X-Template` on answers that have none.
//!
//! ```
//! use http::{Request, Response};
//! use plywood_core::{Body, BoxError};
//! use plywood_template::TemplateLayer;
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! async fn page(_: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     Ok(Response::new("hello".into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let app = ServiceBuilder::new().layer(TemplateLayer::new()).service_fn(page);
//!
//! let response = app.oneshot(Request::new(Body::empty())).await?;
//! assert_eq!(response.headers()["x-template"], "1");
//! # Ok(())
//! # }
//! ```
//!
//! [`TemplateLayer`] is an editor. It acts at the response's head.
//!
//! # What it does
//!
//! Each answer below 400 gets the field, and with [`TemplateLayer::errors`] the others, too.
//!
//! # What it does not do
//!
//! It replaces no field that the inner service set.
//!
//! # Order
//!
//! Outside of whatever may answer in the inner service's place. Applied twice, the inner one stands.
//!
//! # Security
//!
//! What the field says is the same for every client.
//!
//! # Standards
//!
//! [RFC 9110 §5](https://www.rfc-editor.org/rfc/rfc9110#section-5) (fields).

mod field;
mod layer;
mod service;

pub use self::{
    layer::TemplateLayer,
    service::{Mark, Template},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
