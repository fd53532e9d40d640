use std::fmt;

use plywood_session_core::{Change, Id, Session, SessionError, Vault};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Client, Cookie};

impl Client {
    /// This visitor's session in `vault`: to look into it, or to prepare it, so that a test about the cart need not sign in first.
    ///
    /// The vault is that of the session layer, or one over the same store. A layer that signs its cookies makes them by itself: give the
    /// visitor one by [`store_cookie`](Self::store_cookie) then.
    ///
    /// It needs the feature `session`.
    ///
    /// ```
    /// # async fn prepare(client: plywood_test::Client, vault: plywood_session_core::Vault) {
    /// client.session(&vault).insert("user", "ada").await;
    /// client.get("/members").await.expect_text("hello, ada");
    /// # }
    /// ```
    pub fn session(&self, vault: &Vault) -> VisitorSession {
        VisitorSession {
            client: self.clone(),
            vault: vault.clone(),
            name: "__Host-session".into(),
        }
    }
}

/// The session of a [`Client`], from outside: see [`Client::session`].
///
/// What is changed is saved at once, and the visitor gets the cookie.
#[derive(Clone)]
#[must_use]
pub struct VisitorSession {
    client: Client,
    vault: Vault,
    name: String,
}

impl VisitorSession {
    /// The name of the cookie, all of it, as the browser has it. Default: `__Host-session`.
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The value under `key`, if there is one.
    ///
    /// # Panics
    ///
    /// If the store fails, or the value is not a `T`.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        told(self.handle().get(key).await)
    }

    /// The keys of all values.
    ///
    /// # Panics
    ///
    /// If the store fails.
    pub async fn keys(&self) -> Vec<String> {
        told(self.handle().keys().await)
    }

    /// Puts a value under `key`.
    ///
    /// # Panics
    ///
    /// If the store fails, or the value does not fit.
    pub async fn insert<T: Serialize>(&self, key: &str, value: T) {
        told(self.change(|session| session.insert(key, value)).await);
    }

    /// Takes the value under `key` away.
    ///
    /// # Panics
    ///
    /// If the store fails.
    pub async fn remove(&self, key: &str) {
        self.change(|session| session.remove(key)).await;
    }

    /// Changes the session by its handle, as a request would (renews it, destroys it, leaves a flash), and saves it. What the change gives
    /// is returned.
    ///
    /// # Panics
    ///
    /// If the store fails.
    pub async fn change<T>(&self, change: impl FnOnce(&Session) -> T) -> T {
        let session = self.handle();
        let output = change(&session);
        let finished = told(session.finish().await);
        match &finished.change {
            Change::Keep => {}
            Change::Issue { id, .. } => self.hand(id.as_str()),
            Change::Carry { text, .. } => self.hand(text),
            Change::Remove => self.client.remove_cookie(&self.name),
        }
        output
    }

    /// The handle of a request that this visitor would send.
    fn handle(&self) -> Session {
        let cookie = self.client.cookie(&self.name);
        let mut texts = cookie.iter().map(Cookie::value);
        if self.vault.is_sealed() {
            self.vault.session_of_texts(texts)
        } else {
            self.vault.session(texts.find_map(Id::parse))
        }
    }

    fn hand(&self, value: &str) {
        let secure = if self.name.starts_with("__") {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
            self.name
        );
        self.client.store_cookie(&cookie);
    }
}

fn told<T>(result: Result<T, SessionError>) -> T {
    result.unwrap_or_else(|error| panic!("the session failed: {error}"))
}

impl fmt::Debug for VisitorSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitorSession")
            .field("cookie", &self.name)
            .field("vault", &self.vault)
            .finish_non_exhaustive()
    }
}
