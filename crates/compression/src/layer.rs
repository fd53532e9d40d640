use std::{fmt, sync::Arc};

use http::response;
use plywood_core::{
    NoCompress,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{
    Compression,
    eligibility::{self, Eligibility},
    pool::{Lease, Pool},
};

/// Compresses what its services answer.
///
/// Cloning it, and the services that it makes, shares the encoders.
#[derive(Clone, Debug)]
pub struct CompressionLayer {
    config: Arc<Config>,
}

#[derive(Clone)]
struct Config {
    min_size: u64,
    max_encoders: usize,
    when: Option<Arc<Predicate>>,
    pool: Arc<Pool>,
}

type Predicate = dyn Fn(&response::Parts) -> bool + Send + Sync;

const LEVEL: u32 = 4;

const MIN_SIZE: u64 = 1024;

const MAX_ENCODERS: usize = 256;

impl CompressionLayer {
    /// Compresses what is worth it, at level 4, from 1 KiB on.
    #[must_use]
    pub fn new() -> Self {
        Self {
            config: Arc::new(Config {
                min_size: MIN_SIZE,
                max_encoders: MAX_ENCODERS,
                when: None,
                pool: Arc::new(Pool::new(LEVEL)),
            }),
        }
    }

    /// How hard to try, from 1 (fast) to 9 (small). Other numbers count as the nearest of these.
    ///
    /// The default is 4, by value and not by habit. On 100 KB of JSON:
    ///
    /// | level | time | size | a millisecond saved costs |
    /// |---|---|---|---|
    /// | 6, the habit | 1.27 ms | 21.8 KB | |
    /// | 4 | 0.77 ms | 23.0 KB | 2.4 KB |
    /// | 1 | 0.21 ms | 33.2 KB | 18 KB |
    ///
    /// Up to 10 KB, levels 4 and 6 give the same size within 1 %.
    #[must_use]
    pub fn level(mut self, level: u32) -> Self {
        self.edit().pool = Arc::new(Pool::new(level.clamp(1, 9)));
        self
    }

    /// The least length, in bytes, of a body that is worth compressing. It counts only when the length is known beforehand.
    ///
    /// The default is 1024: what fits into one packet arrives no sooner when it is shorter.
    #[must_use]
    pub fn min_size(mut self, bytes: u64) -> Self {
        self.edit().min_size = bytes;
        self
    }

    /// How many answers may be in the making at a time. Those beyond it go out as they are.
    ///
    /// The default is 256, which take 100 MiB. A client that asks for many long answers and reads none of them holds one encoder for each;
    /// an answer that is there as a whole holds its own for a moment only.
    #[must_use]
    pub fn max_encoders(mut self, encoders: usize) -> Self {
        self.edit().max_encoders = encoders;
        self
    }

    /// Compresses only the answers that `worthy` accepts, among those that could be compressed. Without it all of them are.
    ///
    /// An answer that it turns down goes out as if this layer were not there, without `Vary`: decide by what is the same for every
    /// client. To turn down one answer of many, put a [`NoCompress`](plywood_core::NoCompress) into its extensions instead.
    #[must_use]
    pub fn when(
        mut self,
        worthy: impl Fn(&response::Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.edit().when = Some(Arc::new(worthy));
        self
    }

    /// Whether to compress an answer with this head and a body of `size` bytes, if that is known.
    pub(crate) fn eligibility(&self, parts: &response::Parts, size: Option<u64>) -> Eligibility {
        let config = &*self.config;
        match eligibility::of(parts, size, config.min_size) {
            Eligibility::Worthy if config.when.as_ref().is_some_and(|worthy| !worthy(parts)) => {
                Eligibility::Never
            }
            eligibility => eligibility,
        }
    }

    /// An encoder, unless as many as there may be are at work.
    pub(crate) fn encoder(&self) -> Option<Lease> {
        self.config.pool.lease(self.config.max_encoders)
    }

    #[cfg(test)]
    pub(crate) fn idle_encoders(&self) -> usize {
        self.config.pool.idle()
    }

    fn edit(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl Default for CompressionLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for CompressionLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .hears::<NoCompress>()
            .acts(Act::ChangesBytes)
    }
}

impl<S> Layer<S> for CompressionLayer {
    type Service = Compression<S>;

    fn layer(&self, inner: S) -> Compression<S> {
        Compression {
            inner,
            layer: self.clone(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("min_size", &self.min_size)
            .field("max_encoders", &self.max_encoders)
            .field("when", &self.when.as_ref().map(|_| ".."))
            .field("pool", &self.pool)
            .finish()
    }
}
