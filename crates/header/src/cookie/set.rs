use std::{
    borrow::Cow,
    fmt::{self, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderValue;

use super::{CookieError, CookieErrorKind};
use crate::{date, grammar::is_token};

/// The greatest length of name and value together, in bytes. Browsers drop longer cookies.
pub const MAX_PAIR: usize = 4096;

/// The greatest length of the value of an attribute, in bytes. Browsers ignore longer ones.
pub const MAX_ATTRIBUTE: usize = 1024;

/// A cookie to be set: name, value and attributes, checked and written by [`build`](Self::build).
///
/// Every attribute is off unless asked for. Without `max_age` and `expires` the cookie lasts as long as the browser's session, without
/// `domain` it goes back to this host alone, and without `path` only below the path of the request.
///
/// ```
/// use plywood_header::cookie::{SameSite, SetCookie};
///
/// let cookie = SetCookie::new("__Host-sid", "4f2a").path("/").secure().http_only().same_site(SameSite::Lax);
/// assert_eq!(cookie.build().unwrap(), "__Host-sid=4f2a; Path=/; Secure; HttpOnly; SameSite=Lax");
///
/// let injected = SetCookie::new("sid", "4f2a; Domain=evil.example").build();
/// assert!(injected.is_err());
/// ```
#[derive(Clone)]
pub struct SetCookie<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    path: Option<Cow<'a, str>>,
    domain: Option<Cow<'a, str>>,
    max_age: Option<Duration>,
    expires: Option<SystemTime>,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
    partitioned: bool,
}

/// With which requests from other sites a browser sends a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SameSite {
    /// With none.
    Strict,
    /// With links that the user follows, not with forms posted or parts embedded elsewhere.
    Lax,
    /// With all. Needs [`SetCookie::secure`].
    None,
}

impl<'a> SetCookie<'a> {
    /// A cookie called `name`. The value is written as it is: encode what is not plain ASCII, or has spaces, commas, semicolons, quotes
    /// or backslashes in it.
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            path: None,
            domain: None,
            max_age: None,
            expires: None,
            secure: false,
            http_only: false,
            same_site: None,
            partitioned: false,
        }
    }

    /// Takes back the cookie called `name`: an empty value that has expired.
    ///
    /// A browser removes only a cookie of the same path and domain. A `__Host-` name needs `path("/")` and `secure()` here too.
    pub fn removal(name: impl Into<Cow<'a, str>>) -> Self {
        Self::new(name, "")
            .max_age(Duration::ZERO)
            .expires(UNIX_EPOCH)
    }

    /// The path below which the cookie is sent back.
    #[must_use]
    pub fn path(mut self, path: impl Into<Cow<'a, str>>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The domain to which, with all its subdomains, the cookie is sent back.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<Cow<'a, str>>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// How long the cookie lasts. A fraction of a second counts as a whole one, because zero would remove the cookie. Browsers cap it at
    /// about 400 days.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// When the cookie ends, for old clients; [`max_age`](Self::max_age) goes first, because it does not hang on the client's clock.
    #[must_use]
    pub fn expires(mut self, time: SystemTime) -> Self {
        self.expires = Some(time);
        self
    }

    /// Sent back over HTTPS alone.
    #[must_use]
    pub fn secure(mut self) -> Self {
        self.secure = true;
        self
    }

    /// Hidden from scripts.
    #[must_use]
    pub fn http_only(mut self) -> Self {
        self.http_only = true;
        self
    }

    /// With which requests from other sites it is sent. Left open, browsers take `Lax` or something near it.
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// Kept apart for each site that embeds this one. Needs [`secure`](Self::secure).
    #[must_use]
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// The value of a `Set-Cookie` field.
    ///
    /// # Errors
    ///
    /// [`CookieError`] if a browser would not take the cookie, or would take another one. [`CookieErrorKind`] has the list.
    pub fn build(self) -> Result<HeaderValue, CookieError> {
        self.check()?;
        HeaderValue::try_from(self.text()).map_err(|_| self.error(CookieErrorKind::Value))
    }

    /// The field's value, unchecked.
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.name.len() + self.value.len() + 128);
        text.extend([&*self.name, "=", &*self.value]);
        if let Some(path) = &self.path {
            text.extend(["; Path=", path]);
        }
        if let Some(domain) = &self.domain {
            text.extend(["; Domain=", domain]);
        }
        if let Some(age) = self.max_age {
            let seconds = age
                .as_secs()
                .saturating_add(u64::from(age.subsec_nanos() > 0));
            write!(text, "; Max-Age={seconds}").expect("writing to a string does not fail");
        }
        if let Some(time) = self.expires {
            text.extend(["; Expires=", &date::text(time)]);
        }
        if self.secure {
            text.push_str("; Secure");
        }
        if self.http_only {
            text.push_str("; HttpOnly");
        }
        text.push_str(match self.same_site {
            Some(SameSite::Strict) => "; SameSite=Strict",
            Some(SameSite::Lax) => "; SameSite=Lax",
            Some(SameSite::None) => "; SameSite=None",
            None => "",
        });
        if self.partitioned {
            text.push_str("; Partitioned");
        }
        text
    }

    fn check(&self) -> Result<(), CookieError> {
        use CookieErrorKind as Kind;
        let host_prefix = has_prefix(&self.name, "__Host-");
        let secure_prefix = has_prefix(&self.name, "__Secure-");
        let bound_to_host = self.path.as_deref() == Some("/") && self.domain.is_none();
        let refused = if !is_token(self.name.as_bytes()) {
            Kind::Name
        } else if !is_value(self.value.as_bytes()) {
            Kind::Value
        } else if self.name.len() + self.value.len() > MAX_PAIR {
            Kind::Length
        } else if !self.path.as_deref().is_none_or(is_path) {
            Kind::Path
        } else if !self.domain.as_deref().is_none_or(is_domain) {
            Kind::Domain
        } else if (host_prefix && !(self.secure && bound_to_host))
            || (secure_prefix && !self.secure)
        {
            Kind::Prefix
        } else if self.same_site == Some(SameSite::None) && !self.secure {
            Kind::SameSiteNone
        } else if self.partitioned && !self.secure {
            Kind::Partitioned
        } else {
            return Ok(());
        };
        Err(self.error(refused))
    }

    fn error(&self, kind: CookieErrorKind) -> CookieError {
        let input = match kind {
            CookieErrorKind::Path => self.path.as_deref(),
            CookieErrorKind::Domain => self.domain.as_deref(),
            _ => None,
        };
        let input = input.unwrap_or(&self.name).to_owned();
        CookieError { kind, input }
    }
}

