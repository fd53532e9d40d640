//! Services that nobody here wrote, and good answers: no rule gives a false alarm.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Body as AxumBody,
    response::Redirect,
    routing::{any, get, post},
};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header, request, response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use plywood_core::{Body, BoxError, Client, HttpBody, HttpService, Scheme};
use plywood_lint::LintLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    services::ServeDir, trace::TraceLayer,
};

/// Heads that stand for a good answer each.
#[allow(clippy::too_many_lines, reason = "it is a table")]
fn answers() -> Vec<(request::Builder, response::Builder, &'static str)> {
    let get = || Request::get("/x");
    let status = |status: u16| Response::builder().status(status);
    let ok = || status(200);
    let conditional = || get().header("if-none-match", "\"a\"");
    let range = || get().header("range", "bytes=0-3");
    let ranges = || get().header("range", "bytes=0-0,90-91");
    let partial = || status(206).header("content-range", "bytes 0-3/9");
    vec![
        (get(), ok(), "body"),
        (get(), ok().header("content-length", "4"), "body"),
        (get().header("host", "example.com:8080"), ok(), ""),
        (Request::options("*"), ok(), ""),
        (Request::connect("example.com:443"), ok(), ""),
        (Request::get("http://example.com"), ok(), ""),
        // The answer to HEAD: a whole body, or none and the length that GET would have.
        (Request::head("/x"), ok().header("content-length", "4"), ""),
        (
            Request::head("/x"),
            ok().header("content-length", "4"),
            "body",
        ),
        (Request::head("/x"), ok(), "body"),
        (get(), status(204), ""),
        (get(), status(204).header("content-length", "0"), ""),
        (get(), status(205).header("content-length", "0"), ""),
        (
            conditional(),
            status(304).header("content-length", "400"),
            "",
        ),
        (
            conditional(),
            status(304)
                .header("etag", "W/\"a\"")
                .header("vary", "accept-encoding")
                .header("cache-control", "public, max-age=60"),
            "",
        ),
        (
            get(),
            status(101)
                .header("connection", "upgrade")
                .header("upgrade", "websocket"),
            "",
        ),
        (
            get(),
            status(426)
                .header("connection", "upgrade")
                .header("upgrade", "h2c"),
            "use HTTP/2",
        ),
        (range(), partial().header("content-length", "4"), "body"),
        (
            range(),
            status(206).header("content-range", "bytes 0-3/*"),
            "body",
        ),
        (
            range(),
            status(206).header("content-range", "lines 0-3/9"),
            "body",
        ),
        (
            ranges(),
            status(206).header("content-type", "multipart/byteranges; boundary=b"),
            "\r\n--b\r\nContent-Range: bytes 0-0/9\r\n\r\nb\r\n--b--",
        ),
        (
            range().header("if-range", "\"a\""),
            partial().header("etag", "\"a\""),
            "body",
        ),
        (range().header("if-range", "\"a\""), partial(), "body"),
        (
            range(),
            status(416).header("content-range", "bytes */9"),
            "",
        ),
        (
            get(),
            status(401).header("www-authenticate", "Basic realm=\"x\""),
            "",
        ),
        (get(), status(405).header("allow", ""), ""),
        (
            get(),
            status(303).header("location", "/x?a[]=1&b=%C3%A9#c"),
            "",
        ),
        (get(), status(300), ""),
        (
            get(),
            status(201).header("location", "https://example.com/1"),
            "",
        ),
        (
            get().header("accept-encoding", "gzip"),
            ok().header("content-encoding", "gzip")
                .header("vary", "Origin, Accept-Encoding"),
            "gz",
        ),
        (
            get().header("accept-encoding", "gzip"),
            ok().header("content-encoding", "gzip").header("vary", "*"),
            "gz",
        ),
        // Encoded for everybody, so that nothing was negotiated.
        (
            get().header("accept-encoding", "gzip"),
            ok().header("content-encoding", "br"),
            "br",
        ),
        (
            get(),
            ok().header("cache-control", "no-store, max-age=0")
                .header("expires", "0"),
            "",
        ),
        (
            get(),
            ok().header("cache-control", "private=\"set-cookie, x\", max-age=\"5\""),
            "",
        ),
        (
            get(),
            ok().header(
                "set-cookie",
                "__Host-sid=a=b; Path=/; Secure; HttpOnly; SameSite=None",
            )
            .header("set-cookie", "theme={\"dark\": true}")
            .header("set-cookie", "a=; Max-Age=0; Path=/x"),
            "",
        ),
        (
            get(),
            ok().header("set-cookie", "a=1")
                .header("cache-control", "public, no-cache=\"Set-Cookie\""),
            "",
        ),
        (
            get(),
            ok().header("last-modified", "Tue, 02 Jan 2024 03:04:05 GMT")
                .header("date", "Tuesday, 02-Jan-24 03:04:05 GMT")
                .header("vary", "a")
                .header("vary", "b"),
            "",
        ),
    ]
}

