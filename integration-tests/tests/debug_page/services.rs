//! Errors and panics of services of axum, hyper and tonic: in the handler, in the body, and after the head was sent.

use std::{
    convert::Infallible,
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, routing::get};
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::{client::legacy, rt::TokioExecutor};
use plywood::prelude::*;
use plywood_error::{IncidentKind, Report, Reports};
use tokio::sync::oneshot;

use super::debug;

const PATIENCE: Duration = Duration::from_secs(240);

/// A body that goes well for one piece.
fn breaks(panics: bool) -> Body {
    let pieces = stream::unfold(0, move |number| async move {
        tokio::task::yield_now().await;
        match number {
            0 => Some((Ok(Frame::data(Bytes::from("one piece"))), 1)),
            1 if panics => panic!("the body panicked"),
            1 => Some((Err(BoxError::from("the body failed")), 2)),
            _ => None,
        }
    });
    Body::new(StreamBody::new(pieces))
}

/// The site, for those who bring no router. What axum and hyper call a handler never fails.
async fn site(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(match request.uri().path() {
        "/panic" => panic!("the handler panicked"),
        "/refuse" => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
                .extensions_mut()
                .insert(Failure::new("the bank does not answer"));
            response
        }
        "/stream/panic" => Response::new(breaks(true)),
        "/stream/error" => Response::new(breaks(false)),
        _ => Response::new("well".into()),
    })
}

fn axum_router() -> Router {
    let answer = |request: Request<axum::body::Body>| async {
        let Ok(response) = site(request.map(Body::new)).await;
        response.map(axum::body::Body::new)
    };
    Router::new().route("/{*path}", get(answer))
}

/// Serves the site behind the layers, with what the operator is told.
async fn serve<S>(service: S) -> (String, Receiver<Report>, Reports, oneshot::Sender<()>)
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError> + Send> + Sync,
{
    let (sender, receiver) = mpsc::channel();
    let reports = Reports::each(move |report: &Report| Ok(sender.send(report.clone())?));
    let reports = reports.start().unwrap();
    let app = ServiceBuilder::new()
        .layer(ErrorPagesLayer::new().reports(&reports))
        .layer(debug())
        .service(service);
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(listener).grace(Duration::ZERO);
    tokio::spawn(server.serve_until(app, async {
        let _ = stopped.await;
    }));
    (address, receiver, reports, stop)
}

/// What became of a request, and what the operator was told of it.
async fn every_kind_is_shown_and_told<S>(service: S)
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError> + Send> + Sync,
{
    let (address, receiver, reports, stop) = serve(service).await;
    let client = legacy::Client::builder(TokioExecutor::new()).build_http::<Body>();
    let ask = async |path: &str| {
        let request = Request::get(format!("{address}{path}"))
            .body(Body::empty())
            .unwrap();
        let (head, body) = client.request(request).await.unwrap().into_parts();
        let body = body
            .collect()
            .await
            .map(|body| String::from_utf8(body.to_bytes().to_vec()).unwrap());
        assert!(reports.finish(PATIENCE));
        (head.status, body, receiver.try_iter().collect::<Vec<_>>())
    };

    let (status, body, told) = ask("/well").await;
    assert_eq!(
        (status, body.unwrap().as_str(), told.len()),
        (StatusCode::OK, "well", 0)
    );

    for (path, expected, says) in [
        (
            "/panic",
            StatusCode::INTERNAL_SERVER_ERROR,
            "the handler panicked",
        ),
        (
            "/refuse",
            StatusCode::BAD_GATEWAY,
            "the bank does not answer",
        ),
    ] {
        let (status, body, told) = ask(path).await;
        let body = body.unwrap();
        assert_eq!(status, expected);
        assert!(body.contains(says), "{path}: {body}");
        let [report] = &told[..] else {
            panic!("{path}: {told:?}")
        };
        assert!(
            body.contains(&report.incident().id().to_string()),
            "{path}: one id for both"
        );
        assert_eq!(report.incident().target(), path);
    }

    for (path, says) in [
        ("/stream/panic", "the body panicked"),
        ("/stream/error", "the body failed"),
    ] {
        let (status, body, told) = ask(path).await;
        assert_eq!(status, StatusCode::OK, "it was sent before");
        assert!(
            body.is_err(),
            "{path}: what is broken off does not look whole"
        );
        let [report] = &told[..] else {
            panic!("{path}: {told:?}")
        };
        assert_eq!(report.incident().kind(), IncidentKind::BrokenOff);
        assert!(report.subject().contains(says), "{}", report.subject());
        let place = report.incident().place().map(ToString::to_string);
        assert_eq!(
            place.is_some_and(|place| place.contains("services.rs")),
            path.ends_with("panic")
        );
    }
    drop(stop);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_axum_router() {
    every_kind_is_shown_and_told(axum_router()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_of_hyper() {
    let service = hyper::service::service_fn(site);
    let service = service_fn(move |request| hyper::service::Service::call(&service, request));
    every_kind_is_shown_and_told(service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_of_tonic() {
    let (_, health) = tonic_health::server::health_reporter();
    let routes = tonic::service::Routes::from(axum_router()).add_service(health);
    every_kind_is_shown_and_told(routes).await;
}

/// Under axum's own server it is axum that knows who asks: one line says it in Plywood's words.
#[tokio::test(flavor = "multi_thread")]
async fn axums_own_server() {
    let tell = |mut request: Request<axum::body::Body>| {
        let peer = request
            .extensions()
            .get::<ConnectInfo<std::net::SocketAddr>>()
            .map(|info| info.0);
        if let Some(peer) = peer {
            request
                .extensions_mut()
                .insert(plywood::prelude::Client::tcp(peer));
        }
        request
    };
    let layers = ServiceBuilder::new()
        .map_request(tell)
        .layer(ErrorPagesLayer::new())
        .layer(debug());
    let app = Router::new().fallback_service(layers.service(axum_router()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = legacy::Client::builder(TokioExecutor::new()).build_http::<Body>();
    let request = Request::get(format!("http://{address}/panic"))
        .body(Body::empty())
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("the handler panicked"));
}
