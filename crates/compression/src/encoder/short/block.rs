//! One block, the last and only one ([RFC 1951 §3.2](https://www.rfc-editor.org/rfc/rfc1951#section-3.2)).

use std::sync::LazyLock;

use super::{
    bits::Bits,
    huffman::{self, Code, LONGEST, Tree},
};

/// Two of them are there for the sake of the fixed codes alone.
const LITERALS: usize = 288;

const DISTANCES: usize = 30;

/// The symbol that ends a block.
const END: usize = 256;

/// In which order the lengths of the codes of lengths stand ([§3.2.7](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7)).
const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// Letters and matches, and how often each symbol comes among them.
pub(super) struct Block {
    /// A letter, or the length of a match above the distance: see [`Token`].
    tokens: Vec<Token>,
    literals: [u16; LITERALS],
    distances: [u16; DISTANCES],
    /// How many bits follow the symbols of all matches.
    extra: u32,
    own: Codes,
    tree: Tree,
}

/// A letter has no length.
#[derive(Clone, Copy)]
struct Token {
    length: u16,
    /// Or the letter.
    distance: u16,
}

/// Which symbol it is, and the bits that follow it.
#[derive(Clone, Copy)]
struct Symbol {
    number: usize,
    extra: u32,
    count: u32,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            literals: [0; LITERALS],
            distances: [0; DISTANCES],
            extra: 0,
            own: Codes {
                literals: [Code::default(); LITERALS],
                distances: [Code::default(); DISTANCES],
            },
            tree: Tree::default(),
        }
    }
}

/// The codes of one block.
struct Codes {
    literals: [Code; LITERALS],
    distances: [Code; DISTANCES],
}

/// Those that need not be written ([§3.2.6](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.6)).
static FIXED: LazyLock<Codes> = LazyLock::new(|| {
    let of_length = |length| Code { bits: 0, length };
    let mut fixed = Codes {
        literals: [of_length(8); LITERALS],
        distances: [of_length(5); DISTANCES],
    };
    fixed.literals[144..256].fill(of_length(9));
    fixed.literals[256..280].fill(of_length(7));
    let mut counts = [0; LONGEST + 1];
    huffman::number(&mut fixed.distances, &counts);
    counts[7..=9].copy_from_slice(&[24, 152, 112]);
    huffman::number(&mut fixed.literals, &counts);
    fixed
});

impl Block {
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.literals.fill(0);
        self.distances.fill(0);
        self.extra = 0;
    }

    #[inline]
    pub(super) fn push_letter(&mut self, letter: u8) {
        self.literals[usize::from(letter)] += 1;
        self.tokens.push(Token {
            length: 0,
            distance: letter.into(),
        });
    }

    #[inline]
    pub(super) fn push_match(&mut self, length: usize, distance: usize) {
        let (long, far) = (of_length(length), of_distance(distance));
        self.literals[long.number] += 1;
        self.distances[far.number] += 1;
        self.extra += long.count + far.count;
        self.tokens.push(Token {
            length: length as u16,
            distance: distance as u16,
        });
    }

    /// How many bytes it came to, or `None` if there is no room for them.
    pub(super) fn write(&mut self, room: &mut [u8]) -> Option<usize> {
        self.literals[END] = 1;
        let (tree, own) = (&mut self.tree, &mut self.own);
        tree.codes(&self.literals, LONGEST, &mut own.literals);
        tree.codes(&self.distances, LONGEST, &mut own.distances);
        let header = Header::of(own, tree);
        let own = &self.own;
        let (fixed, own_length) = (self.length(&FIXED), self.length(own) + header.length());
        let length = fixed.min(own_length).div_ceil(8) as usize;
        let mut bits = Bits::into(room.get_mut(..length)?);
        bits.put(1, 1);
        if own_length < fixed {
            bits.put(2, 2);
            header.write(&mut bits);
            self.write_tokens(own, &mut bits);
        } else {
            bits.put(1, 2);
            self.write_tokens(&FIXED, &mut bits);
        }
        Some(bits.finish())
    }

    /// How many bits it takes with these codes, without what says which they are.
    fn length(&self, codes: &Codes) -> u64 {
        let weigh = |frequencies: &[u16], codes: &[Code]| -> u32 {
            let both = frequencies.iter().zip(codes);
            both.map(|(frequency, code)| u32::from(*frequency) * u32::from(code.length))
                .sum()
        };
        let symbols =
            weigh(&self.literals, &codes.literals) + weigh(&self.distances, &codes.distances);
        3 + u64::from(symbols + self.extra)
    }

    fn write_tokens(&self, codes: &Codes, bits: &mut Bits<'_>) {
        for token in &self.tokens {
            if token.length == 0 {
                let code = codes.literals[usize::from(token.distance)];
                bits.put(code.bits.into(), code.length.into());
                continue;
            }
            let length = of_length(token.length.into());
            let distance = of_distance(token.distance.into());
            for (symbol, codes) in [(length, &codes.literals[..]), (distance, &codes.distances)] {
                let code = codes[symbol.number];
                let with_extra = u32::from(code.bits) | symbol.extra << code.length;
                bits.put(with_extra, u32::from(code.length) + symbol.count);
            }
        }
        let end = codes.literals[END];
        bits.put(end.bits.into(), end.length.into());
    }
}

