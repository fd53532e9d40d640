use std::{fmt, sync::Arc};

use http::response;
use plywood_core::{
    FileIdentity, NoCompress,
    sheet::{Act, Described, Sheet},
};
use plywood_header::accept_encoding::Coding;
use tower_layer::Layer;

#[cfg(feature = "dictionary")]
use crate::Dictionaries;
use crate::{
    Compression,
    cache::Cache,
    effort::{self, Job},
    eligibility::{self, Eligibility},
    encoder::padding_length,
    pool::{Lease, Pool},
    tags::EntityTags,
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
    offers: Vec<Coding>,
    /// Those that were chosen.
    levels: [Option<i32>; 6],
    level_by: Option<Arc<LevelBy>>,
    #[cfg(feature = "dictionary")]
    dictionaries: Option<Dictionaries>,
    entity_tags: EntityTags,
    strict: bool,
    cache: Option<Arc<Cache>>,
    max_padding: u16,
    min_size: u64,
    max_encoders: usize,
    when: Option<Arc<Predicate>>,
    pool: Arc<Pool>,
}

type Predicate = dyn Fn(&response::Parts) -> bool + Send + Sync;

type LevelBy = dyn Fn(Coding, &response::Parts, Option<u64>) -> Option<i32> + Send + Sync;

const MIN_SIZE: u64 = 1024;

const MAX_ENCODERS: usize = 256;

/// What this build can write, the best first: see [`CompressionLayer::level`] for the curve.
pub(crate) const OFFERS: &[Coding] = &[
    #[cfg(feature = "zstd")]
    Coding::Zstd,
    #[cfg(feature = "br")]
    Coding::Br,
    #[cfg(feature = "gzip")]
    Coding::Gzip,
    #[cfg(feature = "gzip")]
    Coding::Deflate,
];

impl CompressionLayer {
    /// Compresses what is worth it, in every coding whose feature is on, from 1 KiB on.
    #[must_use]
    pub fn new() -> Self {
        Self {
            config: Arc::new(Config {
                offers: OFFERS.to_vec(),
                levels: [None; 6],
                #[cfg(feature = "dictionary")]
                dictionaries: None,
                level_by: None,
                entity_tags: EntityTags::Weak,
                strict: false,
                cache: None,
                max_padding: 0,
                min_size: MIN_SIZE,
                max_encoders: MAX_ENCODERS,
                when: None,
                pool: Arc::new(Pool::new()),
            }),
        }
    }

    /// The codings on offer, the best first: between those that a client likes equally, the first wins.
    ///
    /// The default is `zstd`, `br`, `gzip`, `deflate`, as far as the features of this crate are on. One whose feature is off is left out.
    #[must_use]
    pub fn codings(mut self, codings: impl IntoIterator<Item = Coding>) -> Self {
        let built = codings.into_iter().filter(|coding| OFFERS.contains(coding));
        self.edit().offers = built.collect();
        let padding = self.config.max_padding;
        self.random_padding(padding)
    }

    /// How hard to try in `coding`, from 1 (fast) to 9 (small), for zstd to 19. Other numbers count as the nearest of these.
    ///
    /// The defaults are zstd 3 (1 for bodies of up to 2 KiB, which become no larger by it), brotli 4, and 4 for gzip and deflate, by value and
    /// not by habit. On 100 KB of JSON:
    ///
    /// | level | time | size | a millisecond saved costs |
    /// |---|---|---|---|
    /// | gzip 6, the habit | 1.47 ms | 27.0 KB | |
    /// | gzip 4 | 0.84 ms | 28.1 KB | 1.7 KB |
    /// | gzip 1 | 0.19 ms | 41.1 KB | 20 KB |
    /// | brotli 5 | 2.06 ms | 26.2 KB | |
    /// | brotli 4 | 1.14 ms | 27.5 KB | 1.4 KB |
    /// | zstd 3 | 0.20 ms | 26.9 KB | |
    /// | zstd 1 | 0.14 ms | 28.3 KB | 27 KB |
    ///
    /// zstd 3 is both smaller and faster than the others at their defaults, so it is preferred. Up to 16 KiB, levels 4 and 6 of gzip
    /// give the same size within 2 %. The whole curve is in the
    /// repository's `benches/RESULTS.md`.
    #[must_use]
    pub fn level(mut self, coding: Coding, level: i32) -> Self {
        self.edit().levels[coding as usize] = Some(effort::clamp_level(coding, level));
        self
    }

    /// How hard to try for one answer, by its coding, its head (there is its media type) and its length in bytes, if that is known.
    ///
    /// `None` is the level of the coding. By default it is that for every answer.
    ///
    /// ```
    /// use plywood_compression::{Coding, CompressionLayer};
    ///
    /// // Long pages of text are worth more time; event streams are not.
    /// let layer = CompressionLayer::new().level_by(|coding, head, size| {
    ///     let is = |media_type| head.headers.get("content-type").is_some_and(|is| is == media_type);
    ///     match coding {
    ///         Coding::Gzip if is("text/event-stream") => Some(1),
    ///         Coding::Gzip if size > Some(50_000) => Some(6),
    ///         _ => None,
    ///     }
    /// });
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn level_by(
        mut self,
        level: impl Fn(Coding, &response::Parts, Option<u64>) -> Option<i32> + Send + Sync + 'static,
    ) -> Self {
        self.edit().level_by = Some(Arc::new(level));
        self
    }

