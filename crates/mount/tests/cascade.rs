//! The cascade, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{AnyService, Body, BoxError, Failure};
use plywood_lint::LintLayer;
use plywood_mount::Cascade;
use plywood_test::harness::{RoughBody, drop_at_every_poll};
use proptest::prelude::*;
use tower::{Layer, Service, ServiceExt, service_fn};

fn answer(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let response = Response::builder()
        .status(status)
        .header("content-type", "text/plain");
    response.body(text.into()).unwrap()
}

/// Reads up to so many bytes of the body, and says what it found; with this status.
fn reads(bytes: usize, status: StatusCode) -> AnyService {
    AnyService::new(
        LintLayer::new().layer(service_fn(move |request: Request<Body>| async move {
            let mut body = request.into_body();
            let mut found = Vec::new();
            while found.len() < bytes
                && let Some(frame) = body.frame().await
            {
                if let Ok(data) = frame?.into_data() {
                    found.extend_from_slice(&data);
                }
            }
            Ok::<_, BoxError>(answer(status, found))
        })),
    )
}

const OK: StatusCode = StatusCode::OK;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const ALL: usize = usize::MAX;

/// Bytes that are at no place what they are at another.
fn pattern(length: usize) -> Bytes {
    (0..length)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect()
}

async fn ask(cascade: &Cascade, body: impl Into<Body>) -> Result<(Response<()>, Bytes), BoxError> {
    let service = LintLayer::new().layer(cascade.clone());
    let response = service
        .oneshot(Request::post("/").body(body.into())?)
        .await?;
    let (head, body) = response.into_parts();
    let body = Body::new(body).collect().await?.to_bytes();
    Ok((Response::from_parts(head, ()), body))
}

/// A body that comes in pieces, and is not at hand.
fn stream(content: Bytes, piece: usize) -> Body {
    Body::new(RoughBody::new(content).pieces(piece).delays(1))
}

#[tokio::test]
async fn the_first_answer_that_is_no_404_is_the_answer() {
    for (statuses, expected) in [
        (&[404, 200, 201][..], 200),
        (&[200, 404], 200),
        (&[404, 404, 410], 410),
        (&[500, 200], 500),
        // The last one has the last word.
        (&[404, 404], 404),
        (&[404], 404),
    ] {
        let mut cascade = Cascade::<BoxError>::new();
        for status in statuses {
            cascade = cascade.then(reads(0, StatusCode::from_u16(*status).unwrap()));
        }
        let (response, _) = ask(&cascade, Body::empty()).await.unwrap();
        assert_eq!(response.status(), expected, "{statuses:?}");
        assert!(Failure::of(&response).is_none());
    }
}

#[tokio::test]
async fn without_services_the_answer_is_404() {
    let (response, _) = ask(&Cascade::<BoxError>::new(), "x").await.unwrap();
    assert_eq!(response.status(), NOT_FOUND);
    assert!(Failure::of(&response).is_some());
}

#[tokio::test]
async fn the_statuses_can_be_chosen() {
    let method = StatusCode::METHOD_NOT_ALLOWED;
    let tries = |statuses: &[StatusCode]| {
        let cascade = Cascade::<BoxError>::new()
            .then(reads(0, StatusCode::GONE))
            .then(reads(0, OK));
        cascade.statuses(statuses.iter().copied())
    };
    let (response, _) = ask(&tries(&[NOT_FOUND, method]), "").await.unwrap();
    assert_eq!(response.status(), StatusCode::GONE);
    let (response, _) = ask(&tries(&[StatusCode::GONE]), "").await.unwrap();
    assert_eq!(response.status(), OK);
}

#[tokio::test]
async fn an_error_ends_it() {
    let fails = service_fn(|_: Request<Body>| async { Err::<Response<Body>, _>("no") });
    let cascade = Cascade::<BoxError>::new()
        .then(reads(ALL, NOT_FOUND))
        .then(fails)
        .then(reads(0, OK));
    assert_eq!(ask(&cascade, "x").await.unwrap_err().to_string(), "no");
}

