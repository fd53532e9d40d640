//! Slow clients, and many.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::timeout,
};

use crate::{PATIENCE, describe, exchange, start};

#[tokio::test]
async fn a_client_that_only_holds_the_connection_is_let_go() {
    let quick = Duration::from_millis(50);
    let server = start(
        "127.0.0.1:0",
        |server| server.header_timeout(quick),
        tower::service_fn(describe),
    )
    .await;
    for said in ["", "PRI * HTT", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        let answer = exchange(&mut server.connect().await, said).await;
        assert!(!answer.contains("200"), "{answer}");
    }
    server.end().await;
}

/// Takes the whole body, or says why not.
async fn receive(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let (status, text) = match request.into_body().collect().await {
        Ok(body) => (200, body.to_bytes().len().to_string()),
        Err(error) => (408, error.to_string()),
    };
    Ok(Response::builder()
        .status(status)
        .header("content-type", "text/plain")
        .body(text.into())
        .unwrap())
}

#[tokio::test]
async fn a_client_that_dawdles_over_a_body_is_let_go() {
    let quick = Duration::from_millis(50);
    let server = start(
        "127.0.0.1:0",
        |server| server.stall_timeout(quick),
        tower::service_fn(receive),
    )
    .await;
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n";
    let stalled = exchange(&mut server.connect().await, head).await;
    assert!(stalled.starts_with("HTTP/1.1 408 "), "{stalled}");

    // A byte now and then is no haste.
    let (mut reading, mut writing) = server.connect().await.into_split();
    let dripping = tokio::spawn(async move {
        writing.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..1000 {
            tokio::time::sleep(quick / 5).await;
            if writing.write_all(b"x").await.is_err() {
                break;
            }
        }
    });
    let mut answer = [0; 12];
    timeout(PATIENCE, reading.read_exact(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    dripping.abort();
    server.end().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_let_go() {
    static PIECE: [u8; 65536] = [b'x'; 65536];
    let (holds, mut held) = mpsc::channel::<()>(1);
    let holds = std::sync::Mutex::new(Some(holds));
    let holds = std::sync::Arc::new(holds);
    let app = tower::service_fn(move |_: Request<Body>| {
        let holds = holds.lock().unwrap().take();
        let endless = futures_util::stream::repeat_with(move || {
            let _held = &holds;
            Ok::<_, BoxError>(Frame::data(Bytes::from_static(&PIECE)))
        });
        std::future::ready(Ok(Response::builder()
            .header("content-type", "text/plain")
            .body(Body::new(StreamBody::new(endless)))
            .unwrap()))
    });
    let quick = Duration::from_millis(50);
    let server = start("127.0.0.1:0", |server| server.stall_timeout(quick), app).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let dropped = timeout(PATIENCE, held.recv()).await;
    assert!(dropped.expect("the answer is given up").is_none());
    server.end().await;
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn() {
    let server = start(
        "127.0.0.1:0",
        |server| server.max_connections(1),
        tower::service_fn(describe),
    )
    .await;
    let first = server.connect().await;
    let mut second = server.connect().await;
    second
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let early = timeout(Duration::from_millis(100), second.read_to_end(&mut answer)).await;
    assert!(early.is_err(), "the second had to wait for the first");
    drop(first);
    timeout(PATIENCE, second.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    server.end().await;
}
