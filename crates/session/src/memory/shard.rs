//! One of the parts into which the sessions are divided.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, binary_heap::PeekMut},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use plywood_session_core::{Key, Record, Timestamp};

/// Some of the sessions.
#[derive(Default)]
pub(super) struct Shard {
    records: HashMap<Key, Filed, BuildHasherDefault<Halved>>,
    /// Every record by the time at which it is worth a look, and some that are no more, or are worth a look at another time: it costs less to
    /// pass them over than to find them when they go.
    due: [BinaryHeap<Reverse<(Timestamp, Key)>>; 2],
    owners: HashMap<Arc<str>, Vec<Key>>,
}

struct Filed {
    record: Record,
    /// When it was to end when it was filed. It may live longer by now: a visit moves the record's end and not its place.
    due: Timestamp,
    standing: Standing,
    bytes: usize,
}

impl Filed {
    fn is_due(&self, standing: Standing, at: Timestamp) -> bool {
        self.standing == standing && self.due == at
    }
}

/// Whether a session may be forgotten when there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Somebody has come by, as everybody can.
    Stranger = 0,
    /// Somebody has signed in: the session has an owner, or has been renewed.
    Guest = 1,
}

impl Standing {
    /// Of a record that is created. Renewed at its creation, it begins with the second version.
    pub(super) fn of(record: &Record) -> Self {
        if record.owner.is_some() || record.version > 1 {
            Self::Guest
        } else {
            Self::Stranger
        }
    }
}

/// So many records whose time has come are looked at with each new one.
pub(super) const SWEEP: usize = 8;

/// What a record takes beside its values.
const FRAME: usize = 400;

/// About how many bytes a record takes.
pub(super) fn bytes(record: &Record) -> usize {
    FRAME + record.size()
}

impl Shard {
    /// What is under `key`, expired or not.
    pub(super) fn record(&self, key: &Key) -> Option<&Record> {
        self.records.get(key).map(|filed| &filed.record)
    }

    /// The version and the bytes of what is live.
    pub(super) fn stand(&self, key: &Key, now: Timestamp) -> Option<(u64, usize)> {
        let filed = self.records.get(key);
        let live = filed.filter(|filed| !filed.record.is_expired(now));
        live.map(|filed| (filed.record.version, filed.bytes))
    }

    /// Makes the place under `key` free, unless what is there lives.
    pub(super) fn vacate(&mut self, key: &Key, now: Timestamp) -> Vacated {
        match self.records.get(key) {
            None => Vacated::Free(None),
            Some(filed) if filed.record.is_expired(now) => Vacated::Free(self.remove(key)),
            Some(_) => Vacated::Lives,
        }
    }

    pub(super) fn touch(&mut self, key: &Key, expires: Timestamp, now: Timestamp) -> bool {
        let record = self.records.get_mut(key).map(|filed| &mut filed.record);
        let live = record.filter(|record| !record.is_expired(now));
        live.map(|record| record.expires = expires).is_some()
    }

    /// Files a record of so many [`bytes`] under a key that is absent.
    pub(super) fn insert(&mut self, key: Key, record: Record, bytes: usize, standing: Standing) {
        let due = end(&record);
        self.tidy(standing);
        self.due[standing as usize].push(Reverse((due, key)));
        if let Some(owner) = &record.owner {
            self.owners.entry(Arc::clone(owner)).or_default().push(key);
        }
        let filed = Filed {
            record,
            due,
            standing,
            bytes,
        };
        self.records.insert(key, filed);
    }

