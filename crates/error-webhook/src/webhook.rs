use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use plywood_core::{Body, BoxError, BoxFuture, HttpBody, HttpService, future::Oneshot};
use plywood_error::{Report, Reporter};
use serde_json::Value;
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

/// Posts reports to a URL.
pub struct Webhook {
    uri: Uri,
    headers: HeaderMap,
    body: Arc<Write>,
    patience: Duration,
    post: Box<Post>,
    /// Made when there is something to report, in the thread that reports.
    runtime: Option<Runtime>,
}

type Post = dyn FnMut(Request<Body>) -> BoxFuture<Result<StatusCode, BoxError>> + Send;
type Write = dyn Fn(&Report) -> Value + Send + Sync;

const PATIENCE: Duration = Duration::from_secs(10);

impl Webhook {
    /// Posts to `uri` by `client`: the [whole report](Report::json), unless a [body](Self::body) is made of it.
    pub fn new<S>(uri: Uri, client: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let post = move |request| -> BoxFuture<Result<StatusCode, BoxError>> {
            let answer = Oneshot::new(client.clone(), request);
            Box::pin(async { Ok(answer.await.map_err(Into::into)?.status()) })
        };
        Self {
            uri,
            headers: HeaderMap::new(),
            body: Arc::new(|report| Value::Object(report.json())),
            patience: PATIENCE,
            post: Box::new(post),
            runtime: None,
        }
    }

    /// A field of the request: `Authorization`, for one. It replaces one of the same name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// What is posted, as a chat wants it. [`Report::subject`] is one line, and [`Report::text`] is all.
    #[must_use]
    pub fn body(mut self, body: impl Fn(&Report) -> Value + Send + Sync + 'static) -> Self {
        self.body = Arc::new(body);
        self
    }

    /// How long an answer is waited for. Default: 10 seconds.
    #[must_use]
    pub const fn timeout(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn request(&self, report: &Report) -> Request<Body> {
        let body = (self.body)(report).to_string();
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.uri.clone();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
        request.headers_mut().extend(self.headers.clone());
        request
    }
}

impl Reporter for Webhook {
    fn report(&mut self, report: &Report) -> Result<(), BoxError> {
        let request = self.request(report);
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread().enable_all().build()?,
        };
        let runtime = self.runtime.insert(runtime);
        let (post, patience) = (&mut self.post, self.patience);
        let answer = runtime.block_on(async { timeout(patience, post(request)).await });
        let status = answer.map_err(|_| format!("no answer within {patience:?}"))??;
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("the answer was {status}").into())
        }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may be a secret.
        f.debug_struct("Webhook")
            .field("host", &self.uri.host())
            .field("timeout", &self.patience)
            .finish_non_exhaustive()
    }
}
