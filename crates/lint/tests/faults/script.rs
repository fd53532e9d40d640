//! What cases are made of.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, request, response};
use http_body::{Frame, SizeHint};
use plywood_core::{BoxError, Mount};

pub(crate) fn get() -> request::Builder {
    Request::get("/x")
}

pub(crate) fn ok() -> response::Builder {
    Response::builder()
}

pub(crate) fn status(status: u16) -> response::Builder {
    Response::builder().status(status)
}

/// A request for `/x`, in an app that is mounted at `/shop`.
pub(crate) fn mounted() -> request::Builder {
    let mut request = Request::get("/shop/x").body(()).unwrap();
    assert!(Mount::enter(&mut request, "/shop").unwrap());
    get().extension(Mount::of(&request))
}

pub(crate) const DIGEST: &str = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";

pub(crate) const PARTS: &str = "--b\r\nContent-Range: bytes 0-0/9\r\n\r\na\r\n--b\r\nContent-Range: bytes 4-5/9\r\n\r\nef\r\n--b--\r\n";

/// A body that plays a list of frames, and claims what it is told to.
pub(crate) struct Script {
    pub(crate) frames: Vec<Option<Result<Frame<Bytes>, BoxError>>>,
    pub(crate) says_end: bool,
    pub(crate) hint: SizeHint,
}

impl http_body::Body for Script {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(if self.frames.is_empty() {
            None
        } else {
            self.frames.remove(0)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.says_end
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

pub(crate) fn script<const N: usize>(frames: [Frame<Bytes>; N]) -> Script {
    Script {
        frames: frames.into_iter().map(|frame| Some(Ok(frame))).collect(),
        says_end: false,
        hint: SizeHint::default(),
    }
}

pub(crate) fn data(text: &'static str) -> Frame<Bytes> {
    Frame::data(Bytes::from(text))
}

pub(crate) fn trailers(name: &'static str) -> Frame<Bytes> {
    Frame::trailers(HeaderMap::from_iter([(
        name.parse().unwrap(),
        "1".parse().unwrap(),
    )]))
}

pub(crate) fn hinted(lower: u64, upper: u64) -> Script {
    let mut script = script([data("abc")]);
    script.hint.set_lower(lower);
    script.hint.set_upper(upper);
    script
}
