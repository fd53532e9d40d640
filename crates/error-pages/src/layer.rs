use std::{fmt, sync::Arc};

use http::Response;
use plywood_core::{
    Body, Failure, Mount, RequestId,
    sheet::{Described, Sheet},
};
use plywood_error::{Incident, Panicked, Reports};
use tower_layer::Layer;

use crate::{Blank, ErrorPages};

/// Answers every error with a page: an empty one, an `Err`, and a panic.
#[derive(Clone, Default)]
pub struct ErrorPagesLayer {
    pub(crate) page: Option<Arc<Page>>,
    pub(crate) reports: Option<Reports>,
}

/// Makes a page of the application's own.
type Page = dyn Fn(&Blank<'_>) -> Option<Response<Body>> + Send + Sync;

impl ErrorPagesLayer {
    /// The built-in pages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Pages of your own. `page` is asked for every error that has no body, and where it gives `None` the built-in page stands in; so it
    /// does when `page` panics.
    ///
    /// Of the response that `page` gives, the status is not used, as a page does not change what happened. Its fields replace those of the
    /// answer, but `Set-Cookie` and `Vary` are added. Without a `Content-Type` it is sent as the form that the client likes best
    /// ([`Blank::form`]).
    ///
    /// ```
    /// use http::{Response, StatusCode};
    /// use plywood_error_pages::{ErrorPagesLayer, Form};
    ///
    /// let layer = ErrorPagesLayer::new().page(|blank| match (blank.status(), blank.form()) {
    ///     (StatusCode::NOT_FOUND, Form::Html) => {
    ///         Some(Response::new("<!doctype html><title>Lost</title><h1>Lost?</h1>".into()))
    ///     }
    ///     _ => None,
    /// });
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn page<P>(mut self, page: P) -> Self
    where
        P: Fn(&Blank<'_>) -> Option<Response<Body>> + Send + Sync + 'static,
    {
        self.page = Some(Arc::new(page));
        self
    }

    /// Tells of every incident, beyond the event that `tracing` gets: an `Err`, a panic, an answer from 500 on with a
    /// [`Failure`], an answer that is broken off. It is [grouped and told off the path of requests](Reports).
    ///
    /// ```
    /// use plywood_error::{Report, Reports};
    /// use plywood_error_pages::ErrorPagesLayer;
    ///
    /// let reports = Reports::to(|report: &Report| Ok(eprintln!("{}", report.text()))).start()?;
    /// let layer = ErrorPagesLayer::new().reports(&reports);
    /// # let _ = layer;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn reports(mut self, reports: &Reports) -> Self {
        self.reports = Some(reports.clone());
        self
    }
}

impl Described for ErrorPagesLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .reads::<RequestId>()
            .hears::<Failure>()
            .hears::<Incident>()
    }
}

impl<S> Layer<S> for ErrorPagesLayer {
    type Service = ErrorPages<S>;

    /// Panics are [watched](Panicked::watch) from here on.
    fn layer(&self, inner: S) -> ErrorPages<S> {
        Panicked::watch();
        ErrorPages::new(inner, self.clone())
    }
}

impl fmt::Debug for ErrorPagesLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorPagesLayer")
            .field("own_pages", &self.page.is_some())
            .field("reports", &self.reports.is_some())
            .finish()
    }
}
