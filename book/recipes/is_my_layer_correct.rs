//! Is my layer correct?

// ANCHOR: app
use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{BoxFuture, HttpService, take_ready};
use tokio::sync::Semaphore;
use tower_layer::Layer;
use tower_service::Service;

/// Lets so many requests in at a time; the others wait.
#[derive(Clone)]
struct TurnsLayer {
    free: Arc<Semaphore>,
}

/// The service that [`TurnsLayer`] makes.
#[derive(Clone)]
struct Turns<S> {
    inner: S,
    layer: TurnsLayer,
}

impl TurnsLayer {
    fn new(at_a_time: usize) -> Self {
        let free = Arc::new(Semaphore::new(at_a_time));
        Self { free }
    }
}

impl<S> Layer<S> for TurnsLayer {
    type Service = Turns<S>;

    fn layer(&self, inner: S) -> Turns<S> {
        Turns {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Turns<S>
where
    S: HttpService<ReqBody, ResBody = ResBody, Error: Send>,
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ReqBody: Send + 'static,
    ResBody: Send + 'static,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<ResBody>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut inner = take_ready(&mut self.inner);
        let free = Arc::clone(&self.layer.free);
        Box::pin(async move {
            let _turn = free.acquire().await.expect("nobody closes it");
            inner.call(request).await
        })
    }
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), plywood::core::BoxError> {
    use plywood::prelude::*;

    let app = plywood::app(
        ServiceBuilder::new()
            .layer(plywood_lint::LintLayer::warning().behind_gateway())
            .layer(ErrorPagesLayer::new())
            .layer(TurnsLayer::new(64))
            .layer(plywood_lint::LintLayer::warning())
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
    use std::convert::Infallible;

    use plywood_core::Body;
    use plywood_lint::LintLayer;
    use plywood_test::Client;
    use tower::{ServiceBuilder, service_fn};

    use super::*;

    async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
        Ok(Response::new("hello".into()))
    }

    #[tokio::test]
    async fn the_layer_keeps_the_contract() {
        let client = Client::new(
            ServiceBuilder::new()
                .layer(TurnsLayer::new(1))
                .layer(LintLayer::new())
                .service(service_fn(hello)),
        );
        for _ in 0..3 {
            client.get("/").await.expect_text("hello");
        }
    }
}
// ANCHOR_END: test

// ANCHOR: broken
#[cfg(test)]
mod broken {
    use std::{
        convert::Infallible,
        sync::{Arc, Mutex},
    };

    use http::{Request, Response};
    use plywood_core::Body;
    use plywood_lint::{LintLayer, rule};
    use tower::{Layer, ServiceExt, service_fn};

    /// An answer with three mistakes in it.
    async fn page(_: Request<Body>) -> Result<Response<Body>, Infallible> {
        let response = Response::builder()
            .header("etag", "17")
            .header("cache-control", "public, max-age=1h")
            .header("set-cookie", "__Host-theme=dark; Secure");
        Ok(response.body("<p>hello".into()).expect("http takes all of this"))
    }

    #[tokio::test]
    async fn a_lint_that_reports_finds_all_of_them() {
        let found = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&found);
        let lint = LintLayer::reporting(move |fault| {
            sink.lock().unwrap().push(fault.rule().id);
        })
        .without(rule::COOKIE_IS_PRIVATE, "the theme may be shared");

        let app = lint.layer(service_fn(page));
        app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(*found.lock().unwrap(), ["H8", "H11", "H13"]);
    }
}
// ANCHOR_END: broken
