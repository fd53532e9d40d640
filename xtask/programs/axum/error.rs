//! What an axum handler could not do is reported.

use std::{sync::mpsc, time::Duration};

use axum::{Extension, Router, body::Body, http::Request, routing::get};
use plywood_error::{Incident, IncidentKind, Report, Reports};
use tower::ServiceExt;

async fn save(Extension(reports): Extension<Reports>) -> &'static str {
    let error = std::io::Error::other("the disk is full");
    reports.tell(&Incident::new(IncidentKind::Failed, &error));
    "later"
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, told) = mpsc::channel();
    let reports = Reports::to(move |report: &Report| Ok(sender.send(report.subject())?));
    let reports = reports.start().unwrap();
    let app = Router::new()
        .route("/", get(save))
        .layer(Extension(reports.clone()));

    let request = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
    assert!(reports.finish(Duration::from_secs(10)));
    assert_eq!(told.recv().unwrap(), "failed: the disk is full");
}
