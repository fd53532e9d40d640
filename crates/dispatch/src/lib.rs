//! URL dispatch for tower services: rules, methods, mounts.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use plywood_core::{Body, BoxError, Mount};
//! use plywood_dispatch::{Dispatch, Params};
//! use tower::ServiceExt;
//!
//! async fn hello(request: Request<Body>) -> Response<Body> {
//!     let name = Params::of(&request).get("name").unwrap_or("world");
//!     Response::new(format!("hello, {name}").into())
//! }
//!
//! async fn cart(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let pay = Mount::of(&request).absolute("/pay");
//!     Ok(Response::new(format!("pay at {pay}").into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let shop = Dispatch::<BoxError>::builder().get("/cart", cart).build()?;
//! let site = Dispatch::<BoxError>::builder()
//!     .get("/hello/<name>", hello)
//!     .mount("/shop", shop)
//!     .build()?;
//!
//! let get = |path| Request::get(path).body(Body::empty());
//! let response = site.clone().oneshot(get("/hello/ad%61")?).await?;
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "hello, ada");
//!
//! let response = site.clone().oneshot(get("/shop/cart")?).await?;
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "pay at /shop/pay");
//!
//! let response = site.oneshot(Request::post("/hello/ada").body(Body::empty())?).await?;
//! assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
//! assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS");
//! # Ok::<(), BoxError>(())
//! # }
//! ```
//!
//! It comes in two parts. [`Map`] is pure: a frozen table of rules to endpoints of any type, found by method and path. [`Dispatch`] is a tower
//! service over a map of services. It acts at the request's head, and at the response's head.
//!
//! # What it does
//!
//! - Rules have text and parameters, one to a segment: `/users/<int:id>/files/<path:file>`. A parameter takes one segment
//!   (`<name>`), digits (`<int:name>`) or all the rest (`<path:name>`).
//! - The most specific rule wins, whatever the order of registration: text before `int` before `string` before `path` before a mount.
//!   Two rules for the same requests are an error when the map is built.
//! - `GET` implies `HEAD`, and answers to `HEAD` carry no body. A method that no rule takes is answered `405` with the `Allow` of all rules
//!   that match the path, and `OPTIONS` by `204` with the same.
//! - A rule that ends with a slash is found without it: the client is sent there by `308`, which keeps the method and the body. So is one
//!   who writes two slashes for one. A rule without a slash at its end does not match with one.
//! - A mounted service sees the rest of the path alone, and [`Mount`](plywood_core::Mount).
//! - It leaves [`Params`] and [`MatchedRoute`](plywood_core::MatchedRoute) in the request, and tells the
//!   [`Witness`](plywood_core::Witness) of the latter.
//!
//! # What it does not do
//!
//! Hosts, reversed URLs, several parameters in one segment, and converters of your own are not here yet.
//!
//! # Order
//!
//! Innermost. `error-pages` outside it gives the empty `404` and `405` their looks; what counts by rule stands outside it too: it calls
//! a [`Witness`](plywood_core::Witness), and asks it for the [`MatchedRoute`](plywood_core::MatchedRoute) once there is an answer.
//!
//! # Security
//!
//! Paths are read by [`Path`](plywood_core::Path) and by nothing else, so that a guard on a prefix and a rule agree. What cannot be read in one way only is
//! refused before any rule is looked at, also where there is a fallback. A redirect names a path, never a host. A walk through the rules
//! visits a node at most once: there is no path that blows it up.
//!
//! # Standards
//!
//! [RFC 9110 §9](https://www.rfc-editor.org/rfc/rfc9110#section-9) (methods),
//! [§10.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1) (`Allow`),
//! [§15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6) (`405`). The rules' syntax is Werkzeug's.

mod builder;
mod dispatch;
mod draft;
mod endpoint;
mod error;
mod finish;
mod handler;
mod map;
mod matching;
mod methods;
mod pattern;
mod refusal;
mod reply;
mod rule;
mod segment;
mod trie;

#[doc(no_inline)]
pub use plywood_core::Params;

pub use self::{
    builder::DispatchBuilder,
    dispatch::Dispatch,
    endpoint::{AFunction, AService, Endpoint, IntoEndpoint},
    error::{BuildError, BuildErrorKind},
    finish::Finish,
    handler::{Handler, handler},
    map::{Map, MapBuilder, Match, Verdict},
    methods::Allow,
    pattern::{Converter, MAX_PARAMETERS, Parameter},
    refusal::Refusal,
    reply::Reply,
    rule::{Route, Rule},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
