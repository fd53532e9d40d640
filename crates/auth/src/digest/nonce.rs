//! Nonces that carry their own proof, and the counts of those in use.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::constant_time_eq;

/// The characters of a nonce: time, serial number and tag.
const LENGTH: usize = BYTES.div_ceil(3) * 4 - 1;
const BYTES: usize = 8 + 8 + TAG;
const TAG: usize = 16;

/// How far a count may lie behind the highest that was seen: what a client sends on several connections comes in any order.
const WINDOW: u32 = u64::BITS;

/// Gives out nonces and takes them back.
///
/// A nonce is remembered from its first right use on, so that nobody without a password takes any room.
pub(super) struct Nonces {
    key: hmac::Key,
    life: Duration,
    capacity: usize,
    serial: AtomicU64,
    used: Mutex<Used>,
    users: RandomState,
}

/// When it was given out, in milliseconds, and which of them it is. Ordered by age.
type Id = (u64, u64);

#[derive(Default)]
struct Used {
    nonces: BTreeMap<Id, Counts>,
    /// Of nonces up to here, some are forgotten: what is not remembered may have been used.
    forgotten: u64,
}

struct Counts {
    tag: [u8; TAG],
    /// Of the account that has used it.
    user: u64,
    highest: u32,
    /// Bit n: the count n below the highest was seen.
    seen: u64,
}

/// What a nonce is, before anybody knows whether it comes with a right response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Ours, and in its time.
    Good(Ours),
    /// Ours, and too old, or so old that its counts may be forgotten.
    Stale,
    /// Not ours.
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ours {
    id: Id,
    tag: [u8; TAG],
    /// Past the half of its life: time for another.
    pub(super) is_old: bool,
    /// The account that has used it before.
    user: Option<u64>,
}

impl Nonces {
    pub(super) const LIFE: Duration = Duration::from_secs(300);
    pub(super) const CAPACITY: usize = 65_536;

    /// With a secret of its own, which dies with the process.
    pub(super) fn new() -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &random::<32>());
        Self::of(key, Self::LIFE, Self::CAPACITY)
    }

    /// Others like these, of which none is given out.
    pub(super) fn life(&self, life: Duration) -> Self {
        Self::of(self.key.clone(), life, self.capacity)
    }

    pub(super) fn capacity(&self, capacity: usize) -> Self {
        Self::of(self.key.clone(), self.life, capacity)
    }

    pub(super) fn secret(&self, secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self::of(key, self.life, self.capacity)
    }

    fn of(key: hmac::Key, life: Duration, capacity: usize) -> Self {
        Self {
            key,
            life,
            capacity,
            serial: AtomicU64::new(u64::from_ne_bytes(random())),
            used: Mutex::default(),
            users: RandomState::new(),
        }
    }

    /// Another nonce for this realm. It tells nothing, and nobody else can make one.
    pub(super) fn issue(&self, realm: &str, now: SystemTime) -> String {
        // Each is another by its serial number; to guess it is of no use, because the tag cannot be.
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let id = (milliseconds(now), serial);
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&id.0.to_be_bytes());
        bytes[8..16].copy_from_slice(&id.1.to_be_bytes());
        bytes[16..].copy_from_slice(&self.tag(id, realm));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What this nonce is.
    pub(super) fn examine(&self, nonce: &str, realm: &str, now: SystemTime) -> Standing {
        let mut bytes = [0; BYTES + 2];
        if nonce.len() != LENGTH
            || BASE64_URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes) != Ok(BYTES)
        {
            return Standing::Foreign;
        }
        let number =
            |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().expect("there are eight"));
        let id = (number(0), number(8));
        let tag: [u8; TAG] = bytes[16..BYTES].try_into().expect("there are as many");
        let (user, forgotten) = {
            let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            let known = used.nonces.get(&id);
            // A tag that was right is right: it need not be computed again.
            let known = known.filter(|counts| constant_time_eq(counts.tag, tag));
            (known.map(|counts| counts.user), used.forgotten)
        };
        if user.is_none() && !constant_time_eq(self.tag(id, realm), tag) {
            return Standing::Foreign;
        }
        let (now, life) = (milliseconds(now), whole_milliseconds(self.life));
        let age = now.saturating_sub(id.0);
        // One from a future that far away is of a clock that has been set back.
        let is_over = age >= life || id.0.saturating_sub(now) >= life;
        if is_over || (user.is_none() && id.0 <= forgotten) {
            return Standing::Stale;
        }
        Standing::Good(Ours {
            id,
            tag,
            is_old: age >= life / 2,
            user,
        })
    }

    /// Has this account used the nonce before, and rightly?
    pub(super) fn is_of(&self, nonce: Ours, user: &str) -> bool {
        nonce.user == Some(self.users.hash_one(user))
    }

    /// Counts a use that came with a right response of an account. `false` if that use was seen before, or may have been.
    pub(super) fn count(&self, nonce: Ours, count: u32, account: &str, now: SystemTime) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counts) = used.nonces.get_mut(&nonce.id) {
            return counts.take(count);
        }
        // It may have gone since it was looked at.
        if count == 0 || nonce.id.0 <= used.forgotten {
            return false;
        }
        self.make_room(&mut used, now);
        if nonce.id.0 <= used.forgotten {
            return false;
        }
        let counts = Counts {
            tag: nonce.tag,
            user: self.users.hash_one(account),
            highest: count,
            seen: 1,
        };
        used.nonces.insert(nonce.id, counts);
        true
    }

    /// Drops what is over, and the oldest one if there is still no room.
    fn make_room(&self, used: &mut Used, now: SystemTime) {
        let over = milliseconds(now).saturating_sub(whole_milliseconds(self.life));
        while let Some(oldest) = used.nonces.first_entry() {
            let given_out = oldest.key().0;
            if given_out > over && used.nonces.len() < self.capacity {
                break;
            }
            used.nonces.pop_first();
            used.forgotten = used.forgotten.max(given_out);
        }
    }

    fn tag(&self, id: Id, realm: &str) -> [u8; TAG] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"plywood digest nonce\0");
        context.update(&id.0.to_be_bytes());
        context.update(&id.1.to_be_bytes());
        context.update(realm.as_bytes());
        let tag = context.sign();
        tag.as_ref()[..TAG].try_into().expect("a tag is longer")
    }
}

