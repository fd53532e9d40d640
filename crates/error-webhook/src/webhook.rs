use std::{error::Error, fmt, net::IpAddr, sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header, uri::PathAndQuery,
};
use plywood_core::{Body, BoxError, BoxFuture, HttpBody, HttpService, future::Oneshot};
use plywood_error::{OneLine, Report, Reporter};
use serde_json::Value;
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::{WebhookError, WebhookErrorKind};

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
    ///
    /// # Errors
    ///
    /// When `uri` is not of `https`, unless it is of `http` and leads to this machine: `localhost`, `127.0.0.1`, `[::1]`.
    pub fn new<S>(uri: Uri, client: S) -> Result<Self, WebhookError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or(WebhookError::new(WebhookErrorKind::NoHost))?;
        let is_secret = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_this_machine(host),
            _ => false,
        };
        if !is_secret {
            return Err(WebhookError::new(WebhookErrorKind::Open));
        }
        Ok(Self::insecure(uri, client))
    }

    /// The same for any URL: one of `http` within a network that nobody else can read, or whatever the client makes of it. On its way there, what is
    /// posted can be read and changed by everybody who carries it, and so can a secret in the URL or in a field.
    pub fn insecure<S>(uri: Uri, client: S) -> Self
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
        let answer = answer.map_err(|_| format!("no answer within {patience:?}"))?;
        let status = answer.map_err(|error| without(&self.uri, &*error))?;
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("the answer was {status}").into())
        }
    }
}

/// Does what is sent there stay on this machine? A name may lead anywhere, but for the one that is reserved
/// ([RFC 6761 §6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
fn is_this_machine(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address: Option<IpAddr> = address.unwrap_or(host).parse().ok();
    address.map_or_else(
        || host.eq_ignore_ascii_case("localhost"),
        |address| address.is_loopback(),
    )
}

/// What a client says of its error, without the URL, which may be a secret and which many of them repeat.
fn without(uri: &Uri, error: &(dyn Error + 'static)) -> String {
    let whole = uri.to_string();
    let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let user = uri
        .authority()
        .and_then(|authority| authority.as_str().rsplit_once('@'));
    let secrets = [
        &*whole,
        target,
        uri.path(),
        uri.query().unwrap_or_default(),
        user.map_or("", |(user, _)| user),
    ];
    // A slash alone is none.
    let secrets = secrets.into_iter().filter(|secret| secret.len() > 1);
    secrets.fold(OneLine(error).to_string(), |said, secret| {
        said.replace(secret, "[url]")
    })
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
