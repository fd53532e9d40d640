use std::{borrow::Cow, fmt, io, path::Path, sync::Arc};

use bytes::Bytes;
use http::Response;
use plywood_core::{
    Body, Failure, Mount, RequestId,
    sheet::{Described, Sheet},
};
use plywood_error::{Incident, Panicked, Reports};
use tower_layer::Layer;

use crate::{Blank, ErrorPages, Form, Language, Statuses, own::Source};

/// Answers every error with a page: an empty one, an `Err`, and a panic.
#[derive(Clone, Default)]
pub struct ErrorPagesLayer {
    /// None as long as there is nothing to configure: nobody has to count who shares the [`DEFAULT`].
    config: Option<Arc<Config>>,
}

#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) pages: Vec<Source>,
    pub(crate) languages: Cow<'static, [Language]>,
    pub(crate) replaced: Vec<Statuses>,
    pub(crate) reports: Option<Reports>,
    /// What is blank is left to the error documents, which stand around.
    pub(crate) defers: bool,
}

static DEFAULT: Config = Config::new();

impl Config {
    const fn new() -> Self {
        Self {
            pages: Vec::new(),
            languages: Cow::Borrowed(&Language::ALL),
            replaced: Vec::new(),
            reports: None,
            defers: false,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl ErrorPagesLayer {
    /// The built-in pages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Pages of your own. `page` is asked for every error that has no body. Several sources of pages are asked in the order in which they were
    /// given, and where none has a page the built-in one stands in; so it does where `page` panics.
    ///
    /// Of the response that `page` gives, the status is not used, as a page does not change what happened. Its fields replace those of the
    /// answer, but for those that belong to the status (`Allow`, `Retry-After`); `Vary` is added, and so are cookies of other names. Without a `Content-Type`
    /// it is sent as the form that the client likes best ([`Blank::form`]).
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
    pub fn page<P>(self, page: P) -> Self
    where
        P: Fn(&Blank<'_>) -> Option<Response<Body>> + Send + Sync + 'static,
    {
        self.source(Source::Made(Arc::new(page)))
    }

    /// A page for these statuses, for those who read HTML. Whoever reads another form gets the built-in page in that form.
    ///
    /// ```
    /// use http::StatusCode;
    /// use plywood_error_pages::{ErrorPagesLayer, Statuses};
    ///
    /// let layer = ErrorPagesLayer::new()
    ///     .html(StatusCode::NOT_FOUND, "<!doctype html><title>Lost</title><h1>Lost?</h1>")
    ///     .html(Statuses::SERVER, "<!doctype html><title>Sorry</title><h1>Sorry.</h1>");
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn html(self, statuses: impl Into<Statuses>, page: impl Into<Bytes>) -> Self {
        self.source(Source::Fixed(statuses.into(), Form::Html, page.into()))
    }

    /// A page for these statuses, from a file. Its name says who gets it: `.html`, `.json`, `.xml` or `.txt`.
    ///
    /// It is read now and kept. To show a new one, make a new layer: restart, or build the stack anew and exchange it. A page that may change
    /// while the program runs is an [error document](crate::ErrorDocumentsLayer).
    ///
    /// # Errors
    ///
    /// The file cannot be read, or its name says no form.
    pub fn file(self, statuses: impl Into<Statuses>, path: impl AsRef<Path>) -> io::Result<Self> {
        let source = Source::file(statuses.into(), path.as_ref())?;
        Ok(self.source(source))
    }

    /// The languages of the built-in pages; those of [`Language::ALL`] by default. Who likes none of them gets the first. With one alone,
    /// `Accept-Language` is not looked at.
    ///
    /// ```
    /// use plywood_error_pages::{ErrorPagesLayer, Language};
    ///
    /// let layer = ErrorPagesLayer::new().languages([Language::German, Language::English]);
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn languages(mut self, languages: impl IntoIterator<Item = Language>) -> Self {
        self.config_mut().languages = languages.into_iter().collect();
        self
    }

    /// Errors of these statuses get a page even where the inner service wrote a body. None by default, as an API says more in its own words. The developer's
    /// page of `plywood-debug` is left.
    ///
    /// ```
    /// use plywood_error_pages::{ErrorPagesLayer, Statuses};
    ///
    /// let layer = ErrorPagesLayer::new().replace(Statuses::SERVER);
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn replace(mut self, statuses: impl Into<Statuses>) -> Self {
        self.config_mut().replaced.push(statuses.into());
        self
    }

    /// Tells of every incident, beyond the event that `tracing` gets: an `Err` that is not the client's fault, a panic, an answer from 500 on with a
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
        self.config_mut().reports = Some(reports.clone());
        self
    }

    pub(crate) fn deferring(mut self) -> Self {
        self.config_mut().defers = true;
        self
    }

    pub(crate) fn config(&self) -> &Config {
        self.config.as_deref().unwrap_or(&DEFAULT)
    }

    fn config_mut(&mut self) -> &mut Config {
        Arc::make_mut(self.config.get_or_insert_default())
    }

    fn source(mut self, source: Source) -> Self {
        self.config_mut().pages.push(source);
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
        let config = self.config();
        f.debug_struct("ErrorPagesLayer")
            .field("own_pages", &config.pages.len())
            .field("languages", &config.languages)
            .field("replaced", &config.replaced)
            .field("reports", &config.reports.is_some())
            .finish()
    }
}
