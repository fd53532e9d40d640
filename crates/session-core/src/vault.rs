use std::{
    fmt,
    future::poll_fn,
    hash::{BuildHasher, RandomState},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use plywood_core::BoxFuture;
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    Data, Id, Key, Known, Seal, Session, SessionError, Store, Timestamp, record, store::AnyStore,
};

/// A store and the rules by which sessions are kept in it. It makes the [`Session`] of each request.
///
/// The session layer holds one. A program that handles sessions without a request (a job, a test) makes its own.
///
/// ```
/// # async fn look(store: impl plywood_session_core::Store, id: plywood_session_core::Id) -> Result<(), plywood_session_core::SessionError> {
/// use std::time::Duration;
/// use plywood_session_core::Vault;
///
/// let vault = Vault::new(store).idle_timeout(Duration::from_secs(1800));
/// let session = vault.session([id]);
/// let user: Option<String> = session.get("user").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Vault(Arc<Room>);

struct Room {
    place: Place,
    rules: Rules,
    clock: Option<Clock>,
    turns: [Turns; TURNS],
}

#[derive(Clone, Copy)]
struct Rules {
    idle: Duration,
    absolute: Duration,
    max_size: usize,
    patience: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            idle: Vault::IDLE_TIMEOUT,
            absolute: Vault::ABSOLUTE_TIMEOUT,
            max_size: Vault::MAX_SIZE,
            patience: Vault::STORE_TIMEOUT,
        }
    }
}

/// Waits so long.
type Clock = Arc<dyn Fn(Duration) -> BoxFuture<()> + Send + Sync>;

/// Where records are.
#[derive(Clone)]
pub(crate) enum Place {
    Store(Arc<dyn AnyStore>),
    /// With the clients.
    Sealed(Arc<dyn Seal>),
}

/// Writers of one session take turns within a process when they meet. The number bounds the memory, not the sessions.
const TURNS: usize = 64;

struct Turns {
    /// So many have met another and are not done.
    met: AtomicUsize,
    lock: Mutex<()>,
}

impl Turns {
    const fn new() -> Self {
        Self {
            met: AtomicUsize::new(0),
            lock: Mutex::const_new(()),
        }
    }
}

/// The time in which one request saves a session. It ends when this is dropped.
pub(crate) struct Turn<'a> {
    _lock: MutexGuard<'a, ()>,
    _met: Met<'a>,
}

/// Counted until it is dropped.
struct Met<'a>(&'a AtomicUsize);

impl<'a> Met<'a> {
    fn count(met: &'a AtomicUsize) -> Self {
        met.fetch_add(1, Ordering::Relaxed);
        Self(met)
    }
}

impl Drop for Met<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Vault {
    /// The idle timeout unless another is chosen: a day.
    pub const IDLE_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
    /// The absolute timeout unless another is chosen: 30 days.
    pub const ABSOLUTE_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
    /// The most bytes of one session's values unless another limit is chosen: 64 KiB, counted about as JSON.
    pub const MAX_SIZE: usize = 64 * 1024;

    /// The deepest that values may be nested: lists in lists, and so on. What is deeper could be written, and not be read again.
    pub const MAX_DEPTH: usize = 64;

    /// How long a store may take to answer unless another time is chosen: one and a half seconds.
    pub const STORE_TIMEOUT: Duration = Duration::from_millis(1500);

    /// So long a session that was renewed leaves a tombstone under its old key: half a minute. The old id signs nobody in from the first
    /// moment. Meanwhile a request that still holds it can [end](Session::destroy) the session, and does nothing else: what it writes is dropped,
    /// and it begins no other session whose cookie would replace the new one.
    pub const TOMBSTONE: Duration = Duration::from_secs(30);

    /// Keeps sessions in `store`.
    pub fn new(store: impl Store) -> Self {
        Self::furnished(Place::Store(Arc::new(store)), Rules::default(), None)
    }

    /// Keeps each session with its client, sealed: see [`Seal`] for what that cannot do.
    pub fn sealed(seal: impl Seal) -> Self {
        Self::furnished(Place::Sealed(Arc::new(seal)), Rules::default(), None)
    }

