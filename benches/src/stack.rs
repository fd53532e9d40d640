//! Plywood's six layers: log, error pages, compression that passes through, a session that is not touched, auth, dispatch.

use std::{convert::Infallible, path::Path};

use http::{Request, Response};
use plywood_access_log::{AccessLogLayer, Lines, LogFile, Overflow};
use plywood_auth::{BasicAuthLayer, constant_time_eq};
use plywood_compression::CompressionLayer;
use plywood_core::{Body, HttpBody, HttpService, Identity};
use plywood_dispatch::Dispatch;
use plywood_error_pages::ErrorPagesLayer;
use plywood_session::{MemoryStore, SessionLayer};
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncService};

use crate::{answer::answer, routes};

pub(crate) fn log() -> AccessLogLayer {
    AccessLogLayer::new(|line: &[u8]| {
        std::hint::black_box(line);
    })
}

/// To a file, and every line.
pub(crate) fn log_to(path: &Path) -> AccessLogLayer {
    let lines = Lines::options().overflow(Overflow::Block);
    AccessLogLayer::new(lines.file(LogFile::at(path)).expect("the file can be made"))
}

pub(crate) fn pages() -> ErrorPagesLayer {
    ErrorPagesLayer::new()
}

pub(crate) fn compression() -> CompressionLayer {
    CompressionLayer::new()
}

pub(crate) fn session() -> SessionLayer {
    SessionLayer::new(MemoryStore::new())
}

pub(crate) fn basic() -> BasicAuthLayer {
    BasicAuthLayer::new(|name, password| {
        (name == "ada" && constant_time_eq(password, "plywood")).then(|| Identity::new(name))
    })
}

pub(crate) fn dispatch() -> Dispatch<Infallible> {
    routes::rules()
        .fold(Dispatch::<Infallible>::builder(), |map, rule| {
            map.get(rule, answer)
        })
        .build()
        .expect("no two rules are the same")
}

pub(crate) fn layers()
-> impl HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> + Sync {
    layers_with(log())
}

/// All six, with this log.
pub(crate) fn layers_with(
    log: AccessLogLayer,
) -> impl HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> + Sync {
    ServiceBuilder::new()
        .layer(log)
        .layer(pages())
        .layer(compression())
        .layer(session())
        .layer(basic())
        .service(dispatch())
}

pub(crate) fn erased() -> BoxCloneSyncService<Request<Body>, Response<Body>, Infallible> {
    BoxCloneSyncService::new(layers().map_response(|response| response.map(Body::new)))
}