#[tokio::test]
async fn good_answers_raise_no_alarm() {
    for (request, head, body) in answers() {
        let request = request.body(Body::empty()).unwrap();
        let (head, ()) = head.body(()).unwrap().into_parts();
        let service = service_fn(|_: Request<Body>| {
            let response = Response::from_parts(head.clone(), Body::from(body));
            async { Ok::<_, Infallible>(response) }
        });
        let service = linted().layer(linted().layer(service));
        read(service.oneshot(request).await.unwrap()).await;
    }
}

fn linted() -> LintLayer {
    LintLayer::new()
}

async fn read<B: HttpBody>(response: Response<B>) -> (StatusCode, Bytes) {
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(Into::into).unwrap();
    (head.status, body.to_bytes())
}

fn chunks() -> impl http_body::Body<Data = Bytes, Error = BoxError> {
    let frames: [Result<_, BoxError>; 4] = [
        Ok(Frame::data(Bytes::from("one "))),
        Ok(Frame::data(Bytes::new())),
        Ok(Frame::data(Bytes::from("two"))),
        Ok(Frame::trailers(HeaderMap::from_iter([(
            header::HeaderName::from_static("grpc-status"),
            header::HeaderValue::from_static("0"),
        )]))),
    ];
    StreamBody::new(futures_util::stream::iter(frames))
}

/// An axum service with one of each kind of route.
fn router() -> Router {
    Router::new()
        .route("/text", get(|| async { "hello ".repeat(100) }))
        .route("/json", get(|| async { Json([1, 2, 3]) }))
        .route("/empty", any(|| async { StatusCode::NO_CONTENT }))
        .route("/away", any(|| async { Redirect::to("/text") }))
        .route("/echo", post(|body: AxumBody| async { body }))
        .route("/bytes", post(|body: Bytes| async { body }))
        .route("/stream", get(|| async { AxumBody::new(chunks()) }))
        .nest_service("/files", ServeDir::new(env!("CARGO_MANIFEST_DIR")))
        .nest(
            "/deep",
            Router::new().route("/text", get(|| async { "deep" })),
        )
}

fn requests() -> Vec<Request<Body>> {
    let mut requests = Vec::new();
    let targets = [
        "/",
        "/text",
        "/json",
        "/empty",
        "/away",
        "/stream",
        "/files/Cargo.toml",
        "/files/src",
        "/files/none",
        "/deep/text",
        "/echo",
    ];
    for method in [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::OPTIONS,
        Method::DELETE,
    ] {
        for target in targets {
            for fields in [
                &[][..],
                &[("accept-encoding", "gzip")],
                &[("range", "bytes=0-9")],
                &[("range", "bytes=999999-")],
                &[("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")],
            ] {
                let mut request = Request::builder().method(&method).uri(target);
                for (name, value) in fields {
                    request = request.header(*name, *value);
                }
                requests.push(request.body(Body::empty()).unwrap());
            }
        }
    }
    for target in ["/echo", "/bytes"] {
        requests.push(
            Request::post(target)
                .header("content-length", "5")
                .body("hello".into())
                .unwrap(),
        );
        requests.push(Request::post(target).body(Body::new(chunks())).unwrap());
    }
    requests
}

/// Any service of Plywood's or of somebody else's, behind one type.
type App = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

fn app<S>(service: S) -> App
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>> + Sync,
{
    BoxCloneSyncService::new(
        service
            .map_response(|response: Response<_>| response.map(Body::new))
            .map_err(Into::into),
    )
}

#[tokio::test]
async fn axum_and_tower_http_raise_no_alarm() {
    let tower_http = ServiceBuilder::new()
        .layer(linted())
        .layer(TraceLayer::new_for_http())
        .layer(linted())
        .layer(CatchPanicLayer::new())
        .layer(linted())
        .layer(RequestBodyLimitLayer::new(1 << 20))
        .layer(linted())
        .layer(CompressionLayer::new())
        .layer(linted());
    // tower-http keeps the strong ETag of a file that it compresses: see the other test.
    let files = |path: &str| path.starts_with("/files");
    let stacks = [
        ("around", app(linted().layer(router()))),
        ("inside", app(router().layer(linted()))),
        ("twice", app(linted().layer(linted().layer(router())))),
        ("tower-http", app(tower_http.service(router()))),
    ];
    for (name, stack) in stacks {
        for request in requests() {
            if name == "tower-http" && files(request.uri().path()) {
                continue;
            }
            println!("{name}: {request:?}");
            let response = stack.clone().oneshot(request).await.unwrap();
            read(response).await;
        }
    }
}

