//! A real Chromium looks at the page.

use std::{path::Path, time::Duration};

use http_body_util::BodyExt;
use plywood::prelude::*;
use plywood_error::HttpError;
use plywood_integration_tests::faults_of_html;
use tokio::{process::Command, sync::oneshot, time::timeout};
use tower_http::cors::CorsLayer;
use tracing::Instrument;

use super::debug;

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(600);

async fn shop(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    match request.uri().path() {
        "/orders/7" => {
            let order = Order {
                number: 7,
                amount: 0,
            };
            let span =
                tracing::info_span!("charge", order = order.number, card_token = super::SECRET);
            order.charge().instrument(span).await?;
        }
        "/missing" => return Err(HttpError::not_found().into()),
        "/error" => {
            let cause = std::fs::read("/no/such/file").unwrap_err();
            return Err(HttpError::internal(cause).into());
        }
        "/text" => return Err("no place is known of this one".into()),
        "/hostile" => hostile(),
        _ => {}
    }
    let page = Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    Ok(page.body("<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1>".into())?)
}

struct Order {
    number: u32,
    amount: u32,
}

impl Order {
    async fn charge(&self) -> Result<(), BoxError> {
        tracing::info!(amount = self.amount, "asks the bank");
        tokio::task::yield_now().await;
        tracing::warn!(attempt = 1, "the bank is slow");
        let share = self.share(100);
        tracing::info!(share, "charged");
        Ok(())
    }

    fn share(&self, total: u32) -> u32 {
        // What is charged is a share of the whole, in percent.
        assert!(
            self.amount > 0,
            "an order of nothing cannot be charged:\norder {}, amount {}",
            self.number,
            self.amount
        );
        total / self.amount
    }
}

/// The source around the panic is hostile, too.
fn hostile() {
    // </code></pre></script><script>alert("source")</script><img src=x onerror=alert("source")>
    panic!(
        "</h1></script><script>alert('message')</script><img src=x onerror=alert('message')>\u{202e}\u{1b}[2J"
    );
}

fn app() -> App {
    plywood::app(
        ServiceBuilder::new()
            // As many have it while they work on a front end beside it.
            .layer(CorsLayer::permissive())
            .layer(ErrorPagesLayer::new())
            .layer(debug())
            .layer(SessionLayer::new(MemoryStore::new()).cookies_by_scheme())
            .layer(debug())
            .service(service_fn(shop)),
    )
}

#[tokio::test]
async fn a_validator_finds_no_fault_in_the_html() {
    let mut pages = Vec::new();
    for target in [
        "/orders/7?page=2&token=hunter2",
        "/error",
        "/hostile?%3Cb%3E='b'",
        "/text",
    ] {
        let mut request = Request::get(target)
            .header("host", "localhost")
            .header("accept", "text/html")
            .header("x-evil", "</td><script>\"'")
            .header("cookie", "a=b");
        let client = Client::tcp(([127, 0, 0, 1], 40312).into());
        request.extensions_mut().unwrap().insert(client);
        let Ok(answer) = app().oneshot(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), 500, "{target}");
        let page = answer.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(page.contains("DebugLayer"));
        pages.push((target.to_owned(), page));
    }
    assert_eq!(faults_of_html(pages), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chromium_browser_shows_the_page_and_runs_nothing_of_what_is_on_it() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(listener).grace(Duration::ZERO);
    let server = tokio::spawn(server.serve_until(app(), async {
        let _ = stopped.await;
    }));
    let mut browser = Command::new("node")
        .args(["debug.mjs", &address])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed by ./test tools");
    let outcome = timeout(PATIENCE, browser.wait()).await;
    let outcome = outcome.expect("no page waits for ever").unwrap();
    assert!(outcome.success(), "see the output above");
    stop.send(()).unwrap();
    server.await.unwrap();
}
