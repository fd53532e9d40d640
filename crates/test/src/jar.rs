//! The cookie jar: who gets which cookie.
//!
//! [RFC 6265 §5.3, §5.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.3), with what its successor adds: prefixes, `SameSite=None` only with
//! `Secure`, secure cookies safe from the clear.

use std::{net::IpAddr, time::SystemTime};

use http::{HeaderMap, HeaderValue, Uri, header};
use plywood_header::cookie::SameSite;

use crate::cookie::Cookie;

/// As many cookies as a jar keeps; then the oldest go.
const LIMIT: usize = 1000;

/// The cookies of one visitor, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar(Vec<Kept>);

#[derive(Clone, Debug)]
struct Kept {
    cookie: Cookie,
    domain: String,
    path: String,
    /// It goes to that host alone, and not to those below.
    host_only: bool,
}

impl Jar {
    /// Keeps what a response from `url` sets.
    pub(crate) fn store_all(&mut self, headers: &HeaderMap, url: &Uri, now: SystemTime) {
        for line in headers.get_all(header::SET_COOKIE) {
            self.store(&String::from_utf8_lossy(line.as_bytes()), url, now);
        }
    }

    /// Keeps one cookie, or removes the one that it replaces. Says whether a browser would have taken it.
    pub(crate) fn store(&mut self, line: &str, url: &Uri, now: SystemTime) -> bool {
        let kept = Cookie::read(line, now).and_then(|cookie| Kept::accept(cookie, url));
        let Some(kept) = kept else {
            return false;
        };
        let hidden = |other: &Kept| {
            other.cookie.secure
                && other.cookie.name == kept.cookie.name
                && (domain_matches(&other.domain, &kept.domain)
                    || domain_matches(&kept.domain, &other.domain))
                && path_matches(&kept.path, &other.path)
        };
        if !kept.cookie.secure && !is_secure(url) && self.0.iter().any(hidden) {
            return false;
        }
        // A cookie that replaces another keeps its place, which is its age.
        let place = self.0.iter().position(|other| other.is_same(&kept));
        match (place, kept.cookie.is_over(now)) {
            (Some(place), true) => drop(self.0.remove(place)),
            (Some(place), false) => self.0[place] = kept,
            (None, true) => {}
            (None, false) => self.0.push(kept),
        }
        if self.0.len() > LIMIT {
            self.0.remove(0);
        }
        true
    }

    /// The `Cookie` field of a request for `url`: longer paths first, then older cookies.
    pub(crate) fn field(&mut self, url: &Uri, now: SystemTime) -> Option<HeaderValue> {
        self.0.retain(|kept| !kept.cookie.is_over(now));
        let mut sent: Vec<_> = self.0.iter().filter(|kept| kept.goes_to(url)).collect();
        sent.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<_> = sent.iter().map(|kept| kept.cookie.to_string()).collect();
        let field = pairs.join("; ");
        (!field.is_empty()).then(|| HeaderValue::from_bytes(field.as_bytes()).ok())?
    }

