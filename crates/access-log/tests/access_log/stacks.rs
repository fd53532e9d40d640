//! Among other layers, and in many threads.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
};

use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_access_log::{AccessLogLayer, Lines};
use plywood_core::{Body, Identity};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::{Fields, Log, app, get, hello};

#[tokio::test]
async fn a_sink_that_panics_costs_its_line_alone() {
    let layer = AccessLogLayer::new(|_: &[u8]| panic!("as intended"));
    let response = app(layer.clone(), hello).oneshot(get("/")).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "hello");

    let panicking = app::<Body>(layer, |_| panic!("as intended"));
    let call = AssertUnwindSafe(|| panicking.oneshot(get("/")).now_or_never());
    assert!(
        catch_unwind(call).is_err(),
        "and not the end of the process"
    );
}

#[tokio::test]
async fn two_logs_write_a_line_each() {
    let log = Log::default();
    let twice = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(log.layer())
        .layer(log.layer())
        .layer(LintLayer::new())
        .service(service_fn(|request| {
            Identity::new("ada").tell(&request);
            std::future::ready(hello(&request))
        }));
    drop(
        twice
            .oneshot(get("/"))
            .await
            .unwrap()
            .into_body()
            .collect()
            .await,
    );
    assert_eq!(log.lines().len(), 2);
    assert_eq!(log.lines()[0], log.lines()[1]);
    assert!(log.lines()[0].starts_with("- - ada ["));
}

#[tokio::test]
async fn a_service_that_cannot_fail_still_cannot() {
    let log = Log::default();
    let sure = log.layer();
    let sure = tower::Layer::layer(
        &sure,
        service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::empty())) }),
    );
    let Ok(response) = sure.oneshot(get("/")).await;
    drop(response);
    assert_eq!(log.one().outcome(), ("200", "-"));
}

#[test]
fn threads_do_not_tear_each_others_lines() {
    const THREADS: usize = 8;
    const REQUESTS: usize = 400;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.log");
    let lines = Lines::file(&path).unwrap();
    let layer = AccessLogLayer::new(lines.clone());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let app = app(layer.clone(), hello);
            scope.spawn(move || {
                for number in 0..REQUESTS {
                    let target = format!("/{thread}/{number}/{}", "x".repeat(number));
                    let response = app.clone().oneshot(get(&target)).now_or_never().unwrap();
                    drop(response.unwrap().into_body().collect().now_or_never());
                }
            });
        }
    });
    lines.flush();
    let written = std::fs::read_to_string(path).unwrap();
    let mut next = [0; THREADS];
    for line in written.lines() {
        let fields = Fields::parse(line).unwrap_or_else(|| panic!("torn: {line}"));
        let mut target = fields.request().split(['/', ' ']).skip(2);
        let mut number = || target.next().unwrap().parse::<usize>().unwrap();
        let (thread, number) = (number(), number());
        assert_eq!(number, next[thread], "a thread's lines keep their order");
        assert!(
            fields
                .request()
                .contains(&format!("/{} ", "x".repeat(number)))
        );
        next[thread] += 1;
    }
    assert_eq!((next, lines.dropped()), ([REQUESTS; THREADS], 0));
}
