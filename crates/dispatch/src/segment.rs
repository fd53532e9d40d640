//! Segments of a path, found and compared eight bytes at a time.

/// What tells a segment's text from another's at a glance: its length, and its first sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    head: u64,
    /// The second eight bytes, or the last eight of a text that has more than two times eight.
    tail: u64,
    len: usize,
}

impl Key {
    pub(crate) const EMPTY: Self = Self {
        head: 0,
        tail: 0,
        len: 0,
    };

    /// The key of `bytes[start..end]`.
    #[inline]
    pub(crate) fn of(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let tail = match len {
            0..=8 => 0,
            9..=16 => word(bytes, start + 8, len - 8),
            _ => word(bytes, end - 8, 8),
        };
        Self {
            head: word(bytes, start, len),
            tail,
            len,
        }
    }

    /// Do equal keys mean equal texts?
    pub(crate) const fn is_whole(&self) -> bool {
        self.len <= 16
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Where it belongs in a table of 2 to the power of `64 - shift` slots. The table chooses its `odd` number so that few texts meet.
    ///
    /// The hash need not be secret: the table holds the rules' texts alone, so that no request can lengthen a search in it.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a table has fewer slots than memory has bytes"
    )]
    #[inline]
    pub(crate) const fn place(&self, odd: u64, shift: u32) -> usize {
        let mixed = self.head ^ self.tail.rotate_left(32) ^ self.len as u64;
        // The upper bits are those that every byte has a part in.
        (mixed.wrapping_mul(odd) >> shift) as usize
    }
}

/// A path's segments, one after the other.
pub(crate) struct Segments<'a> {
    /// What begins with the next segment.
    rest: &'a [u8],
    /// The path's last eight bytes: what is shorter than a word is at their end.
    last: u64,
}

/// A segment of a path that is not empty.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    /// What begins with it.
    rest: &'a [u8],
    pub(crate) key: Key,
}

impl<'a> Segments<'a> {
    /// The segments behind the first slash; `None` where a path begins with anything else.
    #[inline]
    pub(crate) fn of(path: &'a [u8]) -> Option<Self> {
        let [b'/', rest @ ..] = path else {
            return None;
        };
        let last = match path.last_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => (path.iter()).fold(0, |word, &byte| word >> 8 | u64::from(byte) << 56),
        };
        Some(Self { rest, last })
    }

    /// Is there an empty segment at the end, and nothing else?
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Where the next segment begins in a path of `len` bytes.
    pub(crate) const fn position(&self, len: usize) -> usize {
        len - self.rest.len()
    }

    /// The next segment, if it is not empty.
    #[inline]
    pub(crate) fn read(&self) -> Option<Segment<'a>> {
        let (rest, first) = (self.rest, self.word(self.rest));
        let slashes = slashes(first);
        let key = if slashes != 0 {
            Key {
                head: first & before(slashes),
                tail: 0,
                len: slashes.trailing_zeros() as usize / 8,
            }
        } else if rest.len() <= 8 {
            Key {
                head: first,
                tail: 0,
                len: rest.len(),
            }
        } else {
            self.longer(first)
        };
        (key.len > 0).then_some(Segment { rest, key })
    }

    #[inline]
    fn longer(&self, head: u64) -> Key {
        let behind = &self.rest[8..];
        let second = self.word(behind);
        let slashes = slashes(second);
        if slashes != 0 {
            let len = 8 + slashes.trailing_zeros() as usize / 8;
            let tail = second & before(slashes);
            return Key { head, tail, len };
        }
        if behind.len() <= 8 {
            let len = self.rest.len();
            return Key {
                head,
                tail: second,
                len,
            };
        }
        let len = end(self.rest, 16);
        let tail = if len > 16 {
            word(self.rest, len - 8, 8)
        } else {
            second
        };
        Key { head, tail, len }
    }

    /// The first eight bytes of `rest`, which ends with the path; zeros behind it.
    #[inline]
    fn word(&self, rest: &[u8]) -> u64 {
        match rest.first_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            // In two steps, because of nothing at all no bit is left.
            None => self.last >> 8 >> (8 * (7 - rest.len())),
        }
    }

    /// Goes on behind the slash that ends `segment`; `false` at the path's end.
    #[inline]
    pub(crate) fn pass(&mut self, segment: &Segment<'a>) -> bool {
        match self.rest.get(segment.key.len + 1..) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

impl Segment<'_> {
    pub(crate) const fn len(&self) -> usize {
        self.key.len
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.rest[..self.key.len]
    }

    /// Is it digits?
    #[inline]
    pub(crate) fn is_digits(&self) -> bool {
        const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);
        const SIXES: u64 = u64::from_ne_bytes([6; 8]);
        const UPPER: u64 = u64::from_ne_bytes([0xf0; 8]);
        if self.key.len > 8 {
            return self.bytes().iter().all(u8::is_ascii_digit);
        }
        // The others become zeros.
        let digits = self.key.head | (ZEROS & !up_to(self.key.len));
        // Digits are 0x30 to 0x39: six more than one of them is still below 0x40.
        let above = digits.wrapping_add(SIXES);
        (digits & UPPER) == ZEROS && (above & UPPER) == ZEROS
    }
}