#[tokio::test]
async fn what_was_answered_before_is_dropped_before_the_next_is_asked() {
    struct Told(Arc<AtomicUsize>);
    impl Drop for Told {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let first = {
        let dropped = Arc::clone(&dropped);
        service_fn(move |_: Request<Body>| {
            let told = Told(Arc::clone(&dropped));
            async move {
                let forever = std::iter::repeat_with(move || {
                    let _ = &told;
                    Ok(Frame::data(Bytes::from_static(b"no")))
                });
                let body = Body::new(frames(forever));
                Ok::<_, BoxError>(answer(NOT_FOUND, body))
            }
        })
    };
    let second = {
        let dropped = Arc::clone(&dropped);
        service_fn(move |_: Request<Body>| {
            assert_eq!(dropped.load(Ordering::SeqCst), 1);
            async { Ok::<_, BoxError>(answer(OK, "")) }
        })
    };
    let (response, _) = ask(&Cascade::<BoxError>::new().then(first).then(second), "x")
        .await
        .unwrap();
    assert_eq!(response.status(), OK);
}

type Frames = Box<dyn Iterator<Item = Result<Frame<Bytes>, BoxError>> + Send>;

fn frames(
    frames: impl Iterator<Item = Result<Frame<Bytes>, BoxError>> + Send + 'static,
) -> StreamBody<stream::Iter<Frames>> {
    StreamBody::new(stream::iter(Box::new(frames) as Frames))
}

#[tokio::test]
async fn each_service_gets_the_request_as_it_came() {
    #[derive(Clone)]
    struct Left;
    #[derive(Clone)]
    struct Given(&'static str);
    let first = service_fn(|mut request: Request<Body>| async move {
        request.extensions_mut().insert(Left);
        request.extensions_mut().insert(Given("changed"));
        *request.uri_mut() = "/changed".parse()?;
        Ok::<_, BoxError>(answer(NOT_FOUND, ""))
    });
    let second = service_fn(|request: Request<Body>| async move {
        assert!(request.extensions().get::<Left>().is_none());
        assert_eq!(request.extensions().get::<Given>().unwrap().0, "given");
        Ok::<_, BoxError>(answer(OK, request.uri().to_string()))
    });
    let mut request = Request::get("/path?query").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Given("given"));
    let response = Cascade::<BoxError>::new()
        .then(first)
        .then(second)
        .oneshot(request)
        .await;
    let body: Body = response
        .map_err(|error: BoxError| error)
        .unwrap()
        .into_body();
    assert_eq!(body.try_into_bytes().unwrap(), "/path?query");
}

#[tokio::test]
async fn every_service_sees_the_whole_body_however_much_the_others_read() {
    let folder = tempfile::tempdir().unwrap();
    for length in [0, 1, 15, 16, 17, 64, 1000, 200_000] {
        for piece in [1, 7, 16, 100, 70_000] {
            if length / piece > 2_000 {
                continue;
            }
            for (first, second) in [(0, 0), (0, 5), (5, 0), (10, 20), (20, 10), (ALL, ALL)] {
                let cascade = Cascade::<BoxError>::new()
                    .then(reads(first, NOT_FOUND))
                    .then(reads(second, NOT_FOUND))
                    .then(reads(ALL, OK))
                    .memory(16)
                    .folder(folder.path());
                let content = pattern(length);
                let (response, seen) = ask(&cascade, stream(content.clone(), piece)).await.unwrap();
                assert_eq!(response.status(), OK);
                assert!(seen == content, "{length} by {piece}, {first} and {second}");
                let listed = fs::read_dir(folder.path()).unwrap().count();
                assert_eq!(listed, 0, "a file has a name");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_not_kept() {
    // No file could be made there, and no byte may be kept.
    let cascade = Cascade::<BoxError>::new()
        .then(reads(0, NOT_FOUND))
        .then(reads(0, NOT_FOUND))
        .then(reads(ALL, OK))
        .memory(0)
        .limit(0)
        .folder("/nowhere");
    let content = pattern(100_000);
    let (response, seen) = ask(&cascade, stream(content.clone(), 5_000)).await.unwrap();
    assert_eq!(response.status(), OK);
    assert!(seen == content);
}

#[tokio::test]
async fn who_takes_a_body_beyond_the_limit_gets_it_and_who_does_not_is_the_last_to_see_it() {
    for (length, status) in [(100, NOT_FOUND), (101, StatusCode::PAYLOAD_TOO_LARGE)] {
        let cascade = || Cascade::<BoxError>::new().memory(10).limit(100);
        let content = pattern(length);
        let taken = cascade().then(reads(ALL, OK)).then(reads(ALL, NOT_FOUND));
        let (response, seen) = ask(&taken, stream(content.clone(), 9)).await.unwrap();
        assert_eq!(response.status(), OK);
        assert_eq!(seen, content);

        let not_taken = cascade()
            .then(reads(ALL, NOT_FOUND))
            .then(reads(ALL, NOT_FOUND));
        let (response, _) = ask(&not_taken, stream(content, 9)).await.unwrap();
        assert_eq!(response.status(), status);
        if status != NOT_FOUND {
            let reason = Failure::of(&response).unwrap().to_string();
            assert!(reason.contains("more than 100 bytes"), "{reason}");
        }
    }
}

#[tokio::test]
async fn trailers_are_played_again() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", "1".parse().unwrap());
    let sent = [
        Ok(Frame::data(Bytes::from_static(b"data"))),
        Ok(Frame::trailers(trailers.clone())),
    ];
    let seen = Arc::new(Mutex::new(Vec::new()));
    let service = |status| {
        let seen = Arc::clone(&seen);
        service_fn(move |request: Request<Body>| {
            let seen = Arc::clone(&seen);
            async move {
                let collected = request.into_body().collect().await?;
                seen.lock().unwrap().push(collected.trailers().cloned());
                Ok::<_, BoxError>(answer(status, collected.to_bytes()))
            }
        })
    };
    let cascade = Cascade::<BoxError>::new()
        .then(service(NOT_FOUND))
        .then(service(OK));
    let body = Body::new(frames(sent.into_iter()));
    let (_, text) = ask(&cascade, body).await.unwrap();
    assert_eq!(text, "data");
    assert_eq!(
        *seen.lock().unwrap(),
        [Some(trailers.clone()), Some(trailers)]
    );
}

#[tokio::test]
async fn a_client_that_is_gone_never_looks_like_an_end() {
    /// Whatever comes, it is not the one; it says how its body ended.
    fn tells(ends: &Arc<Mutex<Vec<String>>>) -> AnyService {
        let ends = Arc::clone(ends);
        AnyService::new(service_fn(move |request: Request<Body>| {
            let ends = Arc::clone(&ends);
            async move {
                let end = match request.into_body().collect().await {
                    Ok(_) => "an end".to_owned(),
                    Err(error) => error.to_string(),
                };
                ends.lock().unwrap().push(end);
                Ok::<_, BoxError>(answer(NOT_FOUND, ""))
            }
        }))
    }
    for memory in [0, 1000] {
        let ends = Arc::default();
        let cascade = Cascade::<BoxError>::new()
            .then(tells(&ends))
            .then(tells(&ends))
            .then(tells(&ends));
        let body = RoughBody::new(pattern(100)).pieces(10).fails_after(50);
        ask(&cascade.memory(memory), Body::new(body)).await.unwrap();
        let ends = ends.lock().unwrap();
        assert_eq!(ends.len(), 3);
        for later in &ends[1..] {
            assert_eq!(*later, format!("the request's body broke off: {}", ends[0]));
        }
    }
}

#[tokio::test]
async fn a_service_that_keeps_the_body_loses_it_to_the_next() {
    let kept = Arc::new(Mutex::new(None));
    let first = {
        let kept = Arc::clone(&kept);
        service_fn(move |request: Request<Body>| {
            *kept.lock().unwrap() = Some(request.into_body());
            async { Ok::<_, BoxError>(answer(NOT_FOUND, "")) }
        })
    };
    let cascade = Cascade::<BoxError>::new()
        .then(first)
        .then(reads(3, NOT_FOUND))
        .then(reads(ALL, OK));
    let (_, seen) = ask(&cascade, stream(pattern(10), 2)).await.unwrap();
    assert_eq!(seen, pattern(10));
    let mut body = kept.lock().unwrap().take().unwrap();
    assert!(!http_body::Body::is_end_stream(&body));
    assert_eq!(http_body::Body::size_hint(&body).upper(), None);
    let error = body.frame().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("gone on to the next service"),
        "{error}"
    );
}

#[tokio::test]
async fn the_length_that_is_announced_stays_announced() {
    fn says() -> AnyService {
        AnyService::new(service_fn(|request: Request<Body>| async move {
            let mut body = request.into_body();
            let mut left = http_body::Body::size_hint(&body).exact();
            while let Some(frame) = body.frame().await {
                left = left.map(|left| left - frame.unwrap().into_data().unwrap().len() as u64);
                assert_eq!(http_body::Body::size_hint(&body).exact(), left);
            }
            assert_eq!(left, Some(0));
            assert!(http_body::Body::is_end_stream(&body));
            Ok::<_, BoxError>(answer(NOT_FOUND, ""))
        }))
    }
    let pieces = std::iter::repeat_n(Bytes::from_static(b"12345"), 10);
    let body = Exact(frames(pieces.map(|data| Ok(Frame::data(data)))), 50);
    let cascade = Cascade::<BoxError>::new()
        .then(says())
        .then(says())
        .then(says())
        .memory(20);
    let (response, _) = ask(&cascade, Body::new(body)).await.unwrap();
    assert_eq!(response.status(), NOT_FOUND);
}

/// A stream of known length.
struct Exact(StreamBody<stream::Iter<Frames>>, u64);

impl http_body::Body for Exact {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = std::task::ready!(std::pin::Pin::new(&mut self.0).poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            self.1 -= frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        std::task::Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.1 == 0
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.1)
    }
}

/// The open files of this process that are, or were, in a folder.
#[cfg(target_os = "linux")]
fn open_files(folder: &Path) -> usize {
    let descriptors = fs::read_dir("/proc/self/fd").unwrap();
    let names = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    names.filter(|name| name.starts_with(folder)).count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_request_that_is_dropped_anywhere_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let most = AtomicUsize::new(0);
    let cascade = Cascade::<BoxError>::new()
        .then(reads(ALL, NOT_FOUND))
        .then(reads(40, NOT_FOUND))
        .then(reads(ALL, OK))
        .memory(8)
        .folder(folder.path());
    let content = pattern(60);
    let visit = || {
        let (cascade, content) = (cascade.clone(), content.clone());
        let most = &most;
        async move {
            let answer = ask(&cascade, stream(content, 12)).await.unwrap().1;
            most.fetch_add(1, Ordering::SeqCst);
            answer
        }
    };
    let seen = drop_at_every_poll(visit, async |n| {
        // A thread may still make the file or write; then it closes it, and nobody else has it.
        let mut tries = 0;
        while open_files(folder.path()) > 0 {
            tries += 1;
            assert!(tries < 240_000, "after {n} polls a file stays open");
            tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(1)))
                .await
                .unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    });
    assert_eq!(seen.await, content);
}

#[tokio::test]
async fn a_disk_that_fails_is_told_and_loses_nothing_of_who_takes_the_body() {
    let cascade = || {
        Cascade::<BoxError>::new()
            .memory(10)
            .folder("/nowhere/to/be/found")
    };
    let content = pattern(100);
    let taken = cascade().then(reads(ALL, OK)).then(reads(ALL, NOT_FOUND));
    let (response, seen) = ask(&taken, stream(content.clone(), 9)).await.unwrap();
    assert_eq!((response.status(), seen), (OK, content.clone()));

    // The disk is the reason, also where the limit would have been one later.
    let not_taken = cascade()
        .limit(50)
        .then(reads(ALL, NOT_FOUND))
        .then(reads(ALL, NOT_FOUND));
    let (response, _) = ask(&not_taken, stream(content, 9)).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let failure = Failure::of(&response).unwrap();
    assert!(
        failure.to_string().contains("could not be kept"),
        "{failure}"
    );
}

/// In a process of its own, in which no file may have more than 64 blocks of 512 bytes.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_507_and_loses_nothing_of_who_takes_the_body() {
    const CHILD: &str = "PLYWOOD_CASCADE_CHILD";
    if std::env::var_os(CHILD).is_some() {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(on_a_full_disk());
        println!("seen to the end");
        return;
    }
    let name = "a_disk_that_is_full_is_507_and_loses_nothing_of_who_takes_the_body";
    let output = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact --nocapture \"$1\"",
        ])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("seen to the end"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(unix)]
