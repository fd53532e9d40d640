//! The command that the page gives: curl itself is asked to run it.

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use plywood::prelude::*;
use plywood_test::Client as TestClient;
use tokio::sync::oneshot;

use super::debug;

/// What came, line by line, but for what curl says of itself and of the connection.
fn seen(request: &Request<Body>) -> String {
    let fields = request.headers().iter();
    let mut lines: Vec<_> = fields
        .filter(|(name, _)| !["host", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    lines.sort();
    format!(
        "{} {}\n{}",
        request.method(),
        request.uri(),
        lines.join("\n")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_asks_for_the_same_again() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&asked);
    let app =
        ServiceBuilder::new()
            .layer(debug())
            .service(service_fn(move |request: Request<Body>| {
                let all = Arc::clone(&all);
                async move {
                    all.lock().unwrap().push(seen(&request));
                    Err::<Response<Body>, BoxError>("broken".into())
                }
            }));
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = ErrorPagesLayer::new().layer(app);
    let server = Server::new(listener).grace(Duration::ZERO);
    let server = tokio::spawn(server.serve_until(app.clone(), async {
        let _ = stopped.await;
    }));

    let client = TestClient::new(app);
    let peer = Client::tcp(([127, 0, 0, 1], 40312).into());
    for method in [Method::GET, Method::POST, Method::DELETE] {
        for target in [
            "/orders/7",
            "/a'b/%2E%2E/x?q=[1-3]&r={a,b}&s='$(id)'",
            "/?token=secret&page=2",
        ] {
            let request = client
                .request(method.clone(), target)
                .header("host", address.to_string())
                .header("accept", "application/json")
                .header("accept-encoding", "gzip, br")
                .header("user-agent", "it's \"me\" `ls` \\ !")
                .header("x-empty", "")
                .header("x-at", "@/etc/hostname")
                .extension(peer);
            let page = request.await.expect_status(500);
            let page: serde_json::Value = serde_json::from_str(page.text()).unwrap();
            let command = page["debug"]["request"]["curl"].as_str().unwrap();
            let sent = asked.lock().unwrap().pop().unwrap();
            let output = Command::new("sh").args(["-c", command]).output().unwrap();
            assert!(output.status.success(), "{command}\n{output:?}");
            let again = asked.lock().unwrap().pop().unwrap();
            // What is redacted is sent as it is shown.
            assert_eq!(
                again,
                sent.replace("token=secret", "token=[redacted]"),
                "{command}"
            );
        }
    }
    stop.send(()).unwrap();
    server.await.unwrap();
}
