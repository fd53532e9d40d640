//! Where a Location leads.

use http::{HeaderValue, header};

use crate::{
    asked::{Asked, without_port},
    fields::shown,
    report::Report,
    rule,
};

pub(crate) fn check(asked: &Asked, value: &HeaderValue, report: &Report) {
    let Ok(location) = value.to_str() else {
        return;
    };
    if let Some(there) = host(location) {
        if let Some(here) = asked.host() {
            report.expect(related(here, there), rule::LOCATION_AT_HOME, || {
                format!("{} for `{here}`", shown(&header::LOCATION, value))
            });
        }
    } else if location.starts_with('/') {
        let prefix = asked.mount.prefix();
        report.expect(is_below(location, prefix), rule::LOCATION_IN_MOUNT, || {
            format!("{} below `{prefix}`", shown(&header::LOCATION, value))
        });
    }
}

/// The host of a reference that names one.
fn host(reference: &str) -> Option<&str> {
    let rest = reference.strip_prefix("//").or_else(|| {
        let (scheme, rest) = reference.split_once("://")?;
        let is_scheme = scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        is_scheme.then_some(rest)
    })?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (_, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
    Some(without_port(authority))
}

/// Do two hosts belong together, as far as their names tell? They do if the last two labels are the same.
fn related(one: &str, other: &str) -> bool {
    let end = |host: &str| {
        let mut labels = host.trim_end_matches('.').rsplitn(3, '.');
        (
            labels.next().map(str::to_ascii_lowercase),
            labels.next().map(str::to_ascii_lowercase),
        )
    };
    let is_address = |host: &str| {
        host.starts_with('[')
            || host
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    one.eq_ignore_ascii_case(other)
        || (!is_address(one) && !is_address(other) && end(one) == end(other))
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_host_or_not() {
        for (reference, expected) in [
            ("https://example.com/x", Some("example.com")),
            ("//example.com:8080?x", Some("example.com")),
            ("http://user:pw@example.com", Some("example.com")),
            ("http://good.example@evil.example", Some("evil.example")),
            ("http://[::1]:80/", Some("[::1]")),
            ("/x?next=https://example.com", None),
            ("x", None),
            ("", None),
            ("mailto:a@example.com", None),
        ] {
            assert_eq!(host(reference), expected, "{reference}");
        }
    }

    #[test]
    fn relatives_share_their_last_two_labels() {
        for (one, other, expected) in [
            ("example.com", "EXAMPLE.com", true),
            ("example.com", "www.example.com", true),
            ("login.example.com", "shop.example.com", true),
            ("example.com", "example.org", false),
            ("example.com", "notexample.com", false),
            ("localhost", "localhost", true),
            ("localhost", "example.com", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.9.0.1", false),
        ] {
            assert_eq!(related(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_path_lies_below_a_prefix_by_whole_segments() {
        for (path, prefix, expected) in [
            ("/x", "", true),
            ("/", "", true),
            ("/shop", "/shop", true),
            ("/shop/cart", "/shop", true),
            ("/shop?x", "/shop", true),
            ("/shopping", "/shop", false),
            ("/login", "/shop", false),
        ] {
            assert_eq!(is_below(path, prefix), expected, "{path} {prefix}");
        }
    }
}
