mod spool;
mod tape;

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response, StatusCode};
use plywood_core::{
    AnyService, Body, BoxError, BoxFuture, Failure, HttpBody, HttpService,
    future::Gated,
    refuse,
    sheet::{Described, Sheet},
};
use tower_service::Service;

use self::tape::Tape;

/// The service that tries services in turn, while their answer is `404`.
///
/// The first answer with another status is the answer; if there is none, the last one is, whatever it says. What was answered before it is
/// dropped, body and all. An error ends it. Without any service the answer is `404`.
///
/// Each service gets the request as it came: what another one left in its extensions is gone, but what they share is shared (a session is one).
/// The body streams: a service that answers without reading it costs nothing, and what one has read is kept for the next, in
/// [memory](Self::memory) first and then in a file without a name. Where a service reads more than the [limit](Self::limit), it gets it all, and
/// nothing is kept any more: if its answer is `404` even so, the cascade's is `413`. In the same way the answer is `507` where the disk was
/// full, and `500` where it failed.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use plywood_core::{Body, BoxError};
/// use plywood_mount::Cascade;
/// use tower::{ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), BoxError> {
/// let new = service_fn(|_: Request<Body>| async {
///     let not_yet = Response::builder().status(StatusCode::METHOD_NOT_ALLOWED);
///     Ok::<_, BoxError>(not_yet.body(Body::empty())?)
/// });
/// let old = service_fn(|_: Request<Body>| async {
///     Ok::<_, BoxError>(Response::new(Body::from("as ever")))
/// });
/// let app = Cascade::<BoxError>::new()
///     .then(new)
///     .then(old)
///     .statuses([StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED]);
///
/// let response = app.oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "as ever");
/// # Ok(())
/// # }
/// ```
pub struct Cascade<E = BoxError>(Arc<Config<E>>);

struct Config<E> {
    services: Vec<AnyService<E>>,
    statuses: Vec<StatusCode>,
    keep: Keep,
}

/// How a body is kept for a replay.
#[derive(Clone, Debug)]
pub(crate) struct Keep {
    /// Up to so many bytes in memory.
    pub(crate) memory: usize,
    /// And up to so many in all.
    pub(crate) limit: u64,
    /// The folder of the file; `None` for the system's.
    pub(crate) folder: Option<PathBuf>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            memory: 64 * 1024,
            limit: 64 * 1024 * 1024,
            folder: None,
        }
    }
}

impl<E: Send + 'static> Cascade<E> {
    /// A cascade without services yet.
    ///
    /// Say what the services may fail with, because each one's error converts into it: `Cascade::<BoxError>::new()` takes any error.
    pub fn new() -> Self {
        Self(Arc::new(Config {
            services: Vec::new(),
            statuses: vec![StatusCode::NOT_FOUND],
            keep: Keep::default(),
        }))
    }

    /// Tries this service next.
    #[must_use]
    pub fn then<S>(mut self, service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        self.config().services.push(AnyService::new(service));
        self
    }

    /// Goes on to the next service at these statuses. By default at `404` alone: a `405` says that there is something at the path.
    #[must_use]
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = StatusCode>) -> Self {
        self.config().statuses = statuses.into_iter().collect();
        self
    }

    /// Keeps so many bytes of a body in memory before it writes them to a file. By default 64 KiB, as much as a form has.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.config().keep.memory = bytes;
        self
    }

    /// Keeps so many bytes of a body in all. By default 64 MiB: what services read before they say that they know nothing of the path.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.config().keep.limit = bytes;
        self
    }

    /// Puts the files here. By default where the system has its temporary files.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.config().keep.folder = Some(folder.into());
        self
    }

    fn config(&mut self) -> &mut Config<E> {
        Arc::make_mut(&mut self.0)
    }
}

impl<E> Described for Cascade<E> {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().tells::<Failure>()
    }
}

impl<E, ReqBody> Service<Request<ReqBody>> for Cascade<E>
where
    E: Send + 'static,
    ReqBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = E;
    type Future = Gated<BoxFuture<Result<Response<Body>, E>>>;

    /// Always ready: a service's readiness is awaited once it is its turn.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let request = request.map(Body::new);
        match &*self.0.services {
            [] => Gated::shut(refuse(StatusCode::NOT_FOUND, "the cascade has no service")),
            [only] => Gated::open(only.clone().call(request)),
            _ => Gated::open(Box::pin(try_in_turn(Arc::clone(&self.0), request))),
        }
    }
}

async fn try_in_turn<E>(
    config: Arc<Config<E>>,
    request: Request<Body>,
) -> Result<Response<Body>, E> {
    let (last, earlier) = config.services.split_last().expect("there are two or more");
    let (head, body) = request.into_parts();
    let mut tape = Tape::new(body, &config.keep);
    for service in earlier {
        let request = Request::from_parts(head.clone(), tape.play());
        let response = service.clone().call(request).await?;
        if !config.statuses.contains(&response.status()) {
            return Ok(response);
        }
        drop(response);
        if let Some((status, reason)) = tape.lost() {
            return Ok(refuse(status, reason));
        }
    }
    let request = Request::from_parts(head, tape.play_out());
    last.clone().call(request).await
}

impl<E> Clone for Config<E> {
    fn clone(&self) -> Self {
        Self {
            services: self.services.clone(),
            statuses: self.statuses.clone(),
            keep: self.keep.clone(),
        }
    }
}

impl<E: Send + 'static> Default for Cascade<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Clone for Cascade<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for Cascade<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cascade")
            .field("services", &self.0.services.len())
            .field("statuses", &self.0.statuses)
            .field("keep", &self.0.keep)
            .finish()
    }
}
