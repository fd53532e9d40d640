//! Segments of a path, found and compared eight bytes at a time.

/// What tells a segment's text from another's at a glance: its length, and its first and last eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    head: u64,
    /// Zero for a text that the head holds whole.
    tail: u64,
    len: usize,
}

impl Key {
    /// The key of `bytes[start..end]`.
    #[inline]
    pub(crate) fn of(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        Self {
            head: word(bytes, start, len),
            tail: if len > 8 { word(bytes, end - 8, 8) } else { 0 },
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

    /// Where it belongs in a table of 2 to the power of `64 - shift` slots.
    ///
    /// The hash need not be secret: the table holds the rules' texts alone, so that no request can lengthen a search in it.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a table has fewer slots than memory has bytes"
    )]
    #[inline]
    pub(crate) const fn place(&self, shift: u32) -> usize {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = self.head ^ self.tail.rotate_left(32) ^ self.len as u64;
        // The upper bits are those that every byte has a part in, once lower ones are folded in.
        let hash = (mixed ^ (mixed >> 32)).wrapping_mul(ODD);
        (hash >> shift) as usize
    }
}

/// The first `len` of eight bytes from `start` on, the others zero.
#[inline]
fn word(bytes: &[u8], start: usize, len: usize) -> u64 {
    let word = match bytes[start..].first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => last_word(bytes, start),
    };
    if len >= 8 {
        word
    } else {
        word & ((1 << (8 * len)) - 1)
    }
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
    const SLASHES: u64 = u64::from_ne_bytes([b'/'; 8]);
    const LOW: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = LOW << 7;
    let mut at = start;
    loop {
        let chunk = path[at..].first_chunk();
        let word = match chunk {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => last_word(path, at),
        };
        // A byte that is zero once the slashes are taken off is the one that borrows.
        let word = word ^ SLASHES;
        let zeros = word.wrapping_sub(LOW) & !word & HIGH;
        if zeros != 0 {
            return at + zeros.trailing_zeros() as usize / 8;
        }
        if chunk.is_none() {
            return path.len();
        }
        at += 8;
    }
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
        fn every_key_has_a_place(text in ".{0,20}", power in 1_u32..20) {
            let place = Key::of(text.as_bytes(), 0, text.len()).place(64 - power);
            prop_assert!(place < 1 << power);
        }
    }
}
