//! What is spoken, and what a request brings along.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};
use plywood_core::{Body, BoxError, Connection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{describe, exchange, start};

#[tokio::test]
async fn http_1_is_served_with_the_client_and_the_scheme() {
    let server = start("127.0.0.1:0", |server| server, tower::service_fn(describe)).await;
    let answer = exchange(
        &mut server.connect().await,
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.ends_with("POST HTTP/1.1 http 127.0.0.1 3"),
        "{answer}"
    );
    server.end().await;
}

#[tokio::test]
async fn a_request_knows_its_place_on_its_connection() {
    let app = tower::service_fn(async |request: Request<Body>| {
        let connection = Connection::of(&request).expect("the gateway leaves it");
        assert!(connection.tls().is_none());
        let local = connection.local_addr().unwrap();
        let text = format!("{} {} {local};", connection.number(), connection.request());
        Ok(Response::new(Body::from(text)))
    });
    let server = start("127.0.0.1:0", |server| server, app).await;
    let (request, last) = (
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let requests = [request, request, last].concat();
        let answers = exchange(&mut server.connect().await, &requests).await;
        let said: Vec<Vec<&str>> = answers
            .split_inclusive(';')
            .map(|answer| answer.rsplit("\r\n").next().unwrap())
            .map(|said| said.trim_end_matches(';').split(' ').collect())
            .collect();
        let turns: Vec<_> = said.iter().map(|words| words[1]).collect();
        assert_eq!(turns, ["1", "2", "3"]);
        assert!(said.iter().all(|words| words[0] == said[0][0]), "{said:?}");
        assert_eq!(said[0][2], server.address.unwrap().to_string());
        numbers.push(said[0][0].to_owned());
    }
    assert_ne!(numbers[0], numbers[1]);
    server.end().await;
}

#[tokio::test]
async fn http_2_is_told_by_its_preface_and_trailers_pass() {
    let app = tower::service_fn(|request: Request<Body>| async move {
        assert_eq!(request.version(), Version::HTTP_2);
        let mut trailers = HeaderMap::new();
        trailers.insert("x-sum", "42".parse().unwrap());
        let frames = [
            Ok::<_, BoxError>(Frame::data(Bytes::from("two"))),
            Ok(Frame::trailers(trailers)),
        ];
        let body = Body::new(StreamBody::new(futures_util::stream::iter(frames)));
        Ok(Response::builder()
            .header("content-type", "text/plain")
            .body(body)
            .unwrap())
    });
    let server = start("127.0.0.1:0", |server| server, app).await;
    let io = TokioIo::new(server.connect().await);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get("http://x/").body(Body::empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["x-sum"], "42");
    assert_eq!(body.to_bytes(), "two");
    drop(sender);
    server.end().await;
}

#[tokio::test]
async fn an_http_2_client_is_told_how_many_streams_it_may_have() {
    let server = start("127.0.0.1:0", |server| server, tower::service_fn(describe)).await;
    let mut stream = server.connect().await;
    let no_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    stream.write_all(&no_settings).await.unwrap();

    // Three bytes of length, the type SETTINGS, flags, the stream; then settings of six bytes each.
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4);
    let mut settings = vec![0; usize::from(head[2])];
    stream.read_exact(&mut settings).await.unwrap();
    let max_concurrent_streams = [0, 3, 0, 0, 0, 100];
    assert!(
        settings.chunks(6).any(|one| one == max_concurrent_streams),
        "{settings:?}"
    );
    drop(stream);
    server.end().await;
}
