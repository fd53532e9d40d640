use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use plywood_core::{
    Body, BoxError, BoxFuture, HttpBody, HttpService, body::Whole, future::Oneshot,
};
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, timeout},
};

use super::{KeySet, MAX_SET};

/// Keys that are fetched: the JWKS of an issuer, through a client of one's own.
///
/// The first token that comes waits for the first fetch. From then on the keys are at hand:
///
/// - They are fetched anew when their `Cache-Control: max-age` is over, by a task in the background, while the old ones are used. It counts
///   as a minute at least and a day at most, and as ten minutes where the answer does not say.
/// - A token by a key that is not among them has them fetched at once, and waits for that; so has one whose signature is wrong, where it or a key
///   for it has no id. It does so once in 30 seconds at most, whoever sends how many of them.
/// - There is one fetch at a time, and it may take 10 seconds. After one that failed the next is 5 seconds later at the earliest, and the old keys
///   stay, for [a day](Self::keep).
/// - While there are none, the answer is `503`.
///
/// What is a secret in the set is passed over, and so is every key that cannot be used. The client must verify the issuer's TLS: whoever can
/// change the set can sign in as anybody. It needs Tokio.
///
/// ```
/// use http::{Request, Response};
/// use plywood_auth::{BearerLayer, jwt::{FetchedKeys, Verifier}};
/// use plywood_core::{Body, BoxError};
///
/// // A client that speaks TLS: hyper's, reqwest's, any service.
/// let client = tower::service_fn(async |_: Request<Body>| {
///     Ok::<_, BoxError>(Response::new(Body::from(r#"{"keys":[]}"#)))
/// });
/// let keys = FetchedKeys::new("https://id.example/jwks.json".parse().unwrap(), client);
/// let layer = BearerLayer::of(Verifier::fetching(keys).issuer("https://id.example").audience("notes"));
/// ```
#[derive(Clone)]
pub struct FetchedKeys {
    inner: Arc<Inner>,
    keep: Duration,
}

struct Inner {
    uri: Uri,
    fetch: Box<Fetch>,
    state: Mutex<State>,
    /// How many fetches have ended.
    ended: watch::Sender<u64>,
}

type Fetch = dyn Fn() -> BoxFuture<Result<Fetched, BoxError>> + Send + Sync;

/// What a fetch brought.
struct Fetched {
    keys: KeySet,
    fresh: Duration,
}

#[derive(Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    fetched_at: Option<Instant>,
    fresh_until: Option<Instant>,
    next_fetch: Option<Instant>,
    is_fetching: bool,
    error: Option<Arc<str>>,
}

/// Whoever sends unknown key ids has the keys fetched so often at most.
const REFETCH_AFTER: Duration = Duration::from_secs(30);
const RETRY_AFTER: Duration = Duration::from_secs(5);
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);
const FRESH: Duration = Duration::from_secs(10 * 60);
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(24 * 60 * 60);

impl FetchedKeys {
    /// Fetches the set at `uri` by `client`, when the first token comes. It follows no redirects unless the client does.
    pub fn new<S>(uri: Uri, client: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let client = Mutex::new(client);
        let asked = uri.clone();
        let fetch = move || -> BoxFuture<Result<Fetched, BoxError>> {
            let client = client
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            Box::pin(fetch(client, asked.clone()))
        };
        Self {
            inner: Arc::new(Inner {
                uri,
                fetch: Box::new(fetch),
                state: Mutex::default(),
                ended: watch::Sender::new(0),
            }),
            keep: KEEP,
        }
    }