/// The symbol of a length from 3 to 258 ([§3.2.5](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5)).
#[inline]
const fn of_length(length: usize) -> Symbol {
    let over = length as u32 - 3;
    if length == 258 {
        return Symbol {
            number: 285,
            extra: 0,
            count: 0,
        };
    }
    // Four symbols for each power of two.
    let count = (over | 4).ilog2() - 2;
    let number = 257 + 4 * count as usize + (over >> count) as usize;
    Symbol {
        number,
        extra: over & ((1 << count) - 1),
        count,
    }
}

/// The symbol of a distance from 1 on ([§3.2.5](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5)).
#[inline]
const fn of_distance(distance: usize) -> Symbol {
    let over = distance as u32 - 1;
    // Two symbols for each power of two.
    let count = (over | 2).ilog2() - 1;
    let number = 2 * count as usize + (over >> count) as usize;
    Symbol {
        number,
        extra: over & ((1 << count) - 1),
        count,
    }
}

/// What says which codes the block has ([§3.2.7](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7)).
struct Header {
    literals: usize,
    distances: usize,
    /// A length, or how often one is repeated.
    runs: [Run; LITERALS + DISTANCES],
    run_count: usize,
    codes: [Code; 19],
    code_count: usize,
}

/// A length, or how often one is repeated, and the bits that follow it.
#[derive(Clone, Copy, Default)]
struct Run {
    symbol: u8,
    extra: u8,
    count: u8,
}

impl Header {
    fn of(codes: &Codes, tree: &mut Tree) -> Self {
        let used = |codes: &[Code], least: usize| {
            let last = codes.iter().rposition(|code| code.length > 0);
            last.map_or(least, |last| least.max(last + 1))
        };
        let (literals, distances) = (used(&codes.literals, 257), used(&codes.distances, 1));
        let mut lengths = [0; LITERALS + DISTANCES];
        let all = codes.literals[..literals].iter();
        let all = all.chain(&codes.distances[..distances]);
        for (length, code) in lengths.iter_mut().zip(all) {
            *length = code.length;
        }
        let mut header = Self {
            literals,
            distances,
            runs: [Run::default(); LITERALS + DISTANCES],
            run_count: 0,
            codes: [Code::default(); 19],
            code_count: 0,
        };
        let mut frequencies = [0; 19];
        header.run_through(&lengths[..literals + distances], &mut frequencies);
        tree.codes(&frequencies, 7, &mut header.codes);
        let last = ORDER.iter().rposition(|at| header.codes[*at].length > 0);
        header.code_count = last.map_or(4, |last| 4.max(last + 1));
        header
    }

    fn run_through(&mut self, mut lengths: &[u8], frequencies: &mut [u16; 19]) {
        while let Some(first) = lengths.first() {
            let same = lengths.iter().take_while(|length| *length == first).count();
            let (taken, symbol, extra, count) = match (*first, same) {
                (0, 11..) => (same.min(138), 18, same.min(138) - 11, 7),
                (0, 3..) => (same, 17, same - 3, 3),
                (length, _) => (1, length, 0, 0),
            };
            self.push(symbol, extra, count, frequencies);
            lengths = &lengths[taken..];
            // A length other than 0 stands there once before it is repeated.
            let mut more = if *first == 0 { 0 } else { same - 1 };
            while more >= 3 {
                let taken = more.min(6);
                self.push(16, taken - 3, 2, frequencies);
                lengths = &lengths[taken..];
                more -= taken;
            }
        }
    }

    fn push(&mut self, symbol: u8, extra: usize, count: u8, frequencies: &mut [u16; 19]) {
        frequencies[usize::from(symbol)] += 1;
        self.runs[self.run_count] = Run {
            symbol,
            extra: extra as u8,
            count,
        };
        self.run_count += 1;
    }

    /// How many bits it takes.
    fn length(&self) -> u64 {
        let runs = self.runs[..self.run_count].iter();
        let runs =
            runs.map(|run| u32::from(self.codes[usize::from(run.symbol)].length + run.count));
        u64::from(runs.sum::<u32>()) + 14 + 3 * self.code_count as u64
    }

    fn write(&self, bits: &mut Bits<'_>) {
        bits.put(self.literals as u32 - 257, 5);
        bits.put(self.distances as u32 - 1, 5);
        bits.put(self.code_count as u32 - 4, 4);
        for at in &ORDER[..self.code_count] {
            bits.put(self.codes[*at].length.into(), 3);
        }
        for run in &self.runs[..self.run_count] {
            let code = self.codes[usize::from(run.symbol)];
            let with_extra = u32::from(code.bits) | u32::from(run.extra) << code.length;
            bits.put(with_extra, u32::from(code.length + run.count));
        }
    }
}
