//! What error pages cost in allocations: exact, so that a new one is seen.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use http::{Request, Response, Uri};
use plywood_core::{Body, Client};
use plywood_error_pages::ErrorPagesLayer;
use tower::{Layer, Service, service_fn};

/// As from a gateway: the bytes of the fields are shared already, and something was left.
fn request(accept: &'static str) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static("/repos/octocat?page=2");
    for (name, value) in [
        ("host", "example.com"),
        ("accept", accept),
        ("accept-language", "de-CH,de;q=0.9,en;q=0.8"),
    ] {
        let value = http::HeaderValue::from_static(value);
        request.headers_mut().insert(name, value);
    }
    let client = Client::tcp(([192, 0, 2, 7], 40312).into());
    request.extensions_mut().insert(client);
    request
}

/// The allocations of one exchange, once the thread has warmed up.
fn cost<S, B>(mut service: S, accept: &'static str) -> u64
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body,
{
    let mut exchange = |request: &mut Option<Request<Body>>| {
        let future = pin!(service.call(request.take().unwrap()));
        let context = &mut Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = future.poll(context) else {
            panic!("nothing is waited for")
        };
        let mut body = pin!(response.into_body());
        while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(context) {
            drop(frame);
        }
    };
    for _ in 0..100 {
        exchange(&mut Some(request(accept)));
    }
    let mut request = Some(request(accept));
    measure(|| exchange(&mut request)).count_total
}

fn fine(_: Request<Body>) -> Ready<Result<Response<Body>, Infallible>> {
    ready(Ok(Response::new(Body::from("hello, world\n"))))
}

fn nothing(_: Request<Body>) -> Ready<Result<Response<Body>, Infallible>> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = http::StatusCode::NOT_FOUND;
    ready(Ok(response))
}

#[test]
fn an_answer_that_passes_costs_none() {
    let bare = cost(service_fn(fine), "text/html");
    let layer = ErrorPagesLayer::new();
    assert_eq!(cost(layer.layer(service_fn(fine)), "text/html"), bare);
}

#[test]
fn a_page_costs_its_fields_and_its_text() {
    let layer = ErrorPagesLayer::new();
    for (accept, allocations) in [("text/html", 11), ("application/json", 13), ("*/*", 13)] {
        let service = layer.layer(service_fn(nothing));
        assert_eq!(cost(service, accept), allocations, "{accept}");
    }
}