    /// Puts a record of so many [`bytes`] in place of the one under `key`, which is there. Where nothing else has changed, nothing else is done.
    pub(super) fn replace(&mut self, key: &Key, record: Record, bytes: usize) -> Removed {
        let filed = self.records.get_mut(key).expect("the caller has seen it");
        let standing = match &record.owner {
            Some(_) => Standing::Guest,
            None => filed.standing,
        };
        if standing == filed.standing
            && record.owner == filed.record.owner
            && end(&record) >= filed.due
        {
            let bytes = std::mem::replace(&mut filed.bytes, bytes);
            let record = std::mem::replace(&mut filed.record, record);
            return Removed { record, bytes };
        }
        let removed = self.remove(key).expect("it was just seen");
        self.insert(*key, record, bytes, standing);
        removed
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<Removed> {
        let filed = self.records.remove(key)?;
        self.disown(key, filed.record.owner.as_ref());
        Some(Removed {
            record: filed.record,
            bytes: filed.bytes,
        })
    }

    /// How many records there are, how many of them are tombstones, and how many bytes they all take.
    #[cfg(all(test, shuttle))]
    pub(super) fn census(&self) -> [usize; 3] {
        let filed = || self.records.values();
        let tombstones = filed().filter(|filed| filed.record.is_tombstone());
        let bytes = filed().map(|filed| bytes(&filed.record)).sum();
        [self.records.len(), tombstones.count(), bytes]
    }

    /// The keys of all that belong to `owner`.
    pub(super) fn owned(&self, owner: &str) -> Vec<Key> {
        self.owners.get(owner).cloned().unwrap_or_default()
    }

    /// Removes some of what has expired.
    pub(super) fn sweep(&mut self, now: Timestamp) -> Vec<Removed> {
        let mut swept = Vec::new();
        for standing in [Standing::Stranger, Standing::Guest] {
            for _ in 0..SWEEP {
                match self.first(standing, now, |due| due <= now) {
                    Some(key) => swept.extend(self.remove(&key)),
                    None => break,
                }
            }
        }
        swept
    }

    /// Removes the stranger who is the first to go, but not the one for whom room is made.
    pub(super) fn evict(&mut self, except: &Key, now: Timestamp) -> Option<Removed> {
        let mut first = self.first(Standing::Stranger, now, |_| true)?;
        if first == *except {
            let second = self.first(Standing::Stranger, now, |_| true);
            let due = self.records[&first].due;
            self.due[Standing::Stranger as usize].push(Reverse((due, first)));
            first = second?;
        }
        self.remove(&first)
    }

    /// Takes out the first that is due, if it `wanted` its due time and has not been kept alive since. Those that have are due anew.
    fn first(
        &mut self,
        standing: Standing,
        now: Timestamp,
        wanted: impl Fn(Timestamp) -> bool,
    ) -> Option<Key> {
        let due = &mut self.due[standing as usize];
        // Each turn takes one out or to its right place, so that this ends.
        loop {
            let mut first = due.peek_mut().filter(|first| wanted(first.0.0))?;
            let Reverse((at, key)) = *first;
            let filed = self.records.get_mut(&key);
            let Some(filed) = filed.filter(|filed| filed.is_due(standing, at)) else {
                PeekMut::pop(first);
                continue;
            };
            let end = end(&filed.record);
            if end <= at || filed.record.is_expired(now) {
                PeekMut::pop(first);
                return Some(key);
            }
            filed.due = end;
            *first = Reverse((end, key));
        }
    }

    /// Forgets those that are no more, when they are the greater part.
    fn tidy(&mut self, standing: Standing) {
        let due = &mut self.due[standing as usize];
        if due.len() > 2 * self.records.len() + 64 {
            due.retain(|Reverse((at, key))| {
                let filed = self.records.get(key);
                filed.is_some_and(|filed| filed.is_due(standing, *at))
            });
        }
    }

    fn disown(&mut self, key: &Key, owner: Option<&Arc<str>>) {
        let Some(owner) = owner else { return };
        if let Some(keys) = self.owners.get_mut(owner) {
            keys.retain(|owned| owned != key);
            if keys.is_empty() {
                self.owners.remove(owner);
            }
        }
    }
}

/// What became of a place.
pub(super) enum Vacated {
    Free(Option<Removed>),
    Lives,
}

/// A record that is filed no more.
pub(super) struct Removed {
    pub(super) record: Record,
    pub(super) bytes: usize,
}

fn end(record: &Record) -> Timestamp {
    record.expires.min(record.deadline)
}

/// A key is a SHA-256 already, and nobody can choose one: eight of its bytes are a hash.
#[derive(Default)]
struct Halved(u64);

impl Hasher for Halved {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(middle) = bytes.get(8..16).and_then(|bytes| bytes.try_into().ok()) {
            self.0 = u64::from_ne_bytes(middle);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use plywood_session_core::{Data, Id};

    use super::*;

    fn filed(shard: &mut Shard, standing: Standing) -> Vec<Key> {
        let at = Timestamp::from_millis;
        let keys: Vec<Key> = (0..20).map(|_| Id::random().unwrap().key()).collect();
        for key in &keys {
            let record = Record::new(Data::new(), at(10), at(1000));
            shard.insert(*key, record, FRAME, standing);
        }
        keys
    }

    #[test]
    fn the_sweep_takes_a_few_of_what_is_over_and_leaves_what_was_kept_alive() {
        let at = Timestamp::from_millis;
        let mut shard = Shard::default();
        let keys = filed(&mut shard, Standing::Guest);
        for key in &keys[..5] {
            assert!(shard.touch(key, at(500), at(9)));
        }
        assert_eq!(shard.sweep(at(9)).len(), 0);
        let swept: Vec<usize> = (0..4).map(|_| shard.sweep(at(10)).len()).collect();
        assert!(swept.iter().all(|swept| *swept <= SWEEP), "{swept:?}");
        assert_eq!(swept.iter().sum::<usize>(), 15);
        for key in &keys[..5] {
            assert!(shard.record(key).is_some());
        }
        assert_eq!((shard.records.len(), shard.due[1].len()), (5, 5));
        assert_eq!(shard.sweep(at(500)).len(), 5);
        assert_eq!((shard.records.len(), shard.due[1].len()), (0, 0));
    }

    #[test]
    fn of_strangers_who_stay_away_longest_goes_first_and_no_guest_goes() {
        let at = Timestamp::from_millis;
        let mut shard = Shard::default();
        filed(&mut shard, Standing::Guest);
        let keys = filed(&mut shard, Standing::Stranger);
        for (later, key) in (0..).zip(&keys) {
            shard.touch(key, at(40 - later), at(5));
        }
        for key in keys[1..].iter().rev() {
            assert!(shard.record(key).is_some());
            shard.evict(&keys[0], at(0)).unwrap();
            assert!(shard.record(key).is_none());
        }
        // The last stranger is the one for whom room is made.
        assert!(shard.evict(&keys[0], at(0)).is_none());
        assert_eq!(shard.records.len(), 21);
    }
}