    /// What becomes of the strong entity tag of an answer that is compressed. The default is [`EntityTags::Weak`].
    #[must_use]
    pub fn entity_tags(mut self, entity_tags: EntityTags) -> Self {
        self.edit().entity_tags = entity_tags;
        self
    }

    /// Whether to answer 406 to a request that accepts neither a coding on offer nor the plain answer (`identity;q=0`).
    ///
    /// The inner service is not called then, so that nothing is done whose outcome nobody reads. The default is `false`: such a client gets
    /// the plain answer, as [RFC 9110 §12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3) allows, because most who ask
    /// so can read it all the same.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.edit().strict = strict;
        self
    }

    /// Keeps up to so many bytes of compressed answers, so that what is asked for again is not compressed again. By default none are kept.
    ///
    /// A file of the static crate is known by its [`FileIdentity`]: at every URL it is the same one, and after a deployment another. Any other
    /// answer is known by the URL that was sent, its strong entity tag and its length, so this is for pages whose handler makes such tags, too. Answers that are `private` or `no-store`, that set cookies, whose `Vary` names `Cookie`, `Authorization` or `*`, or
    /// that are to a request with `Authorization`, are not kept. Of those who ask for an answer at hand at the same time one compresses it, and the others wait for that; a stream is kept when it has come to its end, up to a quarter
    /// of all bytes, and nobody waits for it.
    ///
    /// One layer around two services is one cache for both, and so are its clones: where the two answer the same URL under the same tag,
    /// give each a layer of its own.
    #[must_use]
    pub fn cache(mut self, bytes: usize) -> Self {
        self.edit().cache = Some(Arc::new(Cache::new(bytes)));
        self
    }

    /// Makes each answer longer by a random number of bytes, from 1 to `bytes`, so that its length tells less of what is in it ("Heal the BREACH").
    /// The default is 0: none.
    ///
    /// It slows the attack down, and does not end it: whoever can repeat a guess often enough averages the padding away, and needs about
    /// `bytes`² repetitions for each. A page that holds a secret next to what a visitor sent is safe only when it is not compressed:
    /// [`NoCompress`]. With padding, gzip is the only coding on offer, because its header has room for it, and nothing is kept in a
    /// [`cache`](Self::cache): each answer has a length of its own.
    #[must_use]
    pub fn random_padding(mut self, bytes: u16) -> Self {
        let config = self.edit();
        config.max_padding = bytes;
        if bytes > 0 {
            config.offers.retain(|coding| *coding == Coding::Gzip);
        }
        self
    }

    /// Sends only what is new to whoever holds one of these dictionaries. By default there are none.
    ///
    /// `dcz` needs the feature `zstd`, `dcb` the feature `br`. Encoders with a dictionary are made for one answer each.
    #[cfg(feature = "dictionary")]
    #[must_use]
    pub fn dictionaries(mut self, dictionaries: Dictionaries) -> Self {
        self.edit().dictionaries = Some(dictionaries);
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
    /// The default is 256, which take 100 MiB with gzip and 256 MiB with zstd or brotli. A client that asks for many long answers and reads none of them holds one encoder for each;
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

    pub(crate) fn offers(&self) -> &[Coding] {
        &self.config.offers
    }

    #[cfg(feature = "dictionary")]
    pub(crate) fn known_dictionaries(&self) -> Option<&Dictionaries> {
        let is_padded = self.config.max_padding > 0;
        self.config.dictionaries.as_ref().filter(|_| !is_padded)
    }

    pub(crate) fn kept(&self) -> Option<&Arc<Cache>> {
        let is_padded = self.config.max_padding > 0;
        self.config.cache.as_ref().filter(|_| !is_padded)
    }

    pub(crate) fn tags(&self) -> EntityTags {
        self.config.entity_tags
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.config.strict
    }

    /// What it takes to put an answer with this head, and a body of `size` bytes if that is known, into `coding`.
    pub(crate) fn job(&self, coding: Coding, parts: &response::Parts, size: Option<u64>) -> Job {
        let config = &*self.config;
        let wished = config.level_by.as_ref();
        let wished = wished.and_then(|level| level(coding, parts, size));
        let wished = wished.map(|level| effort::clamp_level(coding, level));
        let chosen = wished.or(config.levels[coding as usize]);
        let mut job = Job::of(coding);
        job.level = chosen.unwrap_or_else(|| effort::default_level(coding, size));
        job.size = size;
        if config.max_padding > 0 {
            job.padding = padding_length(config.max_padding);
        }
        job
    }

    /// An encoder, unless as many as there may be are at work.
    pub(crate) fn encoder(&self, job: &Job) -> Option<Lease> {
        self.config.pool.lease(job, self.config.max_encoders)
    }

    #[cfg(all(test, feature = "gzip"))]
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
        let sheet = Sheet::of::<Self>().hears::<NoCompress>();
        let sheet = match self.kept() {
            Some(_) => sheet.hears::<FileIdentity>(),
            None => sheet,
        };
        sheet.acts(Act::ChangesBytes)
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
            .field("offers", &self.offers)
            .field("levels", &self.levels)
            .field("level_by", &self.level_by.as_ref().map(|_| ".."))
            .field("entity_tags", &self.entity_tags)
            .field("strict", &self.strict)
            .field("cache", &self.cache)
            .field("max_padding", &self.max_padding)
            .field("min_size", &self.min_size)
            .field("max_encoders", &self.max_encoders)
            .field("when", &self.when.as_ref().map(|_| ".."))
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}