/// The bits of the first `len` bytes of eight.
const fn up_to(len: usize) -> u64 {
    if len >= 8 {
        u64::MAX
    } else {
        (1 << (8 * len)) - 1
    }
}

/// The first `len` of eight bytes from `start` on, the others zero.
#[inline]
fn word(bytes: &[u8], start: usize, len: usize) -> u64 {
    let word = match bytes[start..].first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => last_word(bytes, start),
    };
    word & up_to(len)
}

/// The bytes from `start` on, of which there are less than eight, the others zero.
#[inline]
fn last_word(bytes: &[u8], start: usize) -> u64 {
    let missing = 8 - (bytes.len() - start);
    match bytes.last_chunk() {
        Some(chunk) if missing < 8 => u64::from_le_bytes(*chunk) >> (8 * missing),
        Some(_) => 0,
        None => bytes[start..]
            .iter()
            .rev()
            .fold(0, |word, &byte| (word << 8) | u64::from(byte)),
    }
}

/// Where the segment that begins at `start` ends: at the next slash, or with the path.
#[inline]
pub(crate) fn end(path: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        let chunk = path[at..].first_chunk();
        let word = match chunk {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => last_word(path, at),
        };
        let slashes = slashes(word);
        if slashes != 0 {
            return at + slashes.trailing_zeros() as usize / 8;
        }
        if chunk.is_none() {
            return path.len();
        }
        at += 8;
    }
}

/// The highest bit of each byte that is a slash; above the first of them others may be set.
const fn slashes(word: u64) -> u64 {
    const SLASHES: u64 = u64::from_ne_bytes([b'/'; 8]);
    const LOW: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = LOW << 7;
    // A byte that is zero once the slashes are taken off is the one that borrows.
    let word = word ^ SLASHES;
    word.wrapping_sub(LOW) & !word & HIGH
}

/// The bits of the bytes before the first slash.
const fn before(slashes: u64) -> u64 {
    // All bits up to the slash's highest one, and of these the ones below its byte.
    (slashes ^ (slashes - 1)) >> 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_segment_ends_where_the_naive_search_says(path in "[/a0.é]{0,40}", start in 0_usize..40) {
            let bytes = path.as_bytes();
            let start = start.min(bytes.len());
            let naive = bytes[start..].iter().position(|&byte| byte == b'/');
            prop_assert_eq!(end(bytes, start), naive.map_or(bytes.len(), |n| start + n));
        }

        #[test]
        fn a_key_is_the_same_wherever_the_text_stands(
            before in "[a-c]{0,9}", text in "[a-cé]{0,20}", after in "[a-c]{0,9}",
        ) {
            let alone = Key::of(text.as_bytes(), 0, text.len());
            let path = format!("{before}{text}{after}");
            let there = Key::of(path.as_bytes(), before.len(), before.len() + text.len());
            prop_assert_eq!(alone, there);
        }

        #[test]
        fn whole_keys_tell_texts_apart(one in "[a-c]{0,16}", two in "[a-c]{0,16}") {
            let keys = [&one, &two].map(|text| Key::of(text.as_bytes(), 0, text.len()));
            prop_assert!(keys[0].is_whole());
            prop_assert_eq!(keys[0] == keys[1], one == two);
        }

        #[test]
        fn the_segments_are_those_that_the_slashes_part(path in "/?[/a0.é\0]{0,60}") {
            let bytes = path.as_bytes();
            let Some(mut segments) = Segments::of(bytes) else {
                prop_assert!(!path.starts_with('/'));
                return Ok(());
            };
            let mut at = 1;
            for (index, text) in path[1..].split('/').enumerate() {
                prop_assert_eq!(segments.position(path.len()), at);
                let Some(segment) = segments.read() else {
                    prop_assert_eq!(text, "", "{} {}", path, index);
                    prop_assert_eq!(segments.is_empty(), at == path.len());
                    return Ok(());
                };
                prop_assert_eq!(segment.bytes(), text.as_bytes());
                prop_assert_eq!(segment.key, Key::of(bytes, at, at + text.len()));
                let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
                prop_assert_eq!(segment.is_digits(), is_digits, "{}", text);
                at += text.len() + 1;
                prop_assert_eq!(segments.pass(&segment), at <= path.len());
            }
        }

        #[test]
        fn digits_are_digits(text in "[0-9]{0,10}[:0-9é\0]{0,2}", after in "(/[0a]{0,9})?") {
            let path = format!("/{text}{after}");
            let naive = text.bytes().all(|byte| byte.is_ascii_digit());
            let read = Segments::of(path.as_bytes()).and_then(|segments| segments.read());
            prop_assert_eq!(read.is_none_or(|segment| segment.is_digits()), naive || text.is_empty(), "{}", path);
        }

        #[test]
        fn every_key_has_a_place(text in ".{0,20}", odd: u64, power in 1_u32..20) {
            let place = Key::of(text.as_bytes(), 0, text.len()).place(odd | 1, 64 - power);
            prop_assert!(place < 1 << power);
        }
    }
}
