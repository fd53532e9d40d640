//! What a lint costs each request: `cargo bench -p plywood-benches --bench lint`.

use std::{convert::Infallible, hint::black_box, time::Instant};

use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_core::{Body, HttpBody, HttpService};
use plywood_lint::LintLayer;
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, ServiceExt, service_fn};

/// Requests of one round.
const ROUND: u32 = 1000;

/// Rounds of each service, taken in turn. The fastest counts: what disturbs a round only makes it slower.
const ROUNDS: usize = 400;

/// What a browser sends, with a session.
const ASKED: [(&str, &str); 12] = [
    ("host", "www.example.com"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    ),
    (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ),
    ("accept-language", "en-GB,en;q=0.7,de;q=0.3"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("referer", "https://www.example.com/catalogue?page=3"),
    (
        "cookie",
        "__Host-sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; theme=dark",
    ),
    ("upgrade-insecure-requests", "1"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "same-origin"),
    ("priority", "u=0, i"),
];

const PAGE: &str =
    "<!doctype html><title>A page</title><h1>Hello</h1><p>It is a small page, as many are.";

/// A page with few fields.
async fn plain(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let response = Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("content-length", PAGE.len());
    Ok(response
        .body(Body::from(PAGE))
        .expect("the fields are valid"))
}

/// A page with the fields of a careful site, of which many have a rule.
async fn careful(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let response = Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("content-length", PAGE.len())
        .header("etag", "\"4f2a-19\"")
        .header("last-modified", "Tue, 02 Jan 2024 03:04:05 GMT")
        .header("cache-control", "private, max-age=60, must-revalidate")
        .header("vary", "accept-encoding, cookie")
        .header(
            "set-cookie",
            "__Host-sid=4f2a; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600",
        )
        .header("x-content-type-options", "nosniff")
        .header("content-security-policy", "default-src 'self'");
    Ok(response
        .body(Body::from(PAGE))
        .expect("the fields are valid"))
}

fn request() -> Request<Body> {
    let mut request = Request::get("/catalogue/item?number=17&colour=green");
    for (name, value) in ASKED {
        request = request.header(name, value);
    }
    request.body(Body::empty()).expect("the fields are valid")
}

/// One round over a service.
type Round = Box<dyn Fn(&Runtime) -> f64>;

fn round<S>(service: S) -> Round
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let (head, _) = request().into_parts();
    Box::new(move |runtime| {
        let started = Instant::now();
        runtime.block_on(async {
            for _ in 0..ROUND {
                let request = Request::from_parts(head.clone(), Body::empty());
                let Ok(response) = service.clone().oneshot(request).await;
                let body = response.into_body().collect().await;
                black_box(body.map_err(Into::into).expect("it does not fail"));
            }
        });
        started.elapsed().as_secs_f64() * 1e9 / f64::from(ROUND)
    })
}

fn main() {
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime can be made");
    let (one, two) = (LintLayer::new(), LintLayer::new());
    let warning = LintLayer::warning();
    let cases = [
        ("a plain page", round(service_fn(plain))),
        (
            "a plain page, one lint",
            round(one.layer(service_fn(plain))),
        ),
        (
            "a plain page, one lint that warns",
            round(warning.layer(service_fn(plain))),
        ),
        (
            "a plain page, two lints",
            round(one.layer(two.layer(service_fn(plain)))),
        ),
        ("a careful page", round(service_fn(careful))),
        (
            "a careful page, one lint",
            round(one.layer(service_fn(careful))),
        ),
        (
            "a careful page, one lint that warns",
            round(warning.layer(service_fn(careful))),
        ),
        (
            "a careful page, two lints",
            round(one.layer(two.layer(service_fn(careful)))),
        ),
    ];
    let mut fastest = cases.each_ref().map(|_| f64::INFINITY);
    for _ in 0..ROUNDS {
        for ((_, round), fastest) in cases.iter().zip(&mut fastest) {
            *fastest = fastest.min(round(&runtime));
        }
    }
    println!("| service | ns | added ns |");
    println!("|---|--:|--:|");
    let mut bare = 0.0;
    for ((name, _), fastest) in cases.iter().zip(fastest) {
        if name.ends_with("page") {
            bare = fastest;
        }
        println!("| {name} | {fastest:.0} | {:.0} |", fastest - bare);
    }
}
