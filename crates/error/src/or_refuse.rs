use std::panic::Location;

use plywood_core::BoxError;

use crate::HttpError;

/// Says how to answer when something is not there, or went wrong.
///
/// ```
/// use plywood_error::{HttpError, OrRefuse};
///
/// fn page(text: &str) -> Result<usize, HttpError> {
///     // Here, and only here, is it the visitor who wrote the number.
///     text.parse().or_refuse(HttpError::bad_request)
/// }
///
/// assert_eq!(page("two").unwrap_err().status(), 400);
/// ```
pub trait OrRefuse<T> {
    /// The value, or else the refusal; an error becomes its cause.
    #[track_caller]
    fn or_refuse(self, refusal: impl FnOnce() -> HttpError) -> Result<T, HttpError>;
}

impl<T, E: Into<BoxError>> OrRefuse<T> for Result<T, E> {
    #[track_caller]
    fn or_refuse(self, refusal: impl FnOnce() -> HttpError) -> Result<T, HttpError> {
        let place = Location::caller();
        self.map_err(|error| refusal().because(error).at(place))
    }
}

impl<T> OrRefuse<T> for Option<T> {
    #[track_caller]
    fn or_refuse(self, refusal: impl FnOnce() -> HttpError) -> Result<T, HttpError> {
        let place = Location::caller();
        self.ok_or_else(|| refusal().at(place))
    }
}
