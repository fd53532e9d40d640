//! Requests a second of the test client, in process: `cargo bench -p plywood-benches --bench client`.

use std::{convert::Infallible, hint::black_box, time::Instant};

use http::{Request, Response};
use plywood_core::Body;
use plywood_lint::LintLayer;
use plywood_test::{Client, Reply};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, service_fn};

/// Requests of one round.
const ROUND: usize = 20_000;

/// Rounds of each case. The fastest counts: what disturbs a round only makes it slower.
const ROUNDS: usize = 7;

const PAGE: &str = "<!doctype html><title>Sign in</title><h1>Sign in</h1><form method=post action=/login>\
    <input type=hidden name=token value=4f2a><label>Name <input name=name></label>\
    <label>Password <input name=password type=password></label>\
    <select name=stay><option value=1>For a day<option value=30>For a month</select>\
    <button>Sign in</button></form>";

async fn app(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let response = Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("content-length", PAGE.len());
    let response = response.body(Body::from(PAGE));
    Ok(response.expect("the fields are valid"))
}

fn main() {
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime can be made");
    let client = Client::new(service_fn(app));
    let unlinted = Client::new(service_fn(app)).unlinted();
    let twice = Client::new(LintLayer::new().layer(service_fn(app)));
    let cookies = client.stranger();
    cookies.store_cookie("sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; Path=/; HttpOnly");
    let page = runtime.block_on(async { client.get("/login").await });

    println!("| the client | requests a second | ns a request |");
    println!("|---|--:|--:|");
    case(&runtime, "a GET", async || client.get("/a").await);
    case(&runtime, "a GET, with a second lint inside", async || {
        twice.get("/a").await
    });
    case(&runtime, "a GET, without a lint", async || {
        unlinted.get("/a").await
    });
    case(
        &runtime,
        "a GET with a cookie, three things expected",
        async || {
            let reply = cookies.get("/a").header("accept", "text/html").await;
            let reply = reply.expect_status(200);
            let reply = reply.expect_header("content-type", "text/html; charset=utf-8");
            reply.expect_text_contains("Password")
        },
    );
    case(&runtime, "a POST of JSON", async || {
        client.post("/a").json(&["ada", "plywood"]).await
    });
    case(&runtime, "a form: read, filled in, sent", async || {
        let form = page.form().fill("Name", "ada").fill("Password", "plywood");
        form.select_text("stay", "For a month").submit().await
    });
}

fn case(runtime: &Runtime, name: &str, request: impl AsyncFn() -> Reply) {
    let round = async || {
        let start = Instant::now();
        for _ in 0..ROUND {
            black_box(request().await);
        }
        start.elapsed()
    };
    runtime.block_on(round());
    let rounds = (0..ROUNDS).map(|_| runtime.block_on(round()));
    let fastest = rounds.min().expect("there are rounds").as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a round has few requests")]
    let requests = ROUND as f64;
    println!(
        "| {name} | {:.0} | {:.0} |",
        requests / fastest,
        fastest / requests * 1e9
    );
}
