//! URL dispatch for tower services: rules, methods, mounts, and URLs built from the same rules.
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
//! It comes in two parts. [`Map`] is pure: a frozen table of rules to endpoints of any type, found by method and path, and by name the other way
//! round. [`Dispatch`] is a tower service over a map of services. It acts at the request's head, and at the response's head.
//!
//! # What it does
//!
//! - Rules have text and variables, several to a segment if need be: `/users/<int:id>/files/<path:file>`, `/<a>-<b>.html`. A variable names its
//!   converter: `string(length, minlength, maxlength)`, which is meant where none is named, `int(fixed_digits, min, max, signed)`,
//!   `float(min, max, signed)`, `path`, `any(a,"b c")`, `uuid`, `regex("[a-z]{2}")` (with the feature `regex`), or
//!   [one of your own](Convert). The syntax and what it means are Werkzeug's.
//! - `regex` takes a text without slashes that is not empty, where the regular expression matches it from its first character to its last. Its syntax
//!   is that of the crate `regex`, in which a backslash stands for itself: `r#"/<regex("\d{4}"):year>"#`. Pages of an enum have no such fields.
//! - The most specific rule wins, whatever the order of registration: text before variables, more text beside a variable before less,
//!   numbers before texts before `path` before a mount. Two rules for the same requests are an error when the map is built.
//! - `GET` implies `HEAD`, and answers to `HEAD` carry no body. A method that no rule takes is answered `405` with the `Allow` of all rules
//!   that match the path, and `OPTIONS` by `204` with the same.
//! - A rule that ends with a slash is found without it: the client is sent there by `308`, which keeps the method and the body. So is one
//!   who writes two slashes for one. A rule without a slash at its end does not match with one.
//! - A rule may give values by [default](Rule::default), be an [alias](Rule::alias) of another one, [redirect](Rule::redirect_to), be there for
//!   [URLs only](Rule::build_only), take [websockets](Rule::websocket), or stand below a [host](Rule::host) or a
//!   [subdomain](Rule::subdomain) with variables. Many rules are made at once by [prefixes](MapBuilder::submount) and
//!   [templates](RuleTemplate).
//! - URLs are built from names and values: [`Map::url`], and [`UrlFor`] from within a handler. What has no variable becomes the query, what does
//!   not fit its converter is an error that names the closest rule.
//! - An enum of pages is derived from its rules ([`Routes`], with the feature `macros`): matching yields it, it knows its URLs, and a `match` proves
//!   that every page is answered.
//! - A mounted service sees the rest of the path alone, and [`Mount`](plywood_core::Mount).
//! - It leaves [`Params`] and [`MatchedRoute`](plywood_core::MatchedRoute) in the request, and tells the
//!   [`Witness`](plywood_core::Witness) of the latter.
//!
//! # What it does not do
//!
//! It reads no query and no body. It does not change its table while it serves: build another one.
//!
//! # Where it differs from Werkzeug
//!
//! Both were run against each other over random maps, and find and build the same but for this:
//!
//! | | here | in Werkzeug |
//! |---|---|---|
//! | methods | are what they are: `get` is no `GET` | are made upper case |
//! | digits of numbers | ASCII | any of Unicode's |
//! | a value that its own rule would not match: a text with a slash, `-5` for an `int`, a number out of bounds, a list, dots that would be a segment | is refused, unless another rule for the same variables takes it | makes a URL that leads elsewhere |
//! | a number's exponent: `1e16` | written out: `10000000000000000.0` | `1e+16`, which does not match |
//! | `redirect_to` that begins with a variable | stays on the host, whatever the variable holds | may become another host |
//! | a function that redirects | stays on the host, unless [asked for anywhere](Rule::redirect_anywhere_by) | leads where it says |
//! | hosts in other letters than ASCII | are A-labels: an error when the map is built, and no host of a request | a server's name is encoded, a rule's host is not |
//! | rules for the same requests | an error, unless the first shall win | the first wins |
//! | `GET` and `HEAD` by two rules of a path | each its own, unless the first shall win | the first wins |
//! | `>` in text, `.` and `..` as segments, a variable named twice | an error when the map is built | read as it stands |
//! | an alias without a rule that it leads to | an error when the map is built | an error when it is asked for |
//! | the service: two slashes, dot segments, encoded slashes | by [core's policy](plywood_core::path) before any rule is asked | by the rule |
//! | the service: the query of a `redirect_to` | kept, where the target has none | dropped |
//!
//! What is the same may surprise, too: bounds of a number are looked at once its rule is chosen, so that what is out of bounds is not found, and no
//! other rule is asked; of two rules that end with a `path`, with and without a slash, the first one wins; a `path` with text behind it is
//! tried before a lone variable.
//!
//! # Order
//!
//! Innermost. `error-pages` outside it gives the empty `404` and `405` their looks; what counts by rule stands outside it too: it calls
//! a [`Witness`](plywood_core::Witness), and asks it for the [`MatchedRoute`](plywood_core::MatchedRoute) once there is an answer.
//!
//! # Security
//!
//! Paths are read by [`Path`](plywood_core::Path) and by nothing else, so that a guard on a prefix and a rule agree. What cannot be read in one way only is
//! refused before any rule is looked at, also where there is a fallback. A redirect names a path of this host, whatever a client or a function chose,
//! unless its rule names another host in so many words, or [asks for any](Rule::redirect_anywhere_by). A walk through the rules visits a node at most once, and each text is split in one pass: there is no path that blows it up.
//! Regular expressions take time linear in the text, and are bounded in size.
//! Whole URLs have the host that the client asked for: where that matters, check it outside, or set a
//! [server's name](DispatchBuilder::server_name).
//!
//! # Standards
//!
//! [RFC 9110 §9](https://www.rfc-editor.org/rfc/rfc9110#section-9) (methods),
//! [§10.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1) (`Allow`),
//! [§15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6) (`405`),
//! [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) (URLs).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod base;
mod bound;
mod builder;
mod closest;
mod convert;
mod dispatch;
mod draft;
mod encode;
mod endpoint;
mod error;
pub mod field;
mod finish;
mod found;
mod given;
mod handler;
mod link;
mod map;
mod map_builder;
mod matching;
mod methods;
mod name_hasher;
mod pages;
mod part;
mod redirect;
mod refusal;
#[cfg(feature = "regex")]
mod regex;
mod reply;
mod route;
mod rule;
mod segment;
mod spans;
mod split;
mod straight;
mod table;
mod template;
mod trie;
mod url_error;
mod url_for;
mod value;

#[doc(no_inline)]
pub use plywood_core::Params;
#[cfg(feature = "macros")]
pub use plywood_dispatch_macros::Routes;
#[doc(no_inline)]
pub use plywood_rule::{Argument, Arguments, Converter, FlawKind};

pub use self::{
    base::Base,
    bound::Bound,
    builder::DispatchBuilder,
    convert::Convert,
    dispatch::Dispatch,
    endpoint::{AFunction, AService, Endpoint, IntoEndpoint},
    error::{BuildError, BuildErrorKind},
    field::{Field, PathWriter},
    finish::Finish,
    found::Match,
    handler::{Handler, handler},
    link::Link,
    map::{Map, Verdict},
    map_builder::MapBuilder,
    methods::Allow,
    pages::{Pages, Routes, Sought},
    redirect::Redirect,
    refusal::Refusal,
    reply::Reply,
    route::{MAX_PARAMETERS, Parameter, Route},
    rule::Rule,
    template::RuleTemplate,
    url_error::{UrlError, UrlErrorKind},
    url_for::UrlFor,
    value::{NoUuid, Uuid, Value, Values},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
