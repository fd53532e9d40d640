//! Its beginning and its end.

use std::time::Duration;

use http::{Request, Response};
use plywood_core::Body;
use plywood_lint::LintLayer;
use plywood_serve::{Listener, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tower::Layer;

use crate::{PATIENCE, describe, start};

#[tokio::test]
async fn requests_under_way_finish_and_idle_connections_close() {
    let (entered, mut entering) = mpsc::channel(1);
    let (release, released) = oneshot::channel::<()>();
    let released = std::sync::Arc::new(tokio::sync::Mutex::new(Some(released)));
    let app = tower::service_fn(move |_: Request<Body>| {
        let (entered, released) = (entered.clone(), released.clone());
        async move {
            entered.send(()).await.unwrap();
            let released = released.lock().await.take().unwrap();
            released.await.unwrap();
            Ok(Response::builder()
                .header("content-type", "text/plain")
                .body(Body::from("finished"))
                .unwrap())
        }
    });
    let server = start("127.0.0.1:0", |server| server, app).await;
    let address = server.address.unwrap();
    let mut silent = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    entering.recv().await.unwrap();

    server.stop.send(()).unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, silent.read_to_end(&mut rest))
        .await
        .unwrap()
        .unwrap();
    assert!(rest.is_empty());
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    release.send(()).unwrap();
    timeout(PATIENCE, busy.read_to_end(&mut rest))
        .await
        .unwrap()
        .unwrap();
    assert!(String::from_utf8(rest).unwrap().ends_with("finished"));
    timeout(PATIENCE, server.ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_left_after_the_grace_is_dropped() {
    let app = tower::service_fn(|_: Request<Body>| std::future::pending());
    let grace = Duration::from_millis(50);
    let server = start("127.0.0.1:0", |server| server.grace(grace), app).await;
    let mut stuck = server.connect().await;
    stuck
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    server.end().await;
    assert_eq!(stuck.read(&mut [0; 16]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn one_that_is_told_to_stop_before_it_serves_says_nothing() {
    let (say, said) = std::sync::mpsc::channel();
    let server = Server::new(Listener::bind("127.0.0.1:0").await.unwrap());
    let server = server.ready(move |_| say.send(()).unwrap());
    let app = LintLayer::new().layer(tower::service_fn(describe));
    server.serve_until(app, std::future::ready(())).await;
    assert!(said.recv().is_err());
}
