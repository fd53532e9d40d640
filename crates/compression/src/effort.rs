//! How hard to try, and how much of it at a time.

use plywood_header::accept_encoding::Coding;

/// One body to compress.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) coding: Coding,
    pub(crate) level: i32,
    /// The length of the plain body in bytes, if it is known.
    #[cfg_attr(
        not(any(feature = "br", feature = "zstd")),
        allow(dead_code, reason = "the window of gzip is always the same")
    )]
    pub(crate) size: Option<u64>,
    /// How many bytes of no meaning go with it, in gzip.
    pub(crate) padding: u16,
    /// What the client holds, for `dcz` and `dcb`.
    #[cfg(feature = "dictionary")]
    pub(crate) dictionary: Option<std::sync::Arc<crate::dictionary::Known>>,
}

/// Up to this length, in bytes, zstd 1 makes pages as small as zstd 3 within a hundredth, in a tenth less time.
const TINY: u64 = 2048;

/// The level at which each coding is worth most on ordinary pages: see
/// [`CompressionLayer::level`](crate::CompressionLayer::level) for the curve. `size` is the body's, in bytes, if it is known.
pub(crate) fn default_level(coding: Coding, size: Option<u64>) -> i32 {
    match coding {
        Coding::Zstd if size.is_some_and(|size| size <= TINY) => 1,
        Coding::Zstd | Coding::Dcz => 3,
        Coding::Br | Coding::Gzip | Coding::Deflate => 4,
        Coding::Dcb => 5,
    }
}

/// The nearest level that there is.
///
/// Brotli's 10 and 11 are not here: they take a second for a megabyte, which is work for whoever builds the files.
pub(crate) fn clamp_level(coding: Coding, level: i32) -> i32 {
    match coding {
        Coding::Zstd | Coding::Dcz => level.clamp(1, 19),
        // Below 2 brotli does not look at a dictionary.
        Coding::Dcb => level.clamp(2, 9),
        Coding::Br | Coding::Gzip | Coding::Deflate => level.clamp(1, 9),
    }
}

impl Job {
    /// A body in `coding`, of unknown length.
    pub(crate) fn of(coding: Coding) -> Self {
        Self {
            coding,
            level: default_level(coding, None),
            size: None,
            padding: 0,
            #[cfg(feature = "dictionary")]
            dictionary: None,
        }
    }

    /// How many plain bytes are a millisecond or two of work: so much is compressed in one go.
    pub(crate) const fn portion(&self) -> usize {
        let (fast, slow) = match self.coding {
            Coding::Zstd | Coding::Dcz => (6, 12),
            Coding::Br => (4, 6),
            Coding::Dcb => (5, 6),
            Coding::Gzip | Coding::Deflate => (6, 9),
        };
        if self.level <= fast {
            PORTION
        } else if self.level <= slow {
            PORTION / 2
        } else {
            PORTION / 8
        }
    }
}

/// The longest body that is compressed in one go, in bytes: about a millisecond of work at the default levels.
pub(crate) const PORTION: usize = 128 * 1024;

/// The binary logarithm of a window that reaches back over a whole body of `size` bytes, and no further than `most`.
#[cfg(any(feature = "br", feature = "zstd"))]
pub(crate) fn window(size: Option<u64>, unknown: u32, least: u32, most: u32) -> u32 {
    let Some(size) = size else { return unknown };
    // Brotli keeps 16 bytes of its window for itself.
    let bits = u64::BITS - (size + 15).leading_zeros();
    bits.clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_the_nearest_that_there_is() {
        for (coding, level, expected) in [
            (Coding::Gzip, 0, 1),
            (Coding::Gzip, 6, 6),
            (Coding::Deflate, 22, 9),
            (Coding::Br, 11, 9),
            (Coding::Zstd, -5, 1),
            (Coding::Zstd, 22, 19),
        ] {
            assert_eq!(clamp_level(coding, level), expected);
        }
    }

    #[test]
    fn only_zstd_tries_less_for_a_tiny_body() {
        for coding in [Coding::Br, Coding::Gzip, Coding::Deflate, Coding::Dcz] {
            let level = default_level(coding, None);
            assert_eq!(default_level(coding, Some(1)), level);
        }
        for (size, expected) in [(Some(0), 1), (Some(2048), 1), (Some(2049), 3), (None, 3)] {
            assert_eq!(default_level(Coding::Zstd, size), expected, "{size:?}");
        }
    }

    #[test]
    fn the_harder_it_tries_the_less_it_takes_at_a_time() {
        for coding in [Coding::Zstd, Coding::Br, Coding::Gzip, Coding::Deflate] {
            let portion = |level| {
                Job {
                    level,
                    ..Job::of(coding)
                }
                .portion()
            };
            assert_eq!(portion(default_level(coding, None)), PORTION);
            assert!((1..19).all(|level| portion(level) >= portion(level + 1)));
            assert!(portion(9) < PORTION);
        }
    }

    #[cfg(any(feature = "br", feature = "zstd"))]
    #[test]
    fn a_window_is_as_wide_as_its_body() {
        for (size, expected) in [
            (None, 17),
            (Some(0), 10),
            (Some(1000), 10),
            (Some(1008), 10),
            (Some(1009), 11),
            (Some(100_000), 17),
            (Some(10_000_000), 19),
            (Some(u64::MAX - 15), 19),
        ] {
            assert_eq!(window(size, 17, 10, 19), expected, "{size:?}");
        }
    }
}
