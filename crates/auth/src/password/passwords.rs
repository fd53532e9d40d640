use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, PoisonError, RwLock},
};

use plywood_core::{BoxError, BoxFuture, Identity};

use super::{PasswordHash, Workers, hash, hash::decoy};
use crate::{Accounts, Verdict};

/// The accounts of a database, with hashes from anywhere: whatever [`PasswordHash`] knows.
///
/// A lookup gives the identity of a name and the hash as it is stored. The password is verified on [`Workers`]; a name that is not there costs as
/// much as one that is: the password is verified against a hash of one of the kinds and costs that were looked up lately (eight of them), the same
/// one for the name as long as these are the same. With [`rehash`](Self::rehash), whoever signs in with a hash that is
/// [outdated](PasswordHash::is_outdated) gets a new one, so that a site that has moved keeps its users and loses their old hashes.
///
/// ```
/// use plywood_auth::{BasicAuthLayer, password::{Passwords, Stored}};
/// use plywood_core::{BoxError, Identity};
///
/// # struct Row { roles: Vec<String>, password: String }
/// # async fn row_of(_: &str) -> Result<Option<Row>, std::io::Error> { Ok(None) }
/// # async fn update(_: &str, _: &str) -> Result<(), std::io::Error> { Ok(()) }
/// let accounts = Passwords::new(|name| async move {
///     let Some(row) = row_of(&name).await? else { return Ok(None) };
///     Ok(Some(Stored::new(Identity::new(name).roles(row.roles), row.password)))
/// })
/// .rehash(|name, hash| async move { Ok(update(&name, &hash).await?) });
/// let layer = BasicAuthLayer::of(accounts);
/// ```
#[derive(Clone)]
pub struct Passwords {
    find: Arc<Find>,
    rehash: Option<Arc<Rehash>>,
    workers: Workers,
    decoys: Arc<RwLock<Vec<PasswordHash>>>,
    /// Chooses decoys, in a way that nobody outside can tell.
    chance: RandomState,
}

/// So many kinds and costs of hashes are kept in mind.
const MAX_DECOYS: usize = 8;

type Find = dyn Fn(String) -> BoxFuture<Result<Option<Stored>, BoxError>> + Send + Sync;
type Rehash = dyn Fn(String, String) -> BoxFuture<Result<(), BoxError>> + Send + Sync;

/// An account as a database has it.
#[derive(Clone)]
pub struct Stored {
    identity: Identity,
    hash: String,
}

impl Stored {
    /// Who it is, and the hash of the password.
    pub fn new(identity: Identity, hash: impl Into<String>) -> Self {
        let hash = hash.into();
        Self { identity, hash }
    }
}

