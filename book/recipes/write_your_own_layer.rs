//! Write your own layer.

// ANCHOR: editor
use std::{
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{HeaderValue, Request, Response, StatusCode, header::RETRY_AFTER};
use plywood_core::{
    Body, BoxFuture, Failure, HttpBody, HttpService,
    future::{Edit, Edited, Gated},
    take_ready,
};
use tower_layer::Layer;
use tower_service::Service;

/// Says in each answer how long it took.
#[derive(Clone)]
struct Timed<S> {
    inner: S,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Timed<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Edited<S::Future, Clock>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let clock = Clock(Instant::now());
        Edited::new(self.inner.call(request), clock)
    }
}

struct Clock(Instant);

impl<B> Edit<B> for Clock {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        let text = format!("app;dur={}", self.0.elapsed().as_millis());
        let value = HeaderValue::try_from(text).expect("digits are a value");
        response.headers_mut().append("server-timing", value);
        response
    }
}
// ANCHOR_END: editor

// ANCHOR: gate
/// Answers 503 to whoever does not hold the key, while the house is closed.
#[derive(Clone)]
struct Closed<S> {
    inner: S,
    layer: ClosedLayer,
}

#[derive(Clone)]
struct ClosedLayer {
    key: &'static str,
}

impl<S> Layer<S> for ClosedLayer {
    type Service = Closed<S>;

    fn layer(&self, inner: S) -> Closed<S> {
        Closed {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Closed<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let key = request.headers().get("x-key");
        if key.is_some_and(|key| key == self.layer.key) {
            Gated::open(self.inner.call(request))
        } else {
            Gated::shut(refusal())
        }
    }
}

fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(RETRY_AFTER, 300.into());
    response.extensions_mut().insert(Failure::new("the house is closed"));
    response
}
// ANCHOR_END: gate

// ANCHOR: awaiter
/// Waits a while before each call: what a slow network does to a page.
#[derive(Clone)]
struct Slow<S> {
    inner: S,
    pause: Duration,
}

impl<S, ReqBody> Service<Request<ReqBody>> for Slow<S>
where
    S: HttpService<ReqBody, Response: Send, Error: Send>,
    ReqBody: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut inner = take_ready(&mut self.inner);
        let pause = self.pause;
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            inner.call(request).await
        })
    }
}
// ANCHOR_END: awaiter

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), plywood_core::BoxError> {
    use plywood::prelude::*;
    use tower_layer::layer_fn;

    let pause = Duration::from_millis(300);
    let app = plywood::app(
        ServiceBuilder::new()
            .layer(layer_fn(|inner| Timed { inner }))
            .layer(ErrorPagesLayer::new())
            .layer(ClosedLayer { key: "sesame" })
            .layer(layer_fn(move |inner| Slow { inner, pause }))
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

    use plywood_lint::LintLayer;
    use plywood_test::Client;
    use tower::{ServiceBuilder, service_fn};
    use tower_layer::layer_fn;

    use super::*;

    async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
        Ok(Response::new("hello".into()))
    }

    #[tokio::test]
    async fn the_three_keep_the_contract() {
        let client = Client::new(
            ServiceBuilder::new()
                .layer(layer_fn(|inner| Timed { inner }))
                .layer(LintLayer::new())
                .layer(ClosedLayer { key: "sesame" })
                .layer(LintLayer::new())
                .layer(layer_fn(|inner| Slow {
                    inner,
                    pause: Duration::ZERO,
                }))
                .layer(LintLayer::new())
                .service(service_fn(hello)),
        );
        let reply = client.get("/").await.expect_status(503);
        reply.expect_header("retry-after", "300");

        let reply = client.get("/").header("x-key", "sesame").await;
        let reply = reply.expect_text("hello");
        assert!(reply.header("server-timing").starts_with("app;dur="));
    }
}
// ANCHOR_END: test
