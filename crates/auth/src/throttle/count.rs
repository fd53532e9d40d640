use std::{ops::RangeInclusive, time::Duration};

/// How many wrong ones are free, and how long to wait after those.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) free: u32,
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

impl Limit {
    pub(super) fn new(free: u32, waits: &RangeInclusive<Duration>) -> Self {
        let (first, longest) = (*waits.start(), *waits.end());
        Self {
            free,
            first,
            longest,
        }
    }
}

/// The wrong ones of one client, one account, or one client for one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    wrong: u32,
    /// Since the throttle has begun.
    last: Duration,
}

impl Count {
    /// So long the last wrong one is remembered.
    pub(super) const MEMORY: Duration = Duration::from_secs(60 * 60);

    pub(super) fn add(&mut self, now: Duration) {
        self.wrong = self.at(now).saturating_add(1);
        self.last = now;
    }

    /// How long to wait from now on: twice as long after each that was not free.
    pub(super) fn wait(&self, limit: Limit, now: Duration) -> Duration {
        let wrong = self.at(now);
        if wrong <= limit.free {
            return Duration::ZERO;
        }
        let over = wrong - limit.free - 1;
        let wait = limit
            .first
            .saturating_mul(1 << over.min(31))
            .min(limit.longest);
        (self.last + wait).saturating_sub(now)
    }

    fn at(&self, now: Duration) -> u32 {
        if now.saturating_sub(self.last) < Self::MEMORY {
            self.wrong
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit {
        free: 3,
        first: Duration::from_secs(1),
        longest: Duration::from_secs(10),
    };

    #[test]
    fn some_are_free_and_then_the_wait_doubles_up_to_the_longest() {
        let mut count = Count::default();
        let now = Duration::from_secs(100_000);
        let waits: Vec<_> = (0..9)
            .map(|_| {
                count.add(now);
                count.wait(LIMIT, now).as_secs()
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 10, 10]);
        let later = now + Duration::from_millis(9_999);
        assert_eq!(count.wait(LIMIT, later), Duration::from_millis(1));
        assert_eq!(count.wait(LIMIT, now + LIMIT.longest), Duration::ZERO);
    }

    #[test]
    fn an_old_one_is_forgotten() {
        let mut count = Count::default();
        let now = Duration::from_secs(1);
        (0..4).for_each(|_| count.add(now));
        assert_eq!(count.wait(LIMIT, now).as_secs(), 1);
        let later = now + Count::MEMORY;
        assert_eq!(count.wait(LIMIT, later), Duration::ZERO);
        count.add(later);
        assert_eq!(count.wait(LIMIT, later), Duration::ZERO);
    }

    #[test]
    fn a_limit_that_nobody_reaches_keeps_nobody_out() {
        let free = u32::MAX;
        let wrong = Count {
            wrong: u32::MAX,
            last: Duration::ZERO,
        };
        for count in [Count::default(), wrong] {
            let limit = Limit { free, ..LIMIT };
            assert_eq!(count.wait(limit, Duration::ZERO), Duration::ZERO);
        }
    }

    #[test]
    fn any_number_of_wrong_ones_has_a_wait() {
        let (wrong, last) = (u32::MAX, Duration::ZERO);
        let mut count = Count { wrong, last };
        count.add(Duration::ZERO);
        assert_eq!(count.wait(LIMIT, Duration::ZERO), LIMIT.longest);
    }
}
