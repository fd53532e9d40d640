use std::ops::RangeInclusive;

use http::StatusCode;

/// Some of the statuses of errors: one, or all from one to another.
///
/// ```
/// use http::StatusCode;
/// use plywood_error_pages::Statuses;
///
/// assert!(Statuses::from(StatusCode::NOT_FOUND).contains(StatusCode::NOT_FOUND));
/// assert!(Statuses::from(500..=599).contains(StatusCode::BAD_GATEWAY));
/// assert!(!Statuses::SERVER.contains(StatusCode::NOT_FOUND));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statuses {
    first: u16,
    last: u16,
}

impl Statuses {
    /// The client's errors: 400 to 499.
    pub const CLIENT: Self = Self {
        first: 400,
        last: 499,
    };

    /// The server's errors: 500 to 599.
    pub const SERVER: Self = Self {
        first: 500,
        last: 599,
    };

    /// Every error.
    pub const ALL: Self = Self {
        first: 400,
        last: 599,
    };

    /// Is `status` one of them?
    pub fn contains(self, status: StatusCode) -> bool {
        (self.first..=self.last).contains(&status.as_u16())
    }
}

impl From<StatusCode> for Statuses {
    fn from(status: StatusCode) -> Self {
        let code = status.as_u16();
        Self {
            first: code,
            last: code,
        }
    }
}

impl From<RangeInclusive<u16>> for Statuses {
    fn from(range: RangeInclusive<u16>) -> Self {
        let (first, last) = range.into_inner();
        Self { first, last }
    }
}
