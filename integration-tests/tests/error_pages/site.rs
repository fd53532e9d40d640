//! One site with many faults, written for each framework.

use std::io;

use axum::{
    Router,
    response::IntoResponse,
    routing::{any, get},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::*;

/// What an axum handler returns: five lines, and the error pages know the rest.
struct Refused(HttpError);

impl IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        Response::<Body>::from(self.0).into_response()
    }
}

fn sold_out() -> HttpError {
    HttpError::conflict()
        .detail("Sold <b>out</b>.")
        .because("a secret row")
}

/// A body whose head is sent, and which then ends as it should not.
fn torn(panics: bool) -> Body {
    let frames = stream::iter([false, true]).then(move |is_last| async move {
        tokio::task::yield_now().await;
        assert!(!(is_last && panics), "a secret panic");
        if is_last {
            return Err(BoxError::from("a secret error"));
        }
        Ok(Frame::data(Bytes::from("the beginning")))
    });
    Body::new(StreamBody::new(frames))
}

/// A body that panics when it is asked how much is left of it, as a server does before it sends the head.
struct Unmeasured;

impl http_body::Body for Unmeasured {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        std::task::Poll::Ready(None)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        panic!("a secret size")
    }
}

fn html(status: u16, text: &'static str) -> Response<Body> {
    let response = Response::builder().status(status);
    let response = response.header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    response.body(text.into()).unwrap()
}

pub(crate) fn axum() -> Router {
    Router::new()
        .route(
            "/refused",
            get(|| async { Err::<(), _>(Refused(sold_out())) }),
        )
        .route("/panic", get(|| async { panic!("a secret") as () }))
        .route("/body-panics", get(|| async { Response::new(torn(true)) }))
        .route("/body-fails", get(|| async { Response::new(torn(false)) }))
        .route(
            "/unmeasured",
            get(|| async { Response::new(Body::new(Unmeasured)) }),
        )
        .route("/written", get(|| async { html(404, "mine") }))
        .route("/fine", any(|| async { html(200, "fine") }))
}

/// hyper's `service_fn`, with the error of its own that such a service has.
pub(crate) fn hyper()
-> impl HttpService<Body, ResBody = Body, Error = io::Error, Future: Send> + Sync {
    let service = hyper::service::service_fn(|request: Request<Body>| async move {
        Ok(match request.uri().path() {
            "/refused" => return Err(io::Error::other(sold_out())),
            "/panic" => panic!("a secret"),
            "/body-panics" => Response::new(torn(true)),
            "/body-fails" => Response::new(torn(false)),
            "/unmeasured" => Response::new(Body::new(Unmeasured)),
            "/written" => html(404, "mine"),
            "/fine" => html(200, "fine"),
            _ => {
                let empty = Response::builder().status(404).body(Body::empty());
                empty.map_err(io::Error::other)?
            }
        })
    });
    service_fn(move |request| hyper::service::Service::call(&service, request))
}

/// tonic's routes: a gRPC service that is out of order, and the site beside it.
pub(crate) fn tonic() -> tonic::service::Routes {
    let (_, health) = tonic_health::server::health_reporter();
    tonic::service::Routes::from(axum())
        .add_service(health)
        .add_service(Broken)
}

/// A gRPC service, as generated code would make it, that panics in its handler or while it streams.
#[derive(Clone)]
struct Broken;

impl tonic::server::NamedService for Broken {
    const NAME: &'static str = "shop.Broken";
}

impl tower::Service<Request<tonic::body::Body>> for Broken {
    type Response = Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = plywood::core::BoxFuture<Result<Self::Response, Self::Error>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<tonic::body::Body>) -> Self::Future {
        Box::pin(async move {
            assert!(request.uri().path() != "/shop.Broken/Panic", "a secret");
            let body = tonic::body::Body::new(torn(true));
            let mut response = Response::new(body);
            let grpc = HeaderValue::from_static("application/grpc");
            response.headers_mut().insert(header::CONTENT_TYPE, grpc);
            Ok(response)
        })
    }
}
