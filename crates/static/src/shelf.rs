//! A part of what is kept, behind one lock.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{AcqRel, Relaxed},
        },
    },
    time::Duration,
};

use crate::{CacheCounts, found::Found, refusal::Refusal, source::Entry};

/// What a file takes beyond its bytes: its fields, its path twice, its place.
const OVERHEAD: usize = 2048;

/// A file that is kept; or that there is none, beside another.
#[derive(Debug)]
pub(crate) struct Kept {
    path: Arc<str>,
    pub(crate) found: Option<Arc<Found>>,
    /// When it was last compared with the disk, or somebody set out to do so.
    compared: AtomicU64,
    /// Whether it was asked for since the hand passed.
    is_used: AtomicBool,
}

impl Kept {
    /// What was opened at `now`, which is in milliseconds.
    pub(crate) fn new(path: &str, found: Option<Arc<Found>>, now: u64) -> Self {
        Self {
            path: path.into(),
            found,
            compared: AtomicU64::new(now),
            is_used: AtomicBool::new(false),
        }
    }

    /// Whether the caller is to compare it with the disk: one at a time, or all where nothing is believed.
    pub(crate) fn is_due(&self, now: u64, fresh_for: Duration) -> bool {
        if fresh_for.is_zero() {
            return true;
        }
        let compared = self.compared.load(Relaxed);
        let is_old = u128::from(now.saturating_sub(compared)) >= fresh_for.as_millis();
        is_old
            && self
                .compared
                .compare_exchange(compared, now, AcqRel, Relaxed)
                .is_ok()
    }

    /// Whether it is open and was written since: what is read of it now is not what its tag names.
    pub(crate) fn has_changed(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| found.has_changed())
    }

    /// The file, if it is what was opened now.
    pub(crate) fn same(&self, opened: &Result<Entry, Refusal>) -> Option<Arc<Found>> {
        match (&self.found, opened) {
            (Some(found), Ok(Entry::File(opened))) if found.is_of(opened) => {
                Some(Arc::clone(found))
            }
            _ => None,
        }
    }

    fn weight(&self) -> usize {
        let bytes = self.found.as_ref().and_then(|found| found.bytes_at_hand());
        OVERHEAD + self.path.len() + bytes.unwrap_or(0)
    }

    fn is_open(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| found.bytes_at_hand().is_none())
    }
}

/// Files in a circle. A hand goes round it and takes away what was not asked for since it last came by.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    positions: HashMap<Arc<str>, usize>,
    circle: Vec<Arc<Kept>>,
    hand: usize,
    memory: usize,
    open: usize,
}

impl Shelf {
    pub(crate) fn get(&self, path: &str) -> Option<Arc<Kept>> {
        let kept = &self.circle[*self.positions.get(path)?];
        if !kept.is_used.load(Relaxed) {
            kept.is_used.store(true, Relaxed);
        }
        Some(Arc::clone(kept))
    }

    /// Keeps it, and makes room so that at most `memory` bytes are taken and at most `open` files are open.
    pub(crate) fn insert(&mut self, kept: Kept, memory: usize, open: usize) {
        if let Some(&position) = self.positions.get(&kept.path) {
            self.take(position);
        }
        let (weight, is_open) = (kept.weight(), kept.is_open());
        if weight > memory || usize::from(is_open) > open {
            return;
        }
        while self.memory + weight > memory {
            self.give_up(|_| true);
        }
        while is_open && self.open >= open {
            self.give_up(Kept::is_open);
        }
        self.memory += weight;
        self.open += usize::from(is_open);
        self.positions
            .insert(Arc::clone(&kept.path), self.circle.len());
        self.circle.push(Arc::new(kept));
    }

    /// Forgets `kept`, unless another one has taken its place.
    pub(crate) fn remove(&mut self, path: &str, kept: &Arc<Kept>) {
        if let Some(&position) = self.positions.get(path)
            && Arc::ptr_eq(&self.circle[position], kept)
        {
            self.take(position);
        }
    }

    pub(crate) fn count(&self, counts: &mut CacheCounts) {
        counts.files += self.circle.len();
        counts.memory += self.memory;
        counts.descriptors += self.open;
    }

    /// Takes one away of those that count. There must be one.
    fn give_up(&mut self, counts: impl Fn(&Kept) -> bool) {
        loop {
            if self.hand >= self.circle.len() {
                self.hand = 0;
            }
            let kept = &self.circle[self.hand];
            if counts(kept) && !kept.is_used.swap(false, Relaxed) {
                self.take(self.hand);
                return;
            }
            self.hand += 1;
        }
    }

    fn take(&mut self, position: usize) {
        let kept = self.circle.swap_remove(position);
        self.positions.remove(&kept.path);
        if let Some(moved) = self.circle.get(position)
            && let Some(at) = self.positions.get_mut(&moved.path)
        {
            *at = position;
        }
        self.memory -= kept.weight();
        self.open -= usize::from(kept.is_open());
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;

    #[test]
    fn of_those_who_come_together_one_compares_or_with_no_time_to_believe_each() {
        const TIMES: u32 = 300_000;
        let due = |fresh_for| {
            let kept = Kept::new("a", None, 0);
            let together = Barrier::new(2);
            let ask = || {
                together.wait();
                let times = 1..=u64::from(TIMES);
                times.filter(|now| kept.is_due(*now, fresh_for)).count()
            };
            thread::scope(|scope| {
                let other = scope.spawn(ask);
                ask() + other.join().unwrap()
            })
        };
        assert_eq!(due(Duration::from_millis(TIMES.into())), 1);
        assert_eq!(due(Duration::ZERO), 2 * TIMES as usize);
    }
}
