use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use http::request;
use plywood_core::sheet::{Act, Described, Sheet};
use tower_layer::Layer;

use super::{Maintenance, flag::Flag};

/// Answers 503 while a file is there.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use plywood_core::{Body, BoxError};
/// use plywood_error_pages::{ErrorPagesLayer, MaintenanceLayer};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let folder = tempfile::tempdir()?;
/// let flag = folder.path().join("maintenance.html");
/// let app = ServiceBuilder::new()
///     .layer(ErrorPagesLayer::new())
///     .layer(MaintenanceLayer::new(&flag).exempt(|head| head.uri.path() == "/health"))
///     .service(service_fn(|_: Request<Body>| async {
///         Ok::<_, BoxError>(Response::new(Body::from("open")))
///     }));
///
/// std::fs::write(&flag, "<!doctype html><title>Soon</title><h1>Back at noon.</h1>")?;
/// let get = |path| Request::get(path).body(Body::empty());
/// let Ok(closed) = app.clone().oneshot(get("/")?).await;
/// assert_eq!(closed.status(), StatusCode::SERVICE_UNAVAILABLE);
/// assert_eq!(closed.headers()["retry-after"], "300");
///
/// let Ok(open) = app.oneshot(get("/health")?).await;
/// assert_eq!(open.status(), StatusCode::OK);
/// # Ok(())
/// # }
/// ```
///
/// A gate. What is in the file is the page: HTML if it begins with a `<`, else plain text; so the page is best written to another name, and
/// renamed. An empty file is a flag alone. Those who read another form get an answer without a body, for [`ErrorPagesLayer`](crate::ErrorPagesLayer) to
/// fill: put this layer inside of it, and outside of all that is to rest. The answer carries no failure, as nothing has failed, and nobody is told of it.
///
/// The file is looked at by a request, at most once in a second, and read when it has changed. A file of more than 1 MiB is a flag
/// without a page.
#[derive(Clone)]
pub struct MaintenanceLayer {
    pub(super) config: Arc<Config>,
}

#[derive(Clone)]
pub(super) struct Config {
    pub(super) flag: Arc<Flag>,
    pub(super) after: Duration,
    pub(super) exempt: Option<Arc<Exempt>>,
}

type Exempt = dyn Fn(&request::Parts) -> bool + Send + Sync;

impl MaintenanceLayer {
    /// Closed while there is something at `flag`.
    #[must_use]
    pub fn new(flag: impl Into<PathBuf>) -> Self {
        Self {
            config: Arc::new(Config {
                flag: Arc::new(Flag::new(flag.into())),
                after: Duration::from_secs(300),
                exempt: None,
            }),
        }
    }

    /// When to come again, in `Retry-After`; in 5 minutes by default. Seconds are rounded up
    /// ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        Arc::make_mut(&mut self.config).after = after;
        self
    }

    /// Who is let in all the same: health checks, the operator's address. Nobody by default. It is asked only while it is closed.
    ///
    /// ```
    /// use plywood_core::{Client, Path};
    /// use plywood_error_pages::MaintenanceLayer;
    ///
    /// let operator = "192.0.2.7".parse().unwrap();
    /// let layer = MaintenanceLayer::new("/run/shop/maintenance.html").exempt(move |head| {
    ///     Client::of(head).and_then(Client::ip) == Some(operator)
    ///         || Path::read(&head.uri).is_ok_and(|path| path.as_str() == "/health")
    /// });
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn exempt<P>(mut self, is_exempt: P) -> Self
    where
        P: Fn(&request::Parts) -> bool + Send + Sync + 'static,
    {
        Arc::make_mut(&mut self.config).exempt = Some(Arc::new(is_exempt));
        self
    }
}

impl Described for MaintenanceLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().acts(Act::Refuses)
    }
}

impl<S> Layer<S> for MaintenanceLayer {
    type Service = Maintenance<S>;

    fn layer(&self, inner: S) -> Maintenance<S> {
        Maintenance::new(inner, self.clone())
    }
}

impl fmt::Debug for MaintenanceLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaintenanceLayer")
            .field("retry_after", &self.config.after)
            .field("has_exemptions", &self.config.exempt.is_some())
            .finish_non_exhaustive()
    }
}
