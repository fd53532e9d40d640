#![no_main]

use std::{
    convert::Infallible,
    io::Read,
    pin::{Pin, pin},
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::{Body as _, Frame};
use http_body_util::StreamBody;
use libfuzzer_sys::fuzz_target;
use plywood_compression::DecompressionLayer;
use plywood_core::{Body, BoxError};
use tower::{Layer, Service, service_fn};

const MAX_SIZE: u64 = 1 << 20;

static LAYER: LazyLock<DecompressionLayer> =
    LazyLock::new(|| DecompressionLayer::new().max_size(MAX_SIZE).max_ratio(50));

const CODINGS: [&str; 8] = [
    "gzip",
    "deflate",
    "br",
    "zstd",
    "x-gzip",
    "gzip, br",
    "identity, zstd",
    "compress",
];

/// Waits for as long as it takes: nothing here waits for anybody else.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
    }
    panic!("it never ends");
}

async fn read(mut body: Body) -> Result<Vec<u8>, BoxError> {
    let mut all = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        all.extend_from_slice(frame?.data_ref().map_or(&[], |data| data));
        assert!(all.len() as u64 <= MAX_SIZE, "more than it may");
    }
    Ok(all)
}

/// What the inner service reads, and the status. A body that cannot be read is the inner service's 500.
fn send(coding: &str, coded: &[u8], length: usize) -> (Option<Vec<u8>>, StatusCode) {
    let frames: Vec<_> = coded
        .chunks(length)
        .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    let mut request = Request::post("/")
        .body(Body::new(StreamBody::new(stream::iter(frames))))
        .expect("it is one");
    let coding = HeaderValue::from_str(coding).expect("it is ASCII");
    request
        .headers_mut()
        .insert(header::CONTENT_ENCODING, coding);
    let mut service = LAYER.layer(service_fn(async |request: Request<Body>| {
        let mut response = Response::new(Body::empty());
        match read(request.into_body()).await {
            Ok(plain) => *response.body_mut() = plain.into(),
            Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
        }
        Ok::<_, Infallible>(response)
    }));
    let Ok(response) = finish(service.call(request));
    let status = response.status();
    let body = finish(read(response.into_body())).expect("it is at hand");
    (status.is_success().then_some(body), status)
}

/// What somebody else's reader makes of it, as far as it may come.
fn reference(coding: &str, coded: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let reader: Box<dyn Read> = match coding {
        "gzip" | "x-gzip" => Box::new(flate2::read::MultiGzDecoder::new(coded)),
        "deflate" => Box::new(flate2::read::ZlibDecoder::new(coded)),
        "br" => Box::new(brotli::Decompressor::new(coded, 4096)),
        _ => Box::new(zstd::stream::read::Decoder::new(coded).ok()?),
    };
    reader.take(MAX_SIZE + 1).read_to_end(&mut plain).ok()?;
    Some(plain)
}

// The same comes out however the coded bytes are cut, and what comes out is what others read.
fuzz_target!(|input: &[u8]| {
    let [coding, length, coded @ ..] = input else {
        return;
    };
    let coding = CODINGS[usize::from(*coding) % CODINGS.len()];
    let (plain, status) = send(coding, coded, coded.len().max(1));
    let cut = send(coding, coded, usize::from(*length) + 1);
    // What both breaks off and grows too much may be refused for either, and sooner in small pieces.
    if [status, cut.1].contains(&StatusCode::PAYLOAD_TOO_LARGE) {
        assert!(!(status.is_success() && cut.1.is_success()));
    } else {
        assert_eq!((&plain, status), (&cut.0, cut.1));
    }
    match status {
        StatusCode::OK => {}
        StatusCode::UNSUPPORTED_MEDIA_TYPE => assert!(["gzip, br", "compress"].contains(&coding)),
        status => assert!(
            [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE].contains(&status),
            "{status}"
        ),
    }
    if let Some(plain) = plain.filter(|_| !coded.is_empty()) {
        assert_eq!(
            Some(plain),
            reference(coding.trim_start_matches("identity, "), coded)
        );
    }
});
