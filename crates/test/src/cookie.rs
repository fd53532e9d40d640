use std::{
    fmt,
    time::{Duration, SystemTime},
};

use plywood_header::cookie::{MAX_ATTRIBUTE, MAX_PAIR, SameSite};

use crate::cookie_date;

/// The longest time that a cookie may be kept: 400 days.
const MAX_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A cookie, as a `Set-Cookie` gave it or as the jar keeps it.
///
/// In the jar the domain and the path are always known; in a [`Reply`](crate::Reply) they are what the field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) domain: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) expires: Option<SystemTime>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: Option<SameSite>,
    /// It was over when it came.
    pub(crate) removal: bool,
}

impl Cookie {
    /// Its name; empty for a cookie without one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, as it was sent.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The host, or the domain whose hosts it goes to.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The path that it goes to, and to all below.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// When it ends, by `Max-Age` or else by `Expires`; `None` if it lasts as long as the session of the browser.
    pub const fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Was it over when it came? That is how a server removes a cookie.
    pub const fn is_removal(&self) -> bool {
        self.removal
    }

    /// Does it go over `https` alone?
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Is it hidden from scripts?
    pub const fn is_http_only(&self) -> bool {
        self.http_only
    }

    /// What it says of requests from other sites, if anything.
    pub const fn same_site(&self) -> Option<SameSite> {
        self.same_site
    }

    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    /// Reads the value of a `Set-Cookie`, as [RFC 6265 §5.2] and its successor do: leniently, with the last of several attributes.
    ///
    /// [RFC 6265 §5.2]: https://www.rfc-editor.org/rfc/rfc6265#section-5.2
    pub(crate) fn read(line: &str, now: SystemTime) -> Option<Self> {
        if line.chars().any(|c| c.is_ascii_control() && c != '\t') {
            return None;
        }
        let mut pieces = line.split(';');
        let pair = pieces.next().unwrap_or_default();
        // Without an equals sign there is a value and no name.
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (name.trim(), value.trim());
        let length = name.len() + value.len();
        if length == 0 || length > MAX_PAIR {
            return None;
        }
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: None,
            path: None,
            expires: None,
            secure: false,
            http_only: false,
            same_site: None,
            removal: false,
        };
        let mut max_age = None;
        for piece in pieces {
            let (attribute, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (attribute, value) = (attribute.trim(), value.trim());
            if value.len() > MAX_ATTRIBUTE {
                continue;
            }
            match &*attribute.to_ascii_lowercase() {
                "expires" => cookie.expires = cookie_date::read(value).or(cookie.expires),
                "max-age" => max_age = end_after(value, now).or(max_age),
                "domain" => cookie.domain = domain(value),
                "path" => cookie.path = value.starts_with('/').then(|| value.to_owned()),
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "samesite" => cookie.same_site = same_site(value),
                _ => {}
            }
        }
        let end = max_age.or(cookie.expires);
        cookie.expires = end.map(|end| end.min(now + MAX_AGE));
        cookie.removal = cookie.is_over(now);
        Some(cookie)
    }
}

/// `name=value`, as a `Cookie` field has it.
impl fmt::Display for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "{}=", self.name)?;
        }
        f.write_str(&self.value)
    }
}

fn end_after(seconds: &str, now: SystemTime) -> Option<SystemTime> {
    let digits = seconds.strip_prefix('-').unwrap_or(seconds);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if digits.len() < seconds.len() {
        return Some(SystemTime::UNIX_EPOCH);
    }
    // More digits than fit are a long time.
    let age = seconds.parse().map_or(MAX_AGE, Duration::from_secs);
    Some(if age.is_zero() {
        SystemTime::UNIX_EPOCH
    } else {
        now + age.min(MAX_AGE)
    })
}

fn domain(value: &str) -> Option<String> {
    let domain = value.strip_prefix('.').unwrap_or(value);
    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
}

fn same_site(value: &str) -> Option<SameSite> {
    match &*value.to_ascii_lowercase() {
        "strict" => Some(SameSite::Strict),
        "lax" => Some(SameSite::Lax),
        "none" => Some(SameSite::None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<Cookie> {
        Cookie::read(line, SystemTime::UNIX_EPOCH + Duration::from_secs(1000))
    }

    #[test]
    fn names_and_values_are_read_leniently() {
        for (line, expected) in [
            ("a=b", Some(("a", "b"))),
            (" a = b c ; Path=/", Some(("a", "b c"))),
            ("a=b=c", Some(("a", "b=c"))),
            ("a=", Some(("a", ""))),
            ("a", Some(("", "a"))),
            ("=a", Some(("", "a"))),
            ("a=\"b\"", Some(("a", "\"b\""))),
            ("", None),
            ("=", None),
            ("; Path=/", None),
            ("a=b\u{7f}", None),
        ] {
            let cookie = read(line);
            let pair = cookie
                .as_ref()
                .map(|cookie| (cookie.name(), cookie.value()));
            assert_eq!(pair, expected, "{line:?}");
        }
        assert!(read(&format!("a={}", "x".repeat(4095))).is_some());
        assert!(read(&format!("a={}", "x".repeat(4096))).is_none());
    }

    #[test]
    fn attributes_are_read_in_any_case_and_the_last_one_counts() {
        let cookie =
            read("a=b; PATH=/x; path=y; Domain=.Example.COM; secure; HttpOnly=1; samesite=LAX")
                .unwrap();
        assert_eq!(cookie.path(), None);
        assert_eq!(cookie.domain(), Some("example.com"));
        assert!(cookie.is_secure() && cookie.is_http_only());
        assert_eq!(cookie.same_site(), Some(SameSite::Lax));
    }

    #[test]
    fn max_age_counts_before_expires() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let year = "Expires=Thu, 01 Jan 1970 01:00:00 GMT";
        for (attributes, expected) in [
            ("", None),
            (year, Some(at(3600))),
            ("Max-Age=5", Some(at(1005))),
            (&format!("Max-Age=5; {year}"), Some(at(1005))),
            ("Max-Age=0", Some(at(0))),
            ("Max-Age=-1", Some(at(0))),
            ("Max-Age=5x", None),
            ("Max-Age=+5", None),
            ("Max-Age=99999999999999999999", Some(at(1000) + MAX_AGE)),
            (
                "Expires=Thu, 01 Jan 2970 01:00:00 GMT",
                Some(at(1000) + MAX_AGE),
            ),
            ("Expires=soon", None),
        ] {
            let cookie = read(&format!("a=b; {attributes}")).unwrap();
            assert_eq!(cookie.expires(), expected, "{attributes}");
        }
    }
}
