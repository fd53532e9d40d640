//! Thin sheets, glued crosswise: HTTP layers for tower that work with any compliant service.
//!
//! This is the facade. It re-exports the Plywood crates as modules of the same names (except [`static_files`], because `static` is a
//! keyword), and it gives a whole application a type, [`App`].
//!
//! ```
//! use std::convert::Infallible;
//!
//! use plywood::prelude::*;
//!
//! async fn hello(request: Request<Body>) -> Result<Response<Body>, Infallible> {
//!     let name = Params::of(&request).get("name").unwrap_or("world").to_owned();
//!     Ok(Response::new(format!("hello, {name}\n").into()))
//! }
//!
//! fn app() -> Result<App, BoxError> {
//!     Ok(plywood::app(
//!         ServiceBuilder::new()
//!             .layer(ErrorPagesLayer::new())
//!             .layer(CompressionLayer::new())
//!             .layer(SessionLayer::new(MemoryStore::new()))
//!             .service(Dispatch::<Infallible>::builder().get("/hello/<name>", hello).build()?),
//!     ))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let client = plywood_test::Client::new(app()?);
//! client.get("/hello/ada").await.expect_status(200).expect_text("hello, ada\n");
//! # Ok(())
//! # }
//! ```
//!
//! # The order of layers
//!
//! Write them from the outermost down: access log, error pages, compression, session, auth, dispatch. The log sees everything, error
//! pages fill in whatever a layer has refused, compression works on finished bodies, auth finds its session, and dispatch is the app.
//!
//! Other orders work too. [`doctor()`] checks the layers of a stack at start-up, prints them as an onion and warns of an order that
//! cannot work.
//!
#![doc = include_str!("../FEATURES.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod app;
mod builder;
pub mod doctor;
mod fatal;
pub mod prelude;
#[cfg(feature = "presets")]
mod preset;
mod stack;

#[cfg(feature = "access-log")]
#[doc(inline)]
pub use plywood_access_log as access_log;
#[cfg(feature = "auth")]
#[doc(inline)]
pub use plywood_auth as auth;
#[cfg(feature = "compression")]
#[doc(inline)]
pub use plywood_compression as compression;
#[doc(inline)]
pub use plywood_core as core;
#[cfg(feature = "csp")]
#[doc(inline)]
pub use plywood_csp as csp;
#[cfg(feature = "csrf")]
#[doc(inline)]
pub use plywood_csrf as csrf;
#[cfg(feature = "debug")]
#[doc(inline)]
pub use plywood_debug as debug;
#[cfg(feature = "dispatch")]
#[doc(inline)]
pub use plywood_dispatch as dispatch;
#[cfg(feature = "error-pages")]
#[doc(inline)]
pub use plywood_error as error;
#[cfg(feature = "error-pages")]
#[doc(inline)]
pub use plywood_error_pages as error_pages;
#[doc(inline)]
pub use plywood_header as header;
#[cfg(feature = "lint")]
#[doc(inline)]
pub use plywood_lint as lint;
#[cfg(feature = "mount")]
#[doc(inline)]
pub use plywood_mount as mount;
#[cfg(feature = "publish")]
#[doc(inline)]
pub use plywood_publish as publish;
#[cfg(feature = "serve")]
#[doc(inline)]
pub use plywood_serve as serve;
#[cfg(feature = "session")]
#[doc(inline)]
pub use plywood_session as session;
#[cfg(feature = "session")]
#[doc(inline)]
pub use plywood_session_core as session_core;
#[cfg(feature = "session-postgres")]
#[doc(inline)]
pub use plywood_session_postgres as session_postgres;
#[cfg(feature = "session-redis")]
#[doc(inline)]
pub use plywood_session_redis as session_redis;
#[cfg(feature = "session-sqlite")]
#[doc(inline)]
pub use plywood_session_sqlite as session_sqlite;
#[cfg(feature = "static")]
#[doc(inline)]
pub use plywood_static as static_files;
#[cfg(feature = "test")]
#[doc(inline)]
pub use plywood_test as test;
#[cfg(feature = "when")]
#[doc(inline)]
pub use plywood_when as when;
/// The layers of tower-http that stand beside ours, as they are. Add them by [`Stack::tower`].
///
/// | module | its place |
/// |---|---|
/// | `request_id` | outermost, so that the log has the id |
/// | `trace` | where the log stands, or instead of it |
/// | `sensitive_headers` | outside of what writes fields down |
/// | `cors`, `set_header` | outside of all that refuses, so that a refusal has the fields, too |
/// | `csrf`, `limit`, `timeout` | inside of the error pages, which fill what they refuse; outside of the session |
/// | `normalize_path` | outside of all that decides by the path, guards first of all |
#[cfg(feature = "tower-http")]
pub use tower_http;

#[cfg(feature = "mount")]
pub use self::builder::Mounted;
#[cfg(feature = "presets")]
pub use self::preset::Preset;
pub use self::{
    app::{App, Never, app},
    builder::ServiceBuilderExt,
    doctor::doctor,
    fatal::Fatal,
    stack::{Deeper, Stack},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
