//! An `Err` and a panic are answered for.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError, BoxFuture, Failure};
use plywood_error_pages::ErrorPagesLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use crate::{answering, around, ask, get};

#[tokio::test]
async fn an_error_becomes_a_500_that_does_not_say_why() {
    for accept in ["text/html", "application/json", "text/plain"] {
        let failing = answering(ErrorPagesLayer::new(), || Err("the secret cause".into()));
        let answer = ask(failing, get("/", accept)).await;
        assert_eq!(answer.status, 500);
        assert_eq!(answer.failure.as_deref(), Some("the secret cause"));
        assert!(!answer.text.contains("secret") && answer.text.contains("500"));
    }
}

#[tokio::test]
async fn a_panic_becomes_a_500_that_does_not_say_why() {
    let early = service_fn(
        |_: Request<Body>| -> BoxFuture<Result<Response<Body>, Infallible>> {
            panic!("the secret cause")
        },
    );
    let late = service_fn(|_: Request<Body>| async {
        tokio::task::yield_now().await;
        let cause = String::from("the secret cause");
        std::panic::panic_any(cause) as Result<Response<Body>, Infallible>
    });
    let early = around(ErrorPagesLayer::new(), early);
    let late = around(ErrorPagesLayer::new(), late);
    for app in [early, late] {
        // The second call shows that the service still serves.
        for _ in 0..2 {
            let answer = ask(app.clone(), get("/", "text/html")).await;
            assert_eq!(answer.status, 500);
            assert_eq!(
                answer.failure.as_deref(),
                Some("panicked: the secret cause")
            );
            assert!(!answer.text.contains("secret"));
        }
    }
}

/// A service that becomes ready, or fails to, or panics, as it is told.
#[derive(Clone)]
struct Readiness(fn() -> Poll<Result<(), BoxError>>);

impl Service<Request<Body>> for Readiness {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        (self.0)()
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        std::future::ready(Ok(Response::new("ready".into())))
    }
}

#[tokio::test]
async fn a_service_that_cannot_become_ready_is_answered_for() {
    for (readiness, status, failure) in [
        (Readiness(|| Poll::Ready(Ok(()))), 200, None),
        (
            Readiness(|| Poll::Ready(Err("closed".into()))),
            500,
            Some("closed"),
        ),
        (
            Readiness(|| panic!("unwell")),
            500,
            Some("panicked: unwell"),
        ),
    ] {
        let app = around(ErrorPagesLayer::new(), readiness);
        let answer = ask(app, get("/", "text/plain")).await;
        assert_eq!(
            (answer.status, answer.failure.as_deref()),
            (status, failure)
        );
    }
    let waiting = around(ErrorPagesLayer::new(), Readiness(|| Poll::Pending));
    assert!(waiting.oneshot(get("/", "*/*")).now_or_never().is_none());
}

/// A body that panics after its first frame.
struct Bomb(bool);

impl http_body::Body for Bomb {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        assert!(!self.0, "the fuse is burnt");
        self.0 = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from("tick")))))
    }
}

#[tokio::test]
async fn a_panic_while_the_body_streams_breaks_the_answer_off() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Bomb(false))) }),
    );
    let Ok(response) = app.oneshot(get("/", "*/*")).await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "tick");
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "panicked: the fuse is burnt");
}

/// A body that panics when it is asked how much is left of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unmeasured {
    ItsSize,
    ItsEnd,
}

impl http_body::Body for Unmeasured {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from("tick")))))
    }

    fn is_end_stream(&self) -> bool {
        assert!(!matches!(self, Self::ItsEnd), "no end");
        // Not even this may make the answer look whole.
        true
    }

    fn size_hint(&self) -> SizeHint {
        assert!(!matches!(self, Self::ItsSize), "no size");
        // Nor this.
        SizeHint::with_exact(0)
    }
}

