use std::{error::Error, io, sync::Arc};

use plywood_core::Failure;

use super::HttpError;

impl HttpError {
    /// The first [`HttpError`] among an error and its sources: the outermost has the last word.
    ///
    /// It is found also where a wrapper is not among the sources of its own: in an [`io::Error`], an [`Arc`], a [`Failure`].
    ///
    /// ```
    /// use std::io;
    ///
    /// use plywood_error::HttpError;
    ///
    /// let wrapped = io::Error::other(HttpError::gone());
    /// assert_eq!(HttpError::find(&wrapped).unwrap().status(), 410);
    /// assert!(HttpError::find(&io::Error::other("the disk is full")).is_none());
    /// ```
    pub fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = Self::within(error) {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    /// The error itself, or what it holds without naming it as its source.
    fn within<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        if let Some(found) = error.downcast_ref() {
            Some(found)
        } else if let Some(shared) = error.downcast_ref::<Arc<Self>>() {
            Some(shared)
        } else if let Some(failure) = error.downcast_ref::<Failure>() {
            Self::find(failure.reason())
        } else {
            Self::find(error.downcast_ref::<io::Error>()?.get_ref()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use plywood_core::BoxError;

    use super::*;

    #[derive(Debug)]
    struct Wrapped(BoxError);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("it did not work")
        }
    }

    impl Error for Wrapped {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.0)
        }
    }

    fn wrapped(error: impl Into<BoxError>) -> Wrapped {
        Wrapped(error.into())
    }

    #[test]
    fn the_first_one_is_found_wherever_it_is() {
        let gone = HttpError::gone;
        for (error, status) in [
            (BoxError::from(gone()), Some(410)),
            (wrapped(gone()).into(), Some(410)),
            (wrapped(wrapped(gone())).into(), Some(410)),
            (wrapped(io::Error::other(gone())).into(), Some(410)),
            (io::Error::other(wrapped(gone())).into(), Some(410)),
            (io::Error::other(io::Error::other(gone())).into(), Some(410)),
            (Failure::new(gone()).into(), Some(410)),
            (Failure::new(wrapped(gone())).into(), Some(410)),
            (Arc::new(gone()).into(), Some(410)),
            (HttpError::conflict().because(gone()).into(), Some(409)),
            (wrapped("no").into(), None),
            (io::Error::from(io::ErrorKind::NotFound).into(), None),
        ] {
            let found = HttpError::find(&*error).map(|found| found.status().as_u16());
            assert_eq!(found, status, "{error:?}");
        }
    }
}
