//! The error pages through their public API, between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

mod documents;
mod ending;
mod filling;
mod handlers;
mod languages;
mod maintenance;
mod own;
mod properties;

use std::convert::Infallible;

use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, Failure, HttpBody};
use plywood_error_pages::ErrorPagesLayer;
use plywood_lint::LintLayer;
use serde_json::Value;
use tower::{Service, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

fn around<S, B>(layer: ErrorPagesLayer, inner: S) -> App
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    B: HttpBody,
{
    let service = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(inner);
    BoxCloneSyncService::new(service)
}

fn answering(
    layer: ErrorPagesLayer,
    answer: impl Fn() -> Result<Response<Body>, BoxError> + Clone + Send + Sync + 'static,
) -> App {
    let inner = service_fn(move |_: Request<Body>| std::future::ready(answer()));
    around(layer, inner)
}

/// An answer with this status and these fields, and nothing in it.
fn empty(
    status: u16,
    fields: &'static [(&'static str, &'static str)],
) -> impl Fn() -> Result<Response<Body>, BoxError> + Clone + Send + Sync + 'static {
    move || {
        let response = fields.iter().fold(
            Response::builder().status(status),
            |response, (name, value)| response.header(*name, *value),
        );
        Ok(response.body(Body::empty())?)
    }
}

fn get(target: &str, accept: &str) -> Request<Body> {
    let request = Request::get(target).header("accept", accept);
    request.body(Body::empty()).unwrap()
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    failure: Option<String>,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn ask(app: App, request: Request<Body>) -> Answer {
    let Ok(response) = app.oneshot(request).await;
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        failure: Failure::of(&head).map(ToString::to_string),
        headers: head.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// The answer of a layer to an error that is empty inside.
async fn filled_by(layer: ErrorPagesLayer, status: u16, request: Request<Body>) -> Answer {
    ask(answering(layer, empty(status, &[])), request).await
}

/// The answer to an error that is empty inside.
async fn filled(
    status: u16,
    fields: &'static [(&'static str, &'static str)],
    request: Request<Body>,
) -> Answer {
    ask(
        answering(ErrorPagesLayer::new(), empty(status, fields)),
        request,
    )
    .await
}
