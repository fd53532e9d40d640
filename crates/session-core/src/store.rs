use std::{pin::Pin, sync::Arc};

use plywood_core::BoxError;

use crate::{Key, Record, Timestamp};

/// Where sessions are kept. Any place that can compare and swap will do.
///
/// The rules, which the `conformance` feature tests:
///
/// - An **expired** record ([`Record::is_expired`]) counts as absent for every verb, swept or not; only [`load_now`](Self::load_now) may
///   return it.
/// - A change is all or nothing, and seen by every later call once the future has resolved. A future that is dropped has either made
///   its change or not.
/// - A record is kept as it is given, all five fields, and read by nobody but the caller: a tombstone is a record like any other.
/// - An `Err` is for a store that does not work. "Absent", "conflict" and "gone" are answers.
///
/// ```
/// use std::{collections::HashMap, sync::Mutex};
///
/// use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update};
///
/// #[derive(Default)]
/// struct Shelf(Mutex<HashMap<Key, Record>>);
///
/// impl Shelf {
///     fn live<T>(&self, act: impl FnOnce(&mut HashMap<Key, Record>) -> T) -> Result<T, BoxError> {
///         let mut records = self.0.lock().map_err(|_| "the shelf has fallen down")?;
///         records.retain(|_, record| !record.is_expired(Timestamp::now()));
///         Ok(act(&mut records))
///     }
/// }
///
/// impl Store for Shelf {
///     async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
///         self.live(|records| match records.contains_key(key) {
///             true => false,
///             false => records.insert(*key, record).is_none(),
///         })
///     }
///
///     async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
///         self.live(|records| records.get(key).cloned())
///     }
///
///     async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
///         self.live(|records| match records.get_mut(key) {
///             None => Update::Gone,
///             Some(kept) if kept.version != expected => Update::Conflict,
///             Some(kept) => {
///                 *kept = record;
///                 Update::Saved
///             }
///         })
///     }
///
///     async fn rename(&self, key: &Key, expected: u64, new: &Key, record: Record, tombstone: Record) -> Result<Update, BoxError> {
///         self.live(|records| match records.get_mut(key) {
///             None => Update::Gone,
///             Some(kept) if kept.version != expected => Update::Conflict,
///             Some(kept) => {
///                 *kept = tombstone;
///                 records.insert(*new, record);
///                 Update::Saved
///             }
///         })
///     }
///
///     async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
///         self.live(|records| records.get_mut(key).map(|record| record.expires = expires).is_some())
///     }
///
///     async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
///         self.live(|records| records.remove(key))
///     }
///
///     async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
///         self.live(|records| {
///             let before = records.len();
///             records.retain(|key, record| record.owner.as_deref() != Some(owner) || except == Some(key));
///             (before - records.len()) as u64
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store of sessions",
    label = "sessions cannot be kept in it",
    note = "in memory: `MemoryStore::new()`; in a file, by the feature `session-sqlite`: `SqliteStore::open(path)?`",
    note = "for several machines, by the features `session-redis` and `session-postgres`: `RedisStore::new(url)?`, `PostgresStore::new(url)?`"
)]
pub trait Store: Send + Sync + 'static {
    /// Keeps a record under a key that must be absent. Says whether it was.
    fn create(
        &self,
        key: &Key,
        record: Record,
    ) -> impl Future<Output = Result<bool, BoxError>> + Send;

    /// The record under `key`, if there is one.
    fn load(&self, key: &Key) -> impl Future<Output = Result<Option<Record>, BoxError>> + Send;

    /// The same, for a store that can say it at once because it waits for nobody and nothing. Such a one is asked no further, and spares each
    /// request a future on the heap. Default: `None`, which leaves it to [`load`](Self::load).
    ///
    /// Here a record that has expired may be returned: whoever asks looks at the clock himself, and once is enough.
    fn load_now(&self, key: &Key) -> Option<Result<Option<Record>, BoxError>> {
        let _ = key;
        None
    }

    /// Replaces the record under `key`, if its version is still `expected`. Never creates one: a session that was deleted stays so.
    fn update(
        &self,
        key: &Key,
        expected: u64,
        record: Record,
    ) -> impl Future<Output = Result<Update, BoxError>> + Send;

    /// The same, and files the record under `new`, which is absent. What is kept under `key` from then on is `tombstone`. It is one step: at
    /// no moment are both the old and the new record found, or neither.
    fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> impl Future<Output = Result<Update, BoxError>> + Send;

    /// Moves the end of the record under `key`, and leaves its version. Says whether there was one.
    fn touch(
        &self,
        key: &Key,
        expires: Timestamp,
    ) -> impl Future<Output = Result<bool, BoxError>> + Send;

    /// Removes the record under `key`, and returns it, if there was one. It is one step: what is returned is what was removed.
    fn delete(&self, key: &Key) -> impl Future<Output = Result<Option<Record>, BoxError>> + Send;

    /// Removes every record of `owner`, by an index, but the one under `except`. Says how many there were, expired ones counted or not.
    ///
    /// It is one step with regard to [`rename`](Self::rename): a record that moves at the same time does not escape.
    fn delete_all(
        &self,
        owner: &str,
        except: Option<&Key>,
    ) -> impl Future<Output = Result<u64, BoxError>> + Send;
}

