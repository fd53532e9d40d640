//! Response compression that gets caching right, for any tower service.
//!

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(feature = "gzip", doc = "```")]
#![cfg_attr(not(feature = "gzip"), doc = "```no_run")]
//! use http::{Request, Response};
//! use plywood_compression::CompressionLayer;
//! use plywood_core::{Body, BoxError};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn poem(_: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let response = Response::builder()
//!         .header("content-type", "text/plain; charset=utf-8")
//!         .header("etag", "\"rose\"");
//!     Ok(response.body("a rose is ".repeat(1000).into())?)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let app = ServiceBuilder::new().layer(CompressionLayer::new()).service(service_fn(poem));
//!
//! let request = Request::get("/").header("accept-encoding", "gzip").body(Body::empty())?;
//! let response = app.oneshot(request).await?;
//! assert_eq!(response.headers()["content-encoding"], "gzip");
//! assert_eq!(response.headers()["vary"], "accept-encoding");
//! assert_eq!(response.headers()["etag"], "W/\"rose\"");
//! # Ok(())
//! # }
//! ```
//!
//! [`CompressionLayer`] is a wrapper: it changes heads and wraps bodies. It acts at the response's head, and while the body is read.
//! [`DecompressionLayer`], for the bodies of requests, is a gate.
//!
//! # What it does
//!
//! It compresses what becomes smaller by it: text, JSON, XML, scripts, WebAssembly, SVG, fonts that are not compressed
//! already; from 1 KiB on, if the length is known; and only if the client accepts it. Between codings that the client likes equally,
//! zstd comes first, then brotli, gzip and deflate, as far as the features of this crate are on.
//!
//! - A body that is there as a whole, up to 128 KiB, is compressed at once, and the answer has a `Content-Length`. If it does not
//!   become smaller, it goes out as it is.
//! - Any other body is compressed while it comes. Whenever it waits, everything that came is flushed, so the client reads each
//!   server-sent event and each line of a slow answer at once. The first frame is at most 32 KiB long and the others 128 KiB, trailers pass, and a long body gives
//!   other tasks a turn every 256 KiB. An error leaves the coded body without an end, so that nobody takes it for complete.
//! - The state of an encoder is 400 KiB large for gzip, up to a megabyte for the others. It is kept and used again, two of each coding
//!   for each processor. A stream that lasts holds one for as long as it lasts.
//! - The window is as wide as the body, if its length is known, and 128 KiB for a stream.
//!
//! What is asked for again can be [kept](CompressionLayer::cache), compressed.
//!
//! | field | in a compressed answer |
//! |---|---|
//! | `Content-Encoding` | `zstd`, `br`, `gzip` or `deflate` |
//! | `Content-Length` | the new one, or none |
//! | `ETag` | weak, or with a suffix ([`EntityTags`]); one that cannot be read is removed |
//! | `Accept-Ranges`, `Content-Digest`, `Repr-Digest`, `Digest`, `Content-MD5` | removed: they were about other bytes |
//! | `Vary` | names `Accept-Encoding` (and `Available-Dictionary`, where there may be one); so do the plain answers that might have been compressed |
//!
//! An answer to HEAD, and a 304, has no body to compress. It says of GET's answer what is known without making it: `Vary` and the
//! weak tag, and none of the fields that are about the plain bytes. It says neither `Content-Encoding` nor `Content-Length`, because
//! those depend on how small the body becomes ([RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2) lets them out).
//! A 304 keeps its strong tag for a client that names only strong ones: it holds plain bytes.
//!
//! Left alone are 1xx, 204, 205 and 206; whatever has a `Content-Encoding` or a `Content-Range`; `Cache-Control: no-transform`;
//! gRPC; every other media type; and whatever carries a [`NoCompress`](plywood_core::NoCompress).
//!
//! # What it does not do
//!
//! It does not refuse, unless it is [`strict`](CompressionLayer::strict): a client that accepts no coding at all, not even the plain one,
//! gets the plain one. A `Range` is the inner service's to answer, from plain bytes. With weak tags, `If-Match`
//! fails there, as it must: a client that wants to edit what it read asks for it with `Accept-Encoding: identity`.
//!
//! # Features
//!
//! | feature | brings | needs a C compiler |
//! |---|---|---|
//! | `gzip` (on by default) | gzip and deflate, by zlib-rs, and bodies of up to 16 KiB by this crate itself | no |
//! | `br` | brotli | no |
//! | `zstd` | zstd | yes |
//! | `dictionary` | [`Dictionaries`]: `dcz` with `zstd`, `dcb` with `br` | no |
//! | `libdeflate` | gzip and deflate of bodies at hand from 16 KiB on by libdeflate: a third faster at an equal size | yes |
//!
//! # Order
//!
//! Inside of the access log, which counts the bytes that are sent, and of the error pages, which are small. Outside of whatever makes
//! bodies, tags or digests. Applied twice, the layer further out sees `Content-Encoding`, and leaves the answer alone.
//!
//! # Security
//!
//! Whoever sees the length of a compressed page, and can put text into it, can guess a secret in it (BREACH). Put
//! [`NoCompress`](plywood_core::NoCompress) into the answers in which a secret stands next to what a visitor sent.
//! [`random_padding`](CompressionLayer::random_padding) makes the guessing slower, and no more. The same holds for dictionaries: an answer that is one
//! visitor's own never becomes one, and one that another site's page may not read is not sent as a difference.
//!
//! At most 256 answers are in the making at a time ([`max_encoders`](CompressionLayer::max_encoders)), so that clients who ask for much and
//! read slowly cannot fill the memory with encoders. Answers beyond that go out plain.
//!
//! # Standards
//!
//! [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110) §8.4 (content codings), §8.8.3 (entity tags), §12.5.3 (`Accept-Encoding`), §12.5.5
//! (`Vary`); [RFC 9111 §5.2.2.6](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6) (`no-transform`);
//! [RFC 9530](https://www.rfc-editor.org/rfc/rfc9530) (digests); [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952) (gzip),
//! [RFC 1950](https://www.rfc-editor.org/rfc/rfc1950) (deflate), [RFC 7932](https://www.rfc-editor.org/rfc/rfc7932) (brotli),
//! [RFC 8878](https://www.rfc-editor.org/rfc/rfc8878) and [RFC 9659](https://www.rfc-editor.org/rfc/rfc9659) (zstd),
//! [RFC 9842](https://www.rfc-editor.org/rfc/rfc9842) (dictionaries).

#![cfg_attr(
    not(any(feature = "br", feature = "gzip", feature = "zstd")),
    allow(
        dead_code,
        unreachable_code,
        unused_imports,
        unused_variables,
        reason = "without a coding there is nothing to do"
    )
)]

mod asked;
mod at_hand;
mod body;
mod cache;
mod decompression;
#[cfg(feature = "dictionary")]
mod dictionary;
mod effort;
mod eligibility;
mod encoder;
mod head;
mod layer;
mod media;
mod pool;
mod refusal;
mod service;
mod stream;
mod tags;

pub use plywood_header::accept_encoding::Coding;

#[cfg(feature = "dictionary")]
pub use self::dictionary::Dictionaries;
pub use self::{
    body::Compressed,
    decompression::{
        Decompression, DecompressionError, DecompressionErrorKind, DecompressionLayer, Judge,
    },
    layer::CompressionLayer,
    refusal::NotAcceptable,
    service::{Compress, Compression},
    tags::EntityTags,
};

#[cfg(all(doctest, feature = "gzip"))]
#[doc = include_str!("../README.md")]
mod readme {}