impl fmt::Debug for SetCookie<'_> {
    /// Without the value, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    // Without case, because browsers compare them so and others do not.
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `cookie-value`: printable ASCII but for space, quote, comma, semicolon and backslash; a pair of quotes may stand around it.
fn is_value(value: &[u8]) -> bool {
    let inside = match value {
        [b'"', inside @ .., b'"'] => inside,
        _ => value,
    };
    let fits = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    // A fold has no way out, which lets it be a few vector instructions: a sealed session is long.
    inside.iter().fold(true, |all, byte| all & fits(byte))
}

fn is_path(path: &str) -> bool {
    path.len() <= MAX_ATTRIBUTE
        && path
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
}

fn is_domain(domain: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=MAX_ATTRIBUTE).contains(&domain.len()) && domain.bytes().all(name)
}

#[cfg(test)]
mod tests {
    use super::{CookieErrorKind as Kind, *};

    #[test]
    fn every_attribute_is_written() {
        let cookie = SetCookie::new("sid", "4f2a")
            .path("/app")
            .domain("example.org")
            .max_age(Duration::from_secs(60))
            .expires(UNIX_EPOCH + Duration::from_secs(784_111_777))
            .secure()
            .http_only()
            .same_site(SameSite::None)
            .partitioned();
        assert_eq!(
            cookie.build().unwrap(),
            "sid=4f2a; Path=/app; Domain=example.org; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT; \
             Secure; HttpOnly; SameSite=None; Partitioned"
        );
        assert_eq!(SetCookie::new("a", "").build().unwrap(), "a=");
        assert_eq!(
            SetCookie::removal("a").path("/").build().unwrap(),
            "a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        );
    }

    #[test]
    fn an_age_never_overflows_and_never_shrinks_to_a_removal() {
        for (age, expected) in [
            (Duration::ZERO, "a=b; Max-Age=0"),
            (Duration::from_nanos(1), "a=b; Max-Age=1"),
            (Duration::from_millis(1500), "a=b; Max-Age=2"),
            (Duration::MAX, "a=b; Max-Age=18446744073709551615"),
        ] {
            assert_eq!(
                SetCookie::new("a", "b").max_age(age).build().unwrap(),
                expected
            );
        }
    }

    fn refused(cookie: SetCookie<'_>) -> Option<(Kind, String)> {
        let error = cookie.build().err()?;
        Some((error.kind(), error.input().to_owned()))
    }

    #[test]
    fn a_name_is_a_token_and_a_value_is_cookie_octets() {
        for name in [
            "", " ", "a b", "a,b", "a;b", "a=b", "a\tb", "a\r\nb", "a\"b", "(a)", "a[]", "é",
            "a\0", " a",
        ] {
            assert_eq!(
                refused(SetCookie::new(name, "v")),
                Some((Kind::Name, name.to_owned())),
                "{name:?}"
            );
        }
        assert_eq!(
            refused(SetCookie::new("", "")),
            Some((Kind::Name, String::new()))
        );
        for value in [
            "a b",
            "a,b",
            "a;b",
            "a; Domain=evil.example",
            "a\\b",
            "a\"b",
            "\"",
            "\"a",
            "\"a b\"",
            "\"a\"b\"",
            "a\tb",
            "a\r\nX: y",
            "é",
            "\0",
            "\x7f",
        ] {
            assert_eq!(
                refused(SetCookie::new("a", value)),
                Some((Kind::Value, "a".to_owned())),
                "{value:?}"
            );
        }
        for (name, value) in [
            ("a", ""),
            ("a", "\"\""),
            ("a", "\"b\""),
            ("!#$%&'*+-.^_`|~", "a=b&c:/?@[]{}<>()'"),
        ] {
            assert_eq!(refused(SetCookie::new(name, value)), None, "{name}={value}");
        }
    }

    #[test]
    fn no_attribute_is_injected_by_another() {
        for path in ["/; Secure", "/\r\nX: y", "/\t", "/é", "/\x7f"] {
            assert_eq!(
                refused(SetCookie::new("a", "b").path(path)),
                Some((Kind::Path, path.to_owned())),
                "{path:?}"
            );
        }
        for domain in ["", "a;b", "a b", "a\nb", "é.example", "a,b", "a/b", "a:80"] {
            let cookie = SetCookie::new("a", "b").domain(domain);
            assert_eq!(
                refused(cookie),
                Some((Kind::Domain, domain.to_owned())),
                "{domain:?}"
            );
        }
        for domain in [
            "example.org",
            ".example.org",
            "localhost",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(
                refused(SetCookie::new("a", "b").path("/a b,c").domain(domain)),
                None
            );
        }
    }

    #[test]
    fn lengths_are_bounded() {
        let pair = |length: usize| refused(SetCookie::new("a", "x".repeat(length - 1)));
        assert_eq!(pair(MAX_PAIR), None);
        assert_eq!(pair(MAX_PAIR + 1), Some((Kind::Length, "a".to_owned())));
        let path = |length: usize| {
            refused(SetCookie::new("a", "b").path("/".repeat(length))).map(|(kind, _)| kind)
        };
        assert_eq!(path(MAX_ATTRIBUTE), None);
        assert_eq!(path(MAX_ATTRIBUTE + 1), Some(Kind::Path));
        let domain = |length: usize| {
            refused(SetCookie::new("a", "b").domain("a".repeat(length))).map(|(kind, _)| kind)
        };
        assert_eq!(domain(MAX_ATTRIBUTE), None);
        assert_eq!(domain(MAX_ATTRIBUTE + 1), Some(Kind::Domain));
    }

    #[test]
    fn a_prefix_keeps_its_promise_in_any_case() {
        for name in ["__Host-a", "__host-a", "__HOST-a"] {
            let host = || SetCookie::new(name, "b");
            for cookie in [
                host(),
                host().secure(),
                host().path("/"),
                host().secure().path("/a"),
                host().secure().path("/").domain("example.org"),
            ] {
                assert_eq!(refused(cookie), Some((Kind::Prefix, name.to_owned())));
            }
            assert_eq!(refused(host().secure().path("/")), None);
        }
        for name in ["__Secure-a", "__sEcUrE-a"] {
            assert_eq!(
                refused(SetCookie::new(name, "b")),
                Some((Kind::Prefix, name.to_owned()))
            );
            assert_eq!(
                refused(SetCookie::new(name, "b").secure().domain("example.org")),
                None
            );
        }
        assert_eq!(refused(SetCookie::new("__Host", "b")), None);
    }

    #[test]
    fn cookies_for_other_sites_must_be_secure() {
        let cookie = || SetCookie::new("a", "b");
        assert_eq!(
            refused(cookie().same_site(SameSite::None)),
            Some((Kind::SameSiteNone, "a".to_owned()))
        );
        assert_eq!(
            refused(cookie().partitioned()),
            Some((Kind::Partitioned, "a".to_owned()))
        );
        assert_eq!(
            refused(cookie().same_site(SameSite::None).partitioned().secure()),
            None
        );
        assert_eq!(refused(cookie().same_site(SameSite::Lax)), None);
        assert_eq!(refused(cookie().same_site(SameSite::Strict)), None);
    }

    #[test]
    fn no_message_shows_the_value() {
        let cookie = SetCookie::new("sid", "top secret");
        assert!(!format!("{cookie:?}").contains("secret"));
        let error = cookie.build().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}
