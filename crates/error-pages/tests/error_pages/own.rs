//! Pages of the application's own.

use bytes::Bytes;
use futures_util::stream;
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood_core::{Body, BoxError, Failure};
use plywood_error::{Incident, IncidentKind};
use plywood_error_pages::{ErrorPagesLayer, Form, Statuses};

use crate::{answering, ask, empty, filled_by, get};

#[tokio::test]
async fn an_own_page_keeps_the_status_and_the_fields_that_belong_to_it() {
    let layer = ErrorPagesLayer::new().page(|blank| {
        assert_eq!(blank.path(), Some("/lost"));
        assert_eq!(blank.title(), "Method Not Allowed");
        assert_eq!(blank.head().headers["allow"], "GET");
        (blank.form() == Form::Html).then(|| {
            let page = Response::builder()
                .status(200)
                .header("set-cookie", "lost=1");
            let page = page.header("vary", "cookie").header("x-page", "own");
            page.body(Body::from("<h1>Lost?</h1>")).unwrap()
        })
    });
    let fields = &[("allow", "GET"), ("set-cookie", "a=b"), ("x-page", "inner")];
    let app = answering(layer, empty(405, fields));

    let own = ask(app.clone(), get("/lost?q", "text/html")).await;
    assert_eq!((own.status, &*own.text), (405, "<h1>Lost?</h1>"));
    assert_eq!(own.header("allow"), Some("GET"));
    assert_eq!(own.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(own.header("content-length"), Some("14"));
    assert_eq!(own.header("content-security-policy"), None);
    assert_eq!(own.header("x-page"), Some("own"));
    let all = |name| own.headers.get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(all("set-cookie"), ["a=b", "lost=1"]);
    assert_eq!(all("vary"), ["cookie", "accept", "accept-language"]);

    let other = ask(app, get("/lost?q", "text/plain")).await;
    assert!(other.text.starts_with("405 Method Not Allowed"));
}

#[tokio::test]
async fn an_own_page_that_panics_is_replaced() {
    let layer = ErrorPagesLayer::new().page(|_| panic!("no ink"));
    let answer = ask(answering(layer, empty(404, &[])), get("/", "text/plain")).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.starts_with("404 Not Found"));
}

#[tokio::test]
async fn an_own_page_may_stream() {
    let layer = ErrorPagesLayer::new().page(|_| {
        let frames = ["a", "b"].map(|text| Ok::<_, BoxError>(Frame::data(Bytes::from(text))));
        Some(Response::new(Body::new(StreamBody::new(stream::iter(
            frames,
        )))))
    });
    let answer = ask(answering(layer, empty(404, &[])), get("/", "text/plain")).await;
    assert_eq!(
        (&*answer.text, answer.header("content-length")),
        ("ab", None)
    );
}

#[tokio::test]
async fn texts_and_files_are_for_their_statuses_and_their_readers() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let layer = ErrorPagesLayer::new()
        .html(StatusCode::NOT_FOUND, "<h1>Lost?</h1>")
        .html(Statuses::CLIENT, "<h1>Pardon?</h1>")
        .file(Statuses::SERVER, file("sorry.html", "<h1>Sorry.</h1>"))
        .and_then(|layer| layer.file(500..=599, file("sorry.json", "{}")))
        .and_then(|layer| layer.file(500..=599, file("sorry.xml", "<problem/>")))
        .and_then(|layer| layer.file(503..=503, file("sorry.txt", "Sorry.")));
    let layer = layer.unwrap();
    for (status, accept, content_type, text) in [
        (
            404,
            "text/html",
            "text/html; charset=utf-8",
            "<h1>Lost?</h1>",
        ),
        (
            410,
            "text/html",
            "text/html; charset=utf-8",
            "<h1>Pardon?</h1>",
        ),
        (
            404,
            "application/json",
            "application/problem+json",
            "{\"type\"",
        ),
        (
            500,
            "text/html",
            "text/html; charset=utf-8",
            "<h1>Sorry.</h1>",
        ),
        (500, "application/json", "application/problem+json", "{}"),
        (502, "text/xml", "application/problem+xml", "<problem/>"),
        (503, "text/plain", "text/plain; charset=utf-8", "Sorry."),
        (
            500,
            "text/plain",
            "text/plain; charset=utf-8",
            "500 Internal Server Error",
        ),
    ] {
        let answer = filled_by(layer.clone(), status, get("/", accept)).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert!(
            answer.text.starts_with(text),
            "{status} {accept} {}",
            answer.text
        );
        let is_own = !answer.text.contains(&status.to_string());
        assert_eq!(answer.header("content-language"), (!is_own).then_some("en"));
    }
}

#[test]
fn a_file_that_is_no_page_is_refused_when_the_layer_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("page.png");
    std::fs::write(&picture, "").unwrap();
    let gone = folder.path().join("gone.html");
    for (path, complaint) in [(&picture, "a page is .html"), (&gone, "gone.html: ")] {
        let refused = ErrorPagesLayer::new().file(StatusCode::NOT_FOUND, path);
        assert!(refused.unwrap_err().to_string().contains(complaint));
    }
}

#[tokio::test]
async fn a_body_is_replaced_where_it_is_asked_for() {
    let written = |status: u16| {
        move || {
            let response = Response::builder()
                .status(status)
                .header("content-type", "text/css")
                .header("content-encoding", "gzip")
                .header("retry-after", "7");
            Ok(response.body(Body::from("panicked at src/secret.rs"))?)
        }
    };
    let layer = || ErrorPagesLayer::new().replace(Statuses::SERVER);
    let replaced = ask(answering(layer(), written(503)), get("/", "text/html")).await;
    assert!(replaced.text.starts_with("<!doctype html>") && !replaced.text.contains("secret"));
    assert_eq!(
        replaced.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(replaced.header("content-encoding"), None);
    assert_eq!(replaced.header("retry-after"), Some("7"));

    let kept = ask(answering(layer(), written(404)), get("/", "text/html")).await;
    assert_eq!(kept.text, "panicked at src/secret.rs");
    let fine = ask(answering(layer(), written(200)), get("/", "text/html")).await;
    assert_eq!(fine.text, "panicked at src/secret.rs");
}

#[tokio::test]
async fn an_own_page_cannot_take_away_how_to_do_better() {
    let layer = ErrorPagesLayer::new().page(|_| {
        let page = Response::builder()
            .header("allow", "PUT")
            .header("retry-after", "9");
        Some(page.body("own".into()).unwrap())
    });
    let app = answering(layer, empty(405, &[("allow", "GET")]));
    let answer = ask(app, get("/", "text/html")).await;
    assert_eq!(answer.header("allow"), Some("GET"));
    assert_eq!(answer.header("retry-after"), Some("9"));
}

#[tokio::test]
async fn the_developer_s_page_is_not_replaced() {
    let shown = || {
        let mut response = Response::new(Body::from("the developer's page"));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        let failure = Failure::new("the cause");
        let incident = Incident::new(IncidentKind::Failed, failure.reason());
        response.extensions_mut().insert(failure);
        response.extensions_mut().insert(incident);
        Ok(response)
    };
    let app = answering(ErrorPagesLayer::new().replace(Statuses::SERVER), shown);
    let answer = ask(app, get("/", "text/html")).await;
    assert_eq!(answer.text, "the developer's page");
}