async fn on_a_full_disk() {
    let content = pattern(300_000);
    let cascade = |status| {
        Cascade::<BoxError>::new()
            .then(reads(ALL, status))
            .then(reads(ALL, NOT_FOUND))
            .memory(1000)
    };
    let (response, seen) = ask(&cascade(OK), stream(content.clone(), 4000))
        .await
        .unwrap();
    assert_eq!(response.status(), OK);
    assert!(seen == content);
    let (response, _) = ask(&cascade(NOT_FOUND), stream(content, 4000))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::INSUFFICIENT_STORAGE);
    assert!(Failure::of(&response).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_played_is_what_came(
        length in 0..400_usize,
        piece in 1..90_usize,
        memory in 0..200_usize,
        amounts in prop::collection::vec(0..500_usize, 0..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut cascade = Cascade::<BoxError>::new().memory(memory);
        for amount in amounts {
            cascade = cascade.then(reads(amount, NOT_FOUND));
        }
        cascade = cascade.then(reads(ALL, OK));
        let content = pattern(length);
        let (_, seen) = runtime.block_on(ask(&cascade, stream(content.clone(), piece))).unwrap();
        prop_assert_eq!(seen, content);
    }
}

#[test]
fn a_cascade_is_always_ready() {
    let mut cascade = Cascade::<BoxError>::new().then(reads(0, OK));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let ready = Service::<Request<Body>>::poll_ready(&mut cascade, &mut context);
    assert!(ready.is_ready());
    assert!(format!("{cascade:?}").contains("services: 1"));
}
