use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use plywood_core::{Body, BoxError, HttpBody};

use crate::refusal;

/// What a page may return.
///
/// | value | answer |
/// |---|---|
/// | `String`, `&'static str` | `text/plain`, whatever the text looks like |
/// | [`Html`] | `text/html` |
/// | `Bytes`, `Vec<u8>` | `application/octet-stream` |
/// | `Response<_>` | itself |
/// | `StatusCode` | empty, with this status |
/// | `()` | `204` |
/// | `Option<_>` | `404` where there is none |
/// | `Result<_, _>` | the service's error where it failed |
///
/// Anything else does not compile:
///
/// ```compile_fail,E0277
/// # use plywood_publish::publish;
/// struct Site;
///
/// #[publish]
/// impl Site {
///     #[publish]
///     fn page(&self) -> Vec<u64> {
///         vec![1, 2]
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a page cannot return `{Self}`",
    note = "it should return text, `Html`, bytes, a `Response<_>`, a `StatusCode`, `()`, or an `Option` or a `Result` of one of them"
)]
pub trait Answer {
    /// The response that it is.
    ///
    /// # Errors
    ///
    /// Its own, which becomes the service's.
    fn answer(self) -> Result<Response<Body>, BoxError>;
}

/// Text that is HTML, because you say so. What came from others must be escaped in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html<T>(pub T);

fn typed(body: impl Into<Body>, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(body.into());
    let media_type = HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

macro_rules! answers {
    ($($of:ty => $media_type:literal),* $(,)?) => {$(
        impl Answer for $of {
            fn answer(self) -> Result<Response<Body>, BoxError> {
                Ok(typed(self, $media_type))
            }
        }
    )*};
}

answers! {
    String => "text/plain; charset=utf-8",
    &'static str => "text/plain; charset=utf-8",
    Bytes => "application/octet-stream",
    Vec<u8> => "application/octet-stream",
}

impl<T: Into<String>> Answer for Html<T> {
    fn answer(self) -> Result<Response<Body>, BoxError> {
        Ok(typed(self.0.into(), "text/html; charset=utf-8"))
    }
}

impl<B: HttpBody> Answer for Response<B> {
    fn answer(self) -> Result<Response<Body>, BoxError> {
        Ok(self.map(Body::new))
    }
}

impl Answer for StatusCode {
    fn answer(self) -> Result<Response<Body>, BoxError> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self;
        Ok(response)
    }
}

impl Answer for () {
    fn answer(self) -> Result<Response<Body>, BoxError> {
        StatusCode::NO_CONTENT.answer()
    }
}

impl<T: Answer> Answer for Option<T> {
    fn answer(self) -> Result<Response<Body>, BoxError> {
        self.map_or_else(|| Ok(refusal::not_found()), T::answer)
    }
}

impl<T: Answer, E: Into<BoxError>> Answer for Result<T, E> {
    fn answer(self) -> Result<Response<Body>, BoxError> {
        self.map_err(Into::into)?.answer()
    }
}
