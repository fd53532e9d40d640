//! Sessions for any tower service, without lost updates.
//!
//! ```
//! use http::{Request, Response, header};
//! use plywood_core::{Body, BoxError};
//! use plywood_session::{MemoryStore, Session, SessionLayer};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn count(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let session = Session::of(&request)?;
//!     let visits = session.update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1).await?;
//!     Ok(Response::new(format!("visit {visits}").into()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let app = ServiceBuilder::new()
//!     .layer(SessionLayer::new(MemoryStore::new()))
//!     .service(service_fn(count));
//!
//! let first = app.clone().oneshot(Request::new(Body::empty())).await?;
//! let cookie = first.headers()[header::SET_COOKIE].to_str()?;
//! let (pair, attributes) = cookie.split_once(';').expect("a cookie has attributes");
//! assert_eq!(attributes, " Path=/; Secure; HttpOnly; SameSite=Lax");
//!
//! let again = Request::builder().header(header::COOKIE, pair).body(Body::empty())?;
//! let again = app.oneshot(again).await?;
//! assert_eq!(again.into_body().try_into_bytes().unwrap(), "visit 2");
//! # Ok(())
//! # }
//! ```
//!
//! The layer is an *awaiter*: it acts on the request's head, and on the response's head, which it holds back until the session is saved.
//!
//! # What it does
//!
//! - Leaves a [`Session`] in the request. That costs two allocations, and two more where it is the first thing that a request is left; a
//!   session that nobody touches costs no more.
//! - Loads when a value is first asked for. Saves when something was changed, once, before the head goes out, so that the visitor's next
//!   request sees it, whatever the status of the answer is. Sets the cookie when the id is new.
//! - Applies changes by compare and swap, and replays them when another request was faster. A session that was destroyed meanwhile stays
//!   destroyed, and the changes are dropped.
//! - Moves the end of a session that is used, with one small write in a tenth of the idle timeout. A touch that fails leaves the
//!   answer as it is, with a [`Failure`](plywood_core::Failure) in its extensions.
//! - Answers 503 with a `Failure` when a change could not be saved, because the answer would be a lie, and 500 when it was the change's own
//!   fault (too large). A handler that wants to decide itself calls [`Session::commit`].
//! - Adds `Vary: Cookie` to an answer that depends on the session, and `Cache-Control: no-store` where its values were used and the handler
//!   set none. A handler's own `Cache-Control` stays; beside a `Set-Cookie`, `public` and `s-maxage` are taken out of it and it becomes
//!   `private`.
//!
//! - With the feature `keys`: keeps sessions in their cookies, without a store (`SessionLayer::sealed`), or signs the ids (`SessionLayer::signed`).
//!
//! # What it does not do
//!
//! It holds no lock while a handler runs. It saves nothing for a request whose handler fails with an error, panics, or is dropped before its
//! response. A change while the body streams is [refused](SessionErrorKind::Closed), unless [`Session::late_save`] has announced it.
//!
//! # Order
//!
//! Outside of whatever reads the session: auth, dispatch, handlers. Inside of what turns errors into pages. Where it stands twice, the outer
//! one does the work, and the inner one lets pass.
//!
//! # Security
//!
//! - The cookie holds an id and nothing else. It is called `__Host-session`, `Secure`, `HttpOnly`, `SameSite=Lax` and `Path=/`: no script reads it,
//!   no sibling host and no plain connection can set it. Most browsers take it from `http://localhost` too, and Safari does not: to develop
//!   there say [`cookies_by_scheme`](SessionLayer::cookies_by_scheme). For a site in the clear there is
//!   [`insecure_cookies`](SessionLayer::insecure_cookies), which has its danger in its name.
//! - An id that the store does not know is never adopted. Call [`Session::renew`] at every sign-in, [`Session::destroy`] at every
//!   sign-out.
//! - A session that was renewed or destroyed is not brought back by a slower request, and a sign-out by a request that still holds the old id ends
//!   the renewed session. A request that comes with an id from before a renewal begins no session of its own for half a minute.
//! - A request that writes nothing leaves no record and gets no cookie.
//! - A sealed session cannot be ended from elsewhere, and an old copy of its cookie is as good as a new one until its time is
//!   over. Its content is encrypted and authenticated by AES-256-GCM under a key of its own, which is derived from the first of
//!   the `Keys` and 96 random bits, with a nonce of 96 more; the cookie's name is bound to it.
//! - Limits: 4 ids of one request are tried ([`Session::MAX_IDS`]), 64 KiB of values ([`max_size`](SessionLayer::max_size)), a day idle, 30 days
//!   in all, 100,000 sessions and 256 MiB in memory ([`MemoryStore`]), 1.5 s for the store to answer.
//!
//! # Standards
//!
//! [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265) and its successor for cookies,
//! [RFC 9111](https://www.rfc-editor.org/rfc/rfc9111) for caches.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod caching;
mod cookie;
#[cfg(feature = "keys")]
mod keys;
mod layer;
mod memory;
#[cfg(feature = "keys")]
mod sealed;
mod sender;
mod service;
#[cfg(feature = "keys")]
mod signed;

#[doc(no_inline)]
pub use plywood_header::cookie::SameSite;
#[doc(inline)]
pub use plywood_session_core::{Flash, Level, NoSession, Session, SessionError, SessionErrorKind};

#[cfg(feature = "keys")]
pub use self::keys::{Keys, KeysError};
pub use self::{
    layer::SessionLayer,
    memory::MemoryStore,
    service::{Save, Sessions},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
