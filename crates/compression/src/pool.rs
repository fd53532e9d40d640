//! Encoders at rest. A fresh one costs up to a megabyte of memory and more time than a small answer takes to compress.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use plywood_header::accept_encoding::Coding;

use crate::{effort::Job, encoder::Encoder};

/// It keeps two encoders of each coding for each processor at most, and makes as many more as are wanted, and allowed, at a time.
pub(crate) struct Pool {
    most: usize,
    encoders: Mutex<Encoders>,
}

struct Encoders {
    /// One list for each coding.
    idle: [Vec<Encoder>; 4],
    at_work: usize,
}

impl Encoders {
    /// Those of `coding`. Encoders with a dictionary belong to it, and are not used again.
    const fn idle(&mut self, coding: Coding) -> Option<&mut Vec<Encoder>> {
        let at = match coding {
            Coding::Zstd => 0,
            Coding::Br => 1,
            Coding::Gzip => 2,
            Coding::Deflate => 3,
            Coding::Dcz | Coding::Dcb => return None,
        };
        Some(&mut self.idle[at])
    }
}

impl Pool {
    pub(crate) fn new() -> Self {
        // One for whole bodies, which hold it for one call, and one for streams, which come and go.
        let most = 2 * thread::available_parallelism().map_or(1, Into::into);
        Self {
            most,
            encoders: Mutex::new(Encoders {
                idle: [const { Vec::new() }; 4],
                at_work: 0,
            }),
        }
    }

    /// An encoder that is ready for `job`, unless `allowed` of them are at work already. It returns when it is dropped.
    pub(crate) fn lease(self: &Arc<Self>, job: &Job, allowed: usize) -> Option<Lease> {
        let mut encoders = self.lock();
        if encoders.at_work >= allowed {
            return None;
        }
        encoders.at_work += 1;
        let idle = encoders.idle(job.coding).and_then(Vec::pop);
        drop(encoders);
        let mut lease = Lease {
            encoder: idle.or_else(|| Encoder::new(job)),
            pool: Arc::clone(self),
        };
        lease.encoder.as_mut()?.start(job);
        Some(lease)
    }

    fn take_back(&self, encoder: Option<Encoder>) {
        let mut encoders = self.lock();
        encoders.at_work -= 1;
        let Some(encoder) = encoder else { return };
        let most = self.most;
        if let Some(idle) = encoders.idle(encoder.coding())
            && idle.len() < most
        {
            idle.push(encoder);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Encoders> {
        // Counting and moving do not panic, so that what is locked is whole.
        self.encoders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(all(test, feature = "gzip"))]
    pub(crate) fn idle(&self) -> usize {
        self.lock().idle.iter().map(Vec::len).sum()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

/// An encoder for one body.
#[derive(Debug)]
pub(crate) struct Lease {
    encoder: Option<Encoder>,
    pool: Arc<Pool>,
}

const HELD: &str = "the encoder is held until the lease is dropped";

impl Deref for Lease {
    type Target = Encoder;

    fn deref(&self) -> &Encoder {
        self.encoder.as_ref().expect(HELD)
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Encoder {
        self.encoder.as_mut().expect(HELD)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.take_back(self.encoder.take());
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use super::*;

    fn job() -> Job {
        Job::of(Coding::Gzip)
    }

    #[test]
    fn encoders_come_back_and_are_taken_again() {
        let pool = Arc::new(Pool::new());
        let first = pool.lease(&job(), 2);
        let second = pool.lease(&job(), 2);
        assert!(first.is_some() && second.is_some());
        assert!(pool.lease(&job(), 2).is_none(), "all are at work");
        assert_eq!(pool.idle(), 0);
        drop(first);
        drop(second);
        assert_eq!(pool.idle(), 2);
        let _again = pool.lease(&job(), 2);
        assert_eq!(pool.idle(), 1);
    }

    #[test]
    fn no_more_are_kept_than_it_may() {
        let pool = Arc::new(Pool {
            most: 2,
            ..Pool::new()
        });
        let leases: Vec<_> = (0..5).map(|_| pool.lease(&job(), 5)).collect();
        drop(leases);
        assert_eq!(pool.idle(), 2);
    }

    #[test]
    fn each_coding_has_encoders_of_its_own() {
        let pool = Arc::new(Pool::new());
        drop(pool.lease(&job(), 2));
        drop(pool.lease(&Job::of(Coding::Deflate), 2));
        assert_eq!(pool.idle(), 2);
    }
}
