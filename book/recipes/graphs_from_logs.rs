//! Graphs from logs.

// ANCHOR: app
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex},
};

use plywood::{access_log::Record, prelude::*};

/// Up to so many seconds a request may take, to count in that column.
const COLUMNS: [f64; 4] = [0.005, 0.05, 0.5, 5.0];

/// Requests and seconds by route and status.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<(String, u16), Row>>>);

#[derive(Default)]
struct Row {
    requests: u64,
    seconds: f64,
    columns: [u64; COLUMNS.len()],
}

impl Counts {
    fn observe(&self, record: &Record<'_>) {
        let route = record.route().map_or("none", MatchedRoute::pattern).to_owned();
        let seconds = record.duration().as_secs_f64();
        let mut rows = self.0.lock().expect("nothing panics with it");
        let row = rows.entry((route, record.status())).or_default();
        row.requests += 1;
        row.seconds += seconds;
        for (most, column) in COLUMNS.iter().zip(&mut row.columns) {
            *column += u64::from(seconds <= *most);
        }
    }

    /// In the text that Prometheus reads.
    fn text(&self) -> String {
        let mut text = "# TYPE http_request_seconds histogram\n".to_owned();
        for ((route, status), row) in &*self.0.lock().expect("nothing panics with it")
        {
            let labels = format!("route={route:?},status=\"{status}\"");
            let requests = row.requests;
            for (most, column) in COLUMNS.iter().zip(row.columns) {
                let _ = writeln!(
                    text,
                    "http_request_seconds_bucket{{{labels},le=\"{most}\"}} {column}"
                );
            }
            let _ = writeln!(
                text,
                "http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {requests}"
            );
            let _ = writeln!(
                text,
                "http_request_seconds_sum{{{labels}}} {}",
                row.seconds
            );
            let _ =
                writeln!(text, "http_request_seconds_count{{{labels}}} {requests}");
        }
        text
    }
}

fn app(lines: Lines) -> Result<App, BoxError> {
    let counts = Counts::default();
    let shown = counts.clone();
    let log =
        AccessLogLayer::new(lines).observer(move |record| counts.observe(record));
    let pages = Dispatch::<BoxError>::builder()
        .get("/users/<int:id>", |_: Request<Body>| async {
            Response::new(Body::from("ada"))
        })
        .get("/metrics", move |_: Request<Body>| {
            let text = shown.text();
            async move { Response::new(Body::from(text)) }
        })
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(log)
            .layer(ErrorPagesLayer::new())
            .service(pages),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(Lines::stdout())?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn requests_are_counted_by_their_route() {
        let client = Client::new(app(Lines::new(std::io::sink())).unwrap());
        for id in 1..=3 {
            client.get(&format!("/users/{id}")).await.expect_status(200);
        }
        client.get("/nothing").await.expect_status(404);
        client
            .get("/metrics")
            .await
            .expect_status(200)
            .expect_text_contains(r#"http_request_seconds_count{route="/users/<int:id>",status="200"} 3"#)
            .expect_text_contains(r#"http_request_seconds_count{route="none",status="404"} 1"#)
            .expect_text_contains(r#"http_request_seconds_bucket{route="/users/<int:id>",status="200",le="+Inf"} 3"#);
    }
}
// ANCHOR_END: test
