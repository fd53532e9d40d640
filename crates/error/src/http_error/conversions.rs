//! What `?` makes of other errors. Nobody guesses: an error that does not say how it is answered is the program's own, a 500, even one that in
//! another place would be the client's fault. A file that is not found may be a template that was not installed.

use std::{fmt, io, num, str, string, time};

use http::{Response, header, uri};
use plywood_core::{Body, BoxError, Failure, path::Malformed};

use super::HttpError;

/// The [`HttpError`] that is found in it ([`HttpError::find`]), with all that is wrapped around it as the cause; else a 500.
impl From<BoxError> for HttpError {
    #[track_caller]
    fn from(error: BoxError) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        match Self::find(&*error).cloned() {
            Some(found) => found.because(error),
            None => Self::internal(error),
        }
    }
}

macro_rules! the_program_is_at_fault {
    ($($error:ty,)*) => {
        $(
            /// A 500, unless an [`HttpError`] is wrapped in it.
            impl From<$error> for HttpError {
                #[track_caller]
                fn from(error: $error) -> Self {
                    Self::from(BoxError::from(error))
                }
            }
        )*
    };
}

the_program_is_at_fault! {
    fmt::Error,
    http::Error,
    header::InvalidHeaderName,
    header::InvalidHeaderValue,
    header::ToStrError,
    io::Error,
    num::ParseFloatError,
    num::ParseIntError,
    num::TryFromIntError,
    serde_json::Error,
    str::Utf8Error,
    string::FromUtf8Error,
    time::SystemTimeError,
    uri::InvalidUri,
    uri::InvalidUriParts,
}

/// A 400: the path is one that the client sent.
impl From<Malformed> for HttpError {
    #[track_caller]
    fn from(malformed: Malformed) -> Self {
        Self::bad_request().because(malformed)
    }
}

/// The answer without a body, which the error pages further out fill: they find the error in the [`Failure`] that the answer carries.
impl From<HttpError> for Response<Body> {
    fn from(error: HttpError) -> Self {
        let mut response = Self::default();
        *response.status_mut() = error.status();
        response.headers_mut().clone_from(error.headers());
        response.extensions_mut().insert(Failure::new(error));
        response
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use http::Uri;
    use plywood_core::Path;

    use super::*;

    #[test]
    fn an_error_that_does_not_say_more_is_the_program_s_own() {
        fn file() -> Result<(), HttpError> {
            Err(io::Error::from(io::ErrorKind::NotFound))?;
            Ok(())
        }
        fn json() -> Result<(), HttpError> {
            serde_json::from_str::<bool>("{")?;
            Ok(())
        }
        fn number() -> Result<u8, HttpError> {
            Ok("x".parse::<u8>()?)
        }
        for error in [
            file().unwrap_err(),
            json().unwrap_err(),
            number().unwrap_err(),
        ] {
            assert_eq!(error.status(), 500);
            assert_eq!(error.to_string(), "500 Internal Server Error");
            assert!(error.source().is_some());
        }
    }

    #[test]
    fn a_path_that_cannot_be_read_is_the_client_s_fault() {
        fn read(uri: &Uri) -> Result<String, HttpError> {
            Ok(Path::read(uri)?.as_str().to_owned())
        }
        assert_eq!(read(&Uri::from_static("/a")).unwrap(), "/a");
        assert_eq!(
            read(&Uri::from_static("/a/../b")).unwrap_err().status(),
            400
        );
    }

    #[test]
    fn what_is_wrapped_keeps_its_answer_and_its_wrapper_is_the_cause() {
        let gone = HttpError::gone().detail("Sold.").because("row 7");
        let same = HttpError::from(BoxError::from(gone.clone()));
        assert_eq!(same.source().unwrap().to_string(), "row 7");

        let wrapped = HttpError::from(io::Error::other(gone));
        assert_eq!(wrapped.to_string(), "410 Gone: Sold.");
        let cause = wrapped.source().unwrap();
        assert!(cause.is::<io::Error>());
        assert_eq!(cause.source().unwrap().to_string(), "row 7");
    }

    #[test]
    fn it_can_be_answered_before_the_error_pages_see_it() {
        let response = Response::from(HttpError::range_not_satisfiable(9).because("a bug"));
        assert_eq!(response.status(), 416);
        assert_eq!(response.headers()["content-range"], "bytes */9");
        let failure = Failure::of(&response).unwrap();
        assert_eq!(HttpError::find(failure).unwrap().status(), 416);
    }
}
