//! Services that nobody should write, and everybody meets, and clients that leave: each layer alone, and all of them, around each.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod around;
mod cancellation;
mod odd;

use std::{
    future::ready,
    io::Read,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::{FutureExt, StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood::prelude::*;
use plywood_lint::LintLayer;
use tower::Service;

use crate::{
    around::{Around, Erased},
    odd::{LINE, Lonely, Trouble, Unready},
};

/// Each layer, and all of them, around `service`, between two lints.
fn each<S>(service: S) -> Vec<Around>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let mut each = around::each(
        &LintLayer::new().layer(service),
        &SessionLayer::new(MemoryStore::new()),
    );
    for around in &mut each {
        let linted = LintLayer::new().layer(around.service.clone());
        around.service = Erased::new(linted.map_response(|response| response.map(Body::new)));
    }
    each
}

fn get(path: &str) -> Request<Body> {
    let request = Request::get(path).header("accept-encoding", "gzip");
    request.body(Body::empty()).unwrap()
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// A whole answer: its status and the text.
    Whole(u16, String),
    /// An answer that was broken off by an error: its status and the text up to there.
    Broken(u16, String),
    Failed,
    Panicked,
}

impl Outcome {
    const fn status(&self) -> Option<u16> {
        match self {
            Self::Whole(status, _) | Self::Broken(status, _) => Some(*status),
            Self::Failed | Self::Panicked => None,
        }
    }
}

/// Asks for `path`, and reads the answer to its end.
async fn ask(around: &Around, request: Request<Body>) -> Outcome {
    let exchange = async {
        let Ok(response) = around.service.clone().oneshot(request).await else {
            return Outcome::Failed;
        };
        let (head, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        let mut is_whole = true;
        while let Some(frame) = body.frame().await {
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => bytes.extend_from_slice(&data),
                Ok(Err(_)) => {}
                Err(_) => {
                    is_whole = false;
                    break;
                }
            }
        }
        let text = text(&head.headers, &bytes);
        if is_whole {
            Outcome::Whole(head.status.as_u16(), text)
        } else {
            Outcome::Broken(head.status.as_u16(), text)
        }
    };
    let outcome = AssertUnwindSafe(exchange).catch_unwind().await;
    outcome.unwrap_or(Outcome::Panicked)
}

/// Decodes as much as came.
fn text(headers: &HeaderMap, bytes: &[u8]) -> String {
    let mut text = String::new();
    if headers.contains_key(header::CONTENT_ENCODING) {
        // An answer that was broken off has no end.
        let _ = GzDecoder::new(bytes).read_to_string(&mut text);
    } else {
        text = String::from_utf8(bytes.to_vec()).unwrap();
    }
    text
}

/// After whatever happened the next request is answered, and the log has its line.
async fn works_on(around: &Around) {
    around.log.take();
    let outcome = ask(around, get("/well")).await;
    assert_eq!(outcome, Outcome::Whole(200, LINE.into()), "{}", around.name);
    assert_eq!(around.log.take().len(), usize::from(around.has_log));
}

#[tokio::test]
async fn a_body_that_is_neither_clone_nor_sync_passes() {
    let service = service_fn(|_: Request<Body>| {
        let response = Response::builder().header("content-type", "text/plain");
        ready(Ok::<_, Trouble>(
            response.body(Lonely::of_lines(100)).unwrap(),
        ))
    });
    for around in each(service) {
        let outcome = ask(&around, get("/")).await;
        assert_eq!(
            outcome,
            Outcome::Whole(200, LINE.repeat(100)),
            "{}",
            around.name
        );
    }
}

#[test]
fn what_is_never_ready_is_never_called() {
    for mut around in each(Unready(|| Poll::Pending)) {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(
                around.service.poll_ready(&mut context).is_pending(),
                "{}",
                around.name
            );
        }
        assert!(around.log.take().is_empty());
    }
}

#[tokio::test]
async fn an_error_of_readiness_is_passed_on_or_made_a_page() {
    for around in each(Unready(|| Poll::Ready(Err(Trouble)))) {
        let outcome = ask(&around, get("/")).await;
        if around.has_pages {
            assert_eq!(outcome.status(), Some(500), "{}", around.name);
        } else {
            assert_eq!(outcome, Outcome::Failed, "{}", around.name);
        }
    }
}

#[tokio::test]
async fn an_error_and_a_panic_of_the_call_are_passed_on_or_made_a_page() {
    let fails = each(odd::service(|_| ready(Err(Trouble))));
    let panics = each(odd::service(|_| -> std::future::Ready<_> {
        panic!("in the call")
    }));
    let panics_later = each(odd::service(|_| async { panic!("in the future") }));
    for (around, passed) in [
        (fails, Outcome::Failed),
        (panics, Outcome::Panicked),
        (panics_later, Outcome::Panicked),
    ] {
        for around in around {
            let outcome = ask(&around, get("/")).await;
            if around.has_pages {
                assert_eq!(outcome.status(), Some(500), "{}", around.name);
            } else {
                assert_eq!(outcome, passed, "{}", around.name);
            }
            let lines = around.log.take();
            assert_eq!(lines.len(), usize::from(around.has_log), "{}", around.name);
            assert!(
                lines.iter().all(|line| line.starts_with("500 ")),
                "{lines:?}"
            );
            works_on(&around).await;
        }
    }
}

