//! The site inside every stack: a dispatcher whose pages are of all the kinds that a layer may trip over.

use std::{convert::Infallible, fmt, io::Write, path::Path};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, response::Builder};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::{
    dispatch::DispatchBuilder,
    prelude::{Body, BoxError, Dispatch, Files, Mount, Session},
};

pub(crate) const LINE: &str = "a line that compresses well\n";
pub(crate) const SECRET: &str = "what only the operator may know";
pub(crate) const INSIDE: &str = "behind the guard";

/// The one error of the site, of a type that is nobody else's.
#[derive(Debug)]
pub(crate) struct Trouble;

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET)
    }
}

impl std::error::Error for Trouble {}

impl From<Infallible> for Trouble {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

pub(crate) type Site = Dispatch<Trouble>;

/// The pages at the root, and again below `/open`.
pub(crate) fn site(files: &Path) -> Site {
    let again = pages(Dispatch::builder(), files).build().unwrap();
    let root = pages(Dispatch::builder(), files).mount("/open", again);
    root.build().unwrap()
}

fn pages(builder: DispatchBuilder<Trouble>, files: &Path) -> DispatchBuilder<Trouble> {
    builder
        .get("/small", async |_: Request<Body>| text("a small page\n"))
        .get("/large", large)
        .get("/fixed", fixed)
        .get("/image", image)
        .get("/coded", coded)
        .get("/streamed", streamed)
        .get("/visits", visits)
        .get("/cookies", cookies)
        .get("/empty", async |_: Request<Body>| {
            empty(StatusCode::NO_CONTENT)
        })
        .get("/sorry", sorry)
        .get("/own-page", own_page)
        .get("/panics", panics)
        .get("/fails", fails)
        .post("/echo", echo)
        .get("/members/<path:rest>", inside)
        .get("/account/<path:rest>", inside)
        .get("/vault/<path:rest>", inside)
        .mount("/files", Files::new(files).unwrap())
}

fn plain() -> Builder {
    Response::builder().header("content-type", "text/plain; charset=utf-8")
}

fn text(body: impl Into<Body>) -> Response<Body> {
    plain().body(body.into()).unwrap()
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A page worth compressing, with a strong tag.
async fn large(_: Request<Body>) -> Response<Body> {
    let head = plain().header("etag", "\"large\"");
    head.body(LINE.repeat(300).into()).unwrap()
}

/// A page that nobody may change.
async fn fixed(_: Request<Body>) -> Response<Body> {
    let head = plain()
        .header("etag", "\"fixed\"")
        .header("cache-control", "no-transform");
    head.body(LINE.repeat(300).into()).unwrap()
}

async fn image(_: Request<Body>) -> Response<Body> {
    let head = Response::builder().header("content-type", "image/png");
    head.body(vec![7; 5000].into()).unwrap()
}

/// A page that is compressed already.
async fn coded(_: Request<Body>) -> Response<Body> {
    let mut coder = GzEncoder::new(Vec::new(), Compression::fast());
    coder.write_all(LINE.repeat(300).as_bytes()).unwrap();
    let head = plain()
        .header("content-encoding", "gzip")
        .header("vary", "Accept-Encoding");
    head.body(coder.finish().unwrap().into()).unwrap()
}

/// A body of unknown length, with trailers.
async fn streamed(_: Request<Body>) -> Response<Body> {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", HeaderValue::from_static("42"));
    let lines = (0..60).map(|_| Frame::data(Bytes::from(LINE)));
    let frames = lines.chain([Frame::trailers(trailers)]);
    let frames = stream::iter(frames.map(Ok::<_, BoxError>));
    text(Body::new(StreamBody::new(frames)))
}

/// Counts in the session, where there is one.
async fn visits(request: Request<Body>) -> Result<Response<Body>, Trouble> {
    let Ok(session) = Session::of(&request) else {
        return Ok(text("visit 1\n"));
    };
    let count = |visits: Option<u32>| visits.unwrap_or(0) + 1;
    let visits = session.update("visits", count).await;
    Ok(text(format!("visit {}\n", visits.map_err(|_| Trouble)?)))
}

/// Cookies and Vary of the page's own, beside those of the layers.
async fn cookies(request: Request<Body>) -> Response<Body> {
    if let Ok(session) = Session::of(&request) {
        session.insert("seen", true).unwrap();
    }
    let head = plain()
        .header("set-cookie", "theme=dark; Path=/")
        .header("set-cookie", "size=large; Path=/")
        .header("vary", "Cookie, Accept-Encoding")
        .header("cache-control", "max-age=60");
    head.body(LINE.repeat(300).into()).unwrap()
}

/// An error without a body, and with fields that must stay.
async fn sorry(_: Request<Body>) -> Response<Body> {
    let head = Response::builder().status(503);
    let head = head.header("retry-after", "30").header("etag", "\"gone\"");
    head.body(Body::empty()).unwrap()
}

/// An error with a page of its own.
async fn own_page(_: Request<Body>) -> Response<Body> {
    let head = plain().status(410);
    head.body("it was here yesterday\n".into()).unwrap()
}

async fn panics(_: Request<Body>) -> Response<Body> {
    panic!("{SECRET}")
}

async fn fails(_: Request<Body>) -> Result<Response<Body>, Trouble> {
    Err(Trouble)
}

async fn echo(request: Request<Body>) -> Response<Body> {
    text(request.into_body())
}

async fn inside(request: Request<Body>) -> Response<Body> {
    let mount = Mount::of(&request);
    text(format!("{INSIDE} {}", mount.original_uri(request.uri())))
}
