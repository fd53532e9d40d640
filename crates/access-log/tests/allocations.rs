//! What a line costs in allocations: exact, so that a new one is seen.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use http::{Request, Response, Uri};
use http_body::Body as _;
use plywood_access_log::{AccessLogLayer, Format, Lines};
use plywood_core::{Body, Client};
use tower::{Layer, Service, service_fn};

fn hello(_: Request<Body>) -> Ready<Result<Response<Body>, Infallible>> {
    ready(Ok(Response::new(Body::from("hello, world\n"))))
}

/// As from a gateway: the target's bytes are shared already, and something was left.
fn request() -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static("/repos/octocat?page=2");
    for (name, value) in [
        ("host", "example.com"),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ),
        ("referer", "https://example.com/issues?page=1"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let client = Client::tcp(([192, 0, 2, 7], 40312).into());
    request.extensions_mut().insert(client);
    request
}

/// The allocations of one exchange, from the request to its line, once the thread has warmed up.
fn cost(layer: &AccessLogLayer) -> u64 {
    let mut service = layer.layer(service_fn(hello));
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
        exchange(&mut Some(request()));
    }
    let mut request = Some(request());
    measure(|| exchange(&mut request)).count_total
}

#[test]
fn a_line_costs_the_place_in_the_request_and_nothing_else() {
    let quiet = |_: &[u8]| {};
    for (format, expected) in [
        (Format::common(), 1),
        (Format::combined(), 1),
        (Format::vhost_combined(), 1),
        (Format::json(), 1),
        (
            Format::nginx("$remote_addr [$time_local] \"$request\" $status $request_time").unwrap(),
            1,
        ),
    ] {
        let layer = AccessLogLayer::new(quiet).format(format.clone());
        assert_eq!(cost(&layer), expected, "{format:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = Lines::file(folder.path().join("access.log")).unwrap();
    let layer = AccessLogLayer::new(file);
    // Now and then the queue grows.
    let least = (0..50).map(|_| cost(&layer)).min();
    assert_eq!(least, Some(1), "to a file");
}

#[test]
fn what_is_left_out_costs_nothing() {
    let layer = AccessLogLayer::new(|_: &[u8]| {}).requests(|_| false);
    assert_eq!(cost(&layer), 0);
}
