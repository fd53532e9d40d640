//! What the session's cookie looks like.

use std::{borrow::Cow, time::Duration};

use http::HeaderValue;
use plywood_core::Scheme;
use plywood_header::cookie::{self, CookieError, SameSite, SetCookie};
use plywood_session_core::{Change, Id};

#[cfg(feature = "keys")]
use crate::signed::Signed;

/// How the cookie is read and written.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The name with `__Host-` before it: where it holds, no other host and no plain connection can set the cookie.
    host_name: Box<str>,
    /// The name with `__Secure-` before it, for a cookie with a domain or a path of its own.
    secure_name: Box<str>,
    security: Security,
    same_site: SameSite,
    path: Box<str>,
    domain: Option<Box<str>>,
    partitioned: bool,
    persistent: bool,
    #[cfg(feature = "keys")]
    signed: Option<Signed>,
}

/// Where the cookie is for HTTPS alone.
#[derive(Clone, Copy, Debug)]
enum Security {
    Everywhere,
    ByScheme,
    Nowhere,
}

/// How long a cookie is to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) time: Duration,
    /// Whether it outlives the browser whatever the policy says.
    pub(crate) lasting: bool,
}

const HOST: &str = "__Host-";
const SECURE: &str = "__Secure-";

impl Policy {
    pub(crate) fn new() -> Self {
        Self {
            host_name: [HOST, "session"].concat().into(),
            secure_name: [SECURE, "session"].concat().into(),
            security: Security::Everywhere,
            same_site: SameSite::Lax,
            path: "/".into(),
            domain: None,
            partitioned: false,
            persistent: false,
            #[cfg(feature = "keys")]
            signed: None,
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
        self.host_name = [HOST, name].concat().into();
        self.secure_name = [SECURE, name].concat().into();
    }

    pub(crate) fn follow_scheme(&mut self) {
        self.security = Security::ByScheme;
    }

    pub(crate) fn never_secure(&mut self) {
        self.security = Security::Nowhere;
    }

    pub(crate) fn same_site(&mut self, same_site: SameSite) {
        self.same_site = same_site;
    }

    /// # Panics
    ///
    /// When no cookie can have that path.
    pub(crate) fn path(&mut self, path: &str) {
        let fits = path.starts_with('/') && SetCookie::new("a", "").path(path).build().is_ok();
        assert!(
            fits,
            "invalid cookie path {path:?}: it must begin with a slash and be printable ASCII without semicolon"
        );
        self.path = path.into();
    }

    /// # Panics
    ///
    /// When no cookie can have that domain.
    pub(crate) fn domain(&mut self, domain: &str) {
        let fits = !domain.is_empty() && SetCookie::new("a", "").domain(domain).build().is_ok();
        assert!(
            fits,
            "invalid cookie domain {domain:?}: it must be letters, digits, dots and hyphens"
        );
        self.domain = Some(domain.into());
    }

    pub(crate) fn partition(&mut self) {
        self.partitioned = true;
    }

    pub(crate) fn persist(&mut self) {
        self.persistent = true;
    }

    /// Is the cookie of a request that came by `scheme` for HTTPS alone? Where that does not depend on it, nobody looks.
    pub(crate) fn is_secure(&self, scheme: impl FnOnce() -> Option<Scheme>) -> bool {
        match self.security {
            Security::Everywhere => true,
            Security::ByScheme => scheme() == Some(Scheme::Https),
            Security::Nowhere => false,
        }
    }

    /// The values of the cookies of our name in the lines of the field, in the order sent.
    pub(crate) fn values<'h>(
        &self,
        lines: impl IntoIterator<Item = &'h HeaderValue>,
        secure: bool,
    ) -> impl Iterator<Item = &'h [u8]> {
        cookie::find_all_in(lines, self.name(secure))
    }

    /// The well-formed ids among them, with a right signature if they are to have one.
    pub(crate) fn ids<'h>(
        &self,
        lines: impl IntoIterator<Item = &'h HeaderValue>,
        secure: bool,
    ) -> impl Iterator<Item = Id> {
        let values = self.values(lines, secure);
        values.filter_map(|value| self.id(value))
    }

    #[cfg(feature = "keys")]
    fn id(&self, value: &[u8]) -> Option<Id> {
        match &self.signed {
            Some(signed) => signed.id(value),
            None => Id::parse(value),
        }
    }

    #[cfg(not(feature = "keys"))]
    #[expect(clippy::unused_self, reason = "with keys it matters")]
    fn id(&self, value: &[u8]) -> Option<Id> {
        Id::parse(value)
    }

    #[cfg(feature = "keys")]
    pub(crate) fn sign(&mut self, keys: crate::Keys) {
        self.signed = Some(Signed::new(keys, self.plain_name()));
    }

    /// What the client's cookie is to be, if it is to be another.
    pub(crate) fn value<'c>(&self, change: &'c Change) -> Option<(Cow<'c, str>, Lifetime)> {
        let lifetime = |time, lasting| Lifetime { time, lasting };
        match change {
            Change::Issue {
                id,
                lifetime: time,
                lasting,
            } => Some((self.spelled(id), lifetime(*time, *lasting))),
            Change::Carry {
                text,
                lifetime: time,
                lasting,
            } => Some((text.into(), lifetime(*time, *lasting))),
            Change::Keep | Change::Remove => None,
        }
    }

    #[cfg(feature = "keys")]
    fn spelled<'i>(&self, id: &'i Id) -> Cow<'i, str> {
        match &self.signed {
            Some(signed) => signed.spelled(id).into(),
            None => id.as_str().into(),
        }
    }

    #[cfg(not(feature = "keys"))]
    #[expect(clippy::unused_self, reason = "with keys it matters")]
    fn spelled<'i>(&self, id: &'i Id) -> Cow<'i, str> {
        id.as_str().into()
    }

    /// The field that hands a client its session.
    ///
    /// # Errors
    ///
    /// When name and value are longer together than a browser takes.
    pub(crate) fn issue(
        &self,
        value: &str,
        lifetime: Lifetime,
        secure: bool,
    ) -> Result<HeaderValue, CookieError> {
        let cookie = SetCookie::new(self.name(secure), value);
        let cookie = if self.persistent || lifetime.lasting {
            cookie.max_age(lifetime.time)
        } else {
            cookie
        };
        self.dress(cookie, secure)
    }

    /// The field that takes it back.
    pub(crate) fn remove(&self, secure: bool) -> HeaderValue {
        let cookie = SetCookie::removal(self.name(secure));
        let dressed = self.dress(cookie, secure);
        dressed.expect("name, path and domain were checked, and there is no value")
    }

    fn dress(&self, cookie: SetCookie<'_>, secure: bool) -> Result<HeaderValue, CookieError> {
        let cookie = cookie.path(&*self.path).http_only();
        let cookie = match &self.domain {
            Some(domain) => cookie.domain(&**domain),
            None => cookie,
        };
        let cookie = match (self.same_site, secure) {
            // Browsers drop a cookie with `SameSite=None` that is not secure.
            (SameSite::None, false) => cookie.same_site(SameSite::Lax),
            (same_site, false) => cookie.same_site(same_site),
            (same_site, true) => cookie.same_site(same_site).secure(),
        };
        let cookie = if self.partitioned && secure {
            cookie.partitioned()
        } else {
            cookie
        };
        let mut value = cookie.build()?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The name without a prefix.
    pub(crate) fn plain_name(&self) -> &str {
        &self.host_name[HOST.len()..]
    }

    pub(crate) fn name(&self, secure: bool) -> &str {
        if !secure {
            self.plain_name()
        } else if self.domain.is_none() && &*self.path == "/" {
            &self.host_name
        } else {
            &self.secure_name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    const DAY: Lifetime = Lifetime {
        time: Duration::from_secs(86400),
        lasting: false,
    };

    fn issued(policy: &Policy, secure: bool) -> String {
        let value = policy.issue(ID, DAY, secure).unwrap();
        value.to_str().unwrap().replace(ID, "..")
    }

    #[test]
    fn the_cookie_is_bound_to_the_host_where_it_is_secure() {
        let policy = Policy::new();
        assert_eq!(
            issued(&policy, true),
            "__Host-session=..; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            issued(&policy, false),
            "session=..; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn the_options_are_written() {
        let mut policy = Policy::new();
        policy.rename("shop");
        policy.persist();
        policy.same_site(SameSite::None);
        policy.partition();
        assert_eq!(
            issued(&policy, true),
            "__Host-shop=..; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=None; Partitioned"
        );
        assert_eq!(
            issued(&policy, false),
            "shop=..; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn with_a_domain_or_a_path_the_cookie_is_secure_and_no_more() {
        let (mut wide, mut deep) = (Policy::new(), Policy::new());
        wide.domain("example.com");
        deep.path("/shop");
        assert_eq!(
            issued(&wide, true),
            "__Secure-session=..; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            issued(&deep, true),
            "__Secure-session=..; Path=/shop; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            issued(&deep, false),
            "session=..; Path=/shop; HttpOnly; SameSite=Lax"
        );
        assert!(deep.remove(true).to_str().unwrap().contains("Path=/shop"));
    }

    #[test]
    fn who_is_remembered_keeps_the_cookie_and_others_do_not() {
        let lasting = Lifetime {
            lasting: true,
            ..DAY
        };
        let value = Policy::new().issue(ID, lasting, true).unwrap();
        assert!(value.to_str().unwrap().contains("; Max-Age=86400;"));
    }

    #[test]
    fn a_removal_has_the_attributes_without_which_a_browser_would_not_take_it() {
        let value = Policy::new().remove(true);
        let value = value.to_str().unwrap();
        assert!(
            value.starts_with("__Host-session=; Path=/; Max-Age=0; "),
            "{value}"
        );
        assert!(value.contains("; Secure"), "{value}");
    }

    #[test]
    fn the_cookie_is_secure_unless_it_is_told_otherwise() {
        let (everywhere, mut by_scheme, mut never) = (Policy::new(), Policy::new(), Policy::new());
        by_scheme.follow_scheme();
        never.never_secure();
        for (scheme, expected) in [
            (None, [true, false, false]),
            (Some(Scheme::Http), [true, false, false]),
            (Some(Scheme::Https), [true, true, false]),
        ] {
            let secure =
                [&everywhere, &by_scheme, &never].map(|policy| policy.is_secure(|| scheme));
            assert_eq!(secure, expected, "{scheme:?}");
        }
    }

    #[test]
    fn only_cookies_of_the_right_name_are_read() {
        let policy = Policy::new();
        for (cookies, secure, found) in [
            ("a=b; session=x", false, 1),
            ("session=x; session=y; session=z", false, 3),
            ("session=x", true, 0),
            ("__Host-session=x", true, 1),
            ("__Secure-session=x", true, 0),
            ("__Host-session=x", false, 0),
            ("%5F%5FHost-session=x", true, 0),
            ("__host-session=x", true, 0),
            ("session", false, 0),
        ] {
            let line = cookies.parse().unwrap();
            assert_eq!(policy.values([&line], secure).count(), found, "{cookies}");
        }
    }

    #[test]
    fn what_no_browser_takes_is_refused() {
        type Change = fn(&mut Policy, &str);
        let cases: [(Change, &[&str]); 3] = [
            (
                Policy::rename,
                &[
                    "",
                    "a b",
                    "a;b",
                    "a=b",
                    "__Host-sid",
                    "__Secure-sid",
                    "s\u{ef}d",
                ],
            ),
            (Policy::path, &["", "shop", "/a;b", "/\n"]),
            (Policy::domain, &["", "a b", "a;b", "ex\u{e4}mple.com"]),
        ];
        for (change, inputs) in cases {
            for input in inputs {
                let changed = std::panic::catch_unwind(|| change(&mut Policy::new(), input));
                assert!(changed.is_err(), "{input:?}");
            }
        }
    }
}
