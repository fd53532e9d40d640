//! The same requests over other people's services, through the same six layers, and through each layer.

#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "odd_services/around.rs"]
mod around;
mod services;

use std::{
    convert::Infallible,
    io::Read,
    sync::{Arc, Mutex},
};

use flate2::read::GzDecoder;
use http::{Method, StatusCode};
use plywood::prelude::*;
use plywood_lint::LintLayer;
use plywood_test::Client as TestClient;

type Log = Arc<Mutex<Vec<String>>>;

/// The six layers around a service of any kind, with a lint inside as the client has one outside, and what its log says.
fn stack<S>(service: S) -> (TestClient, Log)
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>> + Sync,
    S::Future: Send,
{
    let log = Log::default();
    let sink = Arc::clone(&log);
    let files = tempfile::tempdir().unwrap();
    std::fs::write(
        files.path().join("style.css"),
        "body { color: red }\n".repeat(200),
    )
    .unwrap();
    let layers = ServiceBuilder::new()
        .layer(AccessLogLayer::new(move |line: &[u8]| {
            sink.lock()
                .unwrap()
                .push(String::from_utf8(line.to_vec()).unwrap());
        }))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(
            BasicAuthLayer::new(|name, password| {
                (name == "ada" && password == "plywood").then(|| Identity::new(name))
            })
            .below("/members"),
        )
        .layer(Files::new(files.path()).unwrap().layer())
        .layer(LintLayer::new());
    // The folder must outlive the test; the system's own cleaning takes it.
    let _ = files.keep();
    (TestClient::new(plywood::app(layers.service(service))), log)
}

macro_rules! over {
    ($($name:ident => $service:expr;)*) => {
        $(
            mod $name {
                use super::*;

                #[tokio::test]
                async fn answers_through_all_layers() {
                    check($service).await;
                }

                #[tokio::test]
                async fn answers_through_each_layer_and_all_in_another_order() {
                    check_each($service).await;
                }
            }
        )*
    };
}

over! {
    an_axum_router => services::axum();
    a_hyper_service_fn => services::hyper();
    a_tower_service_fn => services::tower();
    tonic_routes => services::tonic();
    a_poem_endpoint => services::poem();
    a_warp_filter => services::warp();
    a_function_in_a_cloud => services::function();
}

async fn check<S>(service: S)
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>> + Sync,
    S::Future: Send,
{
    let (client, log) = stack(service);
    let last = || log.lock().unwrap().last().cloned().unwrap();

    // A page, plain.
    let reply = client
        .get("/hello")
        .await
        .expect_status(200)
        .expect_text_contains(services::LINE);
    assert_eq!(reply.bytes().len(), services::page().len());
    assert!(
        last().contains(&format!(
            "\"GET /hello HTTP/1.1\" 200 {}",
            services::page().len()
        )),
        "{}",
        last()
    );

    // The same, compressed: Vary says so, and the strong tag is gone.
    let reply = client
        .get("/hello")
        .header("accept-encoding", "gzip")
        .await
        .expect_status(200)
        .expect_header("content-encoding", "gzip")
        .expect_header("vary", "accept-encoding");
    let mut text = String::new();
    GzDecoder::new(&reply.bytes()[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, services::page());
    assert!(
        last().contains(&format!(" 200 {} ", reply.bytes().len())),
        "{}",
        last()
    );

    // HEAD has the head and no body.
    let reply = client
        .request(Method::HEAD, "/hello")
        .await
        .expect_status(200);
    assert!(reply.bytes().is_empty());
    assert!(
        last().contains("\"HEAD /hello HTTP/1.1\" 200 -"),
        "{}",
        last()
    );

    // 204 has none either.
    let reply = client.get("/nothing").await.expect_status(204);
    assert!(reply.bytes().is_empty());

    // A body goes in and comes out.
    client
        .post("/echo")
        .header("content-type", "text/plain")
        .body("ping")
        .await
        .expect_status(200)
        .expect_text_contains("ping");

    // An empty 404 becomes a page in the form that the client accepts.
    client
        .get("/missing")
        .header("accept", "application/json")
        .await
        .expect_status(404)
        .expect_header("content-type", "application/problem+json");
    client
        .get("/missing")
        .header("accept", "text/html")
        .await
        .expect_status(404)
        .expect_text_contains("<!doctype html>");

    // A panic becomes a 500 that tells nothing.
    let reply = client.get("/panic").await.expect_status(500);
    assert!(!reply.text().contains("secret"));

    // A file stands in front of the service, and a guard in front of everything.
    client
        .get("/style.css")
        .await
        .expect_status(200)
        .expect_text_contains("color: red");
    client.get("/members/x").await.expect_status(401);
    client.get("/%6dembers/x").await.expect_status(401);
    client
        .get("/members/x")
        .basic_auth("ada", "plywood")
        .await
        .expect_status(404);
    assert!(last().contains(" - ada ["), "{}", last());
}

async fn check_each<S>(service: S)
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let inner = LintLayer::new().layer(service);
    for around in around::each(&inner, &SessionLayer::new(MemoryStore::new())) {
        let name = around.name;
        let client = TestClient::new(around.service.clone());
        let hello = client.get("/hello").await.expect_status(200);
        assert_eq!(hello.text(), services::page(), "{name}");

        let gzip = client.get("/hello").header("accept-encoding", "gzip");
        let gzip = gzip.await.expect_status(200);
        let mut text = String::new();
        if gzip.headers().contains_key("content-encoding") {
            let mut decoder = GzDecoder::new(&gzip.bytes()[..]);
            decoder.read_to_string(&mut text).unwrap();
        } else {
            gzip.text().clone_into(&mut text);
        }
        assert_eq!(text, services::page(), "{name}");

        client.head("/hello").await.expect_status(200);
        client.get("/nothing").await.expect_status(204);
        let echo = client.post("/echo").header("content-type", "text/plain");
        let echo = echo.body("ping").await.expect_status(200);
        echo.expect_text_contains("ping");
        let missing = client.get("/missing").await.expect_status(404);
        assert_eq!(missing.bytes().is_empty(), !around.has_pages, "{name}");

        let lines = if around.has_log { 6 } else { 0 };
        assert_eq!(around.log.take().len(), lines, "{name}");
    }
}

