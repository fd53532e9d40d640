//! The nearest stack of peers: tower-http's trace, catch-panic and compression, tower-sessions, and axum's Router.
//!
//! They have no auth. Their access log is the trace with a subscriber that formats; without a subscriber it writes nothing.

use std::{convert::Infallible, fs::File, io, path::Path, sync::Mutex};

use axum::{Router, routing::get};
use plywood_core::{Body, HttpBody, HttpService};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::{CatchPanicLayer, DefaultResponseForPanic},
    classify::{ServerErrorsAsFailures, SharedClassifier},
    compression::CompressionLayer,
    trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer},
};
use tower_sessions::{MemoryStore, SessionManagerLayer};

use tracing::{Dispatch, Level};

use crate::routes;

async fn answer() -> &'static str {
    "hello, world\n"
}

pub(crate) fn trace() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>> {
    TraceLayer::new_for_http()
}

pub(crate) fn catch_panic() -> CatchPanicLayer<DefaultResponseForPanic> {
    CatchPanicLayer::new()
}

/// The same, with a line about each response where a [`subscriber`] listens.
pub(crate) fn trace_with_lines()
-> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, DefaultMakeSpan, (), DefaultOnResponse> {
    trace()
        .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
        .on_request(())
        .on_response(DefaultOnResponse::new().level(Level::INFO))
}

pub(crate) fn compression() -> CompressionLayer {
    CompressionLayer::new()
}

pub(crate) fn sessions() -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(MemoryStore::default()).with_name("id")
}

pub(crate) fn router() -> Router {
    routes::axum_rules().fold(Router::new(), |router, rule| {
        router.route(&rule, get(answer))
    })
}

pub(crate) fn layers() -> impl HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send>
{
    ServiceBuilder::new()
        .layer(trace())
        .layer(catch_panic())
        .layer(compression())
        .layer(sessions())
        .service(router())
}

/// The same, with a line about each response where a [`subscriber`] listens.
pub(crate) fn layers_with_lines()
-> impl HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> {
    ServiceBuilder::new()
        .layer(trace_with_lines())
        .layer(catch_panic())
        .layer(compression())
        .layer(sessions())
        .service(router())
}

/// Formats lines, and writes them nowhere.
pub(crate) fn subscriber() -> Dispatch {
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(Level::INFO)
        .with_writer(io::sink);
    Dispatch::new(subscriber.finish())
}

/// Formats lines, and writes them to a file.
pub(crate) fn subscriber_to(path: &Path) -> Dispatch {
    let file = File::create(path).expect("the file can be made");
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(Level::INFO)
        .with_writer(Mutex::new(file));
    Dispatch::new(subscriber.finish())
}

pub(crate) fn axum_layers()
-> impl HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> {
    router()
        .layer(sessions())
        .layer(compression())
        .layer(catch_panic())
        .layer(trace())
}