impl Counts {
    /// `false` if it was seen before, or lies too far behind to be known.
    fn take(&mut self, count: u32) -> bool {
        if count > self.highest {
            let ahead = count - self.highest;
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if count == 0 || behind >= WINDOW || self.seen & (1 << behind) != 0 {
            return false;
        }
        self.seen |= 1 << behind;
        true
    }
}

fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    bytes
}

fn milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, whole_milliseconds)
}

fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces")
            .field("life", &self.life)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
    }

    fn good(nonces: &Nonces, nonce: &str, now: SystemTime) -> Ours {
        match nonces.examine(nonce, "shed", now) {
            Standing::Good(ours) => ours,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_nonce_is_good_for_its_life_and_its_realm() {
        let nonces = Nonces::new();
        let nonce = nonces.issue("shed", at(0));
        assert_eq!(nonce.len(), LENGTH);
        assert!(!good(&nonces, &nonce, at(0)).is_old);
        assert!(!good(&nonces, &nonce, at(149)).is_old);
        assert!(good(&nonces, &nonce, at(150)).is_old);
        assert!(good(&nonces, &nonce, at(299)).is_old);
        assert_eq!(nonces.examine(&nonce, "shed", at(300)), Standing::Stale);
        assert_eq!(nonces.examine(&nonce, "barn", at(0)), Standing::Foreign);
        // A clock that is set back a little does no harm, and one that is set back far does not lengthen a life.
        let later = nonces.issue("shed", at(400));
        assert!(!good(&nonces, &later, at(399)).is_old);
        assert_eq!(nonces.examine(&later, "shed", at(100)), Standing::Stale);
    }

    #[test]
    fn nobody_else_makes_a_nonce() {
        let (nonces, others) = (Nonces::new(), Nonces::new());
        let nonce = nonces.issue("shed", at(0));
        assert_eq!(others.examine(&nonce, "shed", at(0)), Standing::Foreign);
        for forged in [
            "",
            "n",
            "invented",
            &nonce[1..],
            &format!("{nonce}A"),
            &format!("{nonce}="),
        ] {
            assert_eq!(nonces.examine(forged, "shed", at(0)), Standing::Foreign);
        }
        // Each bit counts, whether the nonce is remembered or not.
        let used = nonces.issue("shed", at(0));
        assert!(nonces.count(good(&nonces, &used, at(0)), 1, "ada", at(0)));
        for nonce in [nonce, used] {
            for (place, character) in nonce.char_indices() {
                for other in ['A', 'B', 'w', '-', '_', '/'] {
                    if other != character {
                        let mut forged = nonce.clone();
                        forged.replace_range(place..=place, &other.to_string());
                        assert_eq!(nonces.examine(&forged, "shed", at(0)), Standing::Foreign);
                    }
                }
            }
        }
    }

    #[test]
    fn a_shared_secret_is_known_everywhere() {
        let (one, other) = (
            Nonces::new().secret(&[7; 32]),
            Nonces::new().secret(&[7; 32]),
        );
        let nonce = one.issue("shed", at(0));
        assert!(!good(&other, &nonce, at(1)).is_old);
    }

    #[test]
    fn a_count_is_good_once_in_any_order() {
        let nonces = Nonces::new();
        let nonce = nonces.issue("shed", at(0));
        let nonce = good(&nonces, &nonce, at(0));
        for (count, fresh) in [
            (0, false),
            (1, true),
            (1, false),
            (3, true),
            (2, true),
            (2, false),
            (3, false),
            (0, false),
            (100, true),
            (36, false),
            (37, true),
            (37, false),
            (99, true),
            (u32::MAX, true),
            (u32::MAX, false),
            (u32::MAX - 1, true),
            (100, false),
        ] {
            assert_eq!(nonces.count(nonce, count, "ada", at(0)), fresh, "{count}");
        }
    }

    #[test]
    fn what_is_forgotten_is_stale_and_never_fresh_again() {
        let nonces = Nonces::new().capacity(2);
        let issued: Vec<_> = (0..4)
            .map(|second| nonces.issue("shed", at(second)))
            .collect();
        for nonce in &issued[..2] {
            assert!(nonces.count(good(&nonces, nonce, at(4)), 1, "ada", at(4)));
        }
        let first = good(&nonces, &issued[0], at(4));
        assert!(nonces.count(good(&nonces, &issued[2], at(4)), 1, "ada", at(4)));
        // The first had to go: it is refused by whichever way it comes.
        assert_eq!(nonces.examine(&issued[0], "shed", at(4)), Standing::Stale);
        assert!(!nonces.count(first, 2, "ada", at(4)));
        assert!(nonces.is_of(good(&nonces, &issued[1], at(4)), "ada"));
        assert!(!nonces.is_of(good(&nonces, &issued[1], at(4)), "eve"));
        assert!(!nonces.is_of(good(&nonces, &issued[3], at(4)), "ada"));
        // The others are as they were.
        assert!(!nonces.count(good(&nonces, &issued[1], at(4)), 1, "ada", at(4)));
        assert!(nonces.count(good(&nonces, &issued[1], at(4)), 2, "ada", at(4)));
        assert!(nonces.count(good(&nonces, &issued[3], at(4)), 1, "ada", at(4)));
    }

    #[test]
    fn what_is_over_leaves_its_room() {
        let nonces = Nonces::new();
        for second in 0..100 {
            let nonce = nonces.issue("shed", at(second * 10));
            let nonce = good(&nonces, &nonce, at(second * 10));
            assert!(nonces.count(nonce, 1, "ada", at(second * 10)));
        }
        assert!(nonces.used.lock().unwrap().nonces.len() <= 31);
    }

    proptest! {
        /// Against a memory that forgets nothing: a count is never taken twice, and one inside of the window is taken once.
        #[test]
        fn counts_are_taken_as_by_a_memory_without_bounds(counts in prop::collection::vec(0_u32..200, 1..200)) {
            let nonces = Nonces::new();
            let nonce = nonces.issue("shed", at(0));
            let nonce = good(&nonces, &nonce, at(0));
            let (mut seen, mut highest) = (HashSet::new(), 0);
            for count in counts {
                let in_window = count > 0 && count + WINDOW > highest;
                // What came before the first that was taken is not known to be new, and is inside all the same.
                let expected = in_window && seen.insert(count);
                prop_assert_eq!(nonces.count(nonce, count, "ada", at(0)), expected);
                highest = highest.max(count);
            }
        }

        #[test]
        fn no_text_is_a_nonce(text in ".{0,60}") {
            prop_assert_eq!(Nonces::new().examine(&text, "shed", at(0)), Standing::Foreign);
        }
    }
}