#[tokio::test]
async fn grpc_passes_with_its_trailers() {
    let (client, _) = stack(services::tonic());
    // An empty HealthCheckRequest: no compression, no bytes.
    let reply = client
        .post("/grpc.health.v1.Health/Check")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("accept-encoding", "gzip")
        .body(&[0, 0, 0, 0, 0][..])
        .await
        .expect_status(200);
    // A HealthCheckResponse that says SERVING.
    assert_eq!(&reply.bytes()[..], [0, 0, 0, 0, 2, 8, 1]);
    assert_eq!(reply.trailers()["grpc-status"], "0");
}

#[tokio::test]
async fn grpc_web_passes_with_its_trailers() {
    let (client, _) = stack(services::grpc_web());
    let reply = client
        .post("/grpc.health.v1.Health/Check")
        .header("content-type", "application/grpc-web+proto")
        .header("accept-encoding", "gzip")
        .body(&[0, 0, 0, 0, 0][..])
        .await
        .expect_status(200)
        .expect_header("content-type", "application/grpc-web+proto");
    let (message, trailers) = reply.bytes().split_at(7);
    assert_eq!(message, [0, 0, 0, 0, 2, 8, 1]);
    // A frame of trailers: the first bit is set, four bytes say how long it is.
    assert_eq!(trailers[0], 0x80);
    let trailers = String::from_utf8(trailers[5..].to_vec()).unwrap();
    assert!(trailers.contains("grpc-status:0\r\n"), "{trailers:?}");
}

#[tokio::test]
async fn the_same_layer_twice_does_no_harm() {
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("a.txt"), "a".repeat(5000)).unwrap();
    let lines = Log::default();
    let log = || {
        let lines = Arc::clone(&lines);
        AccessLogLayer::new(move |_: &[u8]| lines.lock().unwrap().push(String::new()))
    };
    let basic = || BasicAuthLayer::new(|name, _| Some(Identity::new(name)));
    let store = MemoryStore::new();
    let app = ServiceBuilder::new()
        .layer(log())
        .layer(log())
        .layer(ErrorPagesLayer::new())
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(CompressionLayer::new())
        .layer(SessionLayer::new(store.clone()))
        .layer(SessionLayer::new(store))
        .layer(basic())
        .layer(basic())
        .layer(Files::new(files.path()).unwrap().layer())
        .layer(Files::new(files.path()).unwrap().layer())
        .layer(LintLayer::new())
        .service(service_fn(touch));
    let client = TestClient::new(plywood::app(app));
    client
        .get("/a.txt")
        .basic_auth("ada", "x")
        .header("accept-encoding", "gzip")
        .await
        .expect_status(200)
        .expect_header("vary", "accept-encoding");
    assert_eq!(lines.lock().unwrap().len(), 2);
    let reply = client
        .get("/touch")
        .basic_auth("ada", "x")
        .await
        .expect_status(404);
    assert_eq!(reply.headers().get_all("set-cookie").iter().count(), 1);
    assert_eq!(
        reply
            .headers()
            .get_all("vary")
            .iter()
            .filter(|vary| *vary == "cookie")
            .count(),
        1
    );
}

async fn touch(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    Session::of(&request)
        .unwrap()
        .insert("touched", true)
        .unwrap();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}
