//! A test client for any HTTP service, in process: with a cookie jar, forms to fill in and links to click.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http::{Request, Response};
//! use plywood_core::Body;
//! use plywood_test::Client;
//! use tower::service_fn;
//!
//! // An app that greets whoever it knows by a cookie, and gives one to whoever posts a name.
//! async fn app(request: Request<Body>) -> Result<Response<Body>, Infallible> {
//!     let known = request.headers().get("cookie").and_then(|line| line.to_str().ok());
//!     let (parts, body) = match (request.method().as_str(), known) {
//!         ("POST", _) => (Response::builder().status(303).header("location", "/")
//!             .header("set-cookie", "name=ada; Path=/; HttpOnly"), String::new()),
//!         (_, Some(name)) => (Response::builder(), format!("Hello, {}", &name[5..])),
//!         _ => (Response::builder().status(404), "Who are you?".to_owned()),
//!     };
//!     Ok(parts.body(body.into()).expect("these fields are valid"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let client = Client::new(service_fn(app));
//! client.get("/").await.expect_status(404).expect_text("Who are you?");
//!
//! let reply = client.post("/name").form(&[("name", "ada")]).follow(5).await.ok();
//! assert_eq!(reply.url(), "http://localhost/");
//! assert_eq!(reply.text(), "Hello, ada");
//! assert_eq!(client.cookie("name").unwrap().value(), "ada");
//! # }
//! ```
//!
//! # What it does
//!
//! A [`Client`] is a visitor: it keeps cookies as a browser does ([RFC 6265](https://www.rfc-editor.org/rfc/rfc6265) and its successor), follows
//! redirects if it is told to, and sends what a gateway would hand to the service: a target that is a path, a Host, a
//! Content-Length, and the extensions [`Client`](plywood_core::Client) and [`Scheme`](plywood_core::Scheme). It waits until the service is
//! ready before it calls.
//!
//! A [`Reply`] is the whole answer: status, fields, body, trailers. The `expect_..` methods say what should have come, and show the whole
//! exchange when it did not; a status that is not 2xx or 3xx must be expected. The body of an answer to HEAD, and of 204 and 304, is dropped unread, as a server drops it.
//!
//! A reply that is a page is used as a visitor uses it: a [`Form`] is filled in and sent, a link is [clicked](Reply::click). What the page does
//! not offer is a panic that lists what it does. So is every `expect_..`: it tells what came instead, as a difference of lines where that
//! helps; a [snapshot](Reply::expect_snapshot) is kept in a file.
//!
//! | to | is |
//! |---|---|
//! | ask a server that runs, with the same tests | `Client::over`, with the feature `url` |
//! | look into the visitor's session, or prepare it | `Client::session`, with the feature `session` |
//! | read a stream frame by frame, slowly, or not to its end | [`RequestBuilder::stream`] |
//! | let time pass | [`Clock`] |
//! | let everything go wrong, one after the other | [`harness`] |
//! | ask again with curl | [`RequestBuilder::as_curl`] |
//!
//! # On both sides of a lint
//!
//! A `plywood_lint::LintLayer` stands between the client and the service: it checks what the client sends and what the service answers, and panics
//! with the number and the sentence of the rule that was broken. [`Client::lint`] puts another one there, with a rule less or stricter;
//! [`Client::unlinted`] none. It sees a layer from outside. Whoever writes one puts a second lint inside of it, to see how it calls:
//! `Client::new(layer.layer(LintLayer::new().layer(service)))`.
//!
//! # What it does not do
//!
//! It opens no socket, but for `Client::over`, and starts no runtime: any executor will do. It does not decode a compressed body, and asks for none
//! unless you do. Of a page it runs no scripts, and does not check what a browser checks before it sends a form.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod clock;
mod control;
mod cookie;
mod cookie_date;
mod curl;
mod diff;
mod exchange;
mod form;
pub mod harness;
mod jar;
mod link;
mod location;
mod multipart;
mod open_reply;
mod page;
mod payload;
mod reply;
mod request_builder;
#[cfg(feature = "session")]
mod session;
mod status;
#[cfg(feature = "url")]
mod url;

#[cfg(feature = "session")]
pub use self::session::VisitorSession;
pub use self::{
    client::Client, clock::Clock, cookie::Cookie, form::Form, link::Link, multipart::Multipart,
    open_reply::OpenReply, reply::Reply, request_builder::RequestBuilder, status::Statuses,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
