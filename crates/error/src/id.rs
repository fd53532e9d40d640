use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The name of one incident: `7KQ2-9FXM-3B4T`. The visitor reads it out, and the operator finds it in the log.
///
/// It is no secret and opens nothing. It is written in [Crockford's base 32](https://www.crockford.com/base32.html), whose letters are not
/// mistaken for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IncidentId(u64);

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl IncidentId {
    /// A name that no other incident has: 60 bits of a hash with a key that is random by program.
    #[expect(clippy::new_without_default, reason = "no two are equal")]
    pub fn new() -> Self {
        static KEY: OnceLock<RandomState> = OnceLock::new();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(KEY.get_or_init(RandomState::new).hash_one(next) >> 4)
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit =
            |at: u32| char::from(DIGITS[usize::try_from(self.0 >> (5 * at) & 31).unwrap_or(0)]);
        for at in (0..12).rev() {
            write!(f, "{}", digit(at))?;
            if at == 8 || at == 4 {
                f.write_str("-")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_short_and_differ() {
        let ids: HashSet<_> = (0..10_000).map(|_| IncidentId::new().to_string()).collect();
        assert_eq!(ids.len(), 10_000);
        for id in ids {
            assert_eq!(id.len(), 14);
            assert!(id.split('-').all(|four| four.len() == 4), "{id}");
        }
    }
}
