use std::{fmt, sync::Arc, time::Duration};

use plywood_session_core::{Change, Id, Session, SessionError, Vault};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Client, Cookie};

impl Client {
    /// This visitor's session in `vault`: to look into it, or to prepare it, so that a test about the cart need not sign in first.
    ///
    /// The vault is that of the session layer, or one over the same store. A layer that signs its cookies makes them by itself: see
    /// [`cookie_of`](VisitorSession::cookie_of).
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
            made: None,
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
    /// The layer's own way to make a cookie.
    made: Option<Made>,
}

/// Makes the name and the value of a cookie: `name=value`.
type Made = Arc<dyn Fn(&Change) -> Option<String> + Send + Sync>;

impl VisitorSession {
    /// The name of the cookie, all of it, as the browser has it. Default: `__Host-session`.
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// How the layer makes its cookie, name and value: for one that signs them.
    ///
    /// ```
    /// # use plywood_session_core::{Change, Vault};
    /// # #[derive(Clone)]
    /// # struct SessionLayer(Vault);
    /// # impl SessionLayer {
    /// #     fn vault(&self) -> &Vault { &self.0 }
    /// #     fn cookie_of(&self, _: &Change) -> Option<String> { None }
    /// # }
    /// # async fn prepare(client: plywood_test::Client, layer: SessionLayer) {
    /// let session = client.session(layer.vault());
    /// let session = session.cookie_of(move |change| layer.cookie_of(change));
    /// session.insert("user", "ada").await;
    /// # }
    /// ```
    ///
    /// The name is taken from it too; where it is another for http and for https, give [it](Self::cookie_name) after this. The value begins with the session's id: what follows, a signature, is not looked at
    /// here.
    pub fn cookie_of(
        mut self,
        cookie_of: impl Fn(&Change) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let any = Id::parse("A".repeat(Id::LENGTH)).map(|id| Change::Issue {
            id,
            lifetime: Duration::ZERO,
            lasting: false,
        });
        if let Some(cookie) = any.and_then(|change| cookie_of(&change)) {
            cookie
                .split('=')
                .next()
                .unwrap_or_default()
                .clone_into(&mut self.name);
        }
        self.made = Some(Arc::new(cookie_of));
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
            Change::Issue { id, .. } => self.hand(&finished.change, id.as_str()),
            Change::Carry { text, .. } => self.hand(&finished.change, text),
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
            // What follows the id is a signature, if the layer signs.
            let id = texts.find_map(|text| Id::parse(text.get(..Id::LENGTH)?));
            self.vault.session(id)
        }
    }

    /// Gives the visitor the cookie, with `value` if the layer has no other.
    fn hand(&self, change: &Change, value: &str) {
        let made = self.made.as_ref().and_then(|made| made(change));
        let made = made.as_deref().and_then(|cookie| cookie.split_once('='));
        let value = made.map_or(value, |(_, value)| value);
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
