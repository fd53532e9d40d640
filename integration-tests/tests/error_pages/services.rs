//! axum, hyper and tonic: errors, panics, and what goes wrong after the head was sent.

use http_body_util::BodyExt;
use plywood::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Running, site};

/// The whole of what a server says to one request, until it closes the connection.
async fn said(address: &str, target: &str, accept: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\naccept: {accept}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    // A server that breaks an answer off may reset the connection.
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

async fn check(app: App) {
    let running = Running::serve(app).await;
    for (target, status, text) in [
        ("/nowhere", 404, "\"title\":\"Not Found\""),
        ("/refused", 409, "\"detail\":\"Sold <b>out</b>.\""),
        ("/panic", 500, "\"title\":\"Internal Server Error\""),
    ] {
        let json = said(&running.address, target, "application/json").await;
        assert!(json.starts_with(&format!("HTTP/1.1 {status} ")), "{json}");
        assert!(
            json.contains("content-type: application/problem+json"),
            "{json}"
        );
        assert!(json.contains(text) && !json.contains("secret"), "{json}");

        let html = said(&running.address, target, "text/html").await;
        assert!(html.starts_with(&format!("HTTP/1.1 {status} ")), "{html}");
        assert!(
            html.ends_with("</html>\n") && !html.contains("secret"),
            "{html}"
        );
    }
    for target in ["/body-panics", "/body-fails"] {
        let torn = said(&running.address, target, "text/html").await;
        assert!(torn.starts_with("HTTP/1.1 200 "), "{torn}");
        assert!(
            torn.contains("the beginning") && !torn.contains("secret"),
            "{torn}"
        );
        assert!(torn.contains("transfer-encoding: chunked"), "{torn}");
        assert!(!torn.contains("\r\n0\r\n"), "it looks whole: {torn}");
        assert!(!torn.contains("doctype"), "{torn}");
    }
    for (target, status, text) in [("/written", 404, "mine"), ("/fine", 200, "fine")] {
        let kept = said(&running.address, target, "text/html").await;
        assert!(kept.starts_with(&format!("HTTP/1.1 {status} ")), "{kept}");
        assert!(kept.ends_with(&format!("\r\n\r\n{text}")), "{kept}");
    }
    running.stop().await;
}

#[tokio::test]
async fn an_axum_router_has_error_pages() {
    check(plywood::app(ErrorPagesLayer::new().layer(site::axum()))).await;
}

#[tokio::test]
async fn an_axum_router_has_error_pages_as_a_layer_of_its_own() {
    check(plywood::app(site::axum().layer(ErrorPagesLayer::new()))).await;
}

#[tokio::test]
async fn a_hyper_service_has_error_pages() {
    check(plywood::app(ErrorPagesLayer::new().layer(site::hyper()))).await;
}

#[tokio::test]
async fn tonic_routes_have_error_pages() {
    check(plywood::app(ErrorPagesLayer::new().layer(site::tonic()))).await;
}

#[tokio::test]
async fn a_body_that_panics_when_it_is_asked_how_much_is_left_looks_whole_to_nobody() {
    // axum asks before the error pages see the answer, and hyper when they have let it go.
    for (app, is_page) in [
        (
            plywood::app(ErrorPagesLayer::new().layer(site::axum())),
            true,
        ),
        (
            plywood::app(ErrorPagesLayer::new().layer(site::hyper())),
            false,
        ),
    ] {
        let running = Running::serve(app).await;
        let said = said(&running.address, "/unmeasured", "text/html").await;
        assert_eq!(said.starts_with("HTTP/1.1 500 "), is_page, "{said}");
        assert_eq!(said.ends_with("</html>\n"), is_page, "{said}");
        assert!(
            !said.contains("\r\n0\r\n") && !said.contains("secret"),
            "{said}"
        );
        // And it goes on serving.
        assert_eq!(site_is_fine(&running.address).await, "fine");
        running.stop().await;
    }
}

async fn site_is_fine(address: &str) -> String {
    let said = said(address, "/fine", "text/html").await;
    said.rsplit("\r\n").next().unwrap().to_owned()
}

#[tokio::test]
async fn what_grpc_says_is_left_alone_and_what_it_cannot_say_is_said_by_http() {
    let app = plywood::app(ErrorPagesLayer::new().layer(site::tonic()));
    let call = |path: &str| {
        let request = Request::post(format!("http://localhost{path}"))
            .version(http::Version::HTTP_2)
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        app.clone()
            .oneshot(request.body(Body::from("\0\0\0\0\0")).unwrap())
    };
    // 5 is NOT_FOUND and 12 is UNIMPLEMENTED, in an answer that HTTP takes for a success.
    for (path, status) in [
        ("/grpc.health.v1.Health/Check", None),
        ("/grpc.health.v1.Health/Nothing", Some("12")),
    ] {
        let Ok(answer) = call(path).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/grpc");
        let told = answer.headers().get("grpc-status");
        assert_eq!(told.map(|told| told.to_str().unwrap()), status);
    }
    let Ok(panicked) = call("/shop.Broken/Panic").await;
    assert_eq!(panicked.status(), 500);
    let text = panicked.into_body().collect().await.unwrap().to_bytes();
    assert!(text.starts_with(b"500 Internal Server Error\n"));

    let Ok(torn) = call("/shop.Broken/Stream").await;
    assert_eq!(torn.status(), 200);
    let mut body = torn.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "the beginning");
    let error = body.frame().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("a secret panic"), "{error}");
}
