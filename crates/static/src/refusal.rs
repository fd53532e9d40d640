use std::{error::Error, fmt, io};

use http::{Response, StatusCode, header::ACCEPT};
use plywood_core::{Body, Failure, path::Malformed};
use plywood_header::vary;

/// Why a request gets no file. It travels in the response as its [`Failure`], and the visitor does not see it.
#[derive(Debug)]
pub(crate) enum Refusal {
    Malformed(Malformed),
    Hidden,
    Missing,
    /// The same, where one who asks for a page would get one.
    NoPage,
    Link,
    Special,
    Denied(io::Error),
    Broken(io::Error),
}

impl Refusal {
    /// Whether it is as if there were no such file, so that another service may know better.
    pub(crate) const fn is_miss(&self) -> bool {
        !matches!(self, Self::Broken(_))
    }

    /// The error of the file system, or one that says as much.
    pub(crate) fn into_error(self) -> io::Error {
        match self {
            Self::Denied(error) | Self::Broken(error) => error,
            other => io::Error::new(io::ErrorKind::NotFound, other),
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = match &self {
            Self::Malformed(malformed) => malformed.status(),
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::NOT_FOUND,
        };
        if matches!(self, Self::NoPage) {
            vary::append(response.headers_mut(), ACCEPT);
        }
        // A file that is not there needs no explanation, and visitors ask for many.
        if !matches!(self, Self::Missing | Self::NoPage) {
            response.extensions_mut().insert(Failure::new(self));
        }
        response
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            // A name that is too long is a name that no file has.
            Kind::NotFound | Kind::NotADirectory | Kind::InvalidFilename | Kind::InvalidInput => {
                Self::Missing
            }
            Kind::PermissionDenied | Kind::CrossesDevices => Self::Denied(error),
            _ => match oddity(&error) {
                Some(refusal) => refusal,
                None => Self::Broken(error),
            },
        }
    }
}

/// Errors that have no portable name.
#[cfg(unix)]
fn oddity(error: &io::Error) -> Option<Refusal> {
    use rustix::io::Errno;
    match Errno::from_io_error(error)? {
        Errno::LOOP => Some(Refusal::Link),
        // A socket, or a device without a driver.
        Errno::NXIO | Errno::NODEV | Errno::OPNOTSUPP => Some(Refusal::Special),
        _ => None,
    }
}

#[cfg(not(unix))]
fn oddity(_: &io::Error) -> Option<Refusal> {
    None
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed(malformed) => return malformed.fmt(f),
            Self::Hidden => {
                "the name is hidden, left by an editor, or reserved: it should be an ordinary one"
            }
            Self::Missing | Self::NoPage => "there is no such file",
            Self::Link => {
                "a symbolic link is in the way: it should be a file's, to another file of its own directory"
            }
            Self::Special => "it is a pipe, a socket or a device: it should be a file",
            Self::Denied(_) => "the file cannot be read: it should be readable for this process",
            Self::Broken(_) => "the file system failed",
        })
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Denied(error) | Self::Broken(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failing_file_system_is_the_servers_fault() {
        for (error, status) in [
            (io::ErrorKind::NotFound, 404),
            (io::ErrorKind::NotADirectory, 404),
            (io::ErrorKind::InvalidFilename, 404),
            (io::ErrorKind::PermissionDenied, 404),
            (io::ErrorKind::CrossesDevices, 404),
            (io::ErrorKind::TimedOut, 500),
            (io::ErrorKind::Other, 500),
        ] {
            let refusal = Refusal::from(io::Error::from(error));
            assert_eq!(refusal.is_miss(), status == 404, "{error}");
            assert_eq!(refusal.into_response().status(), status, "{error}");
        }
    }

    #[test]
    fn a_missing_file_needs_no_explanation_and_the_rest_has_one() {
        assert!(Failure::of(&Refusal::Missing.into_response()).is_none());
        assert!(Failure::of(&Refusal::Hidden.into_response()).is_some());
        let malformed = Refusal::from(Malformed::NotUtf8).into_response();
        assert_eq!(malformed.status(), 400);
        let reason = Failure::of(&malformed).unwrap().to_string();
        assert_eq!(reason, Malformed::NotUtf8.to_string());
    }
}
