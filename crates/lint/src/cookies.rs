//! Set-Cookie.

use http::{HeaderMap, HeaderValue, header};
use plywood_header::date;

use crate::{
    fields::{elements, names},
    report::Report,
    rule,
};

/// Checks the cookies of an answer, whose Cache-Control says something if `is_cached`.
pub(crate) fn check(headers: &HeaderMap, is_cached: bool, report: &Report) {
    let lines: Vec<_> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect();
    let cookies: Vec<_> = lines.iter().map(|line| Cookie::read(line)).collect();
    for (index, cookie) in cookies.iter().enumerate() {
        check_one(cookie, report);
        let again = cookies[..index].iter().any(|other| cookie.replaces(other));
        report.expect(!again, rule::COOKIE_ONCE, || cookie.found());
    }
    if is_cached {
        let public = names(headers, &header::CACHE_CONTROL, "public");
        // `no-cache="set-cookie"` lets a cache store the rest without the cookie.
        let kept_out = || {
            elements(headers, &header::CACHE_CONTROL)
                .any(|element| element.to_ascii_lowercase().contains("set-cookie"))
        };
        report.expect(!public || kept_out(), rule::COOKIE_IS_PRIVATE, || {
            "`set-cookie` with `cache-control: public`".to_owned()
        });
    }
}

/// A line of Set-Cookie.
struct Cookie<'l> {
    line: &'l str,
    pair: &'l str,
    attributes: Vec<(&'l str, &'l str)>,
}

impl<'l> Cookie<'l> {
    fn read(line: &'l str) -> Self {
        let (pair, rest) = line.split_once(';').unwrap_or((line, ""));
        let attributes = rest.split(';').map(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            (key.trim_ascii(), value.trim_ascii())
        });
        let attributes = attributes.collect();
        Self {
            line,
            pair,
            attributes,
        }
    }

    fn name(&self) -> Option<&'l str> {
        let (name, _) = self.pair.split_once('=')?;
        Some(name.trim_ascii()).filter(|name| !name.is_empty())
    }

    /// The value of an attribute. If it stands more than once, the last counts.
    fn attribute(&self, name: &str) -> Option<&'l str> {
        let mut attributes = self.attributes.iter().rev();
        let (_, value) = attributes.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Does a browser keep this one in the place of the other?
    fn replaces(&self, other: &Self) -> bool {
        let place = |cookie: &Self| {
            let domain = cookie.attribute("domain").unwrap_or_default();
            let domain = domain.trim_start_matches('.').to_ascii_lowercase();
            (
                cookie.name(),
                domain,
                cookie.attribute("path").unwrap_or_default(),
            )
        };
        self.name().is_some() && place(self) == place(other)
    }

    fn found(&self) -> String {
        format!("`set-cookie: {}`", redacted(self.line))
    }
}

fn check_one(cookie: &Cookie<'_>, report: &Report) {
    let found = || cookie.found();
    let Some(name) = cookie.name() else {
        return report.broken(rule::COOKIE_PAIR, found());
    };
    let attribute = |name| cookie.attribute(name);
    let begins = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };

    let secure = attribute("secure").is_some();
    let of_host = attribute("path") == Some("/") && attribute("domain").is_none_or(str::is_empty);
    let keeps_prefix =
        (!begins("__Secure-") || secure) && (!begins("__Host-") || secure && of_host);
    report.expect(keeps_prefix, rule::COOKIE_PREFIX, found);

    let everywhere = attribute("samesite").is_some_and(|value| value.eq_ignore_ascii_case("none"));
    let needs_secure = everywhere || attribute("partitioned").is_some();
    report.expect(secure || !needs_secure, rule::COOKIE_SECURE, found);

    for (key, value) in &cookie.attributes {
        report.expect(is_understood(key, value), rule::COOKIE_ATTRIBUTES, || {
            format!("`{key}={value}` in {}", found())
        });
    }
    let longest = cookie.attributes.iter().map(|(_, value)| value.len()).max();
    let fits = cookie.pair.len() <= 4096 + "=".len() && longest <= Some(1024);
    report.expect(fits, rule::COOKIE_SIZE, || {
        format!("{} bytes in the cookie `{name}`", cookie.line.len())
    });
}

/// Is the value one that a browser understands? An attribute of an unknown name may be anything.
fn is_understood(key: &str, value: &str) -> bool {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    if is("path") {
        value.starts_with('/')
    } else if is("max-age") {
        let digits = value.strip_prefix('-').unwrap_or(value);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    } else if is("samesite") {
        let known = ["strict", "lax", "none"];
        known.iter().any(|known| known.eq_ignore_ascii_case(value))
    } else if is("expires") {
        // The first form of all had dashes, and is understood to this day.
        let forms = [value.to_owned(), value.replacen('-', " ", 2)];
        let date = |text: &String| date::read(&HeaderValue::try_from(text).ok()?);
        forms.iter().any(|text| date(text).is_some())
    } else {
        true
    }
}

/// The line without the cookie's value, which may be a secret and has no place in a log.
fn redacted(line: &str) -> String {
    let (pair, attributes) = line
        .split_once(';')
        .map_or((line, None), |(pair, rest)| (pair, Some(rest)));
    let pair = pair
        .split_once('=')
        .map_or_else(|| pair.to_owned(), |(name, _)| format!("{name}=.."));
    attributes.map_or_else(|| pair.clone(), |rest| format!("{pair};{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_shown() {
        assert_eq!(redacted("sid=secret; Path=/"), "sid=..; Path=/");
        assert_eq!(redacted("sid=secret"), "sid=..");
        assert_eq!(redacted("Secure; Path=/"), "Secure; Path=/");
    }
}
