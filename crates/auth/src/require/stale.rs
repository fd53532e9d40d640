use std::{
    error, fmt,
    time::{Duration, SystemTime},
};

/// Somebody has signed in longer ago than a rule allows, or at a time that is yet to come: they have to do it again.
///
/// The reason of the `401` of a [`RequireLayer`](crate::RequireLayer) with a [`max_age`](crate::RequireLayer::max_age), for a scheme that
/// says so in its challenge ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleSignIn {
    max_age: Duration,
}

/// So far a clock of whoever knows the time of a sign-in may run before ours.
const SKEW: Duration = Duration::from_secs(60);

impl StaleSignIn {
    pub(super) fn check(since: SystemTime, now: SystemTime, max_age: Duration) -> Result<(), Self> {
        let is_fresh = match now.duration_since(since) {
            Ok(age) => age <= max_age,
            Err(ahead) => ahead.duration() <= SKEW,
        };
        if is_fresh {
            Ok(())
        } else {
            Err(Self { max_age })
        }
    }

    /// So long ago it may be at most.
    pub const fn max_age(&self) -> Duration {
        self.max_age
    }
}

impl fmt::Display for StaleSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.max_age.as_secs();
        write!(f, "not signed in within the last {seconds} s")
    }
}

impl error::Error for StaleSignIn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_stale_after_its_time() {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let max_age = Duration::from_secs(600);
        for (now, is_fresh) in [
            (999_939, false),
            (999_940, true),
            (1_000_000, true),
            (1_000_600, true),
            (1_000_601, false),
        ] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            let checked = StaleSignIn::check(since, now, max_age);
            assert_eq!(checked.is_ok(), is_fresh);
        }
    }
}
