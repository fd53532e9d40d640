use std::{
    fmt, mem,
    sync::{Arc, LazyLock},
    time::Duration,
};

use plywood_core::BoxError;

use crate::{
    Data, Id, Key, Known, Record, SessionError, Timestamp, Update, Vault,
    draft::{Owner, Plan, play, replay},
    store::{Answer, AnyStore},
    vault::Place,
};

/// How far a request has come with the store.
#[derive(Default)]
pub(crate) struct Progress {
    state: State,
    change: Change,
}

#[derive(Default)]
enum State {
    #[default]
    Unloaded,
    /// The store knows none of the client's ids.
    Absent,
    Found(Found),
    /// It was there, and is no more, or has moved to an id that this request does not know: whatever it still does is dropped. The client
    /// keeps its cookie, because by now that may be another one.
    Gone,
}

#[derive(Clone)]
struct Found {
    key: Key,
    record: Record,
    /// When it was loaded or saved. A clock is not looked at more often than it must be.
    seen: Timestamp,
}

/// The key of a record that no store has.
const NOWHERE: Key = Key::zero();

static NOTHING: LazyLock<Data> = LazyLock::new(Data::new);

/// What the client must be told. `Debug` does not show the text of a sealed one: whoever reads it in a log has the session.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing: what it has is right, or no longer matters.
    #[default]
    Keep,
    /// Its session's id from now on.
    Issue {
        /// The value of the cookie.
        id: Id,
        /// The time until the session ends in any case.
        lifetime: Duration,
        /// Whether it ends then and not before, so that it should outlive the browser: see
        /// [`Session::expire_after`](crate::Session::expire_after).
        lasting: bool,
    },
    /// Its session, sealed: from now on this is the value of the cookie.
    Carry {
        /// The value of the cookie.
        text: String,
        /// As of [`Issue`](Self::Issue).
        lifetime: Duration,
        /// As of [`Issue`](Self::Issue).
        lasting: bool,
    },
    /// Its session is over.
    Remove,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("Keep"),
            Self::Issue {
                id,
                lifetime,
                lasting,
            } => f
                .debug_struct("Issue")
                .field("id", id)
                .field("lifetime", lifetime)
                .field("lasting", lasting)
                .finish(),
            Self::Carry {
                lifetime, lasting, ..
            } => f
                .debug_struct("Carry")
                .field("lifetime", lifetime)
                .field("lasting", lasting)
                .finish_non_exhaustive(),
            Self::Remove => f.write_str("Remove"),
        }
    }
}

/// So often a save is tried against writers in other processes. Those of this one take turns.
const TRIES: u32 = 32;

/// So many tombstones are followed. A session is not renewed more often while one of its requests runs.
const MOVES: u32 = 16;

/// Two ids of 192 bits do not meet by chance.
const COLLISIONS: u32 = 3;

impl Progress {
    /// Asks the store what it has, once: the first of the ids under which there is a session. Another may stem from another path or domain, or be
    /// forged.
    pub(crate) async fn load(&mut self, vault: &Vault, known: &Known) -> Result<(), SessionError> {
        if self.is_loaded() {
            return Ok(());
        }
        let store = match vault.place() {
            Place::Store(store) => &**store,
            Place::Sealed(seal) => {
                self.open(&**seal, known);
                return Ok(());
            }
        };
        let mut gone = false;
        for id in known.iter() {
            match alive(store, id.key()).await? {
                found @ State::Found(_) => {
                    self.state = found;
                    return Ok(());
                }
                State::Gone => gone = true,
                _ => {}
            }
        }
        self.state = if gone { State::Gone } else { State::Absent };
        Ok(())
    }

    pub(crate) fn is_loaded(&self) -> bool {
        !matches!(self.state, State::Unloaded)
    }

    /// What the store has.
    pub(crate) fn data(&self) -> Arc<Data> {
        match &self.state {
            State::Found(found) => Arc::clone(&found.record.data),
            _ => Arc::default(),
        }
    }

    /// What the store has, once it was asked.
    pub(crate) fn values(&self) -> Option<&Data> {
        match &self.state {
            State::Unloaded => None,
            State::Found(found) => Some(&found.record.data),
            State::Absent | State::Gone => Some(&NOTHING),
        }
    }