    /// How long keys are used that cannot be fetched anew. Default: a day. It is also how long a key that the issuer has taken back can be
    /// used while the issuer does not answer.
    #[must_use]
    pub fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }

    /// The keys that are at hand. Has them fetched in the background if it is time.
    pub(super) fn at_hand(&self) -> Option<Arc<KeySet>> {
        let now = Instant::now();
        let mut state = self.inner.state();
        if state
            .fetched_at
            .is_some_and(|then| now.duration_since(then) > self.keep)
        {
            state.keys = None;
        }
        if state.fresh_until.is_some_and(|until| now >= until) {
            self.begin(&mut state, now);
        }
        state.keys.clone()
    }

    /// Has the keys fetched now, or joins the fetch that is under way; gives the wait for its end. `None` if it is too soon.
    pub(super) fn refetch(&self) -> Option<impl Future<Output = ()> + Send + use<>> {
        let mut state = self.inner.state();
        let mut ended = self.inner.ended.subscribe();
        self.begin(&mut state, Instant::now())
            .then_some(async move {
                // An error is that nobody fetches any more, and that is an end too.
                let _ = ended.changed().await;
            })
    }

    /// Why there are no keys.
    pub(super) fn error(&self) -> BoxError {
        let state = self.inner.state();
        let reason = state.error.as_deref().unwrap_or("they are too old");
        format!("there are no keys from {}: {reason}", self.inner.uri).into()
    }

    /// Is a fetch under way, or has one begun by this?
    fn begin(&self, state: &mut State, now: Instant) -> bool {
        if state.is_fetching {
            return true;
        }
        if state.next_fetch.is_some_and(|next| now < next) {
            return false;
        }
        let Ok(runtime) = Handle::try_current() else {
            state.error = Some("there is no Tokio runtime".into());
            return false;
        };
        state.is_fetching = true;
        let mut turn = Turn {
            inner: Arc::clone(&self.inner),
            outcome: None,
        };
        // A task of its own, so that it goes on when the client goes whose token has asked for it.
        runtime.spawn(async move {
            let fetched = timeout(FETCH_TIMEOUT, (turn.inner.fetch)()).await;
            let outcome = fetched.unwrap_or_else(|_| Err("the issuer does not answer".into()));
            turn.outcome.replace(outcome);
        });
        true
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fetch that is under way. However it ends, even by a panic, its outcome is told.
struct Turn {
    inner: Arc<Inner>,
    outcome: Option<Result<Fetched, BoxError>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let now = Instant::now();
        let outcome = self.outcome.take();
        let outcome = outcome.unwrap_or_else(|| Err("the fetch was broken off".into()));
        let mut state = self.inner.state();
        state.is_fetching = false;
        match outcome {
            Ok(fetched) => {
                state.keys = Some(Arc::new(fetched.keys));
                state.fetched_at = Some(now);
                state.fresh_until = Some(now + fetched.fresh);
                state.next_fetch = Some(now + REFETCH_AFTER);
                state.error = None;
            }
            Err(error) => {
                state.next_fetch = Some(now + RETRY_AFTER);
                state.error = Some(error.to_string().into());
            }
        }
        drop(state);
        self.inner.ended.send_modify(|ended| *ended += 1);
    }
}

async fn fetch<S>(client: S, uri: Uri) -> Result<Fetched, BoxError>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    let json = HeaderValue::from_static("application/jwk-set+json, application/json");
    request.headers_mut().insert(header::ACCEPT, json);
    let response = Oneshot::new(client, request).await.map_err(Into::into)?;
    if response.status() != StatusCode::OK {
        return Err(format!("the answer was {}", response.status()).into());
    }
    let fresh = freshness(response.headers());
    let set = Whole::read(response.into_body(), MAX_SET).await?.bytes;
    let keys = KeySet::parse_public(std::str::from_utf8(&set)?)?;
    Ok(Fetched { keys, fresh })
}

/// How long an answer is fresh ([RFC 9111 §4.2](https://www.rfc-editor.org/rfc/rfc9111#section-4.2)), within bounds.
fn freshness(headers: &HeaderMap) -> Duration {
    let directives = headers.get_all(header::CACHE_CONTROL).iter();
    let directives = directives.filter_map(|line| line.to_str().ok());
    let mut directives = directives.flat_map(|line| line.split(',')).map(str::trim);
    let max_age = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let seconds = value.trim_matches('"').parse().ok()?;
        name.eq_ignore_ascii_case("max-age").then_some(seconds)
    });
    let age = headers
        .get(header::AGE)
        .and_then(|age| age.to_str().ok()?.parse().ok());
    let fresh = max_age.map_or(FRESH, |max_age: u64| {
        Duration::from_secs(max_age.saturating_sub(age.unwrap_or(0)))
    });
    fresh.clamp(LEAST_FRESH, MOST_FRESH)
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedKeys")
            .field("uri", &self.inner.uri)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_fresh_within_bounds() {
        for (lines, seconds) in [
            (&[][..], 600),
            (&[("cache-control", "max-age=3600")], 3600),
            (
                &[("cache-control", "public, Max-Age=\"3600\", must-revalidate")],
                3600,
            ),
            (&[("cache-control", "max-age=3600"), ("age", "600")], 3000),
            (&[("cache-control", "max-age=3600"), ("age", "7200")], 60),
            (&[("cache-control", "max-age=0")], 60),
            (&[("cache-control", "max-age=99999999999")], 86_400),
            (&[("cache-control", "max-age=-1")], 600),
            (&[("cache-control", "no-store")], 600),
        ] {
            let headers = lines.iter().map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            });
            let headers: HeaderMap = headers.collect();
            assert_eq!(freshness(&headers).as_secs(), seconds, "{lines:?}");
        }
    }
}
