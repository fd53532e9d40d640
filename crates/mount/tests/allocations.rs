//! What a request costs in allocations: exact, so that a new one is seen.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use http::{Request, Response, StatusCode, Uri};
use plywood_core::{Body, BoxError, Scheme};
use plywood_mount::{Cascade, Mounts, RecursiveLayer};
use tower::{Layer, Service, service_fn};

#[expect(
    clippy::needless_pass_by_value,
    reason = "a service gets its request so"
)]
fn answer(request: Request<Body>) -> Ready<Result<Response<Body>, BoxError>> {
    let mut response = Response::new(Body::empty());
    if request.uri().path() == "/none" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    ready(Ok(response))
}

/// The allocations of one call, from the request that a gateway made to the response's head.
fn cost<S>(mut service: S, target: &'static str) -> u64
where
    S: Service<Request<Body>, Response = Response<Body>, Error = BoxError>,
{
    // As from a gateway: the target's bytes are shared already, and something was left.
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static(target);
    request.extensions_mut().insert(Scheme::Http);
    let mut request = Some(request);
    let cost = measure(|| {
        let mut answer = pin!(service.call(request.take().unwrap()));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = answer.as_mut().poll(&mut context) else {
            panic!("it answers at once")
        };
        drop(response);
    });
    cost.count_total
}

#[test]
fn a_mount_costs_the_same_however_many_there_are() {
    let site = Mounts::<BoxError>::new();
    site.mount("/", service_fn(answer)).unwrap();
    site.mount("/shop", service_fn(answer)).unwrap();
    let few = (
        cost(site.clone(), "/shop/cart"),
        cost(site.clone(), "/other"),
    );
    for number in 0..1000 {
        site.mount(&format!("/mount{number}"), service_fn(answer))
            .unwrap();
    }
    let many = (
        cost(site.clone(), "/shop/cart"),
        cost(site.clone(), "/other"),
    );
    assert_eq!(few, many);
    // The answer's box; the path that is left, the mount and its prefix, and what is left in the request.
    assert_eq!(few, (6, 1));
}

#[test]
fn a_cascade_without_a_body_costs_copies_of_the_head() {
    let cascade = || Cascade::<BoxError>::new().then(service_fn(answer));
    assert_eq!(cost(cascade(), "/none"), 1);
    // A box for each answer and one around them; the head's extensions are copied.
    let two = cost(cascade().then(service_fn(answer)), "/yes");
    let second = cost(cascade().then(service_fn(answer)), "/none");
    assert_eq!((two, second), (5, 6));
}

#[test]
fn a_recursive_layer_costs_a_box_and_a_word_in_the_request() {
    let app = RecursiveLayer::new().layer(service_fn(answer));
    assert_eq!(cost(app, "/yes"), 3);
}
