//! Many visitors of one service at a time. The peer's SQLite is measured by a program of its own, which has this file too.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use http::{
    HeaderValue, Request,
    header::{COOKIE, SET_COOKIE},
};
use plywood_core::{Body, HttpBody, HttpService, Scheme};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

/// So many visitors have a session.
pub const VISITORS: usize = 500;

/// So many of them ask at a time.
pub const TASKS: usize = 32;

/// What a browser sends to a server, which leaves something of its own in the request.
fn request(path: &str, cookie: Option<&str>) -> Request<()> {
    let cookie = cookie.unwrap_or("id=none");
    let mut request = Request::get(path)
        .header("host", "example.com")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        .header(
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        )
        .header("accept-language", "en-GB,en;q=0.7,de;q=0.3")
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .header(COOKIE, format!("theme=dark; {cookie}"))
        .body(())
        .expect("it is well-formed");
    request.extensions_mut().insert(Scheme::Https);
    request
}

/// The requests of visitors who have a session already.
pub async fn visitors<S>(service: &S, path: &str) -> Vec<Request<()>>
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let mut requests = Vec::new();
    for _ in 0..VISITORS {
        let (parts, ()) = request("/create", None).into_parts();
        let first = Request::from_parts(parts, Body::empty());
        let response = service.clone().oneshot(first).await;
        let response = response.unwrap_or_else(|never| match never {});
        let set = response.headers().get(SET_COOKIE);
        let cookie = set.map(|set| set.to_str().expect("it is text"));
        let pair = cookie.and_then(|cookie| cookie.split(';').next());
        requests.push(request(path, pair.filter(|_| path != "/create")));
    }
    requests
}

/// Sends a request and drops the answer, which must be good.
pub async fn ask<S>(service: &S, request: &Request<()>)
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let (parts, ()) = request.clone().into_parts();
    let request = Request::from_parts(parts, Body::empty());
    let response = service.clone().oneshot(request).await;
    let response = response.unwrap_or_else(|never| match never {});
    assert_eq!(response.status(), 200);
}

/// A request that shares nothing with another: a server reads each from its own connection.
fn copied(request: &Request<()>) -> Request<()> {
    let path = request.uri().to_string();
    let mut copy = Request::get(path).body(()).expect("it was a path");
    for (name, value) in request.headers() {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("it was a value");
        copy.headers_mut().append(name, value);
    }
    copy.extensions_mut().insert(Scheme::Https);
    copy
}

/// Requests a second with so many workers.
pub type Crowd = Box<dyn Fn(usize) -> f64>;

/// A crowd before `service`, whose requests are for `path`.
pub fn crowd<S>(service: S, path: &str) -> Crowd
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> + Sync,
{
    let requests: Arc<[Request<()>]> = runtime_of(1).block_on(visitors(&service, path)).into();
    Box::new(move |workers| {
        const SPAN: Duration = Duration::from_millis(700);
        let (runtime, answered) = (runtime_of(workers), Arc::new(AtomicU64::new(0)));
        let started = Instant::now();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|task| {
                    let (service, answered) = (service.clone(), Arc::clone(&answered));
                    let some = (0..64).map(|turn| &requests[(task * 31 + turn * 7) % VISITORS]);
                    let requests: Vec<_> = some.map(copied).collect();
                    tokio::spawn(async move {
                        let mut turn = 0;
                        while started.elapsed() < SPAN {
                            for _ in 0..16 {
                                ask(&service, &requests[turn % 64]).await;
                                turn += 1;
                            }
                            answered.fetch_add(16, Ordering::Relaxed);
                            tokio::task::yield_now().await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no task panics");
            }
        });
        float(answered.load(Ordering::Relaxed)) / started.elapsed().as_secs_f64()
    })
}

/// Tasks run on the workers alone.
fn runtime_of(workers: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).enable_all();
    builder.build().expect("a runtime can be made")
}

#[expect(clippy::cast_precision_loss, reason = "no count here is that great")]
fn float(number: u64) -> f64 {
    number as f64
}
