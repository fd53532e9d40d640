use std::{borrow::Cow, fmt, str, sync::Arc, time::SystemTime};

use http::Request;

use super::{Carrier, course::Course};

/// Who asks, and how that is known (CGI's `REMOTE_USER` and `AUTH_TYPE`).
///
/// Left by auth in the request, once the credentials have been checked, and told to the [`Witness`](super::Witness), so that a log outside
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
    name: Name,
    scheme: Cow<'static, str>,
    roles: Box<[Box<str>]>,
    authenticated_at: Option<SystemTime>,
    methods: Cow<'static, str>,
}

impl Identity {
    /// Somebody of this name, without a role.
    pub fn new(name: impl AsRef<str> + Into<Box<str>>) -> Self {
        Self(Arc::new(Person {
            name: Name::new(name),
            scheme: Cow::Borrowed(""),
            roles: Box::default(),
            authenticated_at: None,
            methods: Cow::Borrowed(""),
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

    /// How it was proved, by the words of [RFC 8176 §2] with spaces between them, in place of any before: `pwd`, or `pwd otp`. For rules such as
    /// "a second factor".
    ///
    /// [RFC 8176 §2]: https://www.rfc-editor.org/rfc/rfc8176#section-2
    #[must_use]
    pub fn methods(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).methods = words.into();
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.0.name.as_str()
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

    /// Was it proved by this method?
    pub fn has_method(&self, method: &str) -> bool {
        self.iter_methods().any(|had| had == method)
    }

    /// The methods by which it was proved, as far as auth said so.
    pub fn iter_methods(&self) -> impl Iterator<Item = &str> {
        self.0.methods.split_ascii_whitespace()
    }

    /// Leaves it in the request, in place of any before, and [tells](Self::tell) of it.
    pub fn leave<B>(self, request: &mut Request<B>) {
        self.tell(request);
        request.extensions_mut().insert(self);
    }

    /// Tells the [`Witness`](super::Witness) of the request, if it has one, that this is who asks. For an answer to somebody who gets no
    /// further in, such as a sign-in.
    pub fn tell(&self, carrier: &impl Carrier) {
        let course = Course::of(carrier.extensions());
        if let Some(witness) = course.and_then(|course| course.witness.as_ref()) {
            witness.hear_of(self.clone());
        }
    }

    /// Who asks, if auth has let somebody in by name.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}

/// A short name needs no allocation of its own: it is made anew for every request.
#[derive(Clone)]
enum Name {
    Short([u8; Self::SHORT], u8),
    Long(Box<str>),
}

impl Name {
    const SHORT: usize = 22;

    fn new(name: impl AsRef<str> + Into<Box<str>>) -> Self {
        let text = name.as_ref().as_bytes();
        let mut bytes = [0; Self::SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(text);
                Self::Short(bytes, length)
            }
            _ => Self::Long(name.into()),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Short(bytes, length) => {
                str::from_utf8(&bytes[..usize::from(*length)]).expect("it was made of a text")
            }
            Self::Long(text) => text,
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_is_kept() {
        for name in [
            "",
            "ada",
            "日本語の名前です",
            &"é".repeat(11),
            &"x".repeat(23),
            &"x".repeat(300),
        ] {
            let identity = Identity::new(name);
            assert_eq!(identity.name(), name);
            assert_eq!(identity, Identity::new(String::from(name)));
            assert!(format!("{identity:?}").contains(name));
            assert_ne!(identity, Identity::new(format!("{name}!")));
        }
    }

    #[test]
    fn methods_are_words() {
        let ada = Identity::new("ada").methods("pwd otp");
        assert!(ada.has_method("otp") && ada.has_method("pwd"));
        assert!(!ada.has_method("pwd otp") && !ada.has_method("") && !ada.has_method("hwk"));
        assert_eq!(ada.iter_methods().collect::<Vec<_>>(), ["pwd", "otp"]);
        assert_eq!(Identity::new("ada").iter_methods().count(), 0);
    }

    #[test]
    fn a_name_takes_no_more_room_than_a_text() {
        assert_eq!(size_of::<Name>(), size_of::<String>());
    }
}
