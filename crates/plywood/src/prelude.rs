//! What a small app needs: `use plywood::prelude::*`.

pub use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
pub use plywood_core::{
    Body, BoxError, Client, Failure, HttpBody, HttpService, Identity, MatchedRoute, Mount,
    NoCompress, RequestId, Scheme,
};
pub use tower::{ServiceBuilder, ServiceExt, service_fn};
pub use tower_layer::Layer;

#[cfg(feature = "access-log")]
pub use plywood_access_log::{AccessLogLayer, Lines};
#[cfg(feature = "auth")]
pub use plywood_auth::{AuthLayer, BasicAuthLayer, FormLoginLayer, RequireLayer};
#[cfg(feature = "compression")]
pub use plywood_compression::CompressionLayer;
#[cfg(feature = "debug")]
pub use plywood_debug::DebugLayer;
#[cfg(feature = "dispatch")]
pub use plywood_dispatch::{Dispatch, Params, handler};
#[cfg(feature = "error-pages")]
pub use plywood_error::{HttpError, OrRefuse, Public};
#[cfg(feature = "error-pages")]
pub use plywood_error_pages::{ErrorDocumentsLayer, ErrorPagesLayer, MaintenanceLayer};
#[cfg(feature = "mount")]
pub use plywood_mount::{Cascade, Mounts};
#[cfg(feature = "serve")]
pub use plywood_serve::{Listener, Server};
#[cfg(feature = "session")]
pub use plywood_session::{MemoryStore, SessionLayer};
#[cfg(feature = "session")]
pub use plywood_session_core::Session;
#[cfg(feature = "session-postgres")]
pub use plywood_session_postgres::PostgresStore;
#[cfg(feature = "session-redis")]
pub use plywood_session_redis::RedisStore;
#[cfg(feature = "session-sqlite")]
pub use plywood_session_sqlite::SqliteStore;
#[cfg(feature = "static")]
pub use plywood_static::Files;
#[cfg(feature = "when")]
pub use plywood_when::{at, when};

pub use crate::{App, Fatal, Stack, app};
