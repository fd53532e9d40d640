use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use plywood_core::Carrier;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Change, Data, Id, NoSession, SessionError, Vault,
    draft::{Added, Draft, Operation},
    progress::Progress,
};

/// The handle of one request's session.
///
/// Left in the request by the session layer, found by [`Session::of`]. It is cheap to clone, and every clone is the same session. It
/// loads nothing until a value is asked for, and saves nothing until something was changed.
///
/// A change is recorded as an operation and not as a new whole. When another request has changed the session meanwhile, the operations are
/// replayed on what that one left: of two requests that insert different keys, neither loses its change.
///
/// ```
/// use http::Request;
/// use plywood_session_core::{Session, SessionError};
///
/// async fn count(request: Request<()>) -> Result<u64, Box<dyn std::error::Error>> {
///     let session = Session::of(&request)?;
///     let visits = session.update("visits", |visits: Option<u64>| visits.unwrap_or(0) + 1).await?;
///     Ok(visits)
/// }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Handle>);

struct Handle {
    vault: Vault,
    known: Known,
    marks: AtomicU8,
    draft: Mutex<Draft>,
    progress: tokio::sync::Mutex<Progress>,
}

const LOOKED: u8 = 1;
const READ: u8 = 2;
const WRITTEN: u8 = 4;
const CLOSED: u8 = 8;

impl Session {
    /// So many ids of one request are tried. A browser sends two cookies of one name when another path or domain has set one too.
    pub const MAX_IDS: usize = 4;

    pub(crate) fn new(vault: Vault, known: Known) -> Self {
        Self(Arc::new(Handle {
            vault,
            known,
            marks: AtomicU8::new(0),
            draft: Mutex::default(),
            progress: tokio::sync::Mutex::default(),
        }))
    }

    /// The session of this request.
    ///
    /// # Errors
    ///
    /// [`NoSession`] when no session layer stands outside.
    pub fn of(carrier: &impl Carrier) -> Result<&Self, NoSession> {
        carrier.extensions().get().ok_or(NoSession)
    }

    /// Did the request carry a well-formed id? If not, there is nothing to load, and every value is absent.
    ///
    /// It says nothing about whether the session lives. The store is not asked.
    pub fn is_known(&self) -> bool {
        self.mark(LOOKED);
        self.0.known.any()
    }

