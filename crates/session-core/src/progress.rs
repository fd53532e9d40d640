use std::{sync::Arc, time::Duration};

use crate::{
    Data, Id, Key, Record, SessionError, Timestamp, Update, Vault,
    draft::{Plan, replay},
    session::Known,
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
    /// It was there, and is no more: whatever this request still does is dropped.
    Gone,
}

#[derive(Clone)]
struct Found {
    key: Key,
    record: Record,
}

/// What the client must be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    },
    /// Its session is over.
    Remove,
}

/// So often a save is tried against writers in other processes. Those of this one take turns.
const TRIES: u32 = 32;

/// Two ids of 192 bits do not meet by chance.
const COLLISIONS: u32 = 3;

impl Progress {
    /// What the store has, asked once.
    pub(crate) async fn load(
        &mut self,
        vault: &Vault,
        known: &Known,
    ) -> Result<Arc<Data>, SessionError> {
        if let State::Unloaded = self.state {
            self.state = first_alive(vault, known)
                .await?
                .map_or(State::Absent, State::Found);
        }
        Ok(match &self.state {
            State::Found(found) => Arc::clone(&found.record.data),
            _ => Arc::default(),
        })
    }

    /// Carries the plan out.
    pub(crate) async fn save(
        &mut self,
        vault: &Vault,
        known: &Known,
        mut plan: Plan,
    ) -> Result<(), SessionError> {
        if plan.destroy {
            self.destroy(vault, known).await?;
        }
        if plan.operations.is_empty() && !plan.renew {
            return Ok(());
        }
        self.load(vault, known).await?;
        match &self.state {
            State::Found(found) => {
                let found = found.clone();
                self.update(vault, found, &mut plan).await
            }
            State::Absent => self.create(vault, &mut plan).await,
            State::Unloaded | State::Gone => Ok(()),
        }
    }

    /// What the client must be told by now.
    pub(crate) fn change(&self) -> Change {
        self.change
    }

    /// Is there a session that should live on because it was used?
    pub(crate) fn slides(&self, vault: &Vault) -> bool {
        let State::Found(Found { record, .. }) = &self.state else {
            return false;
        };
        vault.slides(Timestamp::now(), record.expires, record.deadline)
    }

    /// Lets the session live on because it was used.
    pub(crate) async fn slide(&mut self, vault: &Vault) -> Result<(), SessionError> {
        if let State::Found(Found { key, record }) = &mut self.state {
            let expires = vault.expiry(Timestamp::now(), record.deadline);
            let touched = vault.store().touch(key, expires).await;
            touched.map_err(SessionError::store)?;
            record.expires = expires;
        }
        Ok(())
    }

    async fn destroy(&mut self, vault: &Vault, known: &Known) -> Result<(), SessionError> {
        let mut keys: Vec<Key> = known.iter().map(Id::key).collect();
        if let State::Found(Found { key, .. }) = &self.state
            && !keys.contains(key)
        {
            keys.push(*key);
        }
        for key in &keys {
            let deleted = vault.store().delete(key).await;
            deleted.map_err(SessionError::store)?;
        }
        self.state = State::Absent;
        self.change = if known.any() {
            Change::Remove
        } else {
            Change::Keep
        };
        Ok(())
    }

    async fn create(&mut self, vault: &Vault, plan: &mut Plan) -> Result<(), SessionError> {
        let data = outcome(plan, &Arc::default())?;
        if data.is_empty() {
            return Ok(());
        }
        vault.check_size(&data)?;
        let now = Timestamp::now();
        let deadline = vault.deadline(now);
        let record = Record {
            data,
            version: 1,
            expires: vault.expiry(now, deadline),
            deadline,
        };
        for _ in 0..COLLISIONS {
            let id = Id::random()?;
            let key = id.key();
            let created = vault.store().create(&key, record.clone()).await;
            if created.map_err(SessionError::store)? {
                self.issue(id, Found { key, record }, now);
                return Ok(());
            }
        }
        Err(SessionError::conflict())
    }

    async fn update(
        &mut self,
        vault: &Vault,
        mut found: Found,
        plan: &mut Plan,
    ) -> Result<(), SessionError> {
        let renewed = plan.renew.then(Id::random).transpose()?;
        let _turn = vault.turn(&found.key).await;
        for _ in 0..TRIES {
            let data = outcome(plan, &found.record.data)?;
            if renewed.is_none() && data == found.record.data {
                return Ok(());
            }
            vault.check_size(&data)?;
            let now = Timestamp::now();
            let next = found.next(vault, renewed, data, now);
            let fresh = match found.replace(vault, &next).await? {
                Update::Saved => {
                    match renewed {
                        Some(id) => self.issue(id, next, now),
                        None => self.state = State::Found(next),
                    }
                    return Ok(());
                }
                Update::Conflict => alive(vault, found.key).await?,
                Update::Gone => None,
            };
            let Some(fresh) = fresh else {
                // Destroyed meanwhile, and it stays so. The client keeps its cookie, because by now that may be another one.
                self.state = State::Gone;
                return Ok(());
            };
            found = fresh;
        }
        Err(SessionError::conflict())
    }

    fn issue(&mut self, id: Id, found: Found, now: Timestamp) {
        let lifetime = found.record.deadline.since(now);
        self.change = Change::Issue { id, lifetime };
        self.state = State::Found(found);
    }
}

impl Found {
    /// What is to stand in its place.
    fn next(&self, vault: &Vault, renewed: Option<Id>, data: Arc<Data>, now: Timestamp) -> Self {
        let deadline = self.record.deadline;
        Self {
            key: renewed.map_or(self.key, |id| id.key()),
            record: Record {
                data,
                version: self.record.version + 1,
                expires: vault.expiry(now, deadline),
                deadline,
            },
        }
    }

    async fn replace(&self, vault: &Vault, next: &Self) -> Result<Update, SessionError> {
        let (store, expected, record) = (vault.store(), self.record.version, next.record.clone());
        let update = if next.key == self.key {
            store.update(&self.key, expected, record).await
        } else {
            store.rename(&self.key, expected, &next.key, record).await
        };
        update.map_err(SessionError::store)
    }
}

/// The data after the operations: as somebody has seen them, or replayed upon `data`.
fn outcome(plan: &mut Plan, data: &Arc<Data>) -> Result<Arc<Data>, SessionError> {
    if let Some(view) = plan.view.take() {
        return Ok(view);
    }
    let mut data = Arc::clone(data);
    replay(&mut plan.operations, Arc::make_mut(&mut data))?;
    Ok(data)
}

/// The first of the ids under which there is a session. Another may stem from another path or domain, or be forged.
async fn first_alive(vault: &Vault, known: &Known) -> Result<Option<Found>, SessionError> {
    for id in known.iter() {
        let found = alive(vault, id.key()).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

async fn alive(vault: &Vault, key: Key) -> Result<Option<Found>, SessionError> {
    let loaded = vault.store().load(&key).await;
    let record = loaded.map_err(SessionError::store)?;
    Ok(record
        .filter(|record| !record.is_expired(Timestamp::now()))
        .map(|record| Found { key, record }))
}
