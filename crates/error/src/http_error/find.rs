use std::{error::Error, io, sync::Arc};

use plywood_core::Failure;

use super::HttpError;

/// So many errors are looked at: a chain that ends in itself has no end.
const MAX_LOOKS: u32 = 64;

impl HttpError {
    /// The first [`HttpError`] among an error and its sources: the outermost has the last word.
    ///
    /// It is found also where a wrapper is not among the sources of its own: in an [`io::Error`], an [`Arc`], a [`Failure`]. Below 64 wrappers nothing is
    /// looked for.
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
        Self::search(error, &mut { MAX_LOOKS })
    }

    fn search<'e>(error: &'e (dyn Error + 'static), looks: &mut u32) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            *looks = looks.checked_sub(1)?;
            if let Some(found) = Self::within(error, looks) {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    /// The error itself, or what it holds without naming it as its source.
    fn within<'e>(error: &'e (dyn Error + 'static), looks: &mut u32) -> Option<&'e Self> {
        if let Some(found) = error.downcast_ref() {
            Some(found)
        } else if let Some(shared) = error.downcast_ref::<Arc<Self>>() {
            Some(shared)
        } else if let Some(failure) = error.downcast_ref::<Failure>() {
            Self::search(failure.reason(), looks)
        } else {
            Self::search(error.downcast_ref::<io::Error>()?.get_ref()?, looks)
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

    #[test]
    fn a_chain_without_an_end_and_one_of_many_wrappers_cost_little() {
        #[derive(Debug)]
        struct Ouroboros;

        impl fmt::Display for Ouroboros {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("again")
            }
        }

        impl Error for Ouroboros {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        assert!(HttpError::find(&Ouroboros).is_none());
        // Each pair is looked through twice, unless somebody counts.
        let wrap = |error: BoxError| BoxError::from(wrapped(io::Error::other(error)));
        let none = (0..200).fold(BoxError::from("no"), |error, _| wrap(error));
        assert!(HttpError::find(&*none).is_none());
        let deep = (0..20).fold(BoxError::from(HttpError::gone()), |error, _| wrap(error));
        assert_eq!(HttpError::find(&*deep).unwrap().status(), 410);
    }
}
