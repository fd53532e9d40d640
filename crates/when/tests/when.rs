//! A layer for some requests, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    sync::Arc,
    task::{Context, Waker},
};

use http::{HeaderValue, Method, Request, Response};
use plywood_core::{
    Body, BoxError, Identity,
    future::{Edit, Edited},
    sheet::{Act, Described, Onion, Sheet},
};
use plywood_lint::LintLayer;
use plywood_test::{Client, Reply};
use plywood_when::{at, when};
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt,
    limit::{ConcurrencyLimitLayer, GlobalConcurrencyLimitLayer},
    service_fn,
};

/// Marks an answer.
#[derive(Clone)]
struct Mark;

#[derive(Clone)]
struct Marks<S>(S);

impl<S> Layer<S> for Mark {
    type Service = Marks<S>;

    fn layer(&self, inner: S) -> Marks<S> {
        Marks(inner)
    }
}

impl<S, B> Service<Request<Body>> for Marks<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Edited<S::Future, Mark>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Edited::new(self.0.call(request), self::Mark)
    }
}

impl<B> Edit<B> for Mark {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        response
            .headers_mut()
            .insert("x-mark", HeaderValue::from_static("1"));
        response
    }
}

impl Described for Mark {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .needs::<Identity>("auth")
            .acts(Act::MarksEveryAnswer)
    }
}

fn is_marked(reply: &Reply) -> bool {
    reply.headers().contains_key("x-mark")
}

async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    if request.uri() == "/fails" {
        return Err("it failed".into());
    }
    Ok(Response::new(request.into_body()))
}

#[tokio::test]
async fn the_layer_runs_where_the_predicate_is_true_and_nowhere_else() {
    let app = ServiceBuilder::new()
        .layer(when(at("/admin"), Mark))
        .layer(LintLayer::new())
        .service_fn(site);
    let client = Client::new(app);
    for (target, marked) in [
        ("/admin", true),
        ("/%61dmin/x", true),
        ("/", false),
        ("/admins", false),
    ] {
        let reply = client.post(target).body("body").await;
        assert_eq!(is_marked(&reply), marked, "{target}");
        assert_eq!(reply.text(), "body");
    }
}

#[tokio::test]
async fn several_stand_in_one_stack() {
    let app = ServiceBuilder::new()
        .layer(when(|head| head.method == Method::POST, Mark))
        .layer(when(
            |head| head.headers.contains_key("x-beta"),
            LintLayer::new(),
        ))
        .service_fn(site);
    let client = Client::new(app);
    assert!(is_marked(&client.post("/").await));
    assert!(is_marked(&client.post("/").header("x-beta", "1").await));
    assert!(is_marked(&client.post("/").await));
    assert!(!is_marked(&client.get("/").header("x-beta", "1").await));
}

#[tokio::test]
async fn errors_pass_on_both_ways() {
    for at_all in [true, false] {
        let app = when(move |_| at_all, Mark).layer(service_fn(site));
        let request = Request::get("/fails").body(Body::empty()).unwrap();
        assert_eq!(
            app.oneshot(request).await.unwrap_err().to_string(),
            "it failed"
        );
    }
}

/// The inner service has one place. Reserved for the way around the layer and wanted on the way through it, it would be waited for forever.
#[tokio::test]
async fn one_place_in_the_inner_service_is_enough_for_both_ways() {
    for at_all in [true, false] {
        let mut app = ServiceBuilder::new()
            .layer(LintLayer::new())
            .layer(when(move |_| at_all, Mark))
            .layer(ConcurrencyLimitLayer::new(1))
            .layer(LintLayer::new())
            .service_fn(site);
        for _ in 0..3 {
            let request = Request::get("/").body(Body::empty()).unwrap();
            app.ready().await.unwrap().call(request).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_layer_that_is_busy_holds_up_nobody_who_passes_it_by() {
    let busy = Arc::new(tokio::sync::Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&busy));
    let mut app = when(at("/upload"), limit).layer(service_fn(site));
    let request = |path| Request::get(path).body(Body::empty()).unwrap();
    let mut waits = Box::pin(app.ready().await.unwrap().call(request("/upload")));
    assert!(
        waits
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    app.ready().await.unwrap().call(request("/")).await.unwrap();
    busy.add_permits(1);
    waits.await.unwrap();
}

#[test]
fn its_sheet_is_that_of_its_layer() {
    let guard = Sheet::new("Guard").acts(Act::Refuses);
    let layer = when(|_| true, Mark);
    let advice = Onion::of(&[&guard, &layer]).advice();
    assert_eq!(advice.len(), 2, "{advice:?}");
}
