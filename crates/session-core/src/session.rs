use std::{
    any::Any,
    fmt,
    pin::pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use plywood_core::Carrier;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Change, Data, Id, Known, NoSession, Record, SessionError, SessionErrorKind, Vault,
    desk::{CLOSED, Desk, IGNORED, LATE, LOOKED, Look, Papers, READ, WRITTEN},
    draft::{Added, Draft, Operation},
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
pub struct Session(Arc<Handle<dyn Sender>>);

struct Handle<S: ?Sized> {
    known: OnceLock<Known>,
    desk: Desk,
    sender: S,
}

/// Who sent the request, as a session layer knows it. What it sent is read when the session is first used, and never where that is left alone.
///
/// ```
/// use http::HeaderValue;
/// use plywood_session_core::{Id, Known, Sender, Session, Vault};
///
/// /// Bears its id in a field of its own.
/// struct Device(Vault, Option<HeaderValue>);
///
/// impl Sender for Device {
///     fn vault(&self) -> &Vault {
///         &self.0
///     }
///
///     fn known(&self) -> Known {
///         Known::by_ids(self.1.iter().filter_map(Id::parse))
///     }
/// }
///
/// fn session(vault: Vault, request: &http::Request<()>) -> Session {
///     Session::sent_by(Device(vault, request.headers().get("x-session").cloned()))
/// }
/// ```
pub trait Sender: Any + Send + Sync {
    /// Where its session is kept.
    fn vault(&self) -> &Vault;

    /// By what its session is known. It is asked once.
    fn known(&self) -> Known;
}

/// One by whom everything was said when the session was made.
struct Told(Vault);

impl Sender for Told {
    fn vault(&self) -> &Vault {
        &self.0
    }

    fn known(&self) -> Known {
        Known::by_ids([])
    }
}

impl Session {
    /// So many ids of one request are tried. A browser sends two cookies of one name when another path or domain has set one too.
    pub const MAX_IDS: usize = 4;

    /// The key under which the [secret](Self::csrf_secret) lies.
    pub const CSRF_KEY: &str = "_csrf";

    pub(crate) fn new(vault: Vault, known: Known) -> Self {
        Self(Arc::new(Handle {
            known: known.into(),
            desk: Desk::default(),
            sender: Told(vault),
        }))
    }

    /// The session of a client that has not been read yet. For a layer.
    pub fn sent_by(sender: impl Sender) -> Self {
        Self(Arc::new(Handle {
            known: OnceLock::new(),
            desk: Desk::default(),
            sender,
        }))
    }

    /// The client, if it is an `S`. For the layer that has [made](Self::sent_by) the session.
    pub fn sender<S: Sender>(&self) -> Option<&S> {
        let sender: &dyn Any = &self.0.sender;
        sender.downcast_ref()
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
        self.0.desk.mark(LOOKED);
        self.known().any()
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

    /// The keys of the values that are at hand: none before a value was asked for. Loads nothing and counts as no use of the session, for who tells
    /// of a request and has no part in it.
    pub fn keys_at_hand(&self) -> Vec<String> {
        let mut papers = self.0.desk.papers();
        let seen = papers.at_hand();
        seen.map_or_else(Vec::new, |data| data.keys().cloned().collect())
    }

    /// Puts a value under `key`, in place of any before. Loads nothing.
    ///
    /// # Errors
    ///
    /// When the value cannot become JSON or is larger than a session may be, or the response is on its way.
    pub fn insert<T: Serialize>(&self, key: &str, value: T) -> Result<(), SessionError> {
        let value = write(key, value)?;
        self.vault().check_value(key, &value)?;
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
            self.vault().check_value(key, &next)?;
            let mut papers = self.0.desk.papers();
            let Some((draft, base)) = papers.write() else {
                return Err(SessionError::closed(key));
            };
            match draft.add_step(key, seen.as_ref(), next, base)? {
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
        self.write(Draft::clear);
    }

    /// Gives the session a new id and keeps its values; the old id is dead at once. Loads nothing.
    ///
    /// For every change of what the visitor may do, a sign-in first of all: an id that somebody knew before must be worth nothing after
    /// ([session fixation](https://owasp.org/www-community/attacks/Session_fixation)). The absolute timeout goes on.
    pub fn renew(&self) {
        self.write(Draft::renew);
    }

    /// Says whose session it is: a user's name or number, known to the application alone. Loads nothing.
    ///
    /// For "sign out everywhere": [`Vault::destroy_all`] ends all sessions of one owner, [`destroy_others`](Self::destroy_others) all but
    /// this one. It stays when the session is renewed, and goes with [`clear`](Self::clear).
    ///
    /// # Errors
    ///
    /// When the name is longer than [`Record::MAX_OWNER`](crate::Record::MAX_OWNER) bytes, or the response is on its way.
    pub fn belongs_to(&self, owner: &str) -> Result<(), SessionError> {
        if owner.len() > Record::MAX_OWNER {
            return Err(SessionError::too_large("owner"));
        }
        match self.write(|draft| draft.belong_to(owner.into())) {
            Some(true) => Ok(()),
            _ => Err(SessionError::closed("owner")),
        }
    }

    /// Ends all other sessions of the owner of this one, and returns how many there were: after a change of the password, say. Saves the
    /// changes so far first.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub async fn destroy_others(&self) -> Result<u64, SessionError> {
        self.commit().await?;
        let (vault, known) = (self.vault(), self.known());
        let delete = pin!(async {
            let (mut progress, ()) = self.0.desk.hold(|_| ()).await;
            progress.load(vault, known).await?;
            let Some((owner, key)) = progress.owner() else {
                return Ok(0);
            };
            let deleted = vault.store()?.delete_all(&owner, Some(&key)).await;
            deleted.map_err(SessionError::store)
        });
        vault.patiently(delete).await
    }

    /// Lets the session end in `time` from now, neither sooner for want of use nor later for use: instead of the idle and the absolute
    /// timeout. Loads nothing.
    ///
    /// For "remember me" (longer) and for a visitor with great rights (shorter). The cookie is issued again, and outlives the browser.
    pub fn expire_after(&self, time: Duration) {
        self.write(|draft| draft.live(time));
    }

    /// Leaves the session as it was: of this request nothing is saved, neither its changes nor that it was here.
    ///
    /// For what asks again and again on its own, such as a page that polls. What was [committed](Self::commit) before stays.
    pub fn ignore(&self) {
        self.0.desk.mark(IGNORED);
    }

    /// Lets the session be changed while the body of the response streams: what is changed by then is saved before the body ends. Without
    /// it such a change is refused, with [`SessionErrorKind::Closed`](crate::SessionErrorKind::Closed).
    ///
    /// No cookie can be set by then. So the session must be there by the response's head, or changes are refused all the same, and
    /// [`renew`](Self::renew) and [`expire_after`](Self::expire_after) do nothing any more. A client that goes before the body ends takes with
    /// it what was not [committed](Self::commit). When the save fails, the body ends with the error.
    pub fn late_save(&self) {
        self.0.desk.mark(LATE);
    }

    /// The session's secret for tokens against [cross-site request forgery](https://owasp.org/www-community/attacks/csrf): 192 random
    /// bits as 32 characters. It is made when it is first asked for, saved at once, and forgotten at [`renew`](Self::renew).
    ///
    /// Never send it as it is; derive a token from it, or mask it anew for each page.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit); or the response is on its way.
    pub async fn csrf_secret(&self) -> Result<String, SessionError> {
        if let Some(secret) = self.get(Self::CSRF_KEY).await? {
            return Ok(secret);
        }
        let secret = Id::random()?.as_str().to_owned();
        let keep = move |_: &str, value: Option<&Value>| {
            let absent = || Value::from(secret.clone());
            Ok(Some(value.cloned().unwrap_or_else(absent)))
        };
        self.add(
            Self::CSRF_KEY,
            Operation::Update(Self::CSRF_KEY.into(), Box::new(keep)),
        )?;
        // Two pages that are made at the same time must agree.
        self.commit().await?;
        let kept = self.get(Self::CSRF_KEY).await?;
        kept.ok_or_else(SessionError::gone)
    }

    /// Ends the session: its record is deleted and the client's cookie removed. Loads nothing.
    ///
    /// It wins over every request that runs at the same time: what they write is dropped, and if one of them has renewed the session, the
    /// renewed one ends. A value that this request inserts after begins a new session under a new id.
    pub fn destroy(&self) {
        self.write(Draft::destroy);
    }

    /// Saves the changes so far, instead of leaving that to the layer, for a handler that wants to answer a failure itself.
    ///
    /// `Ok` says that the store has them.
    ///
    /// # Errors
    ///
    /// When the store fails, others kept changing the session, its values are too large, or it is [gone](crate::SessionErrorKind::Gone):
    /// another request has ended it, or renewed it, since this one began. The changes are given up then: the layer does not try them again.
    ///
    /// The layer's own save, without a `commit`, drops what is meant for a session that is gone and lets the answer pass: who signs out in
    /// one tab does not want an error in another.
    pub async fn commit(&self) -> Result<(), SessionError> {
        let (vault, known, desk) = (self.vault(), self.known(), &self.0.desk);
        let save = pin!(async {
            let (mut progress, mut plan) = desk.hold(|papers| papers.draft.take()).await;
            progress.save(vault, known, &mut plan).await
        });
        vault.patiently(save).await
    }

    /// Ends the time for changes, unless they may come [late](Self::late_save), and says what is left to do. For the layer, when it has the
    /// response's head.
    pub fn close(&self) -> Use {
        let mut papers = self.0.desk.papers();
        let marks = papers.marks;
        if marks & LATE == 0 {
            papers.marks |= CLOSED;
        }
        // What was committed before may have a cookie to be set.
        if marks & (WRITTEN | LATE) != 0 {
            Use::Unsaved
        } else if marks & READ != 0 {
            let slides = marks & IGNORED == 0 && papers.may_slide(self.vault());
            if slides { Use::Unsaved } else { Use::Read }
        } else if marks & LOOKED != 0 {
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
    pub fn finish(&self) -> impl Future<Output = Result<Finished, SessionError>> + Send {
        self.finish_part(true)
    }

    /// The same, and leaves the session open if changes may come [late](Self::late_save). Then [`is_open`](Self::is_open) says so, and
    /// [`finish`](Self::finish) follows when the body ends.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish).
    pub fn finish_head(&self) -> impl Future<Output = Result<Finished, SessionError>> + Send {
        self.finish_part(self.0.desk.papers().marks & LATE == 0)
    }

    async fn finish_part(&self, is_last: bool) -> Result<Finished, SessionError> {
        let (vault, known, desk) = (self.vault(), self.known(), &self.0.desk);
        let save = pin!(async {
            let begin = |papers: &mut Papers| {
                if is_last {
                    papers.close();
                }
                (papers.draft.take(), papers.marks & IGNORED != 0)
            };
            let (mut progress, (mut plan, ignored)) = desk.hold(begin).await;
            if !ignored {
                match progress.save(vault, known, &mut plan).await {
                    // Nobody asked whether it was kept, and the client has a newer cookie, or none.
                    Err(error) if error.kind() == SessionErrorKind::Gone => {}
                    saved => saved?,
                }
            }
            let slid = if !ignored && progress.slides(vault) {
                progress.slide(vault).await
            } else {
                Ok(())
            };
            if !is_last {
                progress.load(vault, known).await?;
            }
            let change = progress.take_change();
            let can_change = !vault.is_sealed() && progress.is_found();
            let mut papers = progress.put_back();
            if !is_last {
                papers.draft.head_goes();
                if !can_change {
                    papers.close();
                }
            }
            Ok(Finished { change, slid })
        });
        vault.patiently(save).await
    }

    /// Can it still be changed? For the layer.
    pub fn is_open(&self) -> bool {
        self.0.desk.papers().marks & CLOSED == 0
    }

    /// The values as this request sees them.
    pub(crate) async fn data(&self) -> Result<Arc<Data>, SessionError> {
        let desk = &self.0.desk;
        let mut held = match desk.look()? {
            Look::Seen(data) => return Ok(data),
            Look::Yours(held) => Some(held),
            Look::Busy => None,
        };
        let (vault, known) = (self.vault(), self.known());
        let load = pin!(async {
            let progress = match &mut held {
                Some(progress) => progress,
                None => held.insert(desk.hold(|_| ()).await.0),
            };
            progress.load(vault, known).await?;
            // The papers stay locked, so that no save comes between.
            progress.put_back().seen()
        });
        vault.patiently(load).await
    }

    pub(crate) fn add(&self, key: &str, operation: Operation) -> Result<(), SessionError> {
        match self.write(|draft| draft.add(operation)).transpose()? {
            Some(true) => Ok(()),
            _ => Err(SessionError::closed(key)),
        }
    }

    fn vault(&self) -> &Vault {
        self.0.sender.vault()
    }

    fn known(&self) -> &Known {
        self.0.known.get_or_init(|| self.0.sender.known())
    }

    /// Changes the draft, unless it is too late.
    fn write<T>(&self, act: impl FnOnce(&mut Draft) -> T) -> Option<T> {
        let mut papers = self.0.desk.papers();
        papers.write().map(|(draft, _)| act(draft))
    }
}

/// Without the id.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("known", &self.known().any())
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
