//! What the operator is told. A file of its own, because all in it listen: a caller whom nobody listens to, in another thread of
//! the same process, can make `tracing` forget a line for everybody.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    fmt::{self, Write},
    future::Ready,
    io,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError, Failure};
use plywood_error::{IncidentKind, Report, Reports};
use plywood_error_pages::ErrorPagesLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn};

/// Counts the errors that the operator is told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>, Temper);

/// How somebody listens.
#[derive(Clone, Copy, Default, PartialEq)]
enum Temper {
    #[default]
    Calm,
    Panicky,
}

impl tracing::Subscriber for Told {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR
    }

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(String);

        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
                write!(self.0, "{field}={value:?} ").unwrap();
            }

            fn record_error(
                &mut self,
                field: &tracing::field::Field,
                value: &(dyn std::error::Error + 'static),
            ) {
                write!(self.0, "{field}={value} ").unwrap();
            }
        }

        assert!(self.1 == Temper::Calm, "it cannot be written down");
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

fn empty(status: u16) -> Result<Response<Body>, BoxError> {
    Ok(Response::builder().status(status).body(Body::empty())?)
}

#[test]
fn the_operator_is_told_once_and_of_what_is_our_fault() {
    type Make = fn() -> Result<Response<Body>, BoxError>;
    let refuse = |status: u16| {
        let mut response = Response::builder().status(status).body(Body::empty())?;
        response.extensions_mut().insert(Failure::new("the reason"));
        Ok(response)
    };
    let makes: [(Make, usize); 4] = [
        (|| Err("the reason".into()), 1),
        (|| panic!("the reason"), 1),
        (|| empty(503), 0),
        (|| empty(403), 0),
    ];
    let told_by = |answer: &(dyn Fn() -> Result<Response<Body>, BoxError> + Sync)| {
        let told = Told::default();
        let twice = ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(ErrorPagesLayer::new())
            .service(service_fn(|_: Request<Body>| std::future::ready(answer())));
        tracing::subscriber::with_default(told.clone(), || {
            twice
                .oneshot(get("/a?token=secret"))
                .now_or_never()
                .unwrap()
                .unwrap();
        });
        let told = told.0.lock().unwrap().clone();
        assert!(
            told.iter()
                .all(|line| line.contains("the reason") && line.contains("path=\"/a\" "))
        );
        told.len()
    };
    for (make, times) in makes {
        assert_eq!(told_by(&make), times);
    }
    assert_eq!(told_by(&|| refuse(503)), 1);
    assert_eq!(told_by(&|| refuse(403)), 0);
}

#[test]
fn an_error_that_repeats_what_a_client_sent_is_told_in_one_line() {
    let forged =
        "no such user: eve\n2026-11-21T17:00:00Z INFO ada signed in\u{1b}[2J\u{2028}\u{9b}";
    let told = Told::default();
    let app = ServiceBuilder::new()
        .layer(ErrorPagesLayer::new())
        .service(service_fn(|_: Request<Body>| {
            let error: BoxError = io::Error::other(forged).into();
            std::future::ready(Err::<Response<Body>, _>(error))
        }));
    tracing::subscriber::with_default(told.clone(), || {
        let answer = app.oneshot(get("/")).now_or_never();
        answer.unwrap().unwrap();
    });
    let told = told.0.lock().unwrap().clone();
    assert!(told[0].contains(r"eve\n2026"), "{told:?}");
    assert!(!told[0].contains(|c: char| c.is_control() || c == '\u{2028}'));
}

/// The value of a field in a line of what was told.
fn field<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, rest) = line.split_once(&format!("{name}=")).unwrap();
    rest.split(' ').next().unwrap()
}

#[test]
fn the_visitor_and_the_operator_have_one_id_and_the_place_is_that_of_the_panic() {
    let line = line!() + 5;
    let app = ServiceBuilder::new()
        .layer(ErrorPagesLayer::new())
        .service(service_fn(
            |_: Request<Body>| -> Ready<Result<Response<Body>, BoxError>> {
                panic!("the disk is full")
            },
        ));
    for accept in ["text/html", "application/json", "text/plain"] {
        let told = Told::default();
        let mut request = get("/a");
        request
            .headers_mut()
            .insert("accept", accept.parse().unwrap());
        let body = tracing::subscriber::with_default(told.clone(), || {
            let answer = app.clone().oneshot(request).now_or_never();
            let body = answer.unwrap().unwrap().into_body();
            body.collect().now_or_never().unwrap().unwrap().to_bytes()
        });
        let told = told.0.lock().unwrap().clone();
        assert_eq!(told.len(), 1);
        let id = field(&told[0], "incident");
        let page = str::from_utf8(&body).unwrap();
        assert!(page.contains(id), "{id} {page}");
        assert!(!page.contains("disk"), "{page}");
        let place = field(&told[0], "place");
        assert!(
            place.starts_with(&format!("{}:{line}:", file!())),
            "{place}"
        );
    }
}