    /// The same rules with another seal, and no store.
    #[must_use]
    pub fn resealed(&self, seal: impl Seal) -> Self {
        Self::furnished(
            Place::Sealed(Arc::new(seal)),
            self.0.rules,
            self.0.clock.clone(),
        )
    }

    /// How long a session lives that nobody uses. Default: [`IDLE_TIMEOUT`](Self::IDLE_TIMEOUT).
    ///
    /// Each request that reads or writes the session moves its end; the store hears of it when a tenth of the time has passed.
    #[must_use]
    pub fn idle_timeout(self, time: Duration) -> Self {
        self.ruled(|rules| rules.idle = time)
    }

    /// How long a session lives at most, used or not, renewed or not. Default: [`ABSOLUTE_TIMEOUT`](Self::ABSOLUTE_TIMEOUT).
    #[must_use]
    pub fn absolute_timeout(self, time: Duration) -> Self {
        self.ruled(|rules| rules.absolute = time)
    }

    /// The most bytes of one session's values, counted about as JSON. Default: [`MAX_SIZE`](Self::MAX_SIZE).
    #[must_use]
    pub fn max_size(self, bytes: usize) -> Self {
        self.ruled(|rules| rules.max_size = bytes)
    }

    /// How long a load or a save may take, with all its calls of the store. Default: [`STORE_TIMEOUT`](Self::STORE_TIMEOUT).
    ///
    /// A save that takes longer is an error, and may have been made. Without a [clock](Self::clock) there is no limit.
    #[must_use]
    pub fn store_timeout(self, time: Duration) -> Self {
        self.ruled(|rules| rules.patience = time)
    }

    /// What waits for a time, of whichever runtime there is: `|time| Box::pin(tokio::time::sleep(time))`. Default: none. The session layer
    /// brings tokio's.
    ///
    /// It is asked for only where a store does not answer at once, and where a save has lost to another process and is to be tried again.
    #[must_use]
    pub fn clock(self, sleep: impl Fn(Duration) -> BoxFuture<()> + Send + Sync + 'static) -> Self {
        let Room { place, rules, .. } = &*self.0;
        Self::furnished(place.clone(), *rules, Some(Arc::new(sleep)))
    }

    /// The session of a client that sent these ids. Nothing is loaded yet.
    ///
    /// The ids are tried in their order, [`Session::MAX_IDS`] at most.
    pub fn session(&self, ids: impl IntoIterator<Item = Id>) -> Session {
        Session::new(self.clone(), Known::by_ids(ids))
    }

    /// The session of a client that sent these texts, where sessions are [sealed](Self::sealed). Nothing is opened yet.
    ///
    /// They are tried in their order, [`Session::MAX_IDS`] at most.
    pub fn session_of_texts<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Session {
        Session::new(self.clone(), Known::by_texts(texts))
    }

    /// Are sessions sealed, and with their clients?
    pub fn is_sealed(&self) -> bool {
        matches!(self.0.place, Place::Sealed(_))
    }

