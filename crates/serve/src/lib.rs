//! Plywood's server: HTTP/1.1 and HTTP/2 over TCP and Unix sockets, with graceful shutdown.
//!
//! ```no_run
//! use http::{Request, Response};
//! use plywood_core::Body;
//! use plywood_serve::{Listener, Server};
//!
//! # #[tokio::main] async fn main() -> std::io::Result<()> {
//! let app = tower::service_fn(|_: Request<Body>| async {
//!     Ok::<_, std::convert::Infallible>(Response::new(Body::from("hello\n")))
//! });
//!
//! let listener = Listener::bind("127.0.0.1:8000").await?;
//! let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
//! server.serve(app).await
//! # }
//! ```
//!
//! Any [`HttpService`](plywood_core::HttpService) over a [`Body`](plywood_core::Body) is served: a stack of Plywood's layers, an axum
//! `Router`, tower's own combinators.
//!
//! # What it does
//!
//! - The protocol is told from the first bytes: HTTP/2 by its preface, else HTTP/1.1.
//! - Each request gets a [`Client`](plywood_core::Client) (from the socket, never from a header) a [`Scheme`](plywood_core::Scheme), and the
//!   [`Connection`](plywood_core::Connection) that it came on, with our end's address, the number of the request, and what TLS was agreed on.
//! - An HTTP/1.1 request that names no host is answered with 400, and so is any that names two, or one that cannot be. A target of HTTP/1 that
//!   names a host itself counts, and the `Host` field is made to agree with it.
//! - On SIGTERM or Ctrl-C it stops accepting, lets requests under way finish, and closes idle connections. What is left after
//!   the [grace](Server::grace) is dropped; a second signal drops it at once.
//! - From systemd it takes [sockets that are open already](Listener::inherited), and tells it when it is ready and when it stops.
//! - With the feature `tls` it speaks TLS (`Server::tls`), tells the protocol by ALPN, and verifies the certificates of clients, which it leaves
//!   as a [`ClientCertificate`](plywood_core::ClientCertificate). A new certificate is read on SIGHUP.
//! - Slow and many clients meet bounds: [`header_timeout`](Server::header_timeout), [`stall_timeout`](Server::stall_timeout),
//!   [`max_connections`](Server::max_connections), and 64 KiB of buffer, which is also the limit of a request's head. A connection has
//!   one, and in HTTP/2 each of its 100 streams.
//!
//! # What it does not do
//!
//! It counts all connections, and those of one address only [if it is told to](Server::max_connections_per_address): whoever answers the
//! server's pings can hold HTTP/2 connections open, with a hundred streams each, and over HTTP/2 nothing bounds how long a body may take on its way in or
//! out, because streams are there to last. On the open internet a proxy in front bounds both; `tower_http::timeout::TimeoutLayer` bounds the wait
//! for an answer, with that for its request's body. It bounds no request's body in length: who reads one does.
//!
//! Without the feature `tls` it stands behind a proxy that speaks TLS. A service that fails with an `Err` has its connection closed, because
//! a gateway does not invent answers: put `plywood-error-pages` outermost.
//!
//! # Standards
//!
//! [RFC 9112](https://www.rfc-editor.org/rfc/rfc9112) (HTTP/1.1), [RFC 9113](https://www.rfc-editor.org/rfc/rfc9113) (HTTP/2), by hyper.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod arrival;
mod body;
mod connection;
mod host;
mod listener;
mod opening;
mod patience;
mod places;
#[cfg(all(unix, feature = "tls"))]
mod renewal;
mod server;
mod signal;
mod stream;
mod supervisor;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "tls")]
pub use self::tls::{ClientAuthority, Tls};
pub use self::{listener::Listener, server::Server, signal::stop_signal};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
