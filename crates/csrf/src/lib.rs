//! Form tokens against cross-site request forgery.
//!
//! ```
//! use http::{Request, Response};
//! use plywood_core::{Body, BoxError, html};
//! use plywood_csrf::{CsrfLayer, Token};
//! use plywood_session_core::Session;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn transfer(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let token = Token::of(Session::of(&request)?).await?;
//!     let form = format!("<form method=post>{}<input name=amount></form>", token.field());
//!     Ok(Response::new(form.into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! // A session layer stands outside of it.
//! let app = ServiceBuilder::new().layer(CsrfLayer::new()).service_fn(transfer);
//!
//! let forged = Request::post("/").body(Body::from("amount=1000000"))?;
//! assert_eq!(app.oneshot(forged).await?.status(), 500); // There is none, and it says so.
//! # Ok(())
//! # }
//! ```
//!
//! [`CsrfLayer`] is a gate. It acts at the request's head, or when it has read the form.
//!
//! # What it does
//!
//! A browser sends a visitor's cookies with whatever form another site makes it send. What that site cannot know is the [`Token`] that stands in
//! our own forms. So a request whose method is not safe (`POST`, `PUT`, `DELETE` and every other but `GET`, `HEAD`, `OPTIONS` and `TRACE`) is
//! let in with the token of its session alone: in the field `x-csrf-token`, in the field `csrf_token` of an urlencoded form, or in the first
//! field of a `multipart/form-data`. Else it is a `403` with a [`Failure`](plywood_core::Failure) that says why.
//!
//! A token is the session's secret under a mask that is new each time, so that a compressed page does not give it away. It holds for as long as
//! the session has its id: after a sign-in, which renews it, forms that were open before must be loaded anew.
//!
//! # What it does not do
//!
//! It changes no page: the handler writes the [`field`](Token::field). It reads no JSON: a script sends the header field. And it asks no
//! `Origin` or `Sec-Fetch-Site`; tower-http's `CsrfLayer` does, needs no token, and is the first line against all but old browsers. This one is
//! the second.
//!
//! # Order
//!
//! Inside of the session layer, and of a login form, which guards its own. What is not asked by browsers (webhooks, an API with bearer tokens)
//! stands beside it, or passes it by with `plywood_when`.
//!
//! # Security
//!
//! - An urlencoded form is held in memory until it has been read: [`CsrfLayer::max_form`]. Of a `multipart/form-data` the first 8 KiB are.
//! - A token is compared in constant time.
//! - A page with a token must not be kept by a shared cache.
//!
//! # Standards
//!
//! [OWASP's cheat sheet](https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html) (the
//! synchronizer token), [RFC 9110 §9.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1) (safe methods),
//! [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578) (`multipart/form-data`).

mod form;
mod layer;
mod multipart;
mod preceded;
mod refusal;
mod service;
mod token;

pub use self::{
    layer::CsrfLayer,
    refusal::{Reason, Refused},
    service::Csrf,
    token::Token,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
