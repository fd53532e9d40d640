//! One story, in process and over a socket.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use http::{Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use plywood_core::{Body, BoxError};
use plywood_test::{Client, Multipart, harness::RoughBody};
use tokio::net::TcpListener;
use tower::{ServiceExt, service_fn};

async fn app(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let response = Response::builder().header("content-type", "text/html; charset=utf-8");
    let cookie = head
        .headers
        .get("cookie")
        .map_or("", |cookie| cookie.to_str().unwrap());
    let response = match head.uri.path() {
        "/" => response.body(
            "<form action=/name method=post><input name=name><button>Go</button></form>".into(),
        ),
        "/name" => {
            let name = String::from_utf8_lossy(&body).into_owned();
            let response = response.status(307).header("location", "/shown");
            response.header("set-cookie", name).body(Body::empty())
        }
        "/shown" => {
            let host = head.headers["host"].to_str().unwrap();
            let host = host.split(':').next().unwrap();
            let body = String::from_utf8_lossy(&body);
            let text = format!("{} {} {host} {cookie} {body}", head.method, head.uri);
            response.body(text.into())
        }
        "/close" => response.header("connection", "close").body("bye".into()),
        "/wrong" => response.header("etag", "v1").body("no quotes".into()),
        "/slow" => response.body(RoughBody::new("slowly").pieces(2).into()),
        "*" => response
            .status(204)
            .body(Body::empty())
            .map(|mut response| {
                response.headers_mut().remove("content-type");
                response
            }),
        _ => response.status(404).body("no".into()),
    };
    Ok(response?)
}

/// Serves until the test is over.
async fn server() -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let app = service_fn(app)
                .map_request(|request: Request<hyper::body::Incoming>| request.map(Body::new));
            let app = TowerToHyperService::new(app);
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(socket), app));
        }
    });
    Client::over(&url)
}

async fn story(client: Client) {
    let client = client.follow_redirects(3);
    let page = client.get("/").await;
    let reply = page.form().fill("name", "ada").press("Go").await.ok();
    let host = reply.url().host().unwrap().to_owned();
    assert_eq!(
        reply.text(),
        format!("POST /shown {host} name=ada name=ada")
    );
    assert_eq!(reply.history().len(), 1);
    assert_eq!(client.cookie("name").unwrap().value(), "ada");

    let stream = StreamBody::new(futures_util::stream::iter([Ok::<_, BoxError>(
        http_body::Frame::data("a stream".into()),
    )]));
    let reply = client.post("/shown?q=%20").body(Body::new(stream)).await;
    reply.expect_text_contains(&format!("POST /shown?q=%20 {host} name=ada a stream"));

    let form = Multipart::new().file("f", "a.txt", "text/plain", "inside");
    client
        .post("/shown")
        .multipart(&form)
        .await
        .expect_text_contains("inside");
    let client = client.base("http://shop.example");
    client
        .get("/shown")
        .await
        .expect_text("GET /shown shop.example  ");

    client.head("/shown").await.ok().expect_text("");
    client.options("*").await.expect_status(204);
    client
        .get("/none")
        .await
        .expect_status(404)
        .expect_text("no");

    let mut open = client.get("/slow").stream().await;
    assert_eq!(open.frame().await.unwrap().slice(..2), "sl");
    open.cut();
    let pause = async || tokio::task::yield_now().await;
    client
        .get("/slow")
        .stream()
        .await
        .rest_slowly(pause)
        .await
        .expect_text("slowly");
}

#[tokio::test]
async fn the_story_in_process() {
    story(Client::new(service_fn(app))).await;
}

#[tokio::test]
async fn the_same_story_over_a_socket() {
    story(server().await).await;
}

#[tokio::test]
async fn a_lint_checks_what_comes_over_the_wire_and_leaves_the_connection_alone() {
    let client = server().await;
    let reply = client.get("/close").await.expect_text("bye");
    assert_eq!(reply.header("connection"), "close");
    let request = client.get("/wrong").send();
    let panic = tokio::spawn(request).await.unwrap_err().into_panic();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("H8: An `ETag` is quoted"), "{message}");
    client.unlinted().get("/wrong").await.ok();
}

#[tokio::test]
async fn where_nobody_listens_is_an_error_that_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let request = Client::over(&url).get("/").send();
    let panic = tokio::spawn(request).await.unwrap_err().into_panic();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.to_lowercase().contains("refused"), "{message}");
}

#[test]
#[should_panic(expected = "only `http` is spoken here")]
fn tls_is_not_spoken() {
    let _client = Client::over("https://127.0.0.1");
}
