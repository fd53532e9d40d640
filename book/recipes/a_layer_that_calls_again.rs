//! A layer that calls later, again, or not at all.

// ANCHOR: decision
use std::{
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{Method, Request, Response, StatusCode, header::RETRY_AFTER};
use http_body::Body as _;
use plywood_core::{
    Body, BoxFuture, HttpBody, HttpService, refuse,
    sheet::{Act, Described, Sheet},
    take_ready,
};
use tower_layer::Layer;
use tower_service::Service;

/// May it be asked twice? Only what changes nothing, and has no body that would be
/// gone after the first time.
fn may_be_repeated(method: &Method, body: &Body) -> bool {
    method.is_safe() && body.is_end_stream()
}

/// Is it worth another try? 503 says "not now"; any other answer is an answer.
fn is_busy(status: StatusCode) -> bool {
    status == StatusCode::SERVICE_UNAVAILABLE
}

/// How long is the service left alone? `None` if it is not.
fn rest(until: Option<Instant>, now: Instant) -> Option<Duration> {
    let left = until?.saturating_duration_since(now);
    (!left.is_zero()).then_some(left)
}
// ANCHOR_END: decision

// ANCHOR: config
/// Asks again when the service is busy, and leaves it alone when that was in vain.
#[derive(Clone, Debug)]
struct AgainLayer {
    config: Arc<Config>,
}

#[derive(Debug)]
struct Config {
    tries: u32,
    pause: Duration,
    rest: Duration,
    /// Shared by all requests: until when nobody is let through.
    until: Mutex<Option<Instant>>,
}

impl AgainLayer {
    /// So many times in all, with this pause between two, and then so long a rest.
    fn new(tries: u32, pause: Duration, rest: Duration) -> Self {
        let until = Mutex::default();
        let config = Config {
            tries,
            pause,
            rest,
            until,
        };
        Self {
            config: Arc::new(config),
        }
    }
}

impl Config {
    fn until(&self) -> Option<Instant> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rest_from(&self, now: Instant) {
        let until = now.checked_add(self.rest);
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl<S> Layer<S> for AgainLayer {
    type Service = Again<S>;

    fn layer(&self, inner: S) -> Again<S> {
        Again {
            inner,
            layer: self.clone(),
        }
    }
}

/// What the doctor is told.
impl Described for AgainLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().acts(Act::Refuses)
    }
}
// ANCHOR_END: config

// ANCHOR: service
/// The service that [`AgainLayer`] makes.
#[derive(Clone, Debug)]
struct Again<S> {
    inner: S,
    layer: AgainLayer,
}

impl<S, ResBody> Service<Request<Body>> for Again<S>
where
    S: HttpService<Body, ResBody = ResBody, Error: Send>,
    S: Service<Request<Body>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let config = Arc::clone(&self.layer.config);
        if let Some(rest) = rest(config.until(), Instant::now()) {
            // Not at all: the service that is ready stays so, for the next request.
            return Box::pin(async move { Ok(busy(rest)) });
        }
        // Later: the ready one goes along, and its clone stays.
        let inner = take_ready(&mut self.inner);
        Box::pin(ask(inner, request, config))
    }
}

async fn ask<S, ResBody>(
    mut inner: S,
    request: Request<Body>,
    config: Arc<Config>,
) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    let (head, mut body) = request.into_parts();
    if !may_be_repeated(&head.method, &body) {
        let answer = inner.call(Request::from_parts(head, body)).await?;
        return Ok(answer.map(Body::new));
    }
    let mut left = config.tries;
    loop {
        let request = Request::from_parts(head.clone(), body);
        let answer = inner.call(request).await?;
        left = left.saturating_sub(1);
        if !is_busy(answer.status()) {
            return Ok(answer.map(Body::new));
        }
        if left == 0 {
            config.rest_from(Instant::now());
            return Ok(answer.map(Body::new));
        }
        // Whatever it holds is free while we wait.
        drop(answer);
        tokio::time::sleep(config.pause).await;
        // Again: it was ready for one call, and that is over.
        poll_fn(|cx| inner.poll_ready(cx)).await?;
        body = Body::empty();
    }
}

