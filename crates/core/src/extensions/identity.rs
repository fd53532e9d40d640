use std::{borrow::Cow, sync::Arc, time::SystemTime};

use super::Carrier;

/// Who asks, and how that is known (CGI's `REMOTE_USER` and `AUTH_TYPE`).
///
/// Left by auth in the request, once the credentials have been checked, and in the response on the way back, so that a log outside
/// of auth can name the user. Read by handlers, by authorization and by the access log. It is cheap to clone.
///
/// ```
/// use plywood_core::Identity;
///
/// let ada = Identity::new("ada").scheme("Basic").roles(["admin", "author"]);
/// assert_eq!(ada.name(), "ada");
/// assert!(ada.has_role("author"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(Arc<Person>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    name: Box<str>,
    scheme: Cow<'static, str>,
    roles: Box<[Box<str>]>,
    authenticated_at: Option<SystemTime>,
}

impl Identity {
    /// Somebody of this name, without a role.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Person {
            name: name.into(),
            scheme: Cow::Borrowed(""),
            roles: Box::default(),
            authenticated_at: None,
        }))
    }

    /// The authentication scheme that proved it: `Basic`, `Digest`, `form` ..
    #[must_use]
    pub fn scheme(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).scheme = scheme.into();
        self
    }

    /// The roles that it has, in place of any before.
    #[must_use]
    pub fn roles<R: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        Arc::make_mut(&mut self.0).roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// When the credentials were given and checked, for rules such as "a password within the last ten minutes".
    #[must_use]
    pub fn authenticated_at(mut self, time: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).authenticated_at = Some(time);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The authentication scheme; empty when nobody said.
    pub fn auth_scheme(&self) -> &str {
        &self.0.scheme
    }

    /// Does it have this role?
    pub fn has_role(&self, role: &str) -> bool {
        self.0.roles.iter().any(|had| &**had == role)
    }

    /// Its roles.
    pub fn iter_roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter().map(|role| &**role)
    }

    /// When it was proved, if auth said so.
    pub fn since(&self) -> Option<SystemTime> {
        self.0.authenticated_at
    }

    /// Who asks, if auth has let somebody in by name.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}
