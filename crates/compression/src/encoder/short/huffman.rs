//! Codes of the least length for how often each symbol comes ([RFC 1951 §3.2.2](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.2)).

/// The largest alphabet: literals and lengths.
const MOST: usize = 288;

/// The longest code that the format allows, in bits.
pub(super) const LONGEST: usize = 15;

/// The code of one symbol: its bits as they are written, and how many they are. No bits at all: the symbol does not come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

/// Room for one tree after the other. It is never cleared: whatever is read was written for the same tree.
pub(super) struct Tree {
    /// The symbols that come, below how often they do.
    used: [u32; MOST],
    /// Of the leaves, then of the knots; then how deep they are.
    weights: [u32; 2 * MOST],
    parents: [u16; 2 * MOST],
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            used: [0; MOST],
            weights: [0; 2 * MOST],
            parents: [0; 2 * MOST],
        }
    }
}

impl Tree {
    /// Makes codes of up to `longest` bits for symbols that come so often. Two at least get one, because some readers want that.
    pub(super) fn codes(&mut self, frequencies: &[u16], longest: usize, codes: &mut [Code]) {
        let mut count = 0;
        for (symbol, frequency) in (0..).zip(frequencies) {
            if *frequency > 0 {
                self.used[count] = u32::from(*frequency) << 16 | symbol;
                count += 1;
            }
        }
        for symbol in 0..2 {
            if count < 2 && frequencies[symbol as usize] == 0 {
                self.used[count] = 1 << 16 | symbol;
                count += 1;
            }
        }
        self.used[..count].sort_unstable();
        let counts = self.lengths(count, longest);
        codes.fill(Code::default());
        // The rarest symbols have the longest codes.
        let (mut length, mut left) = (longest, counts[longest]);
        for one in &self.used[..count] {
            while left == 0 {
                length -= 1;
                left = counts[length];
            }
            left -= 1;
            codes[(one & 0xffff) as usize].length = length as u8;
        }
        number(codes, &counts);
    }

    /// How many codes there are of each length, for the first `count` symbols that come, in the order of their frequencies.
    fn lengths(&mut self, count: usize, longest: usize) -> [u16; LONGEST + 1] {
        // The leaves, then the knots, each of which is made of the two lightest that have no parent yet. Both come in the order of their weight.
        let all = 2 * count - 1;
        let weights = &mut self.weights[..all];
        let parents = &mut self.parents[..all];
        for (weight, one) in weights.iter_mut().zip(&self.used[..count]) {
            *weight = one >> 16;
        }
        let (mut leaf, mut knot) = (0, count);
        for made in count..all {
            let mut weight = 0;
            for _ in 0..2 {
                let lightest = if leaf < count && (knot == made || weights[leaf] <= weights[knot]) {
                    &mut leaf
                } else {
                    &mut knot
                };
                weight += weights[*lightest];
                parents[*lightest] = made as u16;
                *lightest += 1;
            }
            weights[made] = weight;
        }
        // From the root down each is one deeper than its parent; the weights are no longer of use.
        let depths = weights;
        depths[all - 1] = 0;
        let mut counts = [0; LONGEST + 1];
        for at in (0..all - 1).rev() {
            depths[at] = depths[usize::from(parents[at])] + 1;
            if at < count {
                counts[longest.min(depths[at] as usize)] += 1;
            }
        }
        shorten(&mut counts, longest);
        counts
    }
}

/// Puts the bits to the lengths. `counts` says how many codes have each of them ([RFC 1951 §3.2.2](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.2)).
pub(super) fn number(codes: &mut [Code], counts: &[u16; LONGEST + 1]) {
    let mut next = [0_u16; LONGEST + 1];
    for length in 2..=LONGEST {
        next[length] = (next[length - 1] + counts[length - 1]) << 1;
    }
    for code in codes {
        if code.length > 0 {
            let next = &mut next[usize::from(code.length)];
            // A code is written from its highest bit on, and everything else from its lowest.
            code.bits = next.reverse_bits() >> (16 - code.length);
            *next = next.wrapping_add(1);
        }
    }
}

/// Makes room where codes were cut to the longest: a shorter one gives way, and its place is shared by two that are one bit longer.
fn shorten(counts: &mut [u16; LONGEST + 1], longest: usize) {
    let mut taken: u32 = (1..=longest)
        .map(|length| u32::from(counts[length]) << (longest - length))
        .sum();
    while taken > 1 << longest {
        let Some(length) = (1..longest).rev().find(|length| counts[*length] > 0) else {
            return;
        };
        counts[length] -= 1;
        counts[length + 1] += 2;
        counts[longest] -= 1;
        taken -= 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn made(frequencies: &[u16], longest: usize) -> Vec<Code> {
        let mut made = vec![Code::default(); frequencies.len()];
        Tree::default().codes(frequencies, longest, &mut made);
        made
    }

    #[test]
    fn the_example_of_the_standard_is_numbered_as_there() {
        let mut codes = [3, 3, 3, 3, 3, 2, 4, 4].map(|length| Code { bits: 0, length });
        let mut counts = [0; LONGEST + 1];
        counts[2..=4].copy_from_slice(&[1, 5, 2]);
        number(&mut codes, &counts);
        let expected = [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111_u16];
        for (code, expected) in codes.iter().zip(expected) {
            assert_eq!(code.bits.reverse_bits() >> (16 - code.length), expected);
        }
    }

    #[test]
    fn two_symbols_at_least_have_a_code() {
        for frequencies in [[0, 0, 0], [0, 5, 0], [5, 0, 0], [0, 0, 5], [1, 1, 0]] {
            let made = made(&frequencies, 7);
            assert_eq!(made.iter().filter(|code| code.length == 1).count(), 2);
            for (code, frequency) in made.iter().zip(frequencies) {
                assert!(frequency == 0 || code.length == 1);
            }
        }
    }

    proptest! {
        #[test]
        fn codes_fill_the_tree_and_the_frequent_are_short(
            frequencies in vec(prop_oneof![Just(0), 1..5_u16, 1..10_000_u16], 30..=MOST),
            longest in 9..=LONGEST,
        ) {
            let made = made(&frequencies, longest);
            let taken: u32 = made
                .iter()
                .filter(|code| code.length > 0)
                .map(|code| 1 << (longest - usize::from(code.length)))
                .sum();
            prop_assert_eq!(taken, 1 << longest);
            for (one, frequency) in made.iter().zip(&frequencies) {
                for (other, less) in made.iter().zip(&frequencies) {
                    prop_assert!(
                        frequency <= less || one.length <= other.length || other.length == 0
                    );
                }
            }
        }
    }
}
