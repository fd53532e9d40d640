//! Publishes a tree of Rust values as a website: the segments of a path walk the tree, and functions get typed arguments.
//!
//! ```
//! use http::{Request, StatusCode};
//! use plywood_core::{Body, BoxError};
//! use plywood_publish::{Publish, publish};
//! use tower::ServiceExt;
//!
//! /// The root. Its fields that say so are its directories.
//! #[derive(Publish)]
//! struct Site {
//!     #[publish]
//!     shop: Shop,
//!     secret: Shop,
//! }
//!
//! #[derive(Default)]
//! struct Shop;
//!
//! #[publish]
//! impl Shop {
//!     #[publish(index)]
//!     async fn front(&self) -> &'static str {
//!         "what would you like?"
//!     }
//!
//!     /// `/shop/board/7`, `/shop/board/7?count=3` and `/shop/board?number=7` are the same function.
//!     #[publish]
//!     async fn board(&self, number: u32, #[publish(default = 1)] count: u32) -> String {
//!         format!("{count} of number {number}")
//!     }
//!
//!     #[publish(name = "style.css")]
//!     fn style(&self) -> &'static str {
//!         "body { color: brown }"
//!     }
//!
//!     fn not_published(&self) {}
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let site = Publish::new(Site { shop: Shop, secret: Shop });
//! # site_has(site.clone()).await?; Shop.not_published(); let _ = Site { shop: Shop, secret: Shop }.secret;
//! # async fn site_has(site: Publish<Site>) -> Result<(), BoxError> {
//! let get = |path| Request::get(path).body(Body::empty());
//! let response = site.clone().oneshot(get("/shop/board/7?count=3")?).await?;
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "3 of number 7");
//!
//! // A directory ends with a slash, and its pages are found only if they are published.
//! let response = site.clone().oneshot(get("/shop?sort=price")?).await?;
//! assert_eq!(response.headers()["location"], "/shop/?sort=price");
//! for path in ["/secret/", "/shop/not_published", "/shop/board/seven", "/shop/board/7/8/9"] {
//!     let response = site.clone().oneshot(get(path)?).await?;
//!     assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
//! }
//! # Ok(()) }
//! # Ok(())
//! # }
//! ```
//!
//! It is a service, and acts at the request's head.
//!
//! # What it does
//!
//! - Each segment of the path is looked up by the [`Directory`] that the one before it led to. What is found is a directory, or a [`Page`], which is
//!   called. Exposure is opt-in: what does not carry [`#[publish]`](macro@publish) is not there.
//! - What is left of the path becomes positional arguments, and the fields of the query and of a form named ones: of any type that is
//!   [`FromStr`](std::str::FromStr), in an `Option` or a `Vec` too, or with a default. Unknown fields are left alone.
//! - What does not fit is `404` if it stands in the path or the query, and `400` if it stands in the body.
//! - Every level is asked for [access](Directory::access) before anything below it is looked up, and the nearest
//!   [`fallback`](Directory::fallback) takes what is not found.
//! - A directory without its slash is sent there by `308`, with its query and below its mount. `GET` implies `HEAD`; a method that a page does
//!   not take is `405` with `Allow`, and `OPTIONS` is `204` with the same.
//! - The [`Trail`] that led to a page is in the request for the page and in the response for those outside: names and links, as for breadcrumbs.
//!
//! # What it does not do
//!
//! It reads no multipart forms: a page that takes a [`Body`](plywood_core::Body) reads what it likes. Text is `text/plain` unless you say
//! [`Html`], whatever it looks like.
//!
//! # Order
//!
//! Innermost, in the place of an app. It may be mounted, and then links with its mount. Its error is what a page failed with: `plywood-error-pages` outside of
//! it answers that, also where a framework takes no service that fails.
//!
//! # Security
//!
//! There is no way from a name to a value that was not written down: no attribute, method or module of anything can be reached. A name that
//! begins with `_` is never looked up, also where a [`Directory`] is written by hand. Paths are read by [`Path`](plywood_core::Path) and by nothing else. Depth,
//! fields and bodies are bounded.
//!
//! # Standards
//!
//! [RFC 9110 §9](https://www.rfc-editor.org/rfc/rfc9110#section-9) (methods),
//! [§15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6) (`405`), [URL, application/x-www-form-urlencoded](https://url.spec.whatwg.org/#application/x-www-form-urlencoded).

mod answer;
mod arguments;
mod child;
mod denied;
mod directory;
mod fields;
mod page;
mod refusal;
mod service;
mod trail;
mod visit;
mod walk;

pub use plywood_publish_macros::{Publish, publish};

pub use self::{
    answer::{Answer, Html},
    arguments::{Arguments, Mismatch},
    child::Child,
    denied::Denied,
    directory::{Branch, Directory, Node},
    page::{Handled, Page},
    service::Publish,
    trail::{Crumb, Trail},
    visit::Visit,
};

/// What the macros write.
#[doc(hidden)]
pub mod macros {
    pub use http::Method;
    pub use plywood_core::BoxError;

    /// The method of this name, which the macros have read as one.
    pub fn method(name: &str) -> Method {
        Method::from_bytes(name.as_bytes()).expect("capital letters are a token")
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