    pub(crate) fn cookies(&self, now: SystemTime) -> impl Iterator<Item = &Cookie> {
        self.0
            .iter()
            .map(|kept| &kept.cookie)
            .filter(move |cookie| !cookie.is_over(now))
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|kept| kept.cookie.name != name);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Kept {
    /// A cookie that a browser takes from a response of `url`.
    fn accept(mut cookie: Cookie, url: &Uri) -> Option<Self> {
        let host = host(url);
        let (domain, host_only) = match cookie.domain.take() {
            Some(domain) if domain == host => (domain, !host.contains('.')),
            // A name without a dot is a top-level domain: nobody may set cookies for all of it.
            Some(domain) if domain_matches(&host, &domain) && domain.contains('.') => {
                (domain, false)
            }
            Some(_) => return None,
            None => (host, true),
        };
        let path = cookie.path.take();
        let named_root = path.as_deref() == Some("/");
        let path = path.unwrap_or_else(|| default_path(url.path()).to_owned());

        let named = if cookie.name.is_empty() {
            &cookie.value
        } else {
            &cookie.name
        };
        let begins = |prefix: &str| {
            named
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let (secure_prefix, host_prefix) = (begins("__Secure-"), begins("__Host-"));
        let keeps_prefix = (!secure_prefix && !host_prefix)
            || (cookie.secure
                && !cookie.name.is_empty()
                && (secure_prefix || host_only && named_root));
        let secure_if_everywhere = cookie.same_site != Some(SameSite::None) || cookie.secure;
        let secure_from_secure = !cookie.secure || is_secure(url);
        if !keeps_prefix || !secure_if_everywhere || !secure_from_secure {
            return None;
        }
        cookie.domain = Some(domain.clone());
        cookie.path = Some(path.clone());
        Some(Self {
            cookie,
            domain,
            path,
            host_only,
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.cookie.name == other.cookie.name
            && self.domain == other.domain
            && self.host_only == other.host_only
            && self.path == other.path
    }

    fn goes_to(&self, url: &Uri) -> bool {
        let host = host(url);
        let right_host = if self.host_only {
            host == self.domain
        } else {
            domain_matches(&host, &self.domain)
        };
        right_host
            && path_matches(url.path(), &self.path)
            && (!self.cookie.secure || is_secure(url))
    }
}

fn host(url: &Uri) -> String {
    url.host().unwrap_or_default().to_ascii_lowercase()
}

/// Is it `https`, or this very machine, which browsers trust as much?
fn is_secure(url: &Uri) -> bool {
    let host = host(url);
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    url.scheme_str() == Some("https")
        || host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

/// [RFC 6265 §5.1.3](https://www.rfc-editor.org/rfc/rfc6265#section-5.1.3)
fn domain_matches(host: &str, domain: &str) -> bool {
    let is_below = || {
        let above = host
            .strip_suffix(domain)
            .and_then(|rest| rest.strip_suffix('.'));
        above.is_some_and(|name| !name.is_empty()) && host.parse::<IpAddr>().is_err()
    };
    host == domain || is_below()
}

/// [RFC 6265 §5.1.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4)
fn path_matches(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}

/// The directory of a path.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn url(text: &str) -> Uri {
        text.parse().unwrap()
    }

    /// What a request for `target` sends, after `origin` has set `line`.
    fn sent(line: &str, origin: &str, target: &str) -> Option<String> {
        let mut jar = Jar::default();
        jar.store(line, &url(origin), NOW);
        let field = jar.field(&url(target), NOW)?;
        Some(field.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_cookie_goes_where_it_belongs() {
        let home = "https://www.example.com/shop/cart";
        for (line, target, goes) in [
            ("a=1", "https://www.example.com/shop", true),
            ("a=1", "https://www.example.com/shop/x/y", true),
            ("a=1", "https://www.example.com/", false),
            ("a=1", "https://www.example.com/shopping", false),
            ("a=1", "https://x.www.example.com/shop", false),
            ("a=1; Path=/", "https://www.example.com/", true),
            ("a=1; Path=/shop/", "https://www.example.com/shop", false),
            ("a=1; Path=/shop/", "https://www.example.com/shop/x", true),
            ("a=1; Path=x", "https://www.example.com/shop/x", true),
            (
                "a=1; Path=/; Domain=example.com",
                "https://example.com/",
                true,
            ),
            (
                "a=1; Path=/; Domain=.EXAMPLE.com",
                "https://a.b.example.com/",
                true,
            ),
            (
                "a=1; Path=/; Domain=example.com",
                "https://badexample.com/",
                false,
            ),
            ("a=1; Path=/; Domain=", "https://www.example.com/", true),
            ("a=1; Path=/", "http://www.example.com/", true),
            ("a=1; Path=/; Secure", "http://www.example.com/", false),
            ("a=1; Path=/; Secure", "https://www.example.com/", true),
        ] {
            assert_eq!(
                sent(line, home, target).is_some(),
                goes,
                "{line} to {target}"
            );
        }
    }

    #[test]
    fn what_a_browser_refuses_is_refused() {
        for (line, origin, taken) in [
            (
                "a=1; Domain=other.example",
                "https://www.example.com/",
                false,
            ),
            (
                "a=1; Domain=a.www.example.com",
                "https://www.example.com/",
                false,
            ),
            ("a=1; Domain=com", "https://www.example.com/", false),
            ("a=1; Domain=0.0.1", "https://127.0.0.1/", false),
            ("a=1; Secure", "http://www.example.com/", false),
            ("a=1; Secure", "http://localhost:8000/", true),
            ("a=1; Secure", "http://127.0.0.1/", true),
            ("a=1; Secure", "http://[::1]/", true),
            ("a=1; SameSite=None", "https://www.example.com/", false),
            (
                "a=1; SameSite=None; Secure",
                "https://www.example.com/",
                true,
            ),
            ("__Secure-a=1", "https://www.example.com/", false),
            ("__Secure-a=1; Secure", "https://www.example.com/", true),
            (
                "__Host-a=1; Secure; Path=/",
                "https://www.example.com/",
                true,
            ),
            ("__Host-a=1; Secure", "https://www.example.com/", false),
            (
                "__host-a=1; Secure; Path=/x",
                "https://www.example.com/",
                false,
            ),
            (
                "__Host-a=1; Secure; Path=/; Domain=example.com",
                "https://www.example.com/",
                false,
            ),
            (
                "=__Host-a=1; Secure; Path=/",
                "https://www.example.com/",
                false,
            ),
        ] {
            assert_eq!(
                Jar::default().store(line, &url(origin), NOW),
                taken,
                "{line} from {origin}"
            );
        }
    }

    #[test]
    fn cookies_are_replaced_removed_and_forgotten() {
        let home = url("http://example.com/");
        let mut jar = Jar::default();
        let field = |jar: &mut Jar, now| {
            jar.field(&home, now)
                .map(|field| field.to_str().unwrap().to_owned())
        };
        for line in ["a=1", "b=2; Max-Age=10", "a=3", "c=4; Path=/x"] {
            assert!(jar.store(line, &home, NOW));
        }
        assert_eq!(field(&mut jar, NOW).as_deref(), Some("a=3; b=2"));
        assert_eq!(
            field(&mut jar, NOW + Duration::from_secs(10)).as_deref(),
            Some("a=3")
        );
        jar.store("a=; Max-Age=0", &home, NOW);
        assert_eq!(field(&mut jar, NOW), None);
        assert_eq!(
            jar.cookies(NOW).map(Cookie::name).collect::<Vec<_>>(),
            ["c"]
        );
    }

    #[test]
    fn longer_paths_come_first_then_older_cookies() {
        let mut jar = Jar::default();
        for line in ["a=1; Path=/", "b=2; Path=/x", "c=3; Path=/", "a=4; Path=/x"] {
            jar.store(line, &url("http://example.com/"), NOW);
        }
        let field = jar.field(&url("http://example.com/x"), NOW).unwrap();
        assert_eq!(field, "b=2; a=4; a=1; c=3");
    }

    #[test]
    fn a_secure_cookie_is_not_overlaid_from_the_clear() {
        let mut jar = Jar::default();
        assert!(jar.store("a=1; Path=/; Secure", &url("https://example.com/"), NOW));
        assert!(!jar.store("a=2; Path=/", &url("http://example.com/"), NOW));
        assert!(!jar.store("a=2; Path=/x", &url("http://example.com/"), NOW));
        assert!(jar.store("b=2; Path=/", &url("http://example.com/"), NOW));
        assert!(jar.store("a=3; Path=/; Secure", &url("https://example.com/"), NOW));
    }

    #[test]
    fn a_jar_is_bounded() {
        let mut jar = Jar::default();
        for number in 0..=LIMIT {
            jar.store(&format!("c{number}=1"), &url("http://example.com/"), NOW);
        }
        assert_eq!(jar.cookies(NOW).count(), LIMIT);
        assert!(jar.cookies(NOW).all(|cookie| cookie.name() != "c0"));
    }

    proptest! {
        /// What was set last is what is sent, once, wherever the cookie goes.
        #[test]
        fn the_last_value_is_sent_to_its_path_and_below(
            name in "[a-zA-Z0-9.~-]{1,8}",
            values in proptest::collection::vec("[!#-+\\--:<-~]{0,8}", 1..4),
            path in "(/[a-z]{1,3}){1,3}",
            below in "(/[a-z]{0,3}){0,2}",
        ) {
            let mut jar = Jar::default();
            let home = url("https://example.com/");
            for value in &values {
                let line = format!("{name}={value}; Path={path}");
                prop_assert!(jar.store(&line, &home, NOW));
            }
            let target = url(&format!("https://example.com{path}{below}"));
            let field = jar.field(&target, NOW).unwrap();
            prop_assert_eq!(field.to_str().unwrap(), format!("{name}={}", values.last().unwrap()));
            let beside = url(&format!("https://example.com{path}x"));
            prop_assert_eq!(jar.field(&beside, NOW), None);
        }

        /// No line is too odd to be read, and what is kept can be sent.
        #[test]
        fn any_line_is_read(lines in proptest::collection::vec(".{0,60}", 0..6)) {
            let mut jar = Jar::default();
            let home = url("https://example.com/");
            let taken = lines.iter().filter(|line| jar.store(line, &home, NOW)).count();
            prop_assert!(jar.cookies(NOW).count() <= taken);
            let _field = jar.field(&home, NOW);
        }
    }
}