    /// Ends every session of `owner`: "sign out everywhere". Returns how many there were.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn destroy_all(&self, owner: &str) -> Result<u64, SessionError> {
        let delete = pin!(async {
            let deleted = self.store()?.delete_all(owner, None).await;
            deleted.map_err(SessionError::store)
        });
        self.patiently(delete).await
    }

    fn furnished(place: Place, rules: Rules, clock: Option<Clock>) -> Self {
        Self(Arc::new(Room {
            place,
            rules,
            clock,
            turns: [const { Turns::new() }; TURNS],
        }))
    }

    fn ruled(self, rule: impl FnOnce(&mut Rules)) -> Self {
        let mut rules = self.0.rules;
        rule(&mut rules);
        Self::furnished(self.0.place.clone(), rules, self.0.clock.clone())
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0.place
    }

    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn store(&self) -> Result<&dyn AnyStore, SessionError> {
        match &self.0.place {
            Place::Store(store) => Ok(&**store),
            Place::Sealed(_) => Err(SessionError::unsupported()),
        }
    }

    fn max_bytes(&self) -> usize {
        let max = self.0.rules.max_size;
        match &self.0.place {
            Place::Store(_) => max,
            Place::Sealed(seal) => max.min(seal.capacity()),
        }
    }

    /// Waits for the store, but not for ever.
    ///
    /// The work is pinned by the caller, because a future that is handed over has its place twice: with who hands it over, and here.
    pub(crate) async fn patiently<T>(
        &self,
        mut work: Pin<&mut impl Future<Output = Result<T, SessionError>>>,
    ) -> Result<T, SessionError> {
        match poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await {
            Poll::Ready(done) => return done,
            Poll::Pending => {}
        }
        // On the heap, so that work that is done at once has no place for it.
        Box::pin(self.wait(work)).await
    }

    async fn wait<T>(
        &self,
        mut work: Pin<&mut impl Future<Output = Result<T, SessionError>>>,
    ) -> Result<T, SessionError> {
        let Some(clock) = &self.0.clock else {
            return work.await;
        };
        let patience = self.0.rules.patience;
        let mut over = clock(patience);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Pending => over
                .as_mut()
                .poll(cx)
                .map(|()| Err(SessionError::late(patience))),
            done @ Poll::Ready(_) => done,
        })
        .await
    }

    /// When a session ends that is used now and must end at `deadline`.
    pub(crate) fn expiry(&self, now: Timestamp, deadline: Timestamp) -> Timestamp {
        (now + self.0.rules.idle).min(deadline)
    }

    pub(crate) fn deadline(&self, now: Timestamp) -> Timestamp {
        now + self.0.rules.absolute
    }

    /// Is it time to tell the store that the session was used? Only then is it worth a write.
    pub(crate) fn slides(&self, now: Timestamp, expires: Timestamp, deadline: Timestamp) -> bool {
        let gained = self.expiry(now, deadline).since(expires);
        gained > Duration::ZERO && gained >= self.0.rules.idle / 10
    }

    pub(crate) fn check_size(&self, data: &Data) -> Result<(), SessionError> {
        if record::weight(data) > self.max_bytes() {
            return Err(SessionError::too_large(""));
        }
        Ok(())
    }

    pub(crate) fn check_value(
        &self,
        key: &str,
        value: &serde_json::Value,
    ) -> Result<(), SessionError> {
        if record::weight_of(value) > self.max_bytes() {
            return Err(SessionError::too_large(key));
        }
        if record::is_deeper(value, Self::MAX_DEPTH) {
            return Err(SessionError::too_deep(key));
        }
        Ok(())
    }

    /// Has one request of this process met another that saves the session, and is not done yet?
    pub(crate) fn is_crowded(&self, key: &Key) -> bool {
        self.turns(key).met.load(Ordering::Relaxed) > 0
    }

    /// Waits until no other request that was met saves the session.
    ///
    /// Correctness is the store's compare and swap; this keeps a crowd from starving one of its members. Where nobody meets, nobody waits.
    pub(crate) async fn turn(&self, key: &Key) -> Turn<'_> {
        let turns = self.turns(key);
        let met = Met::count(&turns.met);
        Turn {
            // On the heap, because it is rare and every save would have its place.
            _lock: Box::pin(turns.lock.lock()).await,
            _met: met,
        }
    }

    /// Waits a random time before a save that has `lost` to other processes is tried again. Without a [clock](Self::clock) it does not.
    ///
    /// Those of this process have had their turn, so that it met another one: two that keep in step would let the same one win each time.
    pub(crate) async fn stand_back(&self, lost: u32) {
        if let Some(clock) = &self.0.clock {
            clock(pause(lost)).await;
        }
    }

    fn turns(&self, key: &Key) -> &Turns {
        &self.0.turns[usize::from(key.as_bytes()[0]) % TURNS]
    }
}

/// Up to 2 ms after the first loss, then twice as long after each one, up to 32 ms.
fn pause(lost: u32) -> Duration {
    let most = 1000 << lost.min(5);
    Duration::from_micros(RandomState::new().hash_one(lost) % most)
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("idle_timeout", &self.0.rules.idle)
            .field("absolute_timeout", &self.0.rules.absolute)
            .field("max_size", &self.0.rules.max_size)
            .field("store_timeout", &self.0.rules.patience)
            .finish_non_exhaustive()
    }
}