/// What became of an [update](Store::update).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// It is kept.
    Saved,
    /// Somebody else has changed the record since: its version is another.
    Conflict,
    /// There is no such record any more.
    Gone,
}

/// A store that others hold too.
impl<S: Store> Store for Arc<S> {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        (**self).create(key, record).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        (**self).load(key).await
    }

    fn load_now(&self, key: &Key) -> Option<Result<Option<Record>, BoxError>> {
        (**self).load_now(key)
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        (**self).update(key, expected, record).await
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let renamed = (**self).rename(key, expected, new, record, tombstone);
        renamed.await
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        (**self).touch(key, expires).await
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        (**self).delete(key).await
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        (**self).delete_all(owner, except).await
    }
}

/// A [`Store`] of any type. The handle has no type parameter, because it is found in the request by its type.
pub(crate) trait AnyStore: Send + Sync {
    fn create<'a>(&'a self, key: &'a Key, record: Record) -> Answer<'a, bool>;
    fn load<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Record>>;
    fn load_now(&self, key: &Key) -> Option<Result<Option<Record>, BoxError>>;
    fn update<'a>(&'a self, key: &'a Key, expected: u64, record: Record) -> Answer<'a, Update>;
    fn rename<'a>(
        &'a self,
        key: &'a Key,
        expected: u64,
        new: &'a Key,
        record: Record,
        tombstone: Record,
    ) -> Answer<'a, Update>;
    fn touch<'a>(&'a self, key: &'a Key, expires: Timestamp) -> Answer<'a, bool>;
    fn delete<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Record>>;
    fn delete_all<'a>(&'a self, owner: &'a str, except: Option<&'a Key>) -> Answer<'a, u64>;
}

pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

impl<S: Store> AnyStore for S {
    fn create<'a>(&'a self, key: &'a Key, record: Record) -> Answer<'a, bool> {
        Box::pin(Store::create(self, key, record))
    }

    fn load<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Record>> {
        Box::pin(Store::load(self, key))
    }

    fn load_now(&self, key: &Key) -> Option<Result<Option<Record>, BoxError>> {
        Store::load_now(self, key)
    }

    fn update<'a>(&'a self, key: &'a Key, expected: u64, record: Record) -> Answer<'a, Update> {
        Box::pin(Store::update(self, key, expected, record))
    }

    fn rename<'a>(
        &'a self,
        key: &'a Key,
        expected: u64,
        new: &'a Key,
        record: Record,
        tombstone: Record,
    ) -> Answer<'a, Update> {
        Box::pin(Store::rename(self, key, expected, new, record, tombstone))
    }

    fn touch<'a>(&'a self, key: &'a Key, expires: Timestamp) -> Answer<'a, bool> {
        Box::pin(Store::touch(self, key, expires))
    }

    fn delete<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Record>> {
        Box::pin(Store::delete(self, key))
    }

    fn delete_all<'a>(&'a self, owner: &'a str, except: Option<&'a Key>) -> Answer<'a, u64> {
        Box::pin(Store::delete_all(self, owner, except))
    }
}
