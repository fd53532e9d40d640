use std::fmt;

use plywood_core::{BoxError, Identity, future::Next};

use super::{Algorithm, Hex, User, account_hash, user_hash};
use crate::constant_time_eq;

/// Whose account is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    user: &'a User<'a>,
    realm: &'a str,
    algorithm: Algorithm,
}

impl<'a> Asked<'a> {
    pub(super) const fn new(user: &'a User<'a>, realm: &'a str, algorithm: Algorithm) -> Self {
        Self {
            user,
            realm,
            algorithm,
        }
    }

    /// Who the client says that it is.
    pub const fn user(&self) -> &'a User<'a> {
        self.user
    }

    /// The realm.
    pub const fn realm(&self) -> &'a str {
        self.realm
    }

    /// The algorithm that the client uses: a stored hash must be of its [plain](Algorithm::plain) one.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Is it this name that the client means, in the open or by its hash?
    pub fn is(&self, name: &str) -> bool {
        match self.user {
            User::Name(meant) => meant == name,
            User::Hash(hash) => {
                let expected = user_hash(self.algorithm, name, self.realm);
                constant_time_eq(hash.as_bytes(), expected.as_str())
            }
        }
    }
}

/// An account: who it is, and what its responses are computed from.
#[derive(Clone)]
pub struct Account {
    identity: Identity,
    name: Option<String>,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    Password(String),
    Hash(Hex),
}

impl Account {
    /// One whose password is at hand.
    ///
    /// Where names are sent as [hashes](super::Digest::user_hash), one whose identity has another name than it signs in by must say so, by [`name`](Self::name).
    pub fn by_password(identity: Identity, password: impl Into<String>) -> Self {
        Self {
            identity,
            name: None,
            secret: Secret::Password(password.into()),
        }
    }

    /// One whose hash is stored: see [`account_hash`]. It must be of the algorithm that was asked for.
    pub fn by_hash(identity: Identity, hash: Hex) -> Self {
        Self {
            identity,
            name: None,
            secret: Secret::Hash(hash),
        }
    }

    /// The name that the account signs in by, where its identity has another.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The hash that its responses are computed from: by the name that the client has sent, or else by the account's.
    pub(super) fn hash(&self, asked: &Asked<'_>) -> Hex {
        match &self.secret {
            Secret::Hash(hash) => *hash,
            Secret::Password(password) => {
                let name = match asked.user {
                    User::Name(name) => name,
                    User::Hash(_) => self.own_name(),
                };
                account_hash(asked.algorithm, name, asked.realm, password)
            }
        }
    }

    pub(super) const fn is_by_hash(&self) -> bool {
        matches!(self.secret, Secret::Hash(_))
    }

    /// What it signs in by.
    pub(super) fn own_name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.identity.name())
    }

    pub(super) fn into_identity(self) -> Identity {
        self.identity
    }
}

/// Does not show the secret.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("identity", &self.identity)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What was found out about an account.
///
/// Whoever knows at once returns an `Option<Account>`, or a `Result` of one if asking may fail; both become a lookup by [`From`]. Who must wait
/// returns [`Lookup::later`]. An error means that it could not be found out: the visitor gets a `503`.
pub struct Lookup(pub(super) Next<Found>);

pub(super) type Found = Result<Option<Account>, BoxError>;

impl Lookup {
    /// A lookup that takes a wait. It costs a box.
    pub fn later(
        found: impl Future<Output = Result<Option<Account>, BoxError>> + Send + 'static,
    ) -> Self {
        Self(Next::Later(Box::pin(found)))
    }
}

impl From<Option<Account>> for Lookup {
    fn from(found: Option<Account>) -> Self {
        Self(Next::Now(Ok(found)))
    }
}

impl<E: Into<BoxError>> From<Result<Option<Account>, E>> for Lookup {
    fn from(found: Result<Option<Account>, E>) -> Self {
        Self(Next::Now(found.map_err(Into::into)))
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lookup").field(&self.0).finish()
    }
}

/// A store of accounts for Digest, such as an htdigest file. A closure does as well, unless it is to say which algorithms it has.
pub trait DigestAccounts: Send + Sync + 'static {
    /// The account that is asked for.
    fn find(&self, asked: &Asked<'_>) -> Lookup;

    /// Are there hashes of this plain algorithm in this realm? What there is none of is not on offer. Default: yes, because a password serves all.
    fn has(&self, realm: &str, algorithm: Algorithm) -> bool {
        let _ = (realm, algorithm);
        true
    }
}

pub(super) struct Closure<F>(pub(super) F);

impl<F, L> DigestAccounts for Closure<F>
where
    F: Fn(&Asked<'_>) -> L + Send + Sync + 'static,
    L: Into<Lookup>,
{
    fn find(&self, asked: &Asked<'_>) -> Lookup {
        (self.0)(asked).into()
    }
}
