//! What a request costs in allocations: exact, so that a new one is seen.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use http::{Request, Response};
use plywood_auth::{Accounts, BasicAuthLayer, FormLoginLayer, RequireLayer, Verdict};
use plywood_core::{Body, Identity, Scheme, Witness};
use tower::{Layer, Service, service_fn};

/// How many allocations one call makes, the response still in hand.
fn cost<L>(layer: &L, request: Request<Body>) -> u64
where
    L: Layer<Inner, Service: Service<Request<Body>, Response = Response<Body>>>,
{
    let mut service = layer.layer(service_fn(inner));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut cx).is_ready());
    let mut answer = None;
    let cost = measure(|| {
        let call = pin!(service.call(request));
        if let Poll::Ready(Ok(response)) = call.poll(&mut cx) {
            answer = Some(response);
        }
    });
    assert_eq!(answer.unwrap().status(), 200);
    cost.count_total
}

type Answer = std::future::Ready<Result<Response<Body>, Infallible>>;
type Inner = tower::util::ServiceFn<fn(Request<Body>) -> Answer>;

fn inner(_: Request<Body>) -> Answer {
    std::future::ready(Ok(Response::new(Body::from("hello"))))
}

/// A request as gateways leave it: with something in its extensions.
fn request(path: &str) -> Request<Body> {
    let mut request = Request::get(path);
    request = request.header("authorization", "Basic YWRhOnBseXdvb2Q=");
    request = request.extension(Scheme::Http);
    request.body(Body::empty()).unwrap()
}

#[test]
fn basic_costs_the_place_of_the_identity() {
    let ada = Identity::new("ada").scheme("Basic");
    let basic = BasicAuthLayer::new(move |_, _| Some(ada.clone()));
    assert_eq!(cost(&basic, request("/")), 1);
    let mut witnessed = request("/");
    let _witness = Witness::call(&mut witnessed);
    assert_eq!(cost(&basic, witnessed), 1);
    assert_eq!(cost(&basic.below("/admin"), request("/style.css")), 0);
}

/// A file whose hashes are slow.
struct File;

impl Accounts for File {
    fn check(&self, name: &str, _: &str) -> Verdict {
        let ada = Identity::new(name);
        Verdict::later(async { Ok(Some(ada)) })
    }

    fn edition(&self) -> Option<u64> {
        Some(1)
    }
}

#[test]
fn a_password_that_is_kept_in_mind_costs_the_place_of_the_identity() {
    let basic = BasicAuthLayer::of(File);
    assert!(cost(&basic, request("/")) > 1);
    assert_eq!(cost(&basic, request("/")), 1);
}

#[test]
fn what_is_open_costs_nothing() {
    let form = FormLoginLayer::new(|_, _| None).open("/static");
    assert_eq!(cost(&form, request("/static/style.css")), 0);
}

#[test]
fn a_role_costs_nothing() {
    let mut request = request("/admin");
    let ada = Identity::new("ada").roles(["author", "admin"]);
    request.extensions_mut().insert(ada);
    let admin = RequireLayer::signed_in().role("admin").below("/admin");
    assert_eq!(cost(&admin, request), 0);
}
