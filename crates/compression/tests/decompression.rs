//! Requests whose body is coded: decoded within bounds, or refused.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use std::{convert::Infallible, io::Write, sync::Mutex};

use bytes::Bytes;
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use plywood_compression::{Coding, DecompressionError, DecompressionErrorKind, DecompressionLayer};
use plywood_core::{Body, Failure};
use plywood_lint::LintLayer;
use proptest::{collection::vec, prelude::*, sample::select};
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::stage::{CODINGS, Script, Step};

fn encode(coding: Coding, plain: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Zstd => zstd::encode_all(plain, 3).unwrap(),
        Coding::Br => {
            let mut coded = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20);
            coded.write_all(plain).unwrap();
            coded.into_inner()
        }
        Coding::Gzip => {
            let mut coded = GzEncoder::new(Vec::new(), Compression::default());
            coded.write_all(plain).unwrap();
            coded.finish().unwrap()
        }
        Coding::Deflate => {
            let mut coded = ZlibEncoder::new(Vec::new(), Compression::default());
            coded.write_all(plain).unwrap();
            coded.finish().unwrap()
        }
        Coding::Dcz | Coding::Dcb => panic!("not for requests"),
    }
}

/// What the inner service saw, and what the client is answered.
struct Seen {
    head: HeaderMap,
    body: Result<Vec<u8>, DecompressionErrorKind>,
    trailers: Option<HeaderMap>,
    answer: Response<Body>,
}

/// Sends `body` through `layer` to a service that reads it, and answers 500 if it cannot.
fn send(layer: &DecompressionLayer, coding: &str, body: Body) -> Option<Seen> {
    let seen = Mutex::new(None);
    let service = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer.clone())
        .layer(LintLayer::new())
        .service(service_fn(|request: Request<_>| async {
            let (parts, body) = request.into_parts();
            let body: Body = body;
            let mut body = std::pin::pin!(body);
            let (mut plain, mut trailers) = (Vec::new(), None);
            let mut result = Ok(());
            while let Some(frame) = body.frame().await {
                match frame.map(http_body::Frame::into_data) {
                    Ok(Ok(data)) => plain.extend(data),
                    Ok(Err(frame)) => trailers = frame.into_trailers().ok(),
                    Err(error) => {
                        let error = error.downcast::<DecompressionError>();
                        let error = error.expect("it is ours");
                        result = Err(error.kind());
                        break;
                    }
                }
            }
            let failed = result.is_err();
            *seen.lock().unwrap() = Some((parts.headers, result.map(|()| plain), trailers));
            let mut response = Response::new(Body::empty());
            if failed {
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }
            Ok::<_, Infallible>(response)
        }));
    let request = Request::post("/")
        .header("content-encoding", coding)
        .header("content-digest", "sha-256=:x:");
    let request = request.body(body).unwrap();
    // Bodies of these tests wake at once whenever they wait.
    let mut call = std::pin::pin!(service.oneshot(request));
    let answer = (0..100_000).find_map(|_| call.as_mut().now_or_never());
    let Ok(answer) = answer.expect("it answers");
    let (head, body, trailers) = seen.lock().unwrap().take()?;
    Some(Seen {
        head,
        body,
        trailers,
        answer: answer.map(Body::new),
    })
}

fn refused(
    layer: &DecompressionLayer,
    coding: Coding,
    coded: Vec<u8>,
) -> (StatusCode, DecompressionErrorKind) {
    let seen = send(layer, coding.as_str(), coded.into()).unwrap();
    let failure = Failure::of(&seen.answer).unwrap();
    let error: &DecompressionError = failure.reason().downcast_ref().unwrap();
    assert_eq!(Err(error.kind()), seen.body);
    (seen.answer.status(), error.kind())
}

#[test]
fn each_coding_reaches_the_inner_service_plain() {
    for coding in CODINGS {
        let plain = b"a rose is a rose. ".repeat(10_000);
        let seen = send(
            &DecompressionLayer::new(),
            coding.as_str(),
            encode(*coding, &plain).into(),
        );
        let seen = seen.unwrap();
        assert_eq!(seen.body.unwrap(), plain);
        for field in ["content-encoding", "content-length", "content-digest"] {
            assert!(!seen.head.contains_key(field), "{field}");
        }
        assert_eq!(seen.answer.status(), 200);
    }
}

#[test]
fn a_plain_body_passes_untouched() {
    let seen = send(
        &DecompressionLayer::new().max_size(1),
        "identity",
        "hello".into(),
    )
    .unwrap();
    assert_eq!(seen.body.unwrap(), b"hello");
    assert!(seen.head.contains_key("content-digest"));
}