/// Collects the numbers of broken rules.
fn collecting() -> (LintLayer, Arc<Mutex<Vec<&'static str>>>) {
    let found = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&found);
    let lint = LintLayer::reporting(move |fault| sink.lock().unwrap().push(fault.rule().id));
    (lint, found)
}

#[tokio::test]
async fn what_is_wrong_in_tower_http_is_found() {
    let get = || Request::get("/Cargo.toml");
    let files = ServeDir::new(env!("CARGO_MANIFEST_DIR"));

    let (lint, found) = collecting();
    let service = lint.layer(CompressionLayer::new().layer(files.clone()));
    for coding in ["identity", "gzip"] {
        let request = get().header("accept-encoding", coding);
        let request = request.body(Body::empty()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        read(response).await;
    }
    assert_eq!(
        *found.lock().unwrap(),
        ["O2"],
        "a strong ETag on two codings"
    );

    let (lint, found) = collecting();
    let service = lint.layer(CompressionLayer::new().layer(files.clone()));
    for since in [
        "Fri, 01 Jan 2010 00:00:00 GMT",
        "Fri, 01 Jan 2100 00:00:00 GMT",
    ] {
        let request = get().header("accept-encoding", "gzip");
        let request = request.header("if-modified-since", since);
        let request = request.body(Body::empty()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        read(response).await;
    }
    assert_eq!(*found.lock().unwrap(), ["H26"], "a 304 without Vary");

    let (lint, found) = collecting();
    let request = get()
        .header("range", "bytes=0-9")
        .header("if-range", "\"other\"");
    let request = request.body(Body::empty()).unwrap();
    read(lint.layer(files).oneshot(request).await.unwrap()).await;
    assert_eq!(
        *found.lock().unwrap(),
        ["H21"],
        "a range of another version"
    );
}

/// Serves `service` by hyper over a pipe, with a lint directly inside, and asks it by hyper's client.
async fn over_a_wire(service: App, http2: bool, mut request: Request<Body>) {
    let (near, far) = tokio::io::duplex(1 << 16);
    let (io, pipe) = (TokioIo::new(near), TokioIo::new(far));
    let service = service.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Client::unix());
        request.extensions_mut().insert(Scheme::Http);
        request
    });
    let service = TowerToHyperService::new(linted().layer(service));
    let server = if http2 {
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        let server = tokio::spawn(server.serve_connection(io, service));
        let client = hyper::client::conn::http2::handshake(TokioExecutor::new(), pipe);
        let (mut sender, connection) = client.await.unwrap();
        tokio::spawn(connection);
        let target = format!("http://example.com{}", request.uri());
        *request.uri_mut() = target.parse().unwrap();
        let is_head = request.method() == Method::HEAD;
        let response = sender.send_request(request).await.unwrap();
        // hyper's client takes the length that a HEAD is told for one that is missing.
        if !is_head {
            read(response).await;
        }
        server
    } else {
        let server = hyper::server::conn::http1::Builder::new();
        let server = tokio::spawn(server.serve_connection(io, service));
        let client = hyper::client::conn::http1::handshake(pipe);
        let (mut sender, connection) = client.await.unwrap();
        tokio::spawn(connection);
        let host = "example.com".parse().unwrap();
        request.headers_mut().insert("host", host);
        read(sender.send_request(request).await.unwrap()).await;
        server
    };
    server
        .await
        .expect("no rule makes the server panic")
        .unwrap();
}

#[tokio::test]
async fn hyper_raises_no_alarm() {
    let whole = service_fn(|_: Request<Body>| async {
        let body = Full::new(Bytes::from("the same for HEAD"));
        Ok::<_, Infallible>(Response::new(body))
    });
    let services = [
        app(linted().behind_gateway().layer(router())),
        app(linted().layer(whole)),
    ];
    for service in services {
        for http2 in [false, true] {
            for request in requests() {
                println!("{http2} {request:?}");
                over_a_wire(service.clone(), http2, request).await;
            }
        }
    }
}
