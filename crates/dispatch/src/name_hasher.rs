use std::hash::Hasher;

/// Hashes the names of rules, in a few instructions each.
///
/// The hash need not be secret: the table holds the program's names alone, so that nobody else can lengthen a search in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameHasher(u64);

impl NameHasher {
    fn add(&mut self, word: u64) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.0 ^ word).wrapping_mul(ODD);
        // Upper bits know of all bytes, lower ones do not yet.
        self.0 = mixed ^ (mixed >> 32);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let last = rest
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.add(last);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(byte.into());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
