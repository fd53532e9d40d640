use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    mem,
};

/// A map of bounded size. When it is full, it forgets what was not written for the longest.
///
/// The keys are hashes already, made with a secret: nobody outside can choose them.
pub(crate) struct Generations<K, V> {
    young: Map<K, V>,
    old: Map<K, V>,
    capacity: usize,
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Hashed>>;

impl<K: Copy + Eq + Hash, V> Generations<K, V> {
    /// Room for `capacity` entries, which is taken as they come.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            young: Map::default(),
            old: Map::default(),
            capacity,
        }
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.old.remove(&key);
        if self.young.len() >= self.capacity.div_ceil(2) && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: K) -> Option<V> {
        self.young.remove(&key).or_else(|| self.old.remove(&key))
    }
}

/// Takes the key for its hash.
#[derive(Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_it_may_and_keeps_what_is_written() {
        let mut map = Generations::new(10);
        for key in 0..1_000_u64 {
            map.insert(key, key);
            map.insert(7_777, key);
            assert!(map.young.len() + map.old.len() <= 10, "{key}");
            assert_eq!(map.get(7_777), Some(&key));
            assert_eq!(map.get(key), Some(&key));
            if let Some(before) = key.checked_sub(3) {
                assert_eq!(map.get(before), Some(&before));
            }
        }
        assert_eq!(map.get(1), None);
        assert_eq!(map.remove(7_777), Some(999));
        assert_eq!(map.get(7_777), None);
    }
}
