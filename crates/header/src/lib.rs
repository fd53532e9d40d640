//! Pure parsers and writers for HTTP header fields: negotiation, cookies, credentials, validators, ranges.
//!
//! ```
//! use std::time::Duration;
//!
//! use http::{HeaderMap, Method, header};
//! use plywood_header::accept_encoding::{self, Choice, Coding};
//! use plywood_header::cookie::{self, SetCookie};
//! use plywood_header::preconditions::{self, Verdict};
//! use plywood_header::{accept, entity_tag::EntityTag, vary};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut request = HeaderMap::new();
//! request.insert(header::ACCEPT, "text/html, application/json;q=0.5".parse()?);
//! request.insert(header::ACCEPT_ENCODING, "gzip, deflate, br, zstd".parse()?);
//! request.insert(header::COOKIE, "theme=dark; sid=4f2a".parse()?);
//! request.insert(header::IF_NONE_MATCH, r#""v1", W/"v2""#.parse()?);
//!
//! // What would the client like to read, in which coding?
//! assert_eq!(accept::best(&request, &["application/json", "text/html"]), Some("text/html"));
//! let coding = accept_encoding::negotiate(&request, &[Coding::Zstd, Coding::Gzip]);
//! assert_eq!(coding, Choice::Coding(Coding::Zstd));
//!
//! // Who is it, and has it seen this page?
//! assert_eq!(cookie::find(&request, "sid"), Some("4f2a"));
//! let page = EntityTag::strong("v2")?;
//! let verdict = preconditions::evaluate(&Method::GET, &request, Some(&page), None);
//! assert_eq!(verdict, Verdict::NotModified);
//!
//! // And the way back.
//! let mut response = HeaderMap::new();
//! vary::append(&mut response, header::ACCEPT_ENCODING);
//! let cookie = SetCookie::new("__Host-sid", "4f2a").path("/").secure().http_only();
//! response.append(header::SET_COOKIE, cookie.max_age(Duration::from_secs(3600)).build()?);
//! assert_eq!(response["set-cookie"], "__Host-sid=4f2a; Path=/; Max-Age=3600; Secure; HttpOnly");
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! Each module is a field, or a family of fields, and holds functions from a [`HeaderMap`](http::HeaderMap) to an answer. There
//! is no I/O, no clock and no tower in it. Reading never fails loudly: what cannot be read is skipped, or is `None`. Writing
//! refuses what it could not write faithfully.
//!
//! # What it does not do
//!
//! It sends nothing and chooses no status. The layers above do: they ask here, then answer.
//!
//! # Security
//!
//! Every parser is linear in its input and borrows it; only credentials are decoded into strings of their own. Lists are read up to a bound:
//!
//! | field | bound | beyond it |
//! |---|---|---|
//! | `Accept` | [`accept::MAX_ELEMENTS`] | the rest is not read |
//! | `Accept-Encoding` | [`accept_encoding::MAX_ELEMENTS`] | the rest is not read |
//! | `Accept-Language` | [`accept_language::MAX_ELEMENTS`] | the rest is not read |
//! | `If-Match`, `If-None-Match` | [`entity_tag::MAX_TAGS`] | the rest does not match |
//! | `Range` | [`range::MAX_RANGES`] | the whole field is ignored |
//! | `Content-Disposition` | [`content_disposition::MAX_NAME`] | a name is cut before its extension |
//! | `Set-Cookie` | [`cookie::MAX_PAIR`], [`cookie::MAX_ATTRIBUTE`] | not written |
//!
//! # Standards
//!
//! [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110) (HTTP semantics),
//! [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265) and its successor's stricter rules (cookies),
//! [RFC 6266](https://www.rfc-editor.org/rfc/rfc6266) and [RFC 8187](https://www.rfc-editor.org/rfc/rfc8187) (names of downloads),
//! [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617) (Basic).

pub mod accept;
pub mod accept_encoding;
pub mod accept_language;
pub mod authorization;
pub mod content_disposition;
pub mod cookie;
pub mod date;
pub mod entity_tag;
pub mod grammar;
pub mod local_reference;
pub mod media_type;
pub mod preconditions;
pub mod range;
pub mod vary;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
