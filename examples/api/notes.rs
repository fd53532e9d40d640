//! Notes, in memory. A database has its place here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

/// What a client sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    text: String,
}

/// What it gets back.
#[derive(Clone, Serialize)]
pub(crate) struct Note {
    pub(crate) id: u64,
    text: String,
}

#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    latest: u64,
    /// By whose they are, and by their number.
    notes: BTreeMap<(String, u64), Note>,
}

impl Notes {
    pub(crate) fn of(&self, owner: &str) -> Vec<Note> {
        let kept = self.lock();
        let from = kept.notes.range((owner.to_owned(), 0)..);
        from.take_while(|((name, _), _)| name == owner)
            .map(|(_, note)| note.clone())
            .collect()
    }

    pub(crate) fn find(&self, owner: &str, id: u64) -> Option<Note> {
        self.lock().notes.get(&(owner.to_owned(), id)).cloned()
    }

    pub(crate) fn add(&self, owner: &str, draft: Draft) -> Note {
        let mut kept = self.lock();
        kept.latest += 1;
        let note = Note {
            id: kept.latest,
            text: draft.text,
        };
        kept.notes.insert((owner.to_owned(), note.id), note.clone());
        note
    }

    pub(crate) fn remove(&self, owner: &str, id: u64) -> Option<Note> {
        self.lock().notes.remove(&(owner.to_owned(), id))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
