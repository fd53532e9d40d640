//! What the session's cookie looks like.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use plywood_core::Scheme;
use plywood_header::cookie::{self, SameSite, SetCookie};
use plywood_session_core::Id;

/// How the cookie is read and written.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The name where the cookie is secure. It begins with `__Host-`, so that no other host and no plain connection can set it.
    secure_name: Box<str>,
    secure: Secure,
    same_site: SameSite,
    persistent: bool,
}

#[derive(Clone, Copy, Debug)]
enum Secure {
    ByScheme,
    Always,
    Never,
}

const HOST: &str = "__Host-";
const CHECKED: &str = "the name was checked, and an id is made of what a cookie may hold";

impl Policy {
    pub(crate) fn new() -> Self {
        Self {
            secure_name: [HOST, "sid"].concat().into(),
            secure: Secure::ByScheme,
            same_site: SameSite::Lax,
            persistent: false,
        }
    }

    /// # Panics
    ///
    /// When no browser would take a cookie of that name.
    pub(crate) fn rename(&mut self, name: &str) {
        let fits = !name.starts_with("__") && SetCookie::new(name, "").build().is_ok();
        assert!(
            fits,
            "invalid cookie name {name:?}: it must be a token without a prefix such as `__Host-`, which is added where it holds"
        );
        self.secure_name = [HOST, name].concat().into();
    }

    pub(crate) fn always_secure(&mut self) {
        self.secure = Secure::Always;
    }

    pub(crate) fn never_secure(&mut self) {
        self.secure = Secure::Never;
    }

    pub(crate) fn same_site(&mut self, same_site: SameSite) {
        self.same_site = same_site;
    }

    pub(crate) fn persist(&mut self) {
        self.persistent = true;
    }

    /// Is the cookie of a request that came by `scheme` for HTTPS alone?
    pub(crate) fn is_secure(&self, scheme: Option<Scheme>) -> bool {
        match self.secure {
            Secure::ByScheme => scheme == Some(Scheme::Https),
            Secure::Always => true,
            Secure::Never => false,
        }
    }

    /// The well-formed ids that a client sent, in its order. Whatever else a cookie holds is no id.
    pub(crate) fn ids(&self, headers: &HeaderMap, secure: bool) -> impl Iterator<Item = Id> {
        cookie::find_all(headers, self.name(secure)).filter_map(Id::parse)
    }

    /// The field that hands a client its id.
    pub(crate) fn issue(&self, id: &Id, lifetime: Duration, secure: bool) -> HeaderValue {
        let cookie = SetCookie::new(self.name(secure), id.as_str());
        let cookie = if self.persistent {
            cookie.max_age(lifetime)
        } else {
            cookie
        };
        self.dress(cookie, secure)
    }

    /// The field that takes it back.
    pub(crate) fn remove(&self, secure: bool) -> HeaderValue {
        self.dress(SetCookie::removal(self.name(secure)), secure)
    }

    fn dress(&self, cookie: SetCookie<'_>, secure: bool) -> HeaderValue {
        let cookie = cookie.path("/").http_only();
        let cookie = match (self.same_site, secure) {
            // Browsers drop a cookie with `SameSite=None` that is not secure.
            (SameSite::None, false) => cookie.same_site(SameSite::Lax),
            (same_site, false) => cookie.same_site(same_site),
            (same_site, true) => cookie.same_site(same_site).secure(),
        };
        let mut value = cookie.build().expect(CHECKED);
        value.set_sensitive(true);
        value
    }

    fn name(&self, secure: bool) -> &str {
        if secure {
            &self.secure_name
        } else {
            &self.secure_name[HOST.len()..]
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    const ID: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    fn id() -> Id {
        Id::parse(ID).unwrap()
    }

    fn day() -> Duration {
        Duration::from_secs(86400)
    }

    #[test]
    fn the_cookie_is_bound_to_the_host_where_it_is_secure() {
        let policy = Policy::new();
        assert_eq!(
            policy.issue(&id(), day(), true),
            format!("__Host-sid={ID}; Path=/; Secure; HttpOnly; SameSite=Lax")
        );
        assert_eq!(
            policy.issue(&id(), day(), false),
            format!("sid={ID}; Path=/; HttpOnly; SameSite=Lax")
        );
    }

    #[test]
    fn the_options_are_written() {
        let mut policy = Policy::new();
        policy.rename("shop");
        policy.persist();
        policy.same_site(SameSite::None);
        assert_eq!(
            policy.issue(&id(), day(), true),
            format!("__Host-shop={ID}; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=None")
        );
        assert_eq!(
            policy.issue(&id(), day(), false),
            format!("shop={ID}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax")
        );
    }

    #[test]
    fn a_removal_has_the_attributes_without_which_a_browser_would_not_take_it() {
        let value = Policy::new().remove(true);
        let value = value.to_str().unwrap();
        assert!(
            value.starts_with("__Host-sid=; Path=/; Max-Age=0; "),
            "{value}"
        );
        assert!(value.contains("; Secure"), "{value}");
    }

    #[test]
    fn security_follows_the_scheme_unless_it_is_told_otherwise() {
        let (by_scheme, mut always, mut never) = (Policy::new(), Policy::new(), Policy::new());
        always.always_secure();
        never.never_secure();
        for (scheme, expected) in [
            (None, [false, true, false]),
            (Some(Scheme::Http), [false, true, false]),
            (Some(Scheme::Https), [true, true, false]),
        ] {
            let secure = [&by_scheme, &always, &never].map(|policy| policy.is_secure(scheme));
            assert_eq!(secure, expected, "{scheme:?}");
        }
    }

    #[test]
    fn only_well_formed_ids_of_the_right_name_are_read() {
        let policy = Policy::new();
        for (cookies, secure, found) in [
            (format!("a=b; sid={ID}"), false, 1),
            (format!("sid={ID}; sid=x; sid={ID}"), false, 2),
            (format!("sid={ID}"), true, 0),
            (format!("__Host-sid={ID}"), true, 1),
            (format!("__Host-sid={ID}"), false, 0),
            (format!("%5F%5FHost-sid={ID}"), true, 0),
            (format!("__host-sid={ID}"), true, 0),
            (format!("sid=\"{ID}\""), false, 0),
            (format!("sid={ID}x"), false, 0),
            ("sid=../../etc/passwd".to_owned(), false, 0),
            ("sid=".to_owned(), false, 0),
            ("sid".to_owned(), false, 0),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, cookies.parse().unwrap());
            assert_eq!(policy.ids(&headers, secure).count(), found, "{cookies}");
        }
    }

    #[test]
    fn names_that_no_browser_takes_are_refused() {
        for name in [
            "",
            "a b",
            "a;b",
            "a=b",
            "__Host-sid",
            "__Secure-sid",
            "s\u{ef}d",
        ] {
            let renamed = std::panic::catch_unwind(|| Policy::new().rename(name));
            assert!(renamed.is_err(), "{name:?}");
        }
    }
}
