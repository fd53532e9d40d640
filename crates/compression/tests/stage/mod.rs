//! A layer between two lints, bodies that follow a script, and readers that wait for nobody.

#![allow(dead_code, reason = "each test program takes what it needs")]

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::ready,
    io::{Read as _, Write as _},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use brotli::{Decompressor, DecompressorWriter};
use bytes::Bytes;
use flate2::{
    read::{GzDecoder, ZlibDecoder},
    write,
};
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use plywood_compression::{Coding, Compressed, CompressionLayer};
use plywood_core::{Body, BoxError, HttpBody};
use plywood_lint::LintLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

/// What `layer` makes of `response`, between two lints.
pub(crate) fn call<B: HttpBody>(
    layer: &CompressionLayer,
    request: Request<Body>,
    response: Response<B>,
) -> Response<Body> {
    let mut response = Some(response);
    let service = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer.clone())
        .layer(LintLayer::new())
        .service(service_fn(move |_: Request<_>| {
            ready(Ok::<_, Infallible>(response.take().unwrap()))
        }));
    let answer = service.oneshot(request).now_or_never();
    let Ok(response) = answer.expect("the inner service answers at once");
    response.map(Body::new)
}

pub(crate) fn get() -> Request<Body> {
    let request = Request::get("/").header("accept-encoding", "gzip");
    request.body(Body::empty()).unwrap()
}

/// The codings of this build.
pub(crate) const CODINGS: &[Coding] = &[
    #[cfg(feature = "zstd")]
    Coding::Zstd,
    #[cfg(feature = "br")]
    Coding::Br,
    Coding::Gzip,
    Coding::Deflate,
];

pub(crate) fn get_in(coding: Coding) -> Request<Body> {
    let request = Request::get("/").header("accept-encoding", coding.as_str());
    request.body(Body::empty()).unwrap()
}

pub(crate) fn html<B>(body: B) -> Response<B> {
    let response = Response::builder().header("content-type", "text/html; charset=utf-8");
    response.body(body).unwrap()
}

/// One step of a scripted body.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Data(Bytes),
    /// Not yet; it wakes at once.
    Wait,
    Trailers(HeaderMap),
    Fail,
}

/// A body that does what it is told. It does not know its length.
#[derive(Debug)]
pub(crate) struct Script(VecDeque<Step>);

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl http_body::Body for Script {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(step) = self.0.pop_front() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match step {
            Step::Data(data) => Ok(Frame::data(data)),
            Step::Trailers(trailers) => Ok(Frame::trailers(trailers)),
            Step::Fail => Err("the disk is on fire".into()),
            Step::Wait => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }))
    }
}

/// What came out of a body.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) data: Vec<u8>,
    pub(crate) longest_frame: usize,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) error: Option<BoxError>,
    pub(crate) waits: usize,
}

/// Reads to the end, however often it must wait.
pub(crate) fn read(body: impl HttpBody) -> Seen {
    let mut body = pin!(body);
    let mut seen = Seen::default();
    while seen.waits < 10_000 && seen.error.is_none() {
        let mut cx = Context::from_waker(Waker::noop());
        match body.as_mut().poll_frame(&mut cx) {
            Poll::Pending => seen.waits += 1,
            Poll::Ready(None) => return seen,
            Poll::Ready(Some(Err(error))) => seen.error = Some(error.into()),
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => {
                    seen.longest_frame = seen.longest_frame.max(data.len());
                    seen.data.extend_from_slice(&data);
                }
                Err(frame) => seen.trailers = frame.into_trailers().ok(),
            },
        }
    }
    assert!(seen.error.is_some(), "it never ends");
    seen
}

/// The plain bytes of exactly one gzip member.
pub(crate) fn gunzip(coded: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    let mut decoder = GzDecoder::new(coded);
    decoder.read_to_end(&mut plain)?;
    assert!(decoder.into_inner().is_empty(), "something follows the end");
    Ok(plain)
}

/// The plain bytes of exactly one complete body.
pub(crate) fn decode(coding: Coding, coded: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    match coding {
        Coding::Zstd => plain = zstd::decode_all(coded)?,
        Coding::Br => {
            Decompressor::new(coded, 4096).read_to_end(&mut plain)?;
        }
        Coding::Gzip => return gunzip(coded),
        Coding::Deflate => {
            ZlibDecoder::new(coded).read_to_end(&mut plain)?;
        }
        Coding::Dcz | Coding::Dcb => panic!("a dictionary is wanted"),
    }
    Ok(plain)
}

/// Reads a coded body while it comes.
pub(crate) enum Reader {
    Zstd(zstd::stream::write::Decoder<'static, Vec<u8>>),
    Br(Box<DecompressorWriter<Vec<u8>>>),
    Gzip(write::GzDecoder<Vec<u8>>),
    Deflate(write::ZlibDecoder<Vec<u8>>),
}

impl Reader {
    pub(crate) fn of(coding: Coding) -> Self {
        let plain = Vec::new();
        match coding {
            Coding::Zstd => Self::Zstd(zstd::stream::write::Decoder::new(plain).unwrap()),
            Coding::Br => Self::Br(Box::new(DecompressorWriter::new(plain, 1 << 20))),
            Coding::Gzip => Self::Gzip(write::GzDecoder::new(plain)),
            Coding::Deflate => Self::Deflate(write::ZlibDecoder::new(plain)),
            Coding::Dcz | Coding::Dcb => panic!("a dictionary is wanted"),
        }
    }

    /// What can be read once `coded` came too.
    pub(crate) fn read(&mut self, coded: &[u8]) -> Vec<u8> {
        macro_rules! read {
            ($decoder:expr) => {{
                $decoder.write_all(coded).unwrap();
                $decoder.flush().unwrap();
                std::mem::take($decoder.get_mut())
            }};
        }
        match self {
            Self::Zstd(decoder) => read!(decoder),
            Self::Br(decoder) => read!(decoder),
            Self::Gzip(decoder) => read!(decoder),
            Self::Deflate(decoder) => read!(decoder),
        }
    }
}

/// What `layer` makes of `response`, with nobody who watches.
pub(crate) fn bare<B: HttpBody>(
    layer: &CompressionLayer,
    request: Request<Body>,
    response: Response<B>,
) -> Response<Compressed<B>> {
    let mut response = Some(response);
    let service = layer.layer(service_fn(move |_| {
        ready(Ok::<_, Infallible>(response.take().unwrap()))
    }));
    let answer = service.oneshot(request).now_or_never();
    let Ok(response) = answer.expect("the inner service answers at once");
    response
}
