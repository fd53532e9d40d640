//! Set-Cookie.

use http::{HeaderMap, header};

use crate::{
    fields::{elements, names},
    report::Report,
    rule,
};

pub(crate) fn check(headers: &HeaderMap, report: &Report) {
    if !headers.contains_key(header::SET_COOKIE) {
        return;
    }
    for line in headers.get_all(header::SET_COOKIE) {
        cookie(&String::from_utf8_lossy(line.as_bytes()), report);
    }
    let public = names(headers, &header::CACHE_CONTROL, "public");
    // `no-cache="set-cookie"` lets a cache store the rest without the cookie.
    let kept_out = elements(headers, &header::CACHE_CONTROL)
        .any(|element| element.to_ascii_lowercase().contains("set-cookie"));
    report.expect(!public || kept_out, rule::COOKIE_IS_PRIVATE, || {
        "`set-cookie` with `cache-control: public`".to_owned()
    });
}

fn cookie(line: &str, report: &Report) {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let found = || format!("`set-cookie: {}`", redacted(line));
    let name = match pair.split_once('=') {
        Some((name, _)) if !name.trim().is_empty() => name.trim(),
        _ => return report.broken(rule::COOKIE_PAIR, found()),
    };
    let attribute = |name: &str| {
        attributes.split(';').find_map(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
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
