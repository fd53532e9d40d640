//! The access log every operator knows, one accurate line per request, for any tower service.
//!
//! ```
//! use std::sync::mpsc;
//!
//! use http::{Request, Response};
//! use http_body_util::BodyExt;
//! use plywood_access_log::AccessLogLayer;
//! use plywood_core::{Body, BoxError};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let (sender, lines) = mpsc::sync_channel(64);
//! let app = ServiceBuilder::new()
//!     .layer(AccessLogLayer::new(move |line: &[u8]| {
//!         let _ = sender.try_send(String::from_utf8_lossy(line).into_owned());
//!     }))
//!     .service(service_fn(|_: Request<Body>| async {
//!         Ok::<_, BoxError>(Response::new(Body::from("hello")))
//!     }));
//!
//! let request = Request::get("/greeting?token=8Qz").header("user-agent", "curl/8");
//! let response = app.oneshot(request.body(Body::empty())?).await?;
//! assert!(lines.try_recv().is_err(), "the body is not over");
//!
//! response.into_body().collect().await?;
//! let line = lines.try_recv()?;
//! assert!(line.starts_with("- - - ["));
//! assert!(line.ends_with(r#"] "GET /greeting?token=[redacted] HTTP/1.1" 200 5 "-" "curl/8""#));
//! # Ok(())
//! # }
//! ```
//!
//! A wrapper: it keeps the head of the response and wraps its body.
//!
//! # What it does
//!
//! What the request says is written into a line when it comes; the rest is filled in, and the line handed to the [`Sink`], when the body
//! is over. [`Lines`] is the sink for files and streams; a closure is one too.
//!
//! What a line says is a [`Format`], compiled once: Common, Combined (the default) and `vhost_combined`, any pattern of Apache's `LogFormat` or
//! nginx's `log_format`, JSON with stable names or those of ECS and OpenTelemetry, the W3C's extended format, and one for a developer's
//! terminal. A pattern that cannot be understood is an error that shows the place.
//!
//! In the Combined format:
//!
//! | field | is |
//! |---|---|
//! | host | the address that [`Client`](plywood_core::Client) gives; `-` without one. No header says who the client is |
//! | ident | `-` |
//! | user | the name of the [`Identity`](plywood_core::Identity) that auth left in the request, outside or inside: a [`Witness`](plywood_core::Witness) is told of it, so that it is named whatever became of the request; `-` without one |
//! | time | when the request came, in the system's time zone, with the offset |
//! | request | the method, the target as it was sent (whatever [`Mount`](plywood_core::Mount) was entered outside), the version |
//! | status | the answer's; `500` when the inner service failed or panicked, `499` ([unless told otherwise](AccessLogLayer::dropped_status)) when the call was dropped before there was an answer |
//! | bytes | of the body, as far as it was handed on; `-` for none, which is the answer to `HEAD` too |
//! | referer, user agent | `-` where the field is absent |
//!
//! A body that was cut off, by an error or by a client that left, is logged with the status that was sent and the bytes up to there; formats
//! that can say it say how it [ended](Ending).
//!
//! Which requests are logged is chosen by their head ([`requests`](AccessLogLayer::requests)), by what became of them
//! ([`records`](AccessLogLayer::records)), as a [sample](AccessLogLayer::sample), and without [health checks](AccessLogLayer::health_checks)
//! that went well.
//!
//! Lines go to any writer ([`Lines`]): a [`LogFile`] that is put away by size or time, packed and removed, and opened anew for `logrotate`; a
//! stream; `Syslog` or systemd's `Journal`; else to `tracing` ([`Events`]) or a closure. One thread writes, many lines at a time. What it
//! cannot write is counted and told.
//!
//! Two companions: [`ServerTimingLayer`] tells the browser how long it took, and `MetricsLayer` counts requests by their route.
//!
//! # What it does not do
//!
//! It does not read `X-Forwarded-For`: a layer that trusts a proxy proves the client's address before. It does not see what a server adds:
//! the bytes with the head (`%O`, `$bytes_sent`) are those of the head that passes here, written as HTTP/1.1 writes it, and no framing is
//! counted. What it says of the connection (our end's address, the number of the request, TLS) a gateway has left as a
//! [`Connection`](plywood_core::Connection); of files it knows nothing.
//!
//! # Order
//!
//! Outermost, or nearly: it logs what passes through it. Compression inside it is counted compressed, outside it is not counted. Only what
//! identifies the client (a proxy's layer, a request id) belongs outside of it.
//!
//! # Security
//!
//! What comes from outside is escaped, as the software whose format it is escapes it, so that no client forges a line or speaks to a
//! terminal; in nginx's `escape=none` too. In a pattern of your own, keep the quotes around header fields: without them a space in a value
//! looks like the end of it.
//!
//! In every format `Authorization`, `Proxy-Authorization`, `Cookie`, `Set-Cookie` and fields such as `X-Api-Key` are written as `[redacted]`,
//! and so are cookies by their name, unless [`cookies`](AccessLogLayer::cookies) allows one; a parameter with the name of a secret, in the
//! query, in a segment of the path, in the referer and in other fields with a URL ([`redact`](AccessLogLayer::redact)); and a password in a URL.
//!
//! Of one value at most [16 KiB](AccessLogLayer::field_limit) are written. [`Lines`] holds at most [1 MiB](LineOptions::capacity) of lines, then
//! drops and counts, or [blocks](Overflow::Block) if told so. A full disk stops nobody.
//!
//! # Features
//!
//! `gzip` packs files that were put away, `signal` opens a file anew by `SIGHUP`, `metrics` brings the `MetricsLayer`. None is on by default.
//!
//! # Standards
//!
//! Apache's [LogFormat](https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats), nginx's
//! [log_format](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format), the W3C's
//! [Extended Log File Format](https://www.w3.org/TR/WD-logfile.html), [RFC 5424](https://www.rfc-editor.org/rfc/rfc5424) for syslog, [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) with the
//! [Elastic Common Schema](https://www.elastic.co/docs/reference/ecs) and OpenTelemetry's
//! [semantic conventions](https://opentelemetry.io/docs/specs/semconv/http/).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod buffers;
mod choice;
mod draft;
mod dress;
mod error;
mod field;
mod format;
mod layer;
mod line;
#[cfg(feature = "metrics")]
mod metrics;
mod record;
mod redact;
mod request_head;
mod server_timing;
mod service;
mod sink;
mod text;
mod time;

#[cfg(feature = "metrics")]
pub use self::metrics::{Metrics, MetricsLayer};
#[cfg(unix)]
pub use self::sink::{Facility, Journal, Syslog};
pub use self::{
    error::{FormatError, FormatErrorKind},
    format::Format,
    layer::AccessLogLayer,
    line::Line,
    record::{Ending, Record},
    request_head::RequestHead,
    server_timing::{ServerTiming, ServerTimingLayer, Stamp},
    service::AccessLog,
    sink::{Events, LineOptions, Lines, LogFile, Overflow, Period, Sink, Trouble},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
