#![no_main]

use std::{
    convert::Infallible,
    io::Read,
    pin::{Pin, pin},
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use arbitrary::Arbitrary;
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{Request, Response, header};
use http_body::Frame;
use http_body_util::StreamBody;
use libfuzzer_sys::fuzz_target;
use plywood_compression::{Coding, CompressionLayer};
use plywood_core::Body;
use tower::{Layer, ServiceExt, service_fn};

const CODINGS: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Br, Coding::Zstd];

/// A layer for each level. They are kept, so that encoders are used again.
static LAYERS: LazyLock<Vec<CompressionLayer>> = LazyLock::new(|| {
    let at_level = |level| {
        let layer = CompressionLayer::new().min_size(0);
        CODINGS
            .iter()
            .fold(layer, |layer, coding| layer.level(*coding, level))
    };
    (1..=9).map(at_level).collect()
});

#[derive(Arbitrary, Debug)]
struct Page {
    coding: u8,
    level: u8,
    /// Pieces, and how often each comes.
    pieces: Vec<(Vec<u8>, u16)>,
    /// Whether it is at hand, or a stream of these pieces.
    is_stream: bool,
}

fn decoded(coding: Coding, coded: &[u8]) -> Vec<u8> {
    let reader: Box<dyn Read> = match coding {
        Coding::Gzip => Box::new(flate2::bufread::GzDecoder::new(coded)),
        Coding::Deflate => Box::new(flate2::bufread::ZlibDecoder::new(coded)),
        Coding::Br => Box::new(brotli::Decompressor::new(coded, 4096)),
        _ => Box::new(zstd::stream::read::Decoder::new(coded).expect("a decoder can be made")),
    };
    let mut reader = pin!(reader);
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).expect("it can be read");
    plain
}

fn read(mut body: impl http_body::Body<Data = Bytes> + Unpin) -> Vec<u8> {
    let mut all = Vec::new();
    for _ in 0..100_000 {
        match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => {}
            Poll::Ready(None) => return all,
            Poll::Ready(Some(frame)) => {
                let frame = frame.unwrap_or_else(|_| panic!("nothing fails"));
                all.extend_from_slice(frame.data_ref().expect("there are no trailers"));
            }
        }
    }
    panic!("it never ends");
}

// What was compressed is read by others, at hand and in pieces, in every coding and at every level.
fuzz_target!(|page: Page| {
    let coding = CODINGS[usize::from(page.coding) % CODINGS.len()];
    let layer = &LAYERS[usize::from(page.level) % LAYERS.len()];
    let pieces: Vec<_> = page
        .pieces
        .iter()
        .map(|(piece, times)| piece.repeat(usize::from(*times % 300)))
        .collect();
    let plain = pieces.concat();
    if plain.len() > 300_000 {
        return;
    }
    let body = if page.is_stream {
        let frames = pieces
            .into_iter()
            .map(|piece| Ok::<_, Infallible>(Frame::data(piece.into())));
        Body::new(StreamBody::new(stream::iter(frames)))
    } else {
        Body::from(plain.clone())
    };
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "text/plain")
        .body(body)
        .ok();
    let service = layer.layer(service_fn(move |_: Request<()>| {
        std::future::ready(Ok::<_, Infallible>(response.take().expect("called once")))
    }));
    let request = Request::get("/").header(header::ACCEPT_ENCODING, coding.as_str());
    let request = request.body(()).expect("it is one");
    let Ok(response) = service
        .oneshot(request)
        .now_or_never()
        .expect("it does not wait");
    let is_coded = response.headers().contains_key(header::CONTENT_ENCODING);
    let length = response.headers().get(header::CONTENT_LENGTH).cloned();
    let body = read(response.into_body());
    if let Some(length) = length {
        assert_eq!(length, body.len().to_string());
    }
    if is_coded {
        assert!(page.is_stream || body.len() < plain.len() || plain.len() > 128 * 1024);
        assert!(decoded(coding, &body) == plain);
    } else {
        assert!(body == plain);
    }
});
