//! Which requests are logged.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use plywood_core::path::Path;

use crate::{
    record::{Ending, Record},
    request_head::RequestHead,
};

type OfRequest = dyn Fn(&RequestHead<'_>) -> bool + Send + Sync;
type OfRecord = dyn Fn(&Record<'_>) -> bool + Send + Sync;
type Share = dyn Fn(&Record<'_>) -> u32 + Send + Sync;
type Observer = dyn Fn(&Record<'_>) + Send + Sync;

#[derive(Clone, Default)]
pub(crate) struct Choice {
    pub(crate) requests: Option<Arc<OfRequest>>,
    pub(crate) records: Option<Arc<OfRecord>>,
    pub(crate) share: Option<Arc<Share>>,
    pub(crate) observer: Option<Arc<Observer>>,
    pub(crate) health_checks: Box<[Box<str>]>,
    seen: Arc<AtomicU64>,
}

impl Choice {
    pub(crate) fn takes_request(&self, request: &RequestHead<'_>) -> bool {
        self.requests.as_ref().is_none_or(|takes| takes(request))
    }

    /// Is a record shown to anybody?
    pub(crate) fn wants_records(&self) -> bool {
        self.records.is_some() || self.share.is_some() || self.observer.is_some()
    }

    pub(crate) fn is_health_check(&self, request: &RequestHead<'_>) -> bool {
        !self.health_checks.is_empty()
            && Path::read(request.uri).is_ok_and(|path| {
                self.health_checks
                    .iter()
                    .any(|check| **check == *path.as_str())
            })
    }

    /// The observer sees all of the requests that are logged, whether or not a line of theirs is written.
    pub(crate) fn takes(&self, record: &Record<'_>, is_health_check: bool) -> bool {
        let is_healthy =
            is_health_check && record.ending() == Ending::Complete && record.status() < 400;
        if is_healthy || self.records.as_ref().is_some_and(|takes| !takes(record)) {
            return false;
        }
        if let Some(observer) = &self.observer {
            observer(record);
        }
        match self.share.as_ref().map(|share| share(record)) {
            Some(0) => false,
            Some(1) | None => true,
            Some(one_of) => {
                let turn = self.seen.fetch_add(1, Ordering::Relaxed);
                scattered(turn).is_multiple_of(u64::from(one_of))
            }
        }
    }
}

/// A number that has nothing to do with its neighbours', so that requests that come in turns are all met (splitmix64).
const fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice")
            .field("health_checks", &self.health_checks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_one_in_ten_is_about_that_in_any_stride() {
        for stride in [1, 2, 3, 10] {
            let taken = (0..10_000)
                .filter(|turn| scattered(turn * stride).is_multiple_of(10))
                .count();
            assert!(
                (900..1100).contains(&taken),
                "{taken} of 10,000 at {stride}"
            );
        }
    }
}
