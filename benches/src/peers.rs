//! The nearest stack of peers: tower-http's trace (no subscriber listens), catch-panic and compression, tower-sessions, and axum's Router.
//! They have no access log and no auth.

use std::convert::Infallible;

use axum::{Router, routing::get};
use plywood_core::{Body, HttpBody, HttpService};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::{CatchPanicLayer, DefaultResponseForPanic},
    classify::{ServerErrorsAsFailures, SharedClassifier},
    compression::CompressionLayer,
    trace::TraceLayer,
};
use tower_sessions::{MemoryStore, SessionManagerLayer};

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

pub(crate) fn axum_layers()
-> impl HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> {
    router()
        .layer(sessions())
        .layer(compression())
        .layer(catch_panic())
        .layer(trace())
}