#[test]
fn members_in_a_row_are_one_body() {
    let mut coded = encode(Coding::Gzip, b"hello, ");
    coded.extend(encode(Coding::Gzip, b"world"));
    let seen = send(&DecompressionLayer::new(), "x-gzip", coded.into()).unwrap();
    assert_eq!(seen.body.unwrap(), b"hello, world");
}

#[test]
fn an_unknown_coding_is_refused_with_those_that_can_be_read() {
    for coding in ["compress", "gzip, gzip", "dcb", "gzip;q=1", "deflate, gzip"] {
        let service = DecompressionLayer::new();
        let called = Mutex::new(false);
        let service =
            ServiceBuilder::new()
                .layer(service)
                .service(service_fn(|_: Request<Body>| async {
                    *called.lock().unwrap() = true;
                    Ok::<_, Infallible>(Response::new(Body::empty()))
                }));
        let request = Request::post("/")
            .header("content-encoding", coding)
            .body(Body::from("x"));
        let Ok(answer) = service.oneshot(request.unwrap()).now_or_never().unwrap();
        assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let names: Vec<_> = CODINGS.iter().map(|coding| coding.as_str()).collect();
        assert_eq!(answer.headers()["accept-encoding"], names.join(", "));
        assert!(!*called.lock().unwrap());
    }
}

#[test]
fn a_bomb_is_413_and_comes_to_little() {
    const BOMB: (StatusCode, DecompressionErrorKind) =
        (StatusCode::PAYLOAD_TOO_LARGE, DecompressionErrorKind::Bomb);
    for coding in CODINGS {
        let bomb = encode(*coding, &vec![0; 12 << 20]);
        assert!(bomb.len() < 20_000, "{coding:?} {}", bomb.len());
        assert_eq!(
            refused(&DecompressionLayer::new(), *coding, bomb.clone()),
            BOMB
        );

        let patient = DecompressionLayer::new().max_ratio(u64::MAX);
        let whole = send(&patient, coding.as_str(), bomb.clone().into()).unwrap();
        assert_eq!(whole.body.unwrap().len(), 12 << 20);
        let (status, kind) = refused(&patient.max_size(5 << 20), *coding, bomb.clone());
        assert_eq!(
            (status, kind),
            (
                StatusCode::PAYLOAD_TOO_LARGE,
                DecompressionErrorKind::TooLarge
            )
        );

        // What is inside of a bomb is not decoded again.
        let nested = encode(*coding, &bomb);
        let seen = send(&DecompressionLayer::new(), coding.as_str(), nested.into()).unwrap();
        assert_eq!(seen.body.unwrap(), bomb);
    }
}

/// Coded bytes that decode to nothing, however many they are: what begins them, and what comes again and again.
fn nothing(coding: Coding) -> (Vec<u8>, Vec<u8>) {
    match coding {
        Coding::Gzip => (Vec::new(), encode(Coding::Gzip, b"")),
        // A stored block of no bytes.
        Coding::Deflate => (vec![0x78, 0x9c], vec![0, 0, 0, 0xff, 0xff]),
        // A frame to be skipped, of no bytes.
        Coding::Zstd => (Vec::new(), vec![0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]),
        // A block of metadata, of no bytes.
        Coding::Br => (vec![0x0c], vec![0x06]),
        Coding::Dcz | Coding::Dcb => panic!("not for requests"),
    }
}

/// At least `length` bytes of it.
fn much_nothing(coding: Coding, length: usize) -> Vec<u8> {
    let (first, again) = nothing(coding);
    [first, again.repeat(length / again.len() + 1)].concat()
}

#[test]
fn coded_bytes_that_come_to_nothing_have_a_bound() {
    let layer = DecompressionLayer::new().max_size(1 << 16);
    for coding in CODINGS {
        assert_eq!(
            refused(&layer, *coding, much_nothing(*coding, 1 << 20)),
            (
                StatusCode::PAYLOAD_TOO_LARGE,
                DecompressionErrorKind::TooLarge
            ),
            "{coding:?}"
        );
    }
    // What does not become smaller, and a little nothing, are no harm.
    let noise: Vec<u8> = (0..1u32 << 16)
        .map(|at| at.wrapping_mul(2_654_435_761).rotate_left(15).to_le_bytes()[1])
        .collect();
    for coding in CODINGS {
        let coded = encode(*coding, &noise);
        let seen = send(&layer, coding.as_str(), coded.into()).unwrap();
        assert_eq!(seen.body.unwrap(), noise);
    }
    let coded = much_nothing(Coding::Gzip, 50_000).into();
    let seen = send(&layer, "gzip", coded).unwrap();
    assert_eq!(seen.body.unwrap(), b"");
}

