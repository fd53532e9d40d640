use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::HeaderValue;
use plywood_core::Identity;
use sha2::{Digest, Sha256};

use crate::generations::Generations;

/// Right credentials, for the short time in which their password need not be hashed again.
///
/// What is kept is a keyed hash of the whole field and of the client: a password that one client has shown says nothing to another, who may
/// be guessing. The key is of this process, and neither it nor the hash ever leaves it: so a prefix is as
/// good as HMAC here, at half its cost, and a look-up need not take constant time.
pub(super) struct Memory {
    time: Duration,
    begun: Instant,
    keyed: Sha256,
    kept: Mutex<Generations<Tag, Kept>>,
}

/// The hash of credentials.
pub(super) type Tag = [u8; 16];

struct Kept {
    recalled: Recalled,
    edition: Option<u64>,
    until: Duration,
}

/// Who has shown credentials before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recalled {
    pub(super) caller: Identity,
    /// The name that they have shown, where the caller has another.
    account: Option<Box<str>>,
}

impl Recalled {
    pub(super) fn new(caller: &Identity, account: &str) -> Self {
        Self {
            caller: caller.clone(),
            account: (account != caller.name()).then(|| account.into()),
        }
    }

    /// The name that they have shown.
    pub(super) fn account(&self) -> &str {
        self.account.as_deref().unwrap_or(self.caller.name())
    }
}

impl Memory {
    /// Room for so many credentials.
    const ROOM: usize = 4096;

    /// A longer field is of somebody who can wait.
    const LONGEST: usize = 512;

    /// Without randomness there is no key, and nothing is kept.
    pub(super) fn new(time: Duration) -> Option<Self> {
        // A whole block of the hash, which is worked off once.
        let mut key = [0; 64];
        getrandom::fill(&mut key).ok()?;
        Some(Self {
            time,
            begun: Instant::now(),
            keyed: Sha256::new_with_prefix(key),
            kept: Mutex::new(Generations::new(Self::ROOM)),
        })
    }

    /// `client` is as [`Attempt::client`](crate::Attempt::client) says, which is never a loopback address.
    pub(super) fn tag(&self, field: &HeaderValue, client: Option<IpAddr>) -> Option<Tag> {
        if field.len() > Self::LONGEST {
            return None;
        }
        let client = match client {
            Some(IpAddr::V4(ip)) => ip.to_ipv6_mapped(),
            Some(IpAddr::V6(ip)) => ip,
            None => Ipv6Addr::LOCALHOST,
        };
        let keyed = self.keyed.clone().chain_update(client.octets());
        keyed.chain_update(field).finalize().first_chunk().copied()
    }

    /// Who has shown these credentials, if it is not too long ago and the accounts are still of that `edition`.
    pub(super) fn recall(&self, tag: Tag, edition: Option<u64>) -> Option<Recalled> {
        let kept = self.kept();
        let kept = kept.get(tag)?;
        let is_valid = kept.edition == edition && self.begun.elapsed() < kept.until;
        is_valid.then(|| kept.recalled.clone())
    }

    /// `edition` is the one from before the check: what has changed since then makes it worthless.
    pub(super) fn keep(&self, tag: Tag, edition: Option<u64>, recalled: Recalled) {
        let kept = Kept {
            recalled,
            edition,
            until: self.begun.elapsed().saturating_add(self.time),
        };
        self.kept().insert(tag, kept);
    }

    /// Held for a look-up, which does not panic or wait.
    fn kept(&self) -> MutexGuard<'_, Generations<Tag, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({:?})", self.time)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const FIELD: HeaderValue = HeaderValue::from_static("Basic YWRhOnBseXdvb2Q=");

    const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));

    #[test]
    fn credentials_are_recalled_for_their_time_and_their_edition() {
        let ada = Recalled::new(&Identity::new("ada"), "ada");
        for (time, edition, recalled) in [
            (3600, Some(1), true),
            (3600, Some(2), false),
            (3600, None, false),
            (0, Some(1), false),
        ] {
            let memory = Memory::new(Duration::from_secs(time)).unwrap();
            let tag = memory.tag(&FIELD, HERE).unwrap();
            assert_eq!(memory.recall(tag, Some(1)), None);
            memory.keep(tag, Some(1), ada.clone());
            assert_eq!(memory.recall(tag, edition).is_some(), recalled);
            let other = memory
                .tag(&HeaderValue::from_static("Basic x"), HERE)
                .unwrap();
            assert_eq!(memory.recall(other, Some(1)), None);
        }
    }

    #[test]
    fn the_name_that_was_shown_is_kept_where_it_is_not_the_caller_s() {
        let ada = Identity::new("ada");
        for (account, allocated) in [("ada", false), ("ada@example.com", true), ("", true)] {
            let recalled = Recalled::new(&ada, account);
            assert_eq!(recalled.account(), account);
            assert_eq!(recalled.account.is_some(), allocated);
        }
    }

    #[test]
    fn each_client_has_tags_of_its_own() {
        let memory = Memory::new(Duration::from_secs(60)).unwrap();
        let clients = [
            None,
            HERE,
            Some([192, 0, 2, 2].into()),
            Some([0u16; 8].into()),
        ];
        let tags = clients.map(|client| memory.tag(&FIELD, client).unwrap());
        for (place, tag) in tags.iter().enumerate() {
            assert!(!tags[..place].contains(tag), "{place}");
        }
    }

    #[test]
    fn each_process_has_a_key_of_its_own_and_a_long_field_is_not_kept() {
        let memory = Memory::new(Duration::from_secs(60)).unwrap();
        let other = Memory::new(Duration::from_secs(60)).unwrap();
        assert_ne!(memory.tag(&FIELD, HERE), other.tag(&FIELD, HERE));
        assert_eq!(memory.tag(&FIELD, HERE), memory.tag(&FIELD, HERE));
        let long = HeaderValue::try_from("x".repeat(Memory::LONGEST + 1)).unwrap();
        assert_eq!(memory.tag(&long, HERE), None);
    }
}
