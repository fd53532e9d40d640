//! Static files as a tower service, with the root enforced by the kernel.
//!
//! ```
//! use http::{Request, StatusCode};
//! use plywood_core::{Body, BoxError};
//! use plywood_static::Files;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! # let directory = tempfile::tempdir()?;
//! # let root = directory.path();
//! std::fs::write(root.join("app.css"), "body { color: teal }")?;
//!
//! // As a service, it answers by itself.
//! let files = Files::new(root)?;
//! let response = files.clone().oneshot(Request::get("/app.css").body(Body::empty())?).await?;
//! assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "body { color: teal }");
//!
//! // As a layer, it stands in front of another service, which answers what is not there.
//! let app = ServiceBuilder::new().layer(files.layer()).service(service_fn(
//!     async |_: Request<Body>| Ok::<_, BoxError>(http::Response::new(Body::from("hello"))),
//! ));
//! let response = app.oneshot(Request::get("/").body(Body::empty())?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! assert_eq!(response.into_body().try_into_bytes().unwrap(), "hello");
//! # Ok(())
//! # }
//! ```
//!
//! [`Files`] is a service; [`FilesLayer`] is a gate in front of another. Both act at the request's head. [`FilesLastLayer`] is an editor: it acts
//! at the head of a response that is 404. Both layers may stand [at](FilesLayer::at) a prefix.
//!
//! # What it does
//!
//! It answers GET and HEAD with the file at the request's path: media type by extension, `ETag`, `Last-Modified`, preconditions, one range or
//! several. `/docs/` is `index.html` of that directory, and `/docs` redirects there, below its [`Mount`](plywood_core::Mount) and with its
//! query. OPTIONS and 405 say what is allowed. At wish: [listings](Files::listing) of directories without an index, one page for
//! [all navigations](Files::single_page) of a single-page app, [fields](Files::header) by pattern, [types](Files::content_type) by extension,
//! what was [packed beforehand](Files::precompressed), pages in the visitor's [language](Files::languages), bytes sent by the server
//! [in front](Files::x_accel_redirect). [`Download`] is for handlers.
//!
//! With the feature `assets`, `Assets` gives files names with fingerprints, which browsers keep for ever.
//!
//! With the feature `tower-http` its `ServeDir` takes [`Files`] as a backend.
//!
//! The files may also be in the program itself (`Files::embedded`, with the feature `embed`) or in a zip archive (`Files::zip`, with the feature
//! `zip`).
//!
//! Files up to 64 KiB go out in one piece with the head. Larger ones stream through one buffer of 64 KiB, which is filled again when the server has
//! written it. Behind hyper a client that takes nothing holds that buffer and at most 15 KiB more, whatever the file's length.
//!
//! No answer has bytes of two states under a strong tag. A file that is replaced by a rename, or deleted, goes on to its end as it was. One
//! that is overwritten in place or becomes shorter ends in an error, never in a success. Of one that was written less than two seconds before
//! it is asked for, as a log is, the announced bytes are sent even if it grows, and a longer text in its place is taken for growth; its tag is
//! weak and promises no bytes. Where dates say nothing, tags can be made of the [bytes](Files::content_tags).
//!
//! Files that are asked for often stay at hand: the bytes of small ones, the descriptors of large ones, and the fields of both, within bounds
//! and for a second before the disk is looked at again ([`Cache`]).
//!
//! # What it does not do
//!
//! It compresses nothing. It cannot help a client whose file was overwritten in place while it was sent: deploy by writing a new file and renaming it.
//!
//! # Where it waits
//!
//! Opening a file and reading what the system has in memory happens in `call` itself: a hand-over to another thread and back costs more than
//! both. What must come from the disk is read on tokio's blocking threads. Only the lookup of a name that nobody has asked
//! for lately waits in place, and where the system cannot say what is in memory (outside Linux, and on some of its file
//! systems) the reading of a small file. On a network file system such a wait is long: serve from a local disk.
//!
//! A deflated member of an archive of up to 64 KiB is read and unpacked in `call` too, unless it is still at hand, even where a 304, the
//! answer to HEAD or its gzip form then has none of its bytes. Where that is too much, pack the archive stored, or unpack it.
//!
//! # Order
//!
//! Guards stand outside. As a layer, a file hides what the inner service has under the same path.
//!
//! # Security
//!
//! - The path is read by [`Path::read`](plywood_core::Path::read) and nothing else, so that a guard outside reads the same. Refused are dot
//!   segments, encoded separators, control characters, and what is not UTF-8.
//! - Names that begin with a dot are not found, but for `.well-known`; nor are what editors leave (`*~`, `*.bak`, `*.orig`, `*.rej`, `*.swo`,
//!   `*.swp`), and names that mean something else on Windows (`aux.h`, `a.txt.`). More can be [denied](Files::deny), or few things alone
//!   [allowed](Files::allow).
//! - A file is opened from the root's descriptor downwards: by `openat2` with `RESOLVE_BENEATH` on Linux, else one directory after the other.
//!   No check comes before the opening, so that nothing can be exchanged in between.
//! - Links: a symbolic link is followed only where it stands for a file and names another file of its own directory. All others are not
//!   found, because `/open -> admin` would lead around a guard on `/admin`. See [`Files::refuse_links`] and
//!   [`Files::follow_links_within_root`].
//! - Only files are read. A pipe, a socket or a device is not found, and asking for one never waits.
//! - The answer says `nosniff`, and text says its charset.
//! - On a file system that takes `/ADMIN` for `/admin` a guard must do so too.
//!
//! # Standards
//!
//! [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110) §8.8 (validators), §13 (preconditions), §14 (ranges),
//! [RFC 9111](https://www.rfc-editor.org/rfc/rfc9111) (caching).

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "zip")]
mod archive;
#[cfg(feature = "assets")]
mod assets;
#[cfg(feature = "tower-http")]
pub mod backend;
mod body;
mod buffer;
mod byteranges;
mod cache;
mod content_type;
mod digests;
mod download;
#[cfg(feature = "embed")]
mod embedded;
mod error;
mod files;
mod filter;
mod found;
mod handle;
mod handoff;
mod layer;
mod listing;
mod name;
mod navigation;
mod options;
mod pattern;
mod read;
mod refusal;
mod root;
mod safe_join;
mod service;
mod shelf;
mod source;
mod store;
mod stream;
mod tags;
mod validators;
mod variants;

#[cfg(feature = "assets")]
pub use self::assets::Assets;
pub use self::{
    cache::{Cache, CacheCounts},
    download::Download,
    error::OpenError,
    files::Files,
    layer::{FilesLastLayer, FilesLayer},
    safe_join::safe_join,
    service::{FilesFirst, FilesLast, Substitute, Varied},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
