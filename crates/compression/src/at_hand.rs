//! How much of a body is there already.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use plywood_core::{Body, BoxError};

/// What [`look`] saw.
pub(crate) enum AtHand {
    /// All of it, and it is short enough for one go.
    Whole(Bytes),
    /// Perhaps the first frame; the rest comes when it comes.
    Part(Option<Result<Frame<Bytes>, BoxError>>, Body),
}

/// Looks for the whole body, without waiting, unless it is longer than `most` bytes.
///
/// A body that knows its length, and that it is short, is polled once. Many hold just one frame, in a wrapper that hides it.
pub(crate) fn look(body: Body, most: usize) -> AtHand {
    let mut body = match body.try_into_bytes() {
        Ok(bytes) if bytes.len() <= most => return AtHand::Whole(bytes),
        Ok(bytes) => return AtHand::Part(None, bytes.into()),
        Err(body) => body,
    };
    let length = body
        .size_hint()
        .exact()
        .and_then(|length| usize::try_from(length).ok());
    let Some(length) = length.filter(|length| *length <= most) else {
        return AtHand::Part(None, body);
    };
    // Nobody needs to be woken: the server polls the answer's body once more, and then with its own waker.
    let mut cx = Context::from_waker(Waker::noop());
    match Pin::new(&mut body).poll_frame(&mut cx) {
        Poll::Pending => AtHand::Part(None, body),
        Poll::Ready(None) => AtHand::Part(None, Body::empty()),
        Poll::Ready(Some(Err(error))) => AtHand::Part(Some(Err(error)), Body::empty()),
        Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
            Ok(data) if data.len() == length && body.is_end_stream() => AtHand::Whole(data),
            Ok(data) => AtHand::Part(Some(Ok(Frame::data(data))), body),
            Err(trailers) => AtHand::Part(Some(Ok(trailers)), body),
        },
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full, StreamBody};

    use super::*;

    const WHOLE: usize = 1000;

    fn is_whole(body: Body) -> bool {
        matches!(look(body, WHOLE), AtHand::Whole(_))
    }

    fn wrapped(length: usize) -> Body {
        Body::new(Full::new(Bytes::from(vec![b'x'; length])).map_err(BoxError::from))
    }

    #[test]
    fn one_short_frame_is_the_whole_though_a_wrapper_hides_it() {
        assert!(is_whole(Body::from("hello")));
        assert!(is_whole(wrapped(5)));
        assert!(is_whole(wrapped(WHOLE)));
        assert!(is_whole(Body::from(vec![b'x'; WHOLE])));
    }

    #[test]
    fn long_bodies_and_streams_come_in_parts() {
        assert!(!is_whole(wrapped(WHOLE + 1)));
        assert!(!is_whole(Body::from(vec![b'x'; WHOLE + 1])));
        let frames = [Ok::<_, BoxError>(Frame::data(Bytes::from("hello")))];
        let stream = StreamBody::new(futures_util::stream::iter(frames));
        assert!(!is_whole(Body::new(stream)));
    }
}
