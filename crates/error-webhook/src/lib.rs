//! Sends error reports to a URL, through any HTTP client that is a tower service.
//!
//! ```
//! use std::{sync::mpsc, time::Duration};
//!
//! use http::{Request, Response};
//! use http_body_util::BodyExt;
//! use plywood_core::{Body, BoxError};
//! use plywood_error::{Incident, IncidentKind, Reports};
//! use plywood_error_webhook::Webhook;
//!
//! // A client that speaks TLS: hyper's, reqwest's, any service.
//! let (sender, posted) = mpsc::channel();
//! let client = tower::service_fn(move |request: Request<Body>| {
//!     let sender = sender.clone();
//!     async move {
//!         let body = request.into_body().collect().await?.to_bytes();
//!         sender.send(body)?;
//!         Ok::<_, BoxError>(Response::new(Body::empty()))
//!     }
//! });
//!
//! let webhook = Webhook::new("https://chat.example/hooks/7".parse()?, client)?
//!     .body(|report| serde_json::json!({ "text": report.subject() }));
//! let reports = Reports::to(webhook).start()?;
//! reports.tell(&Incident::new(IncidentKind::Failed, &std::io::Error::other("the disk is full")));
//! assert!(reports.finish(Duration::from_secs(10)));
//! assert_eq!(posted.recv()?, r#"{"text":"failed: the disk is full"}"#);
//! # Ok::<(), BoxError>(())
//! ```
//!
//! A back end of [`Reports`](plywood_error::Reports).
//!
//! # What it does
//!
//! Each report is posted as JSON, in the thread of the reports, on a runtime of its own: it works while the program's runtime does not. An answer other than 2xx,
//! none within 10 seconds, and an error of the client are failures, and the report is tried again.
//!
//! # What it does not do
//!
//! It follows no redirect unless the client does, and signs nothing: a secret belongs into the URL or into a [field](Webhook::header).
//!
//! # Security
//!
//! What is posted is for the operator: causes, places, paths. The client must verify the TLS of whoever gets it; a URL of
//! `http` is refused, unless it leads to this machine or [`insecure`](Webhook::insecure) says that it may be. Neither the URL nor a field is in any message, and where the client puts the URL into its error, it is taken out again.

mod error;
mod webhook;

pub use self::{
    error::{WebhookError, WebhookErrorKind},
    webhook::Webhook,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
