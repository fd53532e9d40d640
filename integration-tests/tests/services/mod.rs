//! One small site, written for each framework.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::CONTENT_TYPE, uri::Scheme};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, combinators::BoxBody};
use plywood::prelude::{Body, BoxError, HttpBody, HttpService, Layer, ServiceExt};

pub(crate) const LINE: &str = "a line that compresses well\n";

pub(crate) fn page() -> String {
    LINE.repeat(200)
}

/// The site itself, for those who bring no router.
async fn site(request: Request<Body>) -> Response<Body> {
    let answer = |status, body: Body| {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response
    };
    let text = |body: Body| {
        let mut response = answer(StatusCode::OK, body);
        let plain = http::HeaderValue::from_static("text/plain");
        response.headers_mut().insert(CONTENT_TYPE, plain);
        response
    };
    match request.uri().path() {
        "/hello" if request.method() == http::Method::HEAD => text(Body::empty()),
        "/hello" => text(page().into()),
        "/nothing" => answer(StatusCode::NO_CONTENT, Body::empty()),
        "/echo" => text(
            request
                .into_body()
                .collect()
                .await
                .unwrap()
                .to_bytes()
                .into(),
        ),
        "/panic" => panic!("a secret"),
        _ => answer(StatusCode::NOT_FOUND, Body::empty()),
    }
}

pub(crate) fn tower()
-> impl HttpService<Body, ResBody = Body, Error = BoxError, Future: Send> + Sync {
    tower::service_fn(|request| async { Ok(site(request).await) })
}

/// hyper's `service_fn`. Its trait takes `&self` and has no readiness, so that it needs a step to become a tower service.
pub(crate) fn hyper()
-> impl HttpService<Body, ResBody = Body, Error = Infallible, Future: Send> + Sync {
    let service = hyper::service::service_fn(|request| async { Ok(site(request).await) });
    tower::service_fn(move |request| hyper::service::Service::call(&service, request))
}

pub(crate) fn axum() -> axum::Router {
    use axum::routing::{get, post};

    axum::Router::new()
        .route("/hello", get(|| async { page() }))
        .route("/nothing", get(|| async { StatusCode::NO_CONTENT }))
        .route("/echo", post(|body: String| async { body }))
        .route("/panic", get(|| async { panic!("a secret") as () }))
}

/// tonic's routes: a gRPC service, and the site beside it.
pub(crate) fn tonic() -> tonic::service::Routes {
    let (_, health) = tonic_health::server::health_reporter();
    tonic::service::Routes::from(axum()).add_service(health)
}

/// The same, spoken to by browsers: tonic-web puts the trailers into the body.
pub(crate) fn grpc_web()
-> impl HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>, Future: Send> + Sync {
    tonic_web::GrpcWebLayer::new().layer(tonic())
}

/// A service for a function in a cloud: its event has the whole body at hand, and so has its answer.
pub(crate) fn function()
-> impl HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>, Future: Send> + Sync {
    let handler = tower::service_fn(|event: Request<Payload>| async {
        let request = event.map(|payload| match payload {
            Payload::Empty => Body::empty(),
            Payload::Text(text) => text.into(),
        });
        let (head, body) = site(request).await.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let payload = match &bytes[..] {
            [] => Payload::Empty,
            bytes => Payload::Text(String::from_utf8(bytes.to_vec())?),
        };
        Ok::<_, BoxError>(Response::from_parts(head, payload))
    });
    tower::service_fn(move |request: Request<Body>| async move {
        let (head, body) = request.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let text = String::from_utf8(bytes.to_vec())?;
        handler
            .oneshot(Request::from_parts(head, Payload::Text(text)))
            .await
    })
}

/// What such a function gets and gives.
enum Payload {
    Empty,
    Text(String),
}

impl http_body::Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(match std::mem::replace(self.get_mut(), Self::Empty) {
            Self::Empty => None,
            Self::Text(text) => Some(Ok(Frame::data(text.into()))),
        })
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Empty => 0,
            Self::Text(text) => text.len() as u64,
        })
    }
}

/// A poem endpoint. Its trait takes `&self` and requests of its own.
pub(crate) fn poem()
-> impl HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>, Future: Send> + Sync {
    use poem::{Endpoint, IntoEndpoint, Route, endpoint::make_sync, get, post};

    let echo = poem::endpoint::make(|request: poem::Request| async {
        request.into_body().into_string().await
    });
    let route = Route::new()
        .at("/hello", get(make_sync(|_| page())))
        .at("/nothing", get(make_sync(|_| StatusCode::NO_CONTENT)))
        .at("/echo", post(echo))
        .at(
            "/panic",
            get(make_sync(|_| -> StatusCode { panic!("a secret") })),
        )
        .at("/*rest", make_sync(|_| StatusCode::NOT_FOUND));
    let endpoint = Arc::new(route.into_endpoint());
    tower::service_fn(move |request: Request<Body>| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            let (head, body) = request.into_parts();
            // No socket is there to tell both addresses.
            let nowhere = (head, Default::default(), Default::default(), Scheme::HTTP);
            let head = poem::RequestParts::from(nowhere);
            let body = BoxBody::new(Shared(Mutex::new(body)).map_err(io::Error::other));
            let request = poem::Request::from_parts(head, body.into());
            let response = endpoint.get_response(request).await;
            Ok::<_, Infallible>(Response::<BoxBody<Bytes, io::Error>>::from(response))
        }
    })
}

pub(crate) fn warp()
-> impl HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>, Future: Send> + Sync {
    use warp::Filter;

    let hello = warp::path!("hello")
        .and(warp::get().or(warp::head()).unify())
        .map(page);
    let nothing = warp::path!("nothing").map(|| StatusCode::NO_CONTENT);
    let echo = warp::path!("echo")
        .and(warp::body::bytes())
        .map(|bytes: Bytes| Response::new(bytes.to_vec()));
    let panics = warp::path!("panic").map(|| -> StatusCode { panic!("a secret") });
    let service = warp::service(hello.or(nothing).or(echo).or(panics));
    tower::util::MapRequest::new(service, |request: Request<Body>| {
        request.map(|body| Shared(Mutex::new(body)))
    })
}

/// A body that can be shared between threads, which warp and poem ask for, though it polls it from one at a time.
struct Shared(Mutex<Body>);

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(self.get_mut().0.get_mut().unwrap()).poll_frame(cx)
    }
}
