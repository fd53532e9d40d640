use std::{
    ops::Add,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A moment, in milliseconds since 1970 in UTC, as every store can keep it.
///
/// Arithmetic stops at the ends of the range instead of panicking, so that the longest timeout means "never". The greatest moment
/// fits a signed 64-bit column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Now, by the system's clock.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(0) + since.unwrap_or_default()
    }

    /// The moment so many milliseconds after the beginning of 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The milliseconds since the beginning of 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to this moment; zero if that is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_time_ends_at_the_greatest_moment() {
        let never = Timestamp::now() + Duration::MAX;
        assert_eq!(never.millis(), i64::MAX);
        assert!(never > Timestamp::now());
    }

    #[test]
    fn a_time_between_is_never_negative() {
        let (one, two) = (Timestamp::from_millis(1000), Timestamp::from_millis(3500));
        assert_eq!(two.since(one), Duration::from_millis(2500));
        assert_eq!(one.since(two), Duration::ZERO);
        assert_eq!(one + Duration::from_millis(2500), two);
    }
}
