//! Every layer while its caller goes away: at each poll of the answer and of its body.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use plywood::prelude::*;
use plywood_lint::LintLayer;
use plywood_test::{
    Client as TestClient,
    harness::{RoughBody, drop_everywhere},
};
use tokio::task::yield_now;
use tower::limit::ConcurrencyLimit;

/// Counts in the session, and answers in a body that takes its time. One at a time.
async fn count(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    if let Ok(session) = Session::of(&request) {
        yield_now().await;
        let count = session.update("count", |count: Option<u32>| count.unwrap_or(0) + 1);
        count.await?;
    }
    yield_now().await;
    let page = "a page of a few words, over and over again\n".repeat(100);
    let response = Response::builder().header("content-type", "text/plain; charset=utf-8");
    Ok(response.body(RoughBody::new(page).pieces(1500).delays(1).into())?)
}

fn request() -> Request<Body> {
    let request = Request::builder()
        .uri("/")
        .header("host", "localhost")
        .header("accept-encoding", "gzip")
        .header("authorization", "Basic YWRhOnBseXdvb2Q=");
    request.body(Body::empty()).unwrap()
}

/// Over a service that holds one at a time, the next request is answered whenever the last one went away.
macro_rules! each {
    ($($name:ident => $layer:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let service = ServiceBuilder::new()
                .layer(LintLayer::new())
                .layer($layer)
                .layer(LintLayer::new())
                .service(ConcurrencyLimit::new(service_fn(count), 1));
            check(service).await;
        }
    )*};
}

each! {
    nothing_is_left_in_the_access_log => AccessLogLayer::new(|_: &[u8]| ());
    nothing_is_left_in_error_pages => ErrorPagesLayer::new();
    nothing_is_left_in_compression => CompressionLayer::new();
    nothing_is_left_in_sessions => SessionLayer::new(MemoryStore::new());
    nothing_is_left_in_auth => BasicAuthLayer::new(|name, _| Some(Identity::new(name)));
    nothing_is_left_in_when => when(at("/"), AccessLogLayer::new(|_: &[u8]| ()));
    nothing_is_left_in_a_recursive_layer => plywood::mount::RecursiveLayer::new();
    nothing_is_left_in_all_of_them => ServiceBuilder::new()
        .layer(AccessLogLayer::new(|_: &[u8]| ()))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(BasicAuthLayer::new(|name, _| Some(Identity::new(name))))
        .into_inner();
}

async fn check<S>(service: S)
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let client = TestClient::new(service.clone());
    let polls = AtomicUsize::new(0);
    let after = async |n| {
        polls.store(n, Ordering::Relaxed);
        let next = client.get("/").basic_auth("ada", "plywood").send();
        let next = tokio::time::timeout(Duration::from_secs(240), next);
        let next = next
            .await
            .unwrap_or_else(|_| panic!("nothing is answered after {n} polls"));
        assert_eq!(next.bytes().len(), 4300, "after {n} polls");
    };
    let response = drop_everywhere(service, request, after).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.body().is_empty());
    // One while the head is waited for, one while the body is, and the last. Compression waits no more, because it gives what it has.
    let polls = polls.into_inner();
    assert!(polls >= 3, "{polls}");
}

#[tokio::test]
async fn a_session_that_was_not_saved_to_its_end_is_the_old_one_or_the_new_one() {
    let app = SessionLayer::new(MemoryStore::new()).layer(service_fn(count));
    let client = TestClient::new(app.clone());
    client.get("/").await.ok();
    let cookie = client.cookies().remove(0).to_string();
    let visit = || {
        let mut request = request();
        request
            .headers_mut()
            .insert(header::COOKIE, cookie.parse().unwrap());
        request
    };
    // Each of these may count or not, but the session stays whole and is found.
    drop_everywhere(app, visit, async |_| {
        client.get("/").await.ok();
        let now = client.cookies().remove(0).to_string();
        assert_eq!(now, cookie);
    })
    .await
    .unwrap();
}