#[test]
fn an_answer_that_breaks_off_is_told_once_with_its_request() {
    let bodies: [fn() -> Body; 2] = [
        || {
            Body::new(StreamBody::new(
                stream::once(async { panic!("the reason") }).map(one),
            ))
        },
        || {
            Body::new(StreamBody::new(
                stream::once(async { Err("the reason".into()) }).map(one),
            ))
        },
    ];
    for make in bodies {
        let (sender, receiver) = mpsc::channel();
        let reports = Reports::to(move |report: &Report| Ok(sender.send(report.clone())?));
        let reports = reports.start().unwrap();
        let twice = ServiceBuilder::new()
            .layer(ErrorPagesLayer::new().reports(&reports))
            .layer(ErrorPagesLayer::new().reports(&reports))
            .service(service_fn(move |_: Request<Body>| async move {
                Ok::<_, BoxError>(Response::new(make()))
            }));
        let told = Told::default();
        tracing::subscriber::with_default(told.clone(), || {
            let answer = twice.oneshot(get("/a?token=secret")).now_or_never();
            let body = answer.unwrap().unwrap().into_body();
            assert!(body.collect().now_or_never().unwrap().is_err());
        });
        let told = told.0.lock().unwrap().clone();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("kind=\"broken off\" path=\"/a\""),
            "{told:?}"
        );
        assert!(reports.finish(Duration::from_secs(60)));
        let report = receiver.recv().unwrap();
        assert_eq!(report.count(), 1);
        assert_eq!(report.incident().kind(), IncidentKind::BrokenOff);
        assert_eq!(report.incident().target(), "/a?token=…");
        assert_eq!(
            report.incident().id().to_string(),
            field(&told[0], "incident")
        );
    }
}

fn one(piece: Result<&'static str, BoxError>) -> Result<Frame<Bytes>, BoxError> {
    piece.map(|text| Frame::data(Bytes::from(text)))
}

#[test]
fn reports_are_told_of_what_a_layer_further_in_that_has_none_has_told() {
    type Make = fn() -> Result<Response<Body>, BoxError>;
    let makes: [Make; 3] = [
        || Err("the reason".into()),
        || {
            let frames = stream::once(async { Err("the reason".into()) }).map(one);
            Ok(Response::new(Body::new(StreamBody::new(frames))))
        },
        || {
            let frames = stream::once(async { panic!("the reason") }).map(one);
            Ok(Response::new(Body::new(StreamBody::new(frames))))
        },
    ];
    for make in makes {
        let (sender, receiver) = mpsc::channel();
        let reports = Reports::each(move |report: &Report| Ok(sender.send(report.clone())?));
        let reports = reports.start().unwrap();
        let app = ServiceBuilder::new()
            .layer(ErrorPagesLayer::new().reports(&reports))
            .layer(ErrorPagesLayer::new().reports(&reports))
            .layer(ErrorPagesLayer::new())
            .service(service_fn(move |_: Request<Body>| async move { make() }));
        let told = Told::default();
        tracing::subscriber::with_default(told.clone(), || {
            let answer = app.oneshot(get("/a")).now_or_never();
            let body = answer.unwrap().unwrap().into_body();
            let _ = body.collect().now_or_never().unwrap();
        });
        let told = told.0.lock().unwrap().clone();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(reports.finish(Duration::from_secs(60)));
        let reported: Vec<_> = receiver.try_iter().collect();
        assert_eq!(reported.len(), 1, "{reported:?}");
        let id = reported[0].incident().id().to_string();
        assert_eq!(id, field(&told[0], "incident"));
    }
}

#[test]
fn the_visitor_is_answered_though_whoever_listens_panics() {
    let app = ServiceBuilder::new()
        .layer(ErrorPagesLayer::new())
        .service(service_fn(|_: Request<Body>| {
            std::future::ready(Err::<Response<Body>, BoxError>("the reason".into()))
        }));
    let panicky = Told(Arc::default(), Temper::Panicky);
    tracing::subscriber::with_default(panicky, || {
        let answer = app.oneshot(get("/")).now_or_never().unwrap();
        assert_eq!(answer.unwrap().status(), 500);
    });
}