#[tokio::test]
async fn a_panic_in_the_body_breaks_the_answer_off() {
    for around in each(odd::service(|_| {
        ready(Ok(odd::two_lines_and(|| panic!("in the body"))))
    })) {
        let outcome = ask(&around, get("/")).await;
        if around.has_pages {
            assert_eq!(
                outcome,
                Outcome::Broken(200, LINE.repeat(2)),
                "{}",
                around.name
            );
        } else {
            assert_eq!(outcome, Outcome::Panicked, "{}", around.name);
        }
        let lines = around.log.take();
        assert_eq!(lines.len(), usize::from(around.has_log), "{}", around.name);
        works_on(&around).await;
    }
}

#[tokio::test]
async fn an_error_in_the_body_breaks_the_answer_off() {
    let service = odd::service(|_| ready(Ok(odd::two_lines_and(|| Err(Trouble.into())))));
    for around in each(service) {
        let outcome = ask(&around, get("/")).await;
        assert_eq!(
            outcome,
            Outcome::Broken(200, LINE.repeat(2)),
            "{}",
            around.name
        );
        let lines = around.log.take();
        assert_eq!(lines.len(), usize::from(around.has_log), "{}", around.name);
        assert!(
            lines.iter().all(|line| line.starts_with("200 ")),
            "{lines:?}"
        );
        works_on(&around).await;
    }
}

#[tokio::test]
async fn trailers_pass() {
    let service = odd::service(|_| {
        let frames = [odd::line(), odd::line(), odd::trailers()];
        ready(Ok(odd::frames(stream::iter(frames).map(Ok))))
    });
    for around in each(service) {
        let response = around.service.oneshot(get("/")).await.unwrap();
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(
            body.trailers().unwrap()["x-checksum"],
            "42",
            "{}",
            around.name
        );
    }
}

#[tokio::test]
async fn a_body_that_goes_on_after_its_trailers_comes_to_an_end() {
    let service = odd::service(|_| {
        let frames = [odd::line(), odd::trailers(), odd::line(), odd::trailers()];
        ready(Ok(odd::frames(stream::iter(frames).map(Ok))))
    });
    // No lint, which would tell of it.
    for around in around::each(&service, &SessionLayer::new(MemoryStore::new())) {
        let outcome = ask(&around, get("/")).await;
        let Outcome::Whole(200, text) = outcome else {
            panic!("{}: {outcome:?}", around.name);
        };
        assert!(text.starts_with(LINE), "{}: {text}", around.name);
        assert_eq!(around.log.take().len(), usize::from(around.has_log));
    }
}

#[tokio::test]
async fn what_streams_for_ever_streams_until_the_client_leaves() {
    let service = odd::service(|_| ready(Ok(odd::frames(odd::noise()))));
    for around in each(service) {
        let response = around.service.clone().oneshot(get("/")).await.unwrap();
        let mut body = response.into_body();
        let mut bytes = 0;
        for _ in 0..20 {
            bytes += body
                .frame()
                .await
                .unwrap()
                .unwrap()
                .into_data()
                .unwrap()
                .len();
        }
        assert!(
            around.log.take().is_empty(),
            "{}: the body is not over",
            around.name
        );
        drop(body);
        let lines = around.log.take();
        assert_eq!(lines.len(), usize::from(around.has_log), "{}", around.name);
        // The innermost log counts what was not compressed yet.
        if around.name != "all, inside out" {
            assert!(
                lines.iter().all(|line| *line == format!("200 {bytes}")),
                "{lines:?}"
            );
        }
        works_on(&around).await;
    }
}

#[tokio::test]
async fn what_was_streamed_before_a_wait_has_come_through() {
    let service = odd::service(|_| {
        let frames = stream::iter([odd::line(), odd::line()])
            .map(Ok)
            .chain(stream::pending());
        ready(Ok(odd::frames(frames)))
    });
    for around in each(service) {
        let response = around.service.clone().oneshot(get("/")).await.unwrap();
        let (head, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().now_or_never() {
            bytes.extend_from_slice(&frame.unwrap().unwrap().into_data().unwrap());
        }
        assert_eq!(
            text(&head.headers, &bytes),
            LINE.repeat(2),
            "{}",
            around.name
        );
    }
}

/// Tells whether it was dropped.
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn an_answer_before_the_request_was_read_does_not_wait_for_it() {
    for around in each(odd::service(|_| ready(Ok(odd::text("too early"))))) {
        let dropped = Arc::new(AtomicBool::new(false));
        let flag = Flag(Arc::clone(&dropped));
        let endless = stream::pending::<Result<Frame<Bytes>, BoxError>>();
        let endless = endless.inspect(move |_| {
            let _ = &flag;
        });
        let request = Request::post("/").header("content-type", "text/plain");
        let request = request.body(Body::new(StreamBody::new(endless))).unwrap();
        let outcome = ask(&around, request).await;
        assert_eq!(
            outcome,
            Outcome::Whole(200, "too early".into()),
            "{}",
            around.name
        );
        assert!(dropped.load(Ordering::Relaxed), "{}", around.name);
    }
}
