//! Encoders at rest. A fresh one costs about 400 KiB of memory and more time than a small answer takes to compress.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::encoder::Encoder;

/// Encoders of one level. It keeps two for each processor at most, and makes as many more as are wanted, and allowed, at a time.
pub(crate) struct Pool {
    level: u32,
    most: usize,
    encoders: Mutex<Encoders>,
}

struct Encoders {
    idle: Vec<Encoder>,
    at_work: usize,
}

impl Pool {
    pub(crate) fn new(level: u32) -> Self {
        // One for whole bodies, which hold it for one call, and one for streams, which come and go.
        let most = 2 * thread::available_parallelism().map_or(1, Into::into);
        Self {
            level,
            most,
            encoders: Mutex::new(Encoders {
                idle: Vec::with_capacity(most),
                at_work: 0,
            }),
        }
    }

    /// An encoder that is ready for a new body, unless `allowed` of them are at work already. It returns when it is dropped.
    pub(crate) fn lease(self: &Arc<Self>, allowed: usize) -> Option<Lease> {
        let mut encoders = self.lock();
        if encoders.at_work >= allowed {
            return None;
        }
        encoders.at_work += 1;
        let idle = encoders.idle.pop();
        drop(encoders);
        let encoder = match idle {
            Some(mut used) => {
                used.restart();
                used
            }
            None => Encoder::gzip(self.level),
        };
        Some(Lease {
            encoder: Some(encoder),
            pool: Arc::clone(self),
        })
    }

    fn take_back(&self, encoder: Encoder) {
        let mut encoders = self.lock();
        encoders.at_work -= 1;
        if encoders.idle.len() < self.most {
            encoders.idle.push(encoder);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Encoders> {
        // Counting and moving do not panic, so that what is locked is whole.
        self.encoders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        self.lock().idle.len()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("level", &self.level)
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
        if let Some(encoder) = self.encoder.take() {
            self.pool.take_back(encoder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_come_back_and_are_taken_again() {
        let pool = Arc::new(Pool::new(4));
        let first = pool.lease(2);
        let second = pool.lease(2);
        assert!(first.is_some() && second.is_some());
        assert!(pool.lease(2).is_none(), "all are at work");
        assert_eq!(pool.idle(), 0);
        drop(first);
        drop(second);
        assert_eq!(pool.idle(), 2);
        let _again = pool.lease(2);
        assert_eq!(pool.idle(), 1);
    }

    #[test]
    fn no_more_are_kept_than_it_may() {
        let pool = Arc::new(Pool {
            most: 2,
            ..Pool::new(4)
        });
        let leases: Vec<_> = (0..5).map(|_| pool.lease(5)).collect();
        drop(leases);
        assert_eq!(pool.idle(), 2);
    }
}