impl Passwords {
    /// Asks `find` for the account of a name. Its error means that it could not be found out: nobody gets in, with `503`.
    ///
    /// A hash that [`PasswordHash`] refuses lets nobody in, and is told to the operator by an event of `tracing`.
    pub fn new<F>(find: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<Stored>, BoxError>> + Send + 'static,
    {
        Self {
            find: Arc::new(move |name| Box::pin(find(name))),
            rehash: None,
            workers: Workers::shared(),
            decoys: Arc::default(),
            chance: RandomState::new(),
        }
    }

    /// Calls `save` with the name that was given and a new hash, when somebody has signed in by an outdated one. The sign-in waits for it, and
    /// goes on if it fails: then the operator is told by an event of `tracing`, and the next sign-in tries again. Default: hashes stay as they are.
    ///
    /// Save it only where the old hash is still there: between the lookup and now, somebody may have changed the password.
    #[must_use]
    pub fn rehash<F>(mut self, save: impl Fn(String, String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.rehash = Some(Arc::new(move |name, hash| Box::pin(save(name, hash))));
        self
    }

    /// Verifies on these workers. Default: [`Workers::shared`].
    #[must_use]
    pub fn workers(mut self, workers: Workers) -> Self {
        self.workers = workers;
        self
    }

    async fn ask(self, name: String, password: String) -> Result<Option<Identity>, BoxError> {
        let (identity, stored) = match (self.find)(name.clone()).await? {
            Some(Stored { identity, hash }) => (Some(identity), self.parse(&name, &hash)),
            None => (None, None),
        };
        let is_known = identity.is_some() && stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy(&name));
        let rehashes = self.rehash.is_some() && is_known && stored.is_outdated();
        let verify = move || {
            let is_right = stored.verify(&password) && is_known;
            (is_right, (is_right && rehashes).then(|| hash(&password)))
        };
        let (is_right, new) = self.workers.run(verify).await?;
        if let (Some(rehash), Some(new)) = (&self.rehash, new)
            && let Err(error) = rehash(name, new).await
        {
            tracing::warn!(%error, "the new hash of a password could not be saved");
        }
        Ok(identity.filter(|_| is_right))
    }

    fn parse(&self, name: &str, hash: &str) -> Option<PasswordHash> {
        match hash.parse::<PasswordHash>() {
            Ok(hash) if hash.kind() == super::Kind::Locked => None,
            Ok(hash) => {
                self.keep_in_mind(&hash);
                Some(hash)
            }
            Err(error) => {
                tracing::error!(name, %error, "the hash of an account cannot be used");
                None
            }
        }
    }

    /// Keeps one hash of each kind and cost, in the order of their first accounts.
    fn keep_in_mind(&self, hash: &PasswordHash) {
        let is_alike = |kept: &PasswordHash| kept.costs_as(hash);
        let decoys = self.decoys.read().unwrap_or_else(PoisonError::into_inner);
        if decoys.iter().any(is_alike) {
            return;
        }
        drop(decoys);
        let mut decoys = self.decoys.write().unwrap_or_else(PoisonError::into_inner);
        if !decoys.iter().any(is_alike) {
            if decoys.len() == MAX_DECOYS {
                decoys.remove(0);
            }
            decoys.push(hash.clone());
        }
    }

    fn decoy(&self, name: &str) -> PasswordHash {
        let decoys = self.decoys.read().unwrap_or_else(PoisonError::into_inner);
        let chosen = self.chance.hash_one(name).checked_rem(decoys.len() as u64);
        let chosen = chosen.and_then(|chosen| decoys.get(usize::try_from(chosen).ok()?));
        chosen.unwrap_or_else(|| decoy()).clone()
    }
}

impl Accounts for Passwords {
    fn check(&self, name: &str, password: &str) -> Verdict {
        Verdict::later(self.clone().ask(name.to_owned(), password.to_owned()))
    }
}

/// Does not show the hash.
impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords")
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Mutex};

    use super::*;

    const FLASK: &str =
        "pbkdf2:sha256:1000$salt$6e8453a042a842bdb62de0d3c870ec1241e90ec0ce4f2589ab5e87927122c1e5";

    type Rows = Arc<Mutex<HashMap<String, String>>>;

    fn rows() -> Rows {
        let rows = [
            ("ada", FLASK),
            ("bob", "!"),
            ("cleo", "secret"),
            ("dan", "$2y$31$x"),
        ];
        let rows = rows.map(|(name, hash)| (name.to_owned(), hash.to_owned()));
        Arc::new(Mutex::new(HashMap::from(rows)))
    }

    fn over(rows: &Rows) -> Passwords {
        let rows = Arc::clone(rows);
        Passwords::new(move |name| {
            let hash = rows.lock().unwrap().get(&name).cloned();
            async move {
                match (hash, &*name) {
                    (_, "down") => Err("the database is down".into()),
                    (hash, _) => Ok(hash.map(|hash| Stored::new(Identity::new(name), hash))),
                }
            }
        })
    }

    async fn found(passwords: &Passwords, name: &str, password: &str) -> Option<String> {
        let found = passwords.check(name, password).found().await.unwrap();
        found.map(|identity| identity.name().to_owned())
    }

    #[tokio::test]
    async fn old_users_are_known_and_get_a_new_hash_once() {
        let rows = rows();
        let saved = Arc::clone(&rows);
        let passwords = over(&rows).rehash(move |name, hash| {
            saved.lock().unwrap().insert(name, hash);
            async { Ok(()) }
        });
        assert_eq!(found(&passwords, "ada", "wrong").await, None);
        assert_eq!(rows.lock().unwrap()["ada"], FLASK);
        let ada = found(&passwords, "ada", "correct horse").await;
        assert_eq!(ada.as_deref(), Some("ada"));
        let new = rows.lock().unwrap()["ada"].clone();
        assert!(new.starts_with("$argon2id$"));
        let ada = found(&passwords, "ada", "correct horse").await;
        assert_eq!(ada.as_deref(), Some("ada"));
        assert_eq!(rows.lock().unwrap()["ada"], new);
    }

    #[tokio::test]
    async fn who_cannot_be_verified_does_not_get_in() {
        let passwords = over(&rows());
        for (name, password) in [
            ("bob", "!"),
            ("cleo", "secret"),
            ("dan", "x"),
            ("eve", "correct horse"),
            ("", ""),
        ] {
            assert_eq!(found(&passwords, name, password).await, None, "{name}");
        }
        assert!(passwords.check("down", "x").found().await.is_err());
        assert_eq!(passwords.edition(), None);
    }

    #[tokio::test]
    async fn a_hash_that_is_not_saved_keeps_nobody_out() {
        let passwords = over(&rows()).rehash(|_, _| async { Err("read-only".into()) });
        let ada = found(&passwords, "ada", "correct horse").await;
        assert_eq!(ada.as_deref(), Some("ada"));
    }

    #[tokio::test]
    async fn unknown_names_cost_what_known_ones_do_and_each_always_the_same() {
        let rows = rows();
        let dear = FLASK.replace(":1000$", ":2000$");
        let more = [
            ("finn", dear.as_str()),
            ("gwen", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A="),
        ];
        rows.lock()
            .unwrap()
            .extend(more.map(|(name, hash)| (name.to_owned(), hash.to_owned())));
        let passwords = over(&rows);
        assert_eq!(passwords.decoy("eve").kind(), super::super::Kind::Argon2);
        for name in ["ada", "finn", "gwen"] {
            found(&passwords, name, "wrong").await;
        }
        let names: Vec<_> = (0..100).map(|number| format!("nobody{number}")).collect();
        let chosen = || {
            names
                .iter()
                .map(|name| passwords.decoy(name))
                .collect::<Vec<_>>()
        };
        let first = chosen();
        for known in ["ada", "finn", "gwen"] {
            let hash: PasswordHash = rows.lock().unwrap()[known].parse().unwrap();
            assert!(first.iter().any(|decoy| decoy.costs_as(&hash)), "{known}");
        }
        // Whoever is looked up before it.
        for known in ["ada", "finn", "gwen", "nobody"] {
            found(&passwords, known, "wrong").await;
            assert!(
                first
                    .iter()
                    .zip(chosen())
                    .all(|(one, other)| one.costs_as(&other))
            );
        }
    }

    #[test]
    fn decoys_are_bounded() {
        let passwords = over(&rows());
        for iterations in 1..100 {
            let hash = FLASK.replace(":1000$", &format!(":{iterations}$"));
            passwords.keep_in_mind(&hash.parse().unwrap());
        }
        assert_eq!(passwords.decoys.read().unwrap().len(), MAX_DECOYS);
    }
}
