use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use plywood_core::{Body, BoxError};

/// A body as a bad line brings it: in pieces, late, cut off, with a wrong byte, or with an error.
///
/// It tells no size. Several troubles can come together; without any it is the body that was given.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use http_body_util::BodyExt;
/// use plywood_test::harness::RoughBody;
///
/// let mut body = RoughBody::new("plywood").pieces(3).delays(2).cut_after(5);
/// assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "ply");
/// assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "wo");
/// assert!(body.frame().await.is_none());
/// # }
/// ```
#[derive(Debug)]
pub struct RoughBody {
    inner: Body,
    /// What has come and not been given.
    rest: Bytes,
    given: usize,
    waited: usize,
    ended: bool,
    piece: usize,
    delays: usize,
    end: Option<End>,
    flipped: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Cut(usize),
    Error(usize),
}

impl RoughBody {
    /// What is in `body`, without trouble so far.
    pub fn new(body: impl Into<Body>) -> Self {
        Self {
            inner: body.into(),
            rest: Bytes::new(),
            given: 0,
            waited: 0,
            ended: false,
            piece: usize::MAX,
            delays: 0,
            end: None,
            flipped: None,
        }
    }

    /// In frames of so many bytes at most. 0 counts as 1.
    #[must_use]
    pub fn pieces(mut self, bytes: usize) -> Self {
        self.piece = bytes.max(1);
        self
    }

    /// Nothing is there the first so many times that somebody looks for a frame; then it wakes him.
    #[must_use]
    pub const fn delays(mut self, polls: usize) -> Self {
        self.delays = polls;
        self
    }

    /// Ends after so many bytes, as if they were all.
    #[must_use]
    pub const fn cut_after(mut self, bytes: usize) -> Self {
        self.end = Some(End::Cut(bytes));
        self
    }

    /// Fails after so many bytes, as a connection that is lost.
    #[must_use]
    pub const fn fails_after(mut self, bytes: usize) -> Self {
        self.end = Some(End::Error(bytes));
        self
    }

    /// Turns one bit of the byte of that number; the first is 0.
    #[must_use]
    pub const fn flips(mut self, byte: usize) -> Self {
        self.flipped = Some(byte);
        self
    }

    /// The next bytes, as they were.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let most = match self.end {
            Some(End::Cut(end) | End::Error(end)) => end - self.given,
            None => usize::MAX,
        };
        let length = self.rest.len().min(self.piece).min(most);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn spoilt(&self, data: Bytes) -> Bytes {
        let place = self.flipped.and_then(|byte| byte.checked_sub(self.given));
        match place.filter(|&place| place < data.len()) {
            Some(place) => {
                let mut data = data.to_vec();
                data[place] ^= 1;
                data.into()
            }
            None => data,
        }
    }
}

impl http_body::Body for RoughBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.waited < self.delays {
            self.waited += 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let frame = match self.end {
            Some(End::Cut(end)) if self.given >= end => None,
            Some(End::Error(end)) if self.given >= end => {
                let lost = io::Error::from(io::ErrorKind::ConnectionReset);
                Some(Err(lost.into()))
            }
            _ => ready!(self.poll_rest(cx)),
        };
        self.waited = 0;
        self.ended = !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| {
                frame.map_data(|data| {
                    let length = data.len();
                    let data = self.spoilt(data);
                    self.given += length;
                    data
                })
            })
        }))
    }
}

impl From<RoughBody> for Body {
    fn from(body: RoughBody) -> Self {
        Self::new(body)
    }
}
