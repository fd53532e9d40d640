//! An axum router that is told what broke, by the webhook of another.

use std::{sync::mpsc, time::Duration};

use axum::{Router, body::Bytes, routing::post};
use plywood_error::{Incident, IncidentKind, Reports};
use plywood_error_webhook::Webhook;

fn main() {
    let (sender, posted) = mpsc::channel();
    let chat = post(async move |body: Bytes| {
        sender.send(body).unwrap();
    });
    let chat = Router::new().route("/hooks/7", chat);

    let webhook = Webhook::new("https://chat.example/hooks/7".parse().unwrap(), chat)
        .unwrap()
        .body(|report| serde_json::json!({ "text": report.subject() }));
    let reports = Reports::to(webhook).start().unwrap();
    let error = std::io::Error::other("the disk is full");
    reports.tell(&Incident::new(IncidentKind::Failed, &error));
    assert!(reports.finish(Duration::from_secs(10)));
    assert_eq!(
        posted.recv().unwrap(),
        r#"{"text":"failed: the disk is full"}"#
    );
}
