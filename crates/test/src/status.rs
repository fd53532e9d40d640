use std::{fmt, ops::RangeInclusive};

use http::StatusCode;

/// One status or several, for [`Reply::expect_status`](crate::Reply::expect_status): `404`, `StatusCode::NOT_FOUND`, `400..=499`,
/// `[301, 308]`.
pub trait Statuses: fmt::Debug {
    /// Is that one of them?
    fn include(&self, status: StatusCode) -> bool;
}

impl Statuses for u16 {
    fn include(&self, status: StatusCode) -> bool {
        *self == status.as_u16()
    }
}

impl Statuses for StatusCode {
    fn include(&self, status: StatusCode) -> bool {
        *self == status
    }
}

impl Statuses for RangeInclusive<u16> {
    fn include(&self, status: StatusCode) -> bool {
        self.contains(&status.as_u16())
    }
}

impl<const N: usize> Statuses for [u16; N] {
    fn include(&self, status: StatusCode) -> bool {
        self.contains(&status.as_u16())
    }
}
