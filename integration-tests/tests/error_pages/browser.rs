//! A real Chromium, and axe in it, look at the built-in pages.

use std::{path::Path, time::Duration};

use plywood::prelude::*;
use tokio::{process::Command, time::timeout};

use crate::Running;

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(600);

async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    match request.uri().path() {
        "/broken" => panic!("<script>alert('a secret')</script>"),
        path if path.starts_with("/hostile") => {
            let detail = "لا يوجد شيء هنا. <script>alert('detail')</script>";
            Err(HttpError::conflict()
                .title("<img src=x onerror=alert('title')>")
                .detail(detail)
                .into())
        }
        _ => Ok(Response::builder().status(404).body(Body::empty())?),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chromium_browser_shows_the_pages_to_everybody_and_runs_nothing() {
    let running =
        Running::serve(plywood::app(ErrorPagesLayer::new().layer(service_fn(site)))).await;
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("error-pages");
    std::fs::create_dir_all(&screenshots).unwrap();
    let mut browser = Command::new("node")
        .arg("error_pages.mjs")
        .arg(format!("http://{}", running.address))
        .arg(&screenshots)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed by ./test tools");
    let outcome = timeout(PATIENCE, browser.wait()).await;
    let outcome = outcome.expect("the browser comes to an end").unwrap();
    assert!(outcome.success(), "see the output above");
    running.stop().await;
}