    /// The value under `key`, if there is one. Loads the session, once.
    ///
    /// # Errors
    ///
    /// When the store fails, or the value is not a `T`.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, SessionError> {
        match self.data().await?.get(key) {
            Some(value) => read(key, value).map(Some),
            None => Ok(None),
        }
    }

    /// Is there a value under `key`? Loads the session, once.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn contains(&self, key: &str) -> Result<bool, SessionError> {
        Ok(self.data().await?.contains_key(key))
    }

    /// The keys of all values, in alphabetical order. Loads the session, once.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn keys(&self) -> Result<Vec<String>, SessionError> {
        Ok(self.data().await?.keys().cloned().collect())
    }

    /// Puts a value under `key`, in place of any before. Loads nothing.
    ///
    /// # Errors
    ///
    /// When the value cannot become JSON or is larger than a session may be, or the response is on its way.
    pub fn insert<T: Serialize>(&self, key: &str, value: T) -> Result<(), SessionError> {
        let value = write(key, value)?;
        self.0.vault.check_value(key, &value)?;
        self.add(key, Operation::Insert(key.into(), value))
    }

    /// Makes the value under `key` of the one before, whatever that is when the session is saved. Loads the session, once.
    ///
    /// Returned is the value made of what this request sees. `change` is called again when another request was faster, and must
    /// therefore do nothing else than compute: 1,000 requests that add one add 1,000.
    ///
    /// # Errors
    ///
    /// When the store fails, the value is not a `T` or does not become JSON, or the response is on its way.
    pub async fn update<T, F>(&self, key: &str, mut change: F) -> Result<T, SessionError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: FnMut(Option<T>) -> T + Send + 'static,
    {
        loop {
            let seen = self.data().await?.get(key).cloned();
            // Outside of any lock, because the closure may use the session.
            let (made, next) = step(key, seen.as_ref(), &mut change)?;
            self.0.vault.check_value(key, &next)?;
            if !self.may_write() {
                return Err(SessionError::closed(key));
            }
            match self.draft().add_step(key, seen.as_ref(), next) {
                Added::InTime(operations) => {
                    let again = move |key: &str, value: Option<&Value>| {
                        step(key, value, &mut change).map(|(_, next)| Some(next))
                    };
                    operations.push(Operation::Update(key.into(), Box::new(again)));
                    return Ok(made);
                }
                Added::TooLate => return Err(SessionError::closed(key)),
                Added::Overtaken => {}
            }
        }
    }

    /// Removes the value under `key`. Loads nothing.
    ///
    /// Like the other verbs that return nothing, it does nothing once the response is on its way.
    pub fn remove(&self, key: &str) {
        // It cannot be too large and runs no code of its own, so only a late one is refused.
        let _ = self.add(key, Operation::Remove(key.into()));
    }

    /// Removes every value. The id stays. Loads nothing.
    pub fn clear(&self) {
        if self.may_write() {
            self.draft().clear();
        }
    }

    /// Gives the session a new id and keeps its values; the old id is dead at once. Loads nothing.
    ///
    /// For every change of what the visitor may do, a sign-in first of all: an id that somebody knew before must be worth nothing after
    /// ([session fixation](https://owasp.org/www-community/attacks/Session_fixation)). The absolute timeout goes on.
    pub fn renew(&self) {
        if self.may_write() {
            self.draft().renew();
        }
    }

    /// Ends the session: its record is deleted and the client's cookie removed. Loads nothing.
    ///
    /// It wins over every request that runs at the same time: what they write is dropped. A value that this request inserts after begins
    /// a new session under a new id.
    pub fn destroy(&self) {
        if self.may_write() {
            self.draft().destroy();
        }
    }

    /// Saves the changes so far, instead of leaving that to the layer, for a handler that wants to answer a failure itself.
    ///
    /// # Errors
    ///
    /// When the store fails, others kept changing the session, or its values are too large. The changes are given up then: the layer
    /// does not try them again.
    pub async fn commit(&self) -> Result<(), SessionError> {
        let mut progress = self.0.progress.lock().await;
        let plan = self.draft().take();
        progress.save(&self.0.vault, &self.0.known, plan).await
    }

    /// Ends the time for changes and says what is left to do. For the layer, when it has the response's head.
    pub fn close(&self) -> Use {
        let marks = self.mark(CLOSED);
        if marks & WRITTEN != 0 {
            return Use::Unsaved;
        }
        if marks & READ != 0 {
            let progress = self.0.progress.try_lock();
            let slides = progress.map_or(true, |progress| progress.slides(&self.0.vault));
            return if slides { Use::Unsaved } else { Use::Read };
        }
        if marks & LOOKED != 0 {
            Use::Looked
        } else {
            Use::Untouched
        }
    }

    /// Saves what is left to be saved, and says what the client must be told. For the layer, after [`close`](Self::close).
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit). Nothing of the changes was saved then.
    pub async fn finish(&self) -> Result<Finished, SessionError> {
        let mut progress = self.0.progress.lock().await;
        let plan = {
            let mut draft = self.draft();
            draft.close();
            draft.take()
        };
        progress.save(&self.0.vault, &self.0.known, plan).await?;
        let slid = if progress.slides(&self.0.vault) {
            progress.slide(&self.0.vault).await
        } else {
            Ok(())
        };
        Ok(Finished {
            change: progress.change(),
            slid,
        })
    }

    /// The values as this request sees them.
    pub(crate) async fn data(&self) -> Result<Arc<Data>, SessionError> {
        self.mark(READ);
        if let Some(view) = self.draft().view() {
            return Ok(Arc::clone(view));
        }
        let mut progress = self.0.progress.lock().await;
        let base = progress.load(&self.0.vault, &self.0.known).await?;
        // With the progress still held, so that no save comes between.
        self.draft().view_upon(&base)
    }

    pub(crate) fn add(&self, key: &str, operation: Operation) -> Result<(), SessionError> {
        if self.may_write() && self.draft().add(operation)? {
            Ok(())
        } else {
            Err(SessionError::closed(key))
        }
    }

    fn may_write(&self) -> bool {
        self.mark(WRITTEN) & CLOSED == 0
    }

    fn mark(&self, mark: u8) -> u8 {
        self.0.marks.fetch_or(mark, Ordering::AcqRel)
    }

    fn draft(&self) -> MutexGuard<'_, Draft> {
        // No code but ours runs under the lock, and a draft is whole after each line of it.
        self.0.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the id.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("known", &self.0.known.any())
            .finish_non_exhaustive()
    }
}

/// What a request has done with its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Nothing: the answer does not depend on it.
    Untouched,
    /// It asked whether the client had sent an id.
    Looked,
    /// It looked at the values, and nothing is left to do.
    Read,
    /// There may be something to save: call [`Session::finish`].
    Unsaved,
}

/// How a request's session ended well.
#[derive(Debug)]
#[must_use]
pub struct Finished {
    /// What the client must be told.
    pub change: Change,
    /// Whether the store heard that the session was used. The answer is no lie if it did not.
    pub slid: Result<(), SessionError>,
}

/// The ids that a client sent.
#[derive(Debug)]
pub(crate) struct Known {
    // The usual one needs no allocation of its own.
    first: Option<Id>,
    more: Vec<Id>,
}

impl Known {
    pub(crate) fn new(ids: impl IntoIterator<Item = Id>) -> Self {
        let mut ids = ids.into_iter().take(Session::MAX_IDS);
        Self {
            first: ids.next(),
            more: ids.collect(),
        }
    }

    pub(crate) fn any(&self) -> bool {
        self.first.is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Id> {
        self.first.iter().chain(&self.more)
    }
}

fn step<T, F>(key: &str, value: Option<&Value>, change: &mut F) -> Result<(T, Value), SessionError>
where
    T: Serialize + DeserializeOwned,
    F: FnMut(Option<T>) -> T,
{
    let made = change(value.map(|value| read(key, value)).transpose()?);
    let next = write(key, &made)?;
    Ok((made, next))
}

fn read<T: DeserializeOwned>(key: &str, value: &Value) -> Result<T, SessionError> {
    T::deserialize(value).map_err(|error| SessionError::value(key, error))
}

fn write<T: Serialize>(key: &str, value: T) -> Result<Value, SessionError> {
    serde_json::to_value(value).map_err(|error| SessionError::value(key, error))
}
