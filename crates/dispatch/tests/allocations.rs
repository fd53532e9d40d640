//! What a request costs in allocations: exact, so that a new one is seen.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use http::{Method, Request, Response, Uri};
use plywood_core::{Body, Scheme};
use plywood_dispatch::{Dispatch, Map, Params, Rule, Verdict};
use tower::Service;

const ROUTES: usize = 130;

fn rules() -> impl Iterator<Item = Rule> {
    (0..ROUTES).map(|n| match n % 3 {
        0 => Rule::new(format!("/repos/<owner>/<repo>/section{n}")).methods(["GET"]),
        1 => Rule::new(format!("/repos/<owner>/<repo>/section{n}/<int:id>")).methods(["GET"]),
        _ => Rule::new(format!("/fixed/section{n}")).methods(["GET"]),
    })
}

#[test]
fn a_match_allocates_nothing() {
    let map = rules().fold(Map::builder(), |map, rule| map.route(rule, ()));
    let map = map.build().unwrap();
    for path in [
        "/fixed/section62",
        "/repos/octocat/hello-world/section61/42",
    ] {
        let cost = measure(|| {
            let Verdict::Match(found) = map.find(&Method::GET, path) else {
                panic!("{path} is not found")
            };
            assert_eq!(found.get("id").is_some(), path.starts_with("/repos"));
        });
        assert_eq!(cost.count_total, 0, "{path}");
    }
}

async fn answer(request: Request<Body>) -> Response<Body> {
    assert_ne!(Params::of(&request).get("owner"), Some(""));
    Response::new(Body::from("hello, world\n"))
}

/// The allocations of one call, from the request that a gateway made to the response's head.
fn cost(target: &'static str) -> u64 {
    let builder = rules().fold(Dispatch::<Infallible>::builder(), |all, rule| {
        all.route(rule, answer)
    });
    let mut dispatch = builder.build().unwrap();
    // As from a gateway: the target's bytes are shared already, and something was left.
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static(target);
    request.extensions_mut().insert(Scheme::Http);
    let mut request = Some(request);
    let mut kept = None;
    let cost = measure(|| {
        let future = dispatch.call(request.take().unwrap());
        let Poll::Ready(response) = pin!(future).poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("nothing is waited for")
        };
        kept = Some(response);
    });
    assert!(kept.unwrap().unwrap().status().is_success());
    cost.count_total
}

#[test]
fn a_request_costs_a_future_and_what_is_left_for_others() {
    // The endpoint's future: 1. What the request is left: 1.
    assert_eq!(cost("/fixed/section62"), 2);
    assert_eq!(cost("/repos/octocat/hello-world/section61/42"), 2);
}
