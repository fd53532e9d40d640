use std::{error::Error, fmt, future::ready, io};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};

use super::{Body, HttpBody};
use crate::BoxError;

/// A body that has been read to its end, and can be handed on.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its trailers, if it had any.
    pub trailers: Option<HeaderMap>,
}

impl Whole {
    /// Reads `body`, which may have `limit` bytes at most.
    ///
    /// ```
    /// use plywood_core::{Body, body::Whole};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let whole = Whole::read(Body::from("hello"), 5).await.unwrap();
    /// assert_eq!(whole.bytes, "hello");
    ///
    /// let error = Whole::read(Body::from("hello"), 4).await.unwrap_err();
    /// assert_eq!(error.status(), 413);
    /// assert_eq!(error.to_string(), "the body has more than 4 bytes");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// It is longer, or breaks off. One that announces to be longer is not begun.
    pub async fn read<B: HttpBody>(body: B, limit: usize) -> Result<Self, ReadError> {
        if body.size_hint().lower() > limit as u64 {
            return Err(ReadError(Reason::TooLong(limit)));
        }
        let collected = Limited::new(body, limit).collect().await;
        let collected = collected.map_err(|error| ReadError::new(error, limit))?;
        Ok(Self {
            trailers: collected.trailers().cloned(),
            bytes: collected.to_bytes(),
        })
    }

    /// The same body once more.
    pub fn into_body(self) -> Body {
        match self.trailers {
            None => Body::from(self.bytes),
            Some(trailers) => {
                Body::new(Full::new(self.bytes).with_trailers(ready(Some(Ok(trailers)))))
            }
        }
    }
}

/// Why a body could not be read to its end.
#[derive(Debug)]
pub struct ReadError(Reason);

#[derive(Debug)]
enum Reason {
    TooLong(usize),
    BrokenOff(BoxError),
}

impl ReadError {
    /// Of a body that is not read by [`Whole::read`], and broke off with `error`.
    pub fn broken_off(error: impl Into<BoxError>) -> Self {
        Self(Reason::BrokenOff(error.into()))
    }

    fn new(error: BoxError, limit: usize) -> Self {
        if error.is::<LengthLimitError>() {
            return Self(Reason::TooLong(limit));
        }
        Self::broken_off(error)
    }

    /// What to answer: `413` to a long body, `408` to one that the gateway gave up because it did not come, else `400`.
    ///
    /// [RFC 9110 §15.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.5)
    pub fn status(&self) -> StatusCode {
        match &self.0 {
            Reason::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Reason::BrokenOff(error) if took_too_long(error) => StatusCode::REQUEST_TIMEOUT,
            Reason::BrokenOff(_) => StatusCode::BAD_REQUEST,
        }
    }
}

fn took_too_long(error: &BoxError) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::TooLong(limit) => write!(f, "the body has more than {limit} bytes"),
            Reason::BrokenOff(_) => f.write_str("the body broke off"),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Reason::TooLong(_) => None,
            Reason::BrokenOff(error) => Some(&**error),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    fn stream(
        frames: impl IntoIterator<Item = Result<Frame<Bytes>, io::Error>, IntoIter: Send + 'static>,
    ) -> Body {
        Body::new(StreamBody::new(futures_util::stream::iter(frames)))
    }

    fn data(text: &'static str) -> Frame<Bytes> {
        Frame::data(Bytes::from(text))
    }

    #[tokio::test]
    async fn a_body_is_read_and_handed_on_with_its_trailers() {
        let mut trailers = HeaderMap::new();
        trailers.insert("digest", HeaderValue::from_static("x"));
        let frames = [data("ab"), data("c"), Frame::trailers(trailers)];
        let whole = Whole::read(stream(frames.map(Ok)), 3).await.unwrap();
        let again = Whole::read(whole.clone().into_body(), 3).await.unwrap();
        for whole in [whole, again] {
            assert_eq!(whole.bytes, "abc");
            assert_eq!(whole.trailers.unwrap()["digest"], "x");
        }
    }

    #[tokio::test]
    async fn what_is_too_long_breaks_off_or_does_not_come_is_told_apart() {
        let failing = |kind| stream([Ok(data("a")), Err(io::Error::from(kind))]);
        for (body, status) in [
            (Body::from("abcd"), 413),
            (stream([data("ab"), data("cd")].map(Ok)), 413),
            (failing(io::ErrorKind::TimedOut), 408),
            (failing(io::ErrorKind::ConnectionReset), 400),
        ] {
            let error = Whole::read(body, 3).await.unwrap_err();
            assert_eq!(error.status(), status, "{error}");
        }
    }
}