#[test]
fn what_comes_to_nothing_gives_others_a_turn() {
    let waits = Mutex::new(0);
    let service = ServiceBuilder::new()
        .layer(DecompressionLayer::new())
        .service(service_fn(|request: Request<Body>| async {
            *waits.lock().unwrap() = stage::read(request.into_body()).waits;
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }));
    let coded = much_nothing(Coding::Gzip, 1 << 20);
    let request = Request::post("/")
        .header("content-encoding", "gzip")
        .body(Body::from(coded));
    let answer = service.oneshot(request.unwrap()).now_or_never();
    assert!(answer.is_some());
    // Each of the 52,000 members costs more than its 20 bytes.
    assert!(*waits.lock().unwrap() >= 100);
}

#[cfg(feature = "zstd")]
#[test]
fn a_window_beyond_the_standard_is_refused_before_it_is_allocated() {
    // Magic, a frame header without a size, and a window of 128 MiB (exponent 17).
    let coded = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    let (status, kind) = refused(&DecompressionLayer::new(), Coding::Zstd, coded.to_vec());
    assert_eq!(
        (status, kind),
        (StatusCode::PAYLOAD_TOO_LARGE, DecompressionErrorKind::Bomb)
    );
}

#[test]
fn what_is_not_in_its_coding_is_400() {
    const MALFORMED: (StatusCode, DecompressionErrorKind) =
        (StatusCode::BAD_REQUEST, DecompressionErrorKind::Malformed);
    for coding in CODINGS {
        let layer = DecompressionLayer::new();
        let coded = encode(*coding, b"a rose is a rose is a rose");
        assert_eq!(
            refused(&layer, *coding, b"plain text, and no coding".to_vec()),
            MALFORMED
        );
        assert_eq!(
            refused(&layer, *coding, coded[..coded.len() - 1].to_vec()),
            MALFORMED
        );
        let trailing = [&coded[..], b"more"].concat();
        assert_eq!(refused(&layer, *coding, trailing), MALFORMED, "{coding:?}");
        let empty = send(&layer, coding.as_str(), Body::empty()).unwrap();
        assert_eq!(empty.body.unwrap(), b"");
    }
}

#[test]
fn an_answer_that_is_good_stays() {
    let service = ServiceBuilder::new()
        .layer(DecompressionLayer::new())
        .service(service_fn(|request: Request<Body>| async {
            assert!(request.into_body().collect().await.is_err());
            Ok::<_, Infallible>(Response::new(Body::from("never mind")))
        }));
    let request = Request::post("/")
        .header("content-encoding", "gzip")
        .body(Body::from("no gzip"));
    let Ok(answer) = service.oneshot(request.unwrap()).now_or_never().unwrap();
    assert_eq!(answer.status(), 200);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_a_coded_body_is_cut_it_is_read(
        coding in select(CODINGS),
        plain in vec(vec(any::<u8>(), 0..200), 0..40),
        cuts in vec(1..500usize, 1..10),
        waits: bool,
        with_trailers: bool,
    ) {
        let plain = plain.concat().repeat(5);
        let mut coded = Bytes::from(encode(coding, &plain));
        let mut steps = Vec::new();
        for cut in cuts.iter().cycle() {
            if coded.is_empty() {
                break;
            }
            steps.push(Step::Data(coded.split_to((*cut).min(coded.len()))));
            if waits {
                steps.push(Step::Wait);
            }
        }
        let mut trailers = HeaderMap::new();
        trailers.insert("x-checksum", "17".parse().unwrap());
        let trailers = with_trailers.then_some(trailers);
        steps.extend(trailers.clone().map(Step::Trailers));
        let seen = send(&DecompressionLayer::new(), coding.as_str(), Body::new(Script::new(steps))).unwrap();
        prop_assert_eq!(seen.body.unwrap(), plain);
        prop_assert_eq!(seen.trailers, trailers);
    }

    #[test]
    fn noise_is_refused_or_read_and_never_panics(
        coding in select(CODINGS),
        plain in vec(any::<u8>(), 0..300),
        at in any::<usize>(),
        byte in any::<u8>(),
    ) {
        let mut coded = encode(coding, &plain);
        let at = at % coded.len();
        coded[at] = byte;
        let seen = send(&DecompressionLayer::new(), coding.as_str(), coded.into()).unwrap();
        prop_assert_eq!(seen.body.is_err(), seen.answer.status() != 200);
    }
}