/// The answer in the service's place.
fn busy(rest: Duration) -> Response<Body> {
    let reason = "the service was busy at each try, and is left alone";
    let mut answer = refuse(StatusCode::SERVICE_UNAVAILABLE, reason);
    let seconds = rest.as_secs() + 1;
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    answer
}
// ANCHOR_END: service

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), plywood_core::BoxError> {
    use plywood::prelude::*;

    let (pause, rest) = (Duration::from_millis(100), Duration::from_secs(5));
    let app = plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(AgainLayer::new(3, pause, rest))
            .service(Files::new("public")?),
    );
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use plywood_core::BoxError;
    use plywood_lint::LintLayer;
    use plywood_test::Client;
    use tower::{ServiceBuilder, limit::ConcurrencyLimitLayer, service_fn};

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    /// A service that is busy so many times, between two lints: the client brings
    /// the outer one. How often it was called is counted.
    fn busy_at_first(times: u32, rest: Duration) -> (Client, Arc<AtomicU32>) {
        let calls = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&calls);
        let page = move |_: Request<Body>| {
            let is_busy = counter.fetch_add(1, Relaxed) < times;
            async move {
                let status = if is_busy { 503 } else { 200 };
                let answer = Response::builder().status(status);
                answer.body(Body::empty()).map_err(BoxError::from)
            }
        };
        let client = Client::new(
            ServiceBuilder::new()
                .layer(AgainLayer::new(3, Duration::ZERO, rest))
                .layer(LintLayer::new())
                // It holds a permit from `poll_ready` to the end of the call.
                .layer(ConcurrencyLimitLayer::new(1))
                .service(service_fn(page)),
        );
        (client, calls)
    }

    #[test]
    fn the_decisions_need_no_service() {
        let now = Instant::now();
        assert_eq!(rest(None, now), None);
        assert_eq!(rest(Some(now), now), None);
        assert_eq!(rest(Some(now + LONG), now), Some(LONG));
        assert!(may_be_repeated(&Method::HEAD, &Body::empty()));
        assert!(!may_be_repeated(&Method::GET, &"a body".into()));
        assert!(!may_be_repeated(&Method::PUT, &Body::empty()));
    }

    #[tokio::test]
    async fn a_busy_service_is_asked_again() {
        let (client, calls) = busy_at_first(2, LONG);
        client.get("/").await.expect_status(200);
        assert_eq!(calls.load(Relaxed), 3);
    }

    #[tokio::test]
    async fn what_changes_something_is_asked_once() {
        let (client, calls) = busy_at_first(2, LONG);
        client.post("/").body("an order").await.expect_status(503);
        assert_eq!(calls.load(Relaxed), 1);
    }

    #[tokio::test]
    async fn one_that_stays_busy_is_left_alone() {
        let (client, calls) = busy_at_first(u32::MAX, LONG);
        client.get("/").await.expect_status(503).expect_no_header("retry-after");
        for _ in 0..5 {
            let reply = client.get("/").await.expect_status(503);
            assert!(!reply.header("retry-after").is_empty());
        }
        assert_eq!(calls.load(Relaxed), 3);
    }

    #[tokio::test]
    async fn after_the_rest_it_is_asked_as_before() {
        let (client, _) = busy_at_first(3, Duration::ZERO);
        client.get("/").await.expect_status(503);
        client.get("/").await.expect_status(200);
    }

    #[tokio::test]
    async fn an_error_passes_as_it_is() {
        let broken = service_fn(|_: Request<Body>| async {
            Err::<Response<Body>, BoxError>("the disk is gone".into())
        });
        let layer = AgainLayer::new(3, Duration::ZERO, LONG);
        let mut app = layer.layer(broken);
        poll_fn(|cx| app.poll_ready(cx)).await.unwrap();
        let error = app.call(Request::new(Body::empty())).await.unwrap_err();
        assert_eq!(error.to_string(), "the disk is gone");
    }
}
// ANCHOR_END: test
