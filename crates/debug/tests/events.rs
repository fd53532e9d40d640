//! What `tracing` is told while a request is answered. A file of its own, because one subscriber listens to all in it.
#![cfg(feature = "events")]
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::sync::Once;

use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, Client};
use plywood_debug::{DebugLayer, RequestEvents};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tracing::Instrument;
use tracing_subscriber::{layer::SubscriberExt, registry};

type Answer = Result<Response<Body>, BoxError>;

async fn answer(request: Request<Body>) -> Answer {
    match request.uri().path() {
        "/spans" => {
            let span = tracing::info_span!("order", number = 7, password = "hunter2");
            let pays = async {
                tracing::info!(token = "hunter2", "pays");
                panic!("no money");
            };
            pays.instrument(tracing::debug_span!("pay"))
                .instrument(span)
                .await
        }
        "/task" => {
            let span = tracing::info_span!("task");
            let task = async {
                tokio::task::yield_now().await;
                tracing::warn!("in a task");
            };
            tokio::spawn(task.instrument(span)).await?;
            Err("after the task".into())
        }
        "/later" => {
            let empty = tracing::field::Empty;
            let span = tracing::info_span!("order", number = 7, amount = empty, token = empty);
            let pays = async {
                tracing::Span::current().record("amount", 90);
                tracing::Span::current().record("token", "hunter2");
                tracing::info!("pays");
                panic!("no money");
            };
            pays.instrument(span).await
        }
        "/other" => Err("another request".into()),
        _ => {
            for number in 0..250 {
                tracing::info!(number);
            }
            tracing::info!(long = "x".repeat(5000));
            Err("many events".into())
        }
    }
}

async fn page(path: &str, accept: &str) -> String {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(registry().with(RequestEvents::new())).unwrap();
    });
    let app = DebugLayer::new(true).insecure_in_release_builds();
    let app = app.layer(service_fn(answer));
    let request = Request::get(path)
        .header("host", "localhost")
        .header("accept", accept);
    let mut request = request.body(Body::empty()).unwrap();
    let client = Client::tcp(([127, 0, 0, 1], 40312).into());
    request.extensions_mut().insert(client);
    let response = app.oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn told(path: &str) -> Value {
    let page: Value = serde_json::from_str(&page(path, "application/json").await).unwrap();
    page["debug"].clone()
}

#[tokio::test]
async fn events_stand_in_their_spans_and_a_panic_in_those_it_was_in() {
    let told = told("/spans").await;
    let spans = json!(["order{number=7 password=[redacted]}", "pay"]);
    assert_eq!(told["spans"], spans);
    let [event] = &told["events"].as_array().unwrap()[..] else {
        panic!("{told}")
    };
    assert_eq!(event["level"], "INFO");
    assert!(event["text"].as_str().unwrap().contains("pays"));
    assert!(!event.to_string().contains("hunter2"));
    assert_eq!(event["spans"], spans);
}

#[tokio::test]
async fn fields_that_a_span_learns_later_are_shown() {
    let told = told("/later").await;
    let spans = json!(["order{number=7 amount=90 token=[redacted]}"]);
    assert_eq!(told["spans"], spans);
    assert_eq!(told["events"][0]["spans"], spans);
}

#[tokio::test]
async fn a_task_that_was_spawned_in_a_span_of_the_request_belongs_to_it() {
    let told = told("/task").await;
    assert_eq!(told["events"][0]["text"], "in a task");
}

#[tokio::test]
async fn requests_at_the_same_time_are_not_mixed_up() {
    let (one, other) = tokio::join!(told("/task"), told("/other"));
    assert_eq!(one["events"].as_array().unwrap().len(), 1);
    assert_eq!(other["events"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn events_are_bounded_and_what_was_dropped_is_counted() {
    let told = told("/many").await;
    let events = told["events"].as_array().unwrap();
    assert_eq!(events.len(), 200);
    assert!(
        events
            .iter()
            .all(|event| event["text"].as_str().unwrap().len() < 1100)
    );
    let page = page("/many", "text/html").await;
    assert!(page.contains("51 earlier ones were not kept"));
}