    /// Carries the plan out.
    ///
    /// # Errors
    ///
    /// When the store fails, and when the session is gone and there was something to change in it.
    #[expect(
        clippy::manual_async_fn,
        reason = "it would have a second place for each of its arguments"
    )]
    pub(crate) fn save<'a>(
        &'a mut self,
        vault: &'a Vault,
        known: &'a Known,
        plan: &'a mut Plan,
    ) -> impl Future<Output = Result<(), SessionError>> + Send {
        async move {
            if plan.destroy {
                // On the heap, because it is rare and every save would have its place.
                Box::pin(self.destroy(vault, known)).await?;
            }
            if plan.is_empty() {
                return Ok(());
            }
            self.load(vault, known).await?;
            let store = match vault.place() {
                Place::Store(store) => &**store,
                Place::Sealed(seal) => return self.reseal(&**seal, vault, plan),
            };
            match &self.state {
                State::Found(_) => self.update(store, vault, known, plan).await,
                State::Absent => self.create(store, vault, plan).await,
                State::Unloaded | State::Gone => Err(SessionError::gone()),
            }
        }
    }

    /// What the client must be told by now, for who tells it.
    pub(crate) fn take_change(&mut self) -> Change {
        mem::take(&mut self.change)
    }

    /// Is there a session, which the client knows, or will know by the change that it is told?
    pub(crate) fn is_found(&self) -> bool {
        matches!(self.state, State::Found(_))
    }

    /// The record that the client carries itself.
    pub(crate) fn carried(&self) -> Option<&Record> {
        match &self.state {
            State::Found(found) => Some(&found.record),
            _ => None,
        }
    }

    pub(crate) fn set_carried(&mut self, record: Option<Record>, seen: Timestamp) {
        let key = NOWHERE;
        self.state = record.map_or(State::Absent, |record| {
            State::Found(Found { key, record, seen })
        });
    }

    pub(crate) fn tell(&mut self, change: Change) {
        self.change = change;
    }

    /// Whose the session is, and where it is kept.
    pub(crate) fn owner(&self) -> Option<(Arc<str>, Key)> {
        match &self.state {
            State::Found(Found { key, record, .. }) => Some((record.owner.clone()?, *key)),
            _ => None,
        }
    }

    /// Is there a session that should live on because it was used?
    pub(crate) fn slides(&self, vault: &Vault) -> bool {
        let State::Found(Found { record, seen, .. }) = &self.state else {
            return false;
        };
        vault.slides(*seen, record.expires, record.deadline)
    }

    /// Lets the session live on because it was used.
    pub(crate) async fn slide(&mut self, vault: &Vault) -> Result<(), SessionError> {
        if let Place::Sealed(seal) = vault.place() {
            return self.slide_sealed(&**seal, vault);
        }
        if let State::Found(Found { key, record, .. }) = &mut self.state {
            let expires = vault.expiry(Timestamp::now(), record.deadline);
            let touched = vault.store()?.touch(key, expires).await;
            touched.map_err(SessionError::store)?;
            record.expires = expires;
        }
        Ok(())
    }

    /// Ends every session that the client named, wherever it has moved to.
    async fn destroy(&mut self, vault: &Vault, known: &Known) -> Result<(), SessionError> {
        let found = match &self.state {
            State::Found(Found { key, .. }) => Some(*key),
            _ => None,
        };
        if let Place::Store(store) = vault.place() {
            if let Some(key) = found {
                remove(&**store, key).await?;
            }
            for key in known.iter().map(Id::key) {
                if Some(key) != found {
                    end(&**store, key).await?;
                }
            }
        }
        self.state = State::Absent;
        self.change = if known.any() {
            Change::Remove
        } else {
            Change::Keep
        };
        Ok(())
    }

    async fn create(
        &mut self,
        store: &dyn AnyStore,
        vault: &Vault,
        plan: &mut Plan,
    ) -> Result<(), SessionError> {
        let data = if let Some(view) = plan.view.take() {
            view
        } else {
            let mut data = Data::new();
            play(mem::take(&mut plan.operations), &mut data)?;
            Arc::new(data)
        };
        if data.is_empty() {
            return Ok(());
        }
        vault.check_size(&data)?;
        let now = Timestamp::now();
        let deadline = vault.deadline(now);
        let mut record = Record {
            data,
            // Renewed at its beginning, it has had a version before.
            version: 1 + u64::from(plan.renew),
            expires: vault.expiry(now, deadline),
            deadline,
            owner: None,
        };
        frame(plan, now, &mut record);
        for _ in 0..COLLISIONS {
            let id = Id::random()?;
            let key = id.key();
            let created = store.create(&key, record.clone()).await;
            if created.map_err(SessionError::store)? {
                let seen = now;
                self.issue(id, Found { key, record, seen });
                return Ok(());
            }
        }
        Err(SessionError::conflict())
    }

    #[expect(
        clippy::manual_async_fn,
        reason = "it would have a second place for each of its arguments"
    )]
    fn update<'a>(
        &'a mut self,
        store: &'a dyn AnyStore,
        vault: &'a Vault,
        known: &'a Known,
        plan: &'a mut Plan,
    ) -> impl Future<Output = Result<(), SessionError>> + Send {
        async move {
            let renewed = plan.renew.then(Id::random).transpose()?;
            let State::Found(Found { key, .. }) = self.state else {
                return Err(SessionError::gone());
            };
            let mut turn = None;
            if vault.is_crowded(&key) {
                turn = Some(vault.turn(&key).await);
            }
            for lost in 0..TRIES {
                let State::Found(found) = &self.state else {
                    self.state = State::Gone;
                    return Err(SessionError::gone());
                };
                let data = outcome(plan, &found.record.data)?;
                if renewed.is_none() && plan.keeps_frame() && data == found.record.data {
                    // Another request may have done the same, and more.
                    return Ok(());
                }
                vault.check_size(&data)?;
                let now = Timestamp::now();
                let next = found.next(vault, renewed, data, plan, now);
                let replaced = found.replace(store, &next, now).await;
                match replaced.map_err(SessionError::store)? {
                    Update::Saved => {
                        let lives = |known: &&Id| plan.lives.is_some() && known.key() == next.key;
                        match renewed.or_else(|| known.iter().find(lives).copied()) {
                            Some(id) => self.issue(id, next),
                            None => self.state = State::Found(next),
                        }
                        return Ok(());
                    }
                    Update::Conflict => {
                        if turn.is_none() {
                            turn = Some(vault.turn(&key).await);
                        }
                        // The first may have been to one of this process, which the turn has ended.
                        if lost > 0 {
                            vault.stand_back(lost).await;
                        }
                        self.state = alive(store, key).await?;
                    }
                    Update::Gone => self.state = State::Gone,
                }
            }
            Err(SessionError::conflict())
        }
    }

    fn issue(&mut self, id: Id, found: Found) {
        let Record {
            expires, deadline, ..
        } = found.record;
        self.change = Change::Issue {
            id,
            lifetime: deadline.since(found.seen),
            lasting: expires == deadline,
        };
        self.state = State::Found(found);
    }
}

