//! The gateway through real sockets.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};
use plywood_core::{Body, BoxError, Client, Connection, Scheme};
use plywood_lint::LintLayer;
use plywood_serve::{Listener, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tower::Layer;

const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    address: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start<S>(address: &str, configure: impl FnOnce(Server) -> Server, app: S) -> Running
where
    S: plywood_core::HttpService<Body, ResBody = Body, Error = Infallible> + Sync,
{
    let listener = Listener::bind(address).await.unwrap();
    let bound = listener.local_addr();
    let (stop, stopped) = oneshot::channel();
    let server = configure(Server::new(listener));
    let app = LintLayer::new().layer(app);
    let ended = tokio::spawn(server.serve_until(app, async {
        let _ = stopped.await;
    }));
    Running {
        address: bound,
        stop,
        ended,
    }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address.unwrap()).await.unwrap()
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.ended).await.unwrap().unwrap();
    }
}

/// Answers with what the gateway left.
async fn describe(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let client = *Client::of(&request).expect("the gateway leaves it");
    let scheme = Scheme::of(&request).expect("the gateway leaves it");
    let (method, version) = (request.method().clone(), request.version());
    let sent = request.into_body().collect().await.unwrap().to_bytes();
    let text = format!("{method} {version:?} {scheme} {client} {}", sent.len());
    Ok(Response::builder()
        .header("content-type", "text/plain")
        .body(text.into())
        .unwrap())
}

async fn exchange(
    stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin),
    request: &str,
) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the connection is closed")
        .unwrap();
    String::from_utf8(answer).unwrap()
}

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

#[tokio::test]
async fn a_unix_socket_is_served_and_its_file_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sock");
    let address = format!("unix:{}", path.display());

    // A socket that a dead server left behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());

    let server = start(&address, |server| server, tower::service_fn(describe)).await;
    let second = Listener::bind(&address).await.unwrap_err();
    assert!(
        second.to_string().contains("cannot listen on unix:"),
        "{second}"
    );
    let mut stream = UnixStream::connect(&path).await.unwrap();
    let answer = exchange(
        &mut stream,
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(answer.ends_with("GET HTTP/1.1 http unix: 0"), "{answer}");
    server.end().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("precious");
    std::fs::write(&path, "data").unwrap();
    Listener::bind(&format!("unix:{}", path.display()))
        .await
        .unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "data");
}

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

#[tokio::test]
async fn an_address_that_is_taken_or_wrong_is_named_in_the_error() {
    let first = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = first.local_addr().unwrap().to_string();
    for address in [&*address, "nonsense"] {
        let error = Listener::bind(address).await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("cannot listen on {address}: "))
        );
    }
    assert_eq!(first.to_string(), format!("http://{address}"));

    let error = Listener::bind("http://127.0.0.1:8000").await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("it should be like 127.0.0.1:8000 or unix:/run/app.sock")
    );
}
