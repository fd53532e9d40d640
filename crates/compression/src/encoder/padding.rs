//! Bytes of no meaning, so that the length tells less ("Heal the BREACH").

use std::hash::{BuildHasher, RandomState};

use bytes::Bytes;

/// Where the header of gzip ends, when it names no file.
const HEADER: usize = 10;

/// `FCOMMENT`: a comment follows the header ([RFC 1952 §2.3.1](https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1)).
const COMMENT: u8 = 1 << 4;

/// The beginning of a gzip member, with a comment that makes it `padding` bytes longer.
pub(super) fn padded(coded: &[u8], padding: u16) -> Bytes {
    let Some((header, rest)) = coded.split_at_checked(HEADER) else {
        return Bytes::copy_from_slice(coded);
    };
    let mut padded = Vec::with_capacity(coded.len() + usize::from(padding));
    padded.extend_from_slice(header);
    padded[3] |= COMMENT;
    // The zero that ends a comment is one of them.
    padded.extend((1..padding).map(|_| b'x'));
    padded.push(0);
    padded.extend_from_slice(rest);
    padded.into()
}

/// A number from 1 to `most` that nobody can guess: a keyed hash, whose key the system has drawn.
pub(crate) fn length(most: u16) -> u16 {
    let drawn = RandomState::new().hash_one(most);
    let at = drawn % u64::from(most.max(1));
    u16::try_from(at).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_up_to_the_most_comes() {
        let mut seen = [0; 6];
        for _ in 0..2000 {
            seen[usize::from(length(5))] += 1;
        }
        assert_eq!(seen[0], 0);
        assert!(seen[1..].iter().all(|times| *times > 100), "{seen:?}");
        assert_eq!(length(1), 1);
    }
}
