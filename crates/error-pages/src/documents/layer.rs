use std::{fmt, sync::Arc, time::Duration};

use http::{StatusCode, uri::PathAndQuery};
use plywood_core::{
    Failure, Mount, RequestId,
    sheet::{Described, Sheet},
};
use tower_layer::Layer;

use super::{ErrorDocument, ErrorDocuments};
use crate::{ErrorPagesLayer, Statuses};

/// [`ErrorPagesLayer`] with pages that the same service answers at another path.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use http_body_util::BodyExt;
/// use plywood_core::{Body, BoxError};
/// use plywood_error_pages::{ErrorDocumentsLayer, ErrorPagesLayer};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     match request.uri().path() {
///         "/lost" => Ok(Response::new("<!doctype html><title>Lost</title>Are you lost?".into())),
///         _ => Ok(Response::builder().status(404).body(Body::empty())?),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let documents = ErrorDocumentsLayer::new(ErrorPagesLayer::new())
///     .document(StatusCode::NOT_FOUND, "/lost");
/// let app = ServiceBuilder::new().layer(documents).service_fn(site);
///
/// let request = Request::get("/nowhere").header("accept", "text/html");
/// let Ok(response) = app.oneshot(request.body(Body::empty())?).await;
/// assert_eq!(response.status(), StatusCode::NOT_FOUND);
/// let page = response.into_body().collect().await?.to_bytes();
/// assert!(page.ends_with(b"Are you lost?"));
/// # Ok(())
/// # }
/// ```
///
/// An awaiter. The document is asked for by `GET`, by a clone of the inner service, as the same visitor: with the fields and extensions of his request, but for
/// those of its body, of conditions, ranges and codings. It finds an [`ErrorDocument`](crate::ErrorDocument) in its request.
///
/// Only those who read HTML get a document, and only one that is answered [in time](Self::timeout), by 200, and is not empty. Everybody else gets what [`ErrorPagesLayer`] has for
/// him, the built-in page at last; so there is no way in which an error page that fails leads to another one, nor does the request for a document ever
/// lead to a second. The answer keeps its status and the fields that belong to it; the document's fields replace others of the same name, cookies of
/// both are set, of one name that of the answer, and what the document says of how long it may be kept is not taken over.
///
/// Each request costs a clone of its fields and extensions, since they are gone when the answer is known.
#[derive(Clone)]
pub struct ErrorDocumentsLayer {
    pub(super) pages: ErrorPagesLayer,
    config: Arc<Config>,
}

#[derive(Clone)]
struct Config {
    documents: Vec<(Statuses, PathAndQuery)>,
    patience: Duration,
}

impl ErrorDocumentsLayer {
    /// Error pages, and no document yet.
    #[must_use]
    pub fn new(pages: ErrorPagesLayer) -> Self {
        Self {
            pages: pages.deferring(),
            config: Arc::new(Config {
                documents: Vec::new(),
                patience: Duration::from_secs(10),
            }),
        }
    }

    /// The document for these statuses: a path of the service that this layer stands around, with a query if it wants one. The first
    /// that was given for a status is asked.
    ///
    /// # Panics
    ///
    /// When `target` is no path that begins with a slash.
    #[must_use]
    pub fn document(mut self, statuses: impl Into<Statuses>, target: &str) -> Self {
        let path = target.starts_with('/').then(|| target.parse().ok());
        let Some(path) = path.flatten() else {
            panic!("{target:?} is no path that begins with a slash");
        };
        Arc::make_mut(&mut self.config)
            .documents
            .push((statuses.into(), path));
        self
    }

    /// How long a document may take until it begins to be answered. Default: 10 seconds; then the answer gets the built-in page. What the document
    /// sends after that, it may send as slowly as any answer.
    ///
    /// The clock is tokio's. In no runtime of tokio, and in one without `enable_time`, there is no limit; in the latter tokio panics
    /// over it each time, which is caught and seen on standard error.
    #[must_use]
    pub fn timeout(mut self, patience: Duration) -> Self {
        Arc::make_mut(&mut self.config).patience = patience;
        self
    }

    pub(super) fn patience(&self) -> Duration {
        self.config.patience
    }

    pub(super) fn target(&self, status: StatusCode) -> Option<&PathAndQuery> {
        let mut documents = self.config.documents.iter();
        let document = documents.find(|(statuses, _)| statuses.contains(status));
        document.map(|(_, target)| target)
    }
}

impl Described for ErrorDocumentsLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .reads::<RequestId>()
            .leaves::<ErrorDocument>()
            .hears::<Failure>()
    }
}

impl<S> Layer<S> for ErrorDocumentsLayer {
    type Service = ErrorDocuments<S>;

    fn layer(&self, inner: S) -> ErrorDocuments<S> {
        ErrorDocuments::new(self.pages.layer(inner), self.clone())
    }
}

impl fmt::Debug for ErrorDocumentsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorDocumentsLayer")
            .field("documents", &self.config.documents)
            .field("timeout", &self.config.patience)
            .finish_non_exhaustive()
    }
}
