//! The dictionaries that the server holds, by their hash.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderValue;
use sha2::{Digest, Sha256};

pub(crate) type Hash = [u8; 32];

/// What begins a dictionary of zstd's own format, which is not what RFC 9842 means by the same bytes.
const ZSTD_FORMAT: [u8; 4] = [0x37, 0xa4, 0x30, 0xec];

/// One dictionary.
pub(crate) struct Known {
    pub(crate) bytes: Bytes,
    pub(crate) hash: Hash,
}

impl Known {
    pub(crate) fn new(bytes: Bytes) -> Option<Arc<Self>> {
        // Both libraries have their own idea of one that is too short.
        if bytes.len() < 16 || bytes.starts_with(&ZSTD_FORMAT) {
            return None;
        }
        let hash = Sha256::digest(&bytes).into();
        Some(Arc::new(Self { bytes, hash }))
    }

    /// The name under which the browser keeps it, with its quotes: the beginning of the hash.
    pub(crate) fn id(&self) -> String {
        let digits: Vec<_> = self.hash[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("\"{}\"", digits.concat())
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known")
            .field("id", &self.id())
            .field("length", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Reads `Available-Dictionary`: a byte sequence of structured fields (RFC 9651 §4.2.7), the SHA-256 of a dictionary.
pub(crate) fn read_hash(value: &HeaderValue) -> Option<Hash> {
    let text = value.as_bytes().trim_ascii();
    let text = text.strip_prefix(b":")?.strip_suffix(b":")?;
    // Longer than any hash: not worth decoding.
    if text.len() > 44 {
        return None;
    }
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The dictionaries that are kept, within a bound of bytes.
pub(crate) struct Shelf {
    known: HashMap<Hash, Arc<Known>>,
    /// The hashes of those that may go, the oldest first.
    order: VecDeque<Hash>,
    bytes: usize,
    most: usize,
}

impl Shelf {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            known: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            most,
        }
    }

    pub(crate) fn set_most(&mut self, most: usize) {
        self.most = most;
        self.make_room(0);
    }

    pub(crate) fn find(&self, hash: &Hash) -> Option<Arc<Known>> {
        self.known.get(hash).cloned()
    }

    pub(crate) fn keep_for_ever(&mut self, known: Arc<Known>) {
        self.known.insert(known.hash, known);
    }

    /// Says whether it is held now.
    #[must_use]
    pub(crate) fn keep(&mut self, known: Arc<Known>) -> bool {
        let length = known.bytes.len();
        if self.known.contains_key(&known.hash) {
            return true;
        }
        if length > self.most {
            return false;
        }
        self.make_room(length);
        self.bytes += length;
        self.order.push_back(known.hash);
        self.known.insert(known.hash, known);
        true
    }

    fn make_room(&mut self, length: usize) {
        while self.bytes + length > self.most {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if let Some(gone) = self.known.remove(&oldest) {
                self.bytes -= gone.bytes.len();
            }
        }
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("dictionaries", &self.known.len())
            .field("bytes", &self.bytes)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(byte: u8, length: usize) -> Arc<Known> {
        let bytes = Bytes::from(vec![byte; length]);
        Known::new(bytes).unwrap()
    }

    #[test]
    fn a_hash_is_a_byte_sequence_of_its_length() {
        let hash = STANDARD.encode([7; 32]);
        let read = |text: &str| read_hash(&HeaderValue::try_from(text).unwrap());
        assert_eq!(read(&format!(":{hash}:")), Some([7; 32]));
        assert_eq!(read(&format!(" :{hash}:\t")), Some([7; 32]));
        for text in [
            String::new(),
            ":".into(),
            "::".into(),
            hash.clone(),
            format!(":{hash}"),
            format!(":{hash}:;a=1"),
            format!(":{}:", STANDARD.encode([7; 31])),
            format!(":{}:", STANDARD.encode([7; 33])),
            format!(":{}:", "A".repeat(10_000)),
            format!(":{hash}:, :{hash}:"),
            format!("\"{hash}\""),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }

    #[test]
    fn the_oldest_go_first_and_what_is_for_ever_stays() {
        let mut shelf = Shelf::new(100);
        let (first, second, third) = (known(1, 40), known(2, 40), known(3, 40));
        let (always, huge) = (known(4, 1000), known(5, 101));
        shelf.keep_for_ever(Arc::clone(&always));
        for one in [&first, &second, &first, &third, &always] {
            assert!(shelf.keep(Arc::clone(one)));
        }
        assert!(!shelf.keep(Arc::clone(&huge)));
        let has = |one: &Arc<Known>| shelf.find(&one.hash).is_some();
        assert_eq!(
            [&first, &second, &third, &always, &huge].map(has),
            [false, true, true, true, false]
        );
        assert_eq!(shelf.bytes, 80);
        shelf.set_most(0);
        assert_eq!(shelf.bytes, 0);
    }

    #[test]
    fn what_a_library_would_read_otherwise_is_no_dictionary() {
        let formatted = [&ZSTD_FORMAT[..], &[0; 100]].concat();
        assert!(Known::new(formatted.into()).is_none());
        assert!(Known::new(Bytes::from_static(b"short")).is_none());
    }
}
