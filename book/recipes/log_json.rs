//! Log JSON.

// ANCHOR: app
use plywood::{
    access_log::{Format, Sink},
    prelude::*,
};

fn app(sink: impl Sink) -> Result<App, BoxError> {
    let log = AccessLogLayer::new(sink).format(Format::json());
    let users = Dispatch::<BoxError>::builder()
        .get("/users/<int:id>", |_: Request<Body>| async {
            Response::new(Body::from("ada"))
        })
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(log)
            .layer(ErrorPagesLayer::new())
            .service(users),
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
    use std::sync::mpsc;

    use plywood_test::Client;
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn each_line_is_an_object_with_the_route_in_it() {
        let (sender, lines) = mpsc::channel();
        let app = app(move |line: &[u8]| {
            let line: Value = serde_json::from_slice(line).unwrap();
            sender.send(line).unwrap();
        });
        let client = Client::new(app.unwrap());
        client
            .get("/users/7")
            .header("user-agent", "a \"quoted\" one")
            .await
            .expect_status(200);

        let line = lines.recv().unwrap();
        assert_eq!(line["route"], "/users/<int:id>");
        assert_eq!(line["target"], "/users/7");
        assert_eq!((&line["status"], &line["bytes"]), (&200.into(), &3.into()));
        assert_eq!(line["user_agent"], "a \"quoted\" one");
        assert_eq!(line["ending"], "complete");
        assert!(line["duration_ms"].as_f64().unwrap() >= 0.0);
    }
}
// ANCHOR_END: test
