//! What has stood in the body before.

use super::block::Block;

/// The longest body, in bytes: a position fits into 16 bits, and one more means that there is none.
pub(super) const MOST: usize = 1 << 14;

/// Shorter ones are not looked for: they cost as much as the letters.
const SHORTEST: usize = 4;

/// The longest match that the format has.
const LONGEST: usize = 258;

/// How hard to look.
struct Effort {
    /// How many places are looked at.
    places: u32,
    /// Where there is a match of this length, the next letter is not tried.
    lazy: usize,
    /// Where there is one of this length, no longer one is looked for.
    nice: usize,
}

impl Effort {
    const fn of(level: u32) -> Self {
        let (places, lazy, nice) = match level {
            0 | 1 => (3, 0, 16),
            2 => (4, 6, 24),
            3 => (6, 8, 32),
            4 => (10, 12, 48),
            5 => (20, 16, 96),
            6 => (48, 16, 128),
            7 => (256, 64, 258),
            8 => (1024, 128, 258),
            _ => (4096, 258, 258),
        };
        Self { places, lazy, nice }
    }
}

/// A match: how long it is, and how far back it stood. Of length 0 it is none.
#[derive(Clone, Copy, Default)]
struct Match {
    length: usize,
    distance: usize,
}

/// Remembers where each four bytes stood.
pub(super) struct Matcher {
    /// One more than the last position of four bytes with this hash; 0 is none.
    heads: Box<[u16; 1 << MOST_BITS]>,
    /// One more than the position before of four bytes with the same hash.
    before: Box<[u16; MOST]>,
    /// By how much a hash is shifted, so that there are hardly more of them than bytes.
    shift: u32,
}

const MOST_BITS: u32 = 13;

const LEAST_BITS: u32 = 9;

impl Default for Matcher {
    fn default() -> Self {
        Self {
            heads: Box::new([0; 1 << MOST_BITS]),
            before: vec![0; MOST].try_into().expect("it is as long as that"),
            shift: 0,
        }
    }
}

impl Matcher {
    /// Divides `plain`, of up to [`MOST`] bytes, into letters and matches.
    pub(super) fn parse(&mut self, plain: &[u8], level: u32, block: &mut Block) {
        let bits = (usize::BITS - plain.len().leading_zeros()).clamp(LEAST_BITS, MOST_BITS);
        self.heads[..1 << bits].fill(0);
        self.shift = u32::BITS - bits;
        let effort = Effort::of(level);
        // What was found one letter before: it waits, because a longer one may begin here.
        let mut held = Match::default();
        let mut holds = false;
        let mut at = 0;
        while at < plain.len() {
            let place = self.remember(plain, at);
            let found = if held.length > effort.lazy {
                Match::default()
            } else {
                self.longest(plain, at, place, held.length, &effort)
            };
            if held.length > 0 && found.length <= held.length {
                block.push_match(held.length, held.distance);
                let end = at - 1 + held.length;
                for inside in at + 1..end {
                    self.remember(plain, inside);
                }
                at = end;
                (held, holds) = (Match::default(), false);
                continue;
            }
            if holds {
                block.push_letter(plain[at - 1]);
            }
            (held, holds) = (found, true);
            at += 1;
        }
        if holds {
            block.push_letter(plain[at - 1]);
        }
    }

    /// Notes the four bytes here, and says where the same may have stood last: one more than the position.
    #[inline]
    fn remember(&mut self, plain: &[u8], at: usize) -> u16 {
        let Some(four) = plain.get(at..).and_then(|rest| rest.first_chunk()) else {
            return 0;
        };
        let hash = u32::from_le_bytes(*four).wrapping_mul(0x9e37_79b1) >> self.shift;
        let head = &mut self.heads[hash as usize % (1 << MOST_BITS)];
        let before = std::mem::replace(head, at as u16 + 1);
        self.before[at % MOST] = before;
        before
    }

    /// The longest match that is longer than `least`, of those that begin at `place` and before.
    #[inline]
    fn longest(
        &self,
        plain: &[u8],
        at: usize,
        mut place: u16,
        least: usize,
        effort: &Effort,
    ) -> Match {
        if place == 0 {
            return Match::default();
        }
        let mut best = Match {
            length: least.max(SHORTEST - 1),
            distance: 0,
        };
        let here = &plain[at..plain.len().min(at + LONGEST)];
        for _ in 0..effort.places {
            if place == 0 || best.length >= here.len() {
                break;
            }
            let there = usize::from(place) - 1;
            let candidate = &plain[there..];
            // Most are no longer than the best, which one look at their last byte shows.
            if candidate[best.length] == here[best.length] {
                let length = common(candidate, here);
                if length > best.length {
                    best = Match {
                        length,
                        distance: at - there,
                    };
                    if length >= effort.nice {
                        break;
                    }
                }
            }
            place = self.before[there];
        }
        if best.distance == 0 {
            best.length = 0;
        }
        best
    }
}

/// How many bytes both have in common at their beginnings.
#[inline]
fn common(one: &[u8], other: &[u8]) -> usize {
    let (eights, _) = one.as_chunks::<8>();
    let (others, rest) = other.as_chunks::<8>();
    for (at, (one, other)) in eights.iter().zip(others).enumerate() {
        let differ = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
        if differ != 0 {
            return 8 * at + differ.trailing_zeros() as usize / 8;
        }
    }
    let at = 8 * others.len();
    let tail = one[at..].iter().zip(rest);
    at + tail.take_while(|(one, other)| one == other).count()
}
