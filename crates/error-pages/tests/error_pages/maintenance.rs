//! Down for maintenance.

use std::{convert::Infallible, fs, path::Path, time::Duration};

use http::{Request, Response};
use plywood_core::{Body, Client};
use plywood_error_pages::{ErrorPagesLayer, MaintenanceLayer};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, service_fn, util::BoxCloneSyncService};

use crate::{App, ask, get};

fn closed_by(flag: &Path) -> App {
    let maintenance = MaintenanceLayer::new(flag)
        .retry_after(Duration::from_secs(60))
        .exempt(|head| {
            head.uri.path() == "/health"
                || Client::of(head).and_then(Client::ip) == Some([192, 0, 2, 7].into())
        });
    let app = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(ErrorPagesLayer::new())
        .layer(LintLayer::new())
        .layer(maintenance)
        .layer(LintLayer::new())
        .service(service_fn(|_: Request<Body>| async {
            Ok::<_, Infallible>(Response::new(Body::from("open")))
        }));
    BoxCloneSyncService::new(app)
}

#[tokio::test]
async fn while_the_file_is_there_the_site_is_closed_but_for_some() {
    let folder = tempfile::tempdir().unwrap();
    let flag = folder.path().join("maintenance");
    fs::write(
        &flag,
        "<!doctype html><title>Soon</title><h1>Back at noon.</h1>",
    )
    .unwrap();
    let app = closed_by(&flag);

    let html = ask(app.clone(), get("/", "text/html")).await;
    assert_eq!(html.status, 503);
    assert_eq!(html.header("retry-after"), Some("60"));
    assert_eq!(html.header("cache-control"), Some("no-store"));
    assert!(html.text.ends_with("<h1>Back at noon.</h1>"));

    // Who reads no HTML is told so in his own form, by the error pages.
    let json = ask(app.clone(), get("/", "application/json")).await;
    assert_eq!((json.status, &json.json()["status"]), (503, &503.into()));
    assert_eq!(json.header("retry-after"), Some("60"));
    assert!(json.failure.is_none());

    let health = ask(app.clone(), get("/health", "*/*")).await;
    assert_eq!((health.status, &*health.text), (200, "open"));
    let mut operator = get("/", "text/html");
    let address = ([192, 0, 2, 7], 40312).into();
    operator.extensions_mut().insert(Client::tcp(address));
    assert_eq!(ask(app, operator).await.text, "open");
}

#[tokio::test]
async fn without_the_file_the_site_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let app = closed_by(&folder.path().join("maintenance"));
    let answer = ask(app, get("/", "text/html")).await;
    assert_eq!((answer.status, &*answer.text), (200, "open"));
}

#[tokio::test]
async fn an_empty_file_has_the_built_in_page() {
    let folder = tempfile::tempdir().unwrap();
    let flag = folder.path().join("maintenance");
    fs::write(&flag, "").unwrap();
    let answer = ask(closed_by(&flag), get("/", "text/html")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text.contains("<span>503</span> Service Unavailable"));
}
