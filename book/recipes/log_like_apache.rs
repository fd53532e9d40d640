//! Log like Apache.

// ANCHOR: app
use plywood::{access_log::Format, prelude::*};

/// What stands in many an `httpd.conf`, with the time that it took.
const PATTERN: &str =
    r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %{ms}T"#;

fn app(lines: Lines) -> Result<App, BoxError> {
    let log = AccessLogLayer::new(lines)
        .format(Format::apache(PATTERN)?)
        .health_checks(["/healthz"]);
    let pages = Dispatch::<BoxError>::builder()
        .get("/", |_: Request<Body>| async {
            Response::new(Body::from("hello"))
        })
        .get("/healthz", |_: Request<Body>| async {
            Response::new(Body::from("well"))
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
    Ok(Server::new(listener).serve(app(Lines::file("access.log")?)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn each_request_has_a_line_and_a_health_check_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let lines = Lines::file(&path).unwrap();
        let client = Client::new(app(lines.clone()).unwrap());
        client
            .get("/?q=1&token=hunter2")
            .header("user-agent", "a \"quoted\" one")
            .await
            .expect_status(200);
        client.get("/healthz").await.expect_status(200);
        lines.flush();

        let log = std::fs::read_to_string(path).unwrap();
        assert_eq!(log.lines().count(), 1, "{log}");
        let expected = r#"] "GET /?q=1&token=[redacted] HTTP/1.1" 200 5 "-" "a \"quoted\" one" "#;
        assert!(log.contains(expected), "{log}");
    }

    #[test]
    fn a_slip_in_the_pattern_is_shown() {
        let error = Format::apache("%h %Q").unwrap_err().to_string();
        assert!(error.contains("  %h %Q\n     ^^\n"), "{error}");
    }
}
// ANCHOR_END: test