impl Found {
    /// What is to stand in its place.
    fn next(
        &self,
        vault: &Vault,
        renewed: Option<Id>,
        data: Arc<Data>,
        plan: &Plan,
        now: Timestamp,
    ) -> Self {
        let deadline = self.record.deadline;
        let mut record = Record {
            data,
            version: self.record.version + 1,
            // Never earlier than before: it may have been promised a longer life.
            expires: vault.expiry(now, deadline).max(self.record.expires),
            deadline,
            owner: self.record.owner.clone(),
        };
        frame(plan, now, &mut record);
        Self {
            key: renewed.map_or(self.key, |id| id.key()),
            record,
            seen: now,
        }
    }

    fn replace<'a>(
        &'a self,
        store: &'a dyn AnyStore,
        next: &'a Self,
        now: Timestamp,
    ) -> Answer<'a, Update> {
        let (expected, record) = (self.record.version, next.record.clone());
        if next.key == self.key {
            return store.update(&self.key, expected, record);
        }
        let until = (now + Vault::TOMBSTONE).min(record.deadline);
        let tombstone = Record::tombstone(&next.key, until);
        store.rename(&self.key, expected, &next.key, record, tombstone)
    }
}

/// Whose the record is, and how long it lives, if the plan says so.
pub(crate) fn frame(plan: &Plan, now: Timestamp, record: &mut Record) {
    match &plan.owner {
        Owner::Kept => {}
        Owner::Nobody => record.owner = None,
        Owner::Somebody(owner) => record.owner = Some(Arc::clone(owner)),
    }
    if let Some(lives) = plan.lives {
        record.deadline = now + lives;
        record.expires = record.deadline;
    }
}

/// The data after the operations: as somebody has seen them, or replayed upon `data`.
pub(crate) fn outcome(plan: &mut Plan, data: &Arc<Data>) -> Result<Arc<Data>, SessionError> {
    if let Some(view) = plan.view.take() {
        return Ok(view);
    }
    let mut data = Arc::clone(data);
    if !plan.operations.is_empty() {
        replay(&mut plan.operations, Arc::make_mut(&mut data))?;
    }
    Ok(data)
}

/// What there is under the key: a session, a tombstone (it is gone), or nothing.
async fn alive(store: &dyn AnyStore, key: Key) -> Result<State, SessionError> {
    if let Some(loaded) = store.load_now(&key) {
        return State::of(key, loaded);
    }
    State::of(key, store.load(&key).await)
}

impl State {
    fn of(key: Key, loaded: Result<Option<Record>, BoxError>) -> Result<Self, SessionError> {
        let Some(record) = loaded.map_err(SessionError::store)? else {
            return Ok(Self::Absent);
        };
        let seen = Timestamp::now();
        Ok(if record.is_expired(seen) {
            Self::Absent
        } else if record.is_tombstone() {
            Self::Gone
        } else {
            Self::Found(Found { key, record, seen })
        })
    }
}

/// Ends the session that is or was under `key`. A tombstone is followed and stays: who tries again finds the same way.
async fn end(store: &dyn AnyStore, mut key: Key) -> Result<(), SessionError> {
    for _ in 0..MOVES {
        let loaded = store.load(&key).await;
        let Some(record) = loaded.map_err(SessionError::store)? else {
            return Ok(());
        };
        match record.moved_to() {
            Some(new) => key = new,
            None => return remove(store, key).await,
        }
    }
    Ok(())
}

/// Removes the session under `key`; if it has moved away meanwhile, there.
async fn remove(store: &dyn AnyStore, mut key: Key) -> Result<(), SessionError> {
    for _ in 0..MOVES {
        let removed = store.delete(&key).await;
        let removed = removed.map_err(SessionError::store)?;
        match removed.and_then(|record| record.moved_to()) {
            Some(new) => key = new,
            None => break,
        }
    }
    Ok(())
}
