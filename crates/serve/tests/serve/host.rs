//! Which host a request names.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use plywood_core::Body;

use crate::{describe, exchange, start};

#[tokio::test]
async fn a_request_that_names_no_host_or_two_does_not_reach_the_app() {
    let server = start("127.0.0.1:0", |server| server, tower::service_fn(describe)).await;
    for (head, served) in [
        ("GET / HTTP/1.1\r\nhost: x", true),
        ("GET / HTTP/1.1\r\nhost:", true),
        ("GET / HTTP/1.1\r\nhost: [::1]:8000", true),
        ("GET http://x/ HTTP/1.1\r\nhost: x", true),
        ("GET http://me@x/ HTTP/1.1\r\nhost: x", false),
        ("GET / HTTP/1.0", true),
        ("GET / HTTP/1.1\r\nx: y", false),
        ("GET http://x/ HTTP/1.1\r\nx: y", false),
        ("GET / HTTP/1.1\r\nhost: x\r\nhost: x", false),
        ("GET / HTTP/1.0\r\nhost: x\r\nhost: y", false),
        ("GET / HTTP/1.1\r\nhost: x/y", false),
        ("GET / HTTP/1.1\r\nhost: x\"><script>", false),
        ("GET / HTTP/1.1\r\nhost: me@x", false),
        ("GET / HTTP/1.1\r\nhost: x, y", false),
    ] {
        let request = format!("{head}\r\nconnection: close\r\n\r\n");
        let answer = exchange(&mut server.connect().await, &request).await;
        let status = answer.split(' ').nth(1).unwrap();
        assert_eq!(status, if served { "200" } else { "400" }, "{head}");
    }
    server.end().await;
}

/// Answers with the host that the field names.
async fn name_host(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let host = request
        .headers()
        .get("host")
        .map(http::HeaderValue::as_bytes);
    Ok(Response::builder()
        .header("content-type", "text/plain")
        .body(Bytes::copy_from_slice(host.unwrap_or_default()).into())
        .unwrap())
}

#[tokio::test]
async fn whoever_reads_the_host_reads_the_same() {
    let server = start("127.0.0.1:0", |server| server, tower::service_fn(name_host)).await;
    // A host in the target counts, and not the field's.
    let answer = exchange(
        &mut server.connect().await,
        "GET http://x/ HTTP/1.1\r\nhost: y\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(answer.ends_with("\r\n\r\nx"), "{answer}");

    let io = TokioIo::new(server.connect().await);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .unwrap();
    tokio::spawn(connection);
    for (hosts, status) in [
        (&[][..], 200),
        (&["x"], 200),
        (&["y"], 400),
        (&["x", "x"], 400),
        (&["x/y"], 400),
    ] {
        let mut request = Request::get("http://x/").body(Body::empty()).unwrap();
        for host in hosts {
            let host = host.parse().unwrap();
            request.headers_mut().append("host", host);
        }
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), status, "{hosts:?}");
    }
    drop(sender);
    server.end().await;
}