#[tokio::test]
async fn a_body_that_panics_when_it_is_asked_how_much_is_left_is_broken_off() {
    for (unmeasured, said) in [
        (Unmeasured::ItsSize, "panicked: no size"),
        (Unmeasured::ItsEnd, "panicked: no end"),
    ] {
        // Through two layers, since the outer one asks the inner one; without a lint, which would ask, too.
        let app = ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(ErrorPagesLayer::new())
            .service(service_fn(move |_: Request<Body>| async move {
                Ok::<_, Infallible>(Response::new(unmeasured))
            }));
        let Ok(response) = app.oneshot(get("/", "*/*")).await;
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        // Once it has panicked at one question, no answer to the other counts.
        let _ = (body.size_hint(), body.is_end_stream());
        assert!(!body.is_end_stream());
        assert_eq!(body.size_hint().exact(), None);
        let error = body.frame().await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), said);
        assert!(body.frame().await.is_none());
    }
}

#[tokio::test]
async fn an_empty_error_that_panics_when_it_is_asked_how_empty_it_is_is_a_500() {
    let app = ErrorPagesLayer::new().layer(service_fn(|_: Request<Body>| async {
        Response::builder().status(404).body(Unmeasured::ItsEnd)
    }));
    let Ok(response) = app.oneshot(get("/", "text/html")).await;
    assert_eq!(response.status(), 500);
    let failure = Failure::of(&response).unwrap().reason().to_string();
    assert_eq!(failure, "panicked: no end");
    let page = response.into_body().collect().await.unwrap().to_bytes();
    assert!(page.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn frames_trailers_and_errors_of_a_body_pass() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|request: Request<Body>| async move {
            let mut trailers = HeaderMap::new();
            trailers.insert("x-sum", HeaderValue::from_static("2"));
            let last = match request.uri().path() {
                "/whole" => Ok(Frame::trailers(trailers)),
                _ => Err(BoxError::from("broken")),
            };
            let frames = [Ok(Frame::data(Bytes::from("hi"))), last];
            Ok::<_, Infallible>(Response::new(StreamBody::new(stream::iter(frames))))
        }),
    );
    let Ok(whole) = app.clone().oneshot(get("/whole", "*/*")).await;
    let whole = whole.into_body().collect().await.unwrap();
    assert_eq!(whole.trailers().unwrap()["x-sum"], "2");
    assert_eq!(whole.to_bytes(), "hi");
    let Ok(broken) = app.oneshot(get("/broken", "*/*")).await;
    let error = broken.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "broken");
}

/// Panics when it is dropped, again and again.
struct Again;

impl Drop for Again {
    fn drop(&mut self) {
        std::panic::panic_any(Self);
    }
}

#[tokio::test]
async fn a_payload_that_panics_when_it_is_dropped_is_answered_for() {
    let early = service_fn(
        |_: Request<Body>| -> BoxFuture<Result<Response<Body>, Infallible>> {
            std::panic::panic_any(Again)
        },
    );
    let late = service_fn(|_: Request<Body>| async {
        tokio::task::yield_now().await;
        std::panic::panic_any(Again) as Result<Response<Body>, Infallible>
    });
    let early = around(ErrorPagesLayer::new(), early);
    let late = around(ErrorPagesLayer::new(), late);
    for app in [early, late] {
        let answer = ask(app, get("/", "text/html")).await;
        assert_eq!(answer.status, 500);
        assert!(answer.failure.is_some());
    }
}

/// A body that panics when it is dropped, and if it is told to, when it is polled.
struct Brittle(bool);

impl http_body::Body for Brittle {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        assert!(!self.0, "polled");
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        !self.0
    }
}

impl Drop for Brittle {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[tokio::test]
async fn a_body_that_panics_when_it_is_dropped_is_replaced_and_broken_off_all_the_same() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|request: Request<Body>| async move {
            let polls = request.uri().path() == "/polled";
            let status = if polls { 200 } else { 404 };
            Response::builder().status(status).body(Brittle(polls))
        }),
    );
    let page = ask(app.clone(), get("/", "text/html")).await;
    assert!(page.text.starts_with("<!doctype html>"));
    let Ok(polled) = app.oneshot(get("/polled", "*/*")).await;
    let error = polled.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "panicked: polled");
}

#[tokio::test]
async fn an_error_whose_text_cannot_be_had_is_answered_for() {
    #[derive(Debug)]
    struct Wordless;

    impl std::fmt::Display for Wordless {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("no words")
        }
    }

    impl std::error::Error for Wordless {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(self)
        }
    }

    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|_: Request<Body>| async { Err::<Response<Body>, _>(Wordless) }),
    );
    let Ok(response) = app.oneshot(get("/", "text/html")).await;
    assert_eq!(response.status(), 500);
}
