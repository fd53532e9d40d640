//! Where a service is mounted: a path, below a host or below any.

use std::fmt;

use http::{Uri, uri::Authority};
use plywood_core::{Path, host::canonical, path};

use crate::{BuildError, BuildErrorKind};

/// A prefix of paths, decoded and without a slash at its end, and the host that it is of; an empty host stands for every one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) host: Box<str>,
    pub(crate) prefix: Box<str>,
}

impl Place {
    /// Reads `/path` or `//host/path`.
    pub(crate) fn parse(text: &str) -> Result<Self, BuildError> {
        let (host, prefix) = match text.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", text),
        };
        let error = |kind| BuildError::new(kind, text);
        if text.starts_with("//") && !is_host(host) {
            return Err(error(BuildErrorKind::Host));
        }
        if !(can_be_sent(prefix) || (prefix.is_empty() && !host.is_empty())) {
            return Err(error(BuildErrorKind::Path));
        }
        Ok(Self {
            host: canonical(host).into(),
            prefix: prefix.trim_end_matches('/').into(),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.host.is_empty() {
            write!(f, "//{}", self.host)?;
        }
        f.write_str(if self.prefix.is_empty() {
            "/"
        } else {
            &self.prefix
        })
    }
}

/// One that no path can have would be mounted nowhere, silently.
fn can_be_sent(prefix: &str) -> bool {
    let uri = path::encode(prefix).parse::<Uri>();
    uri.is_ok_and(|uri| Path::read(&uri).is_ok_and(|read| read.as_str() == prefix))
}

fn is_host(text: &str) -> bool {
    let has_empty_label = |name: &str| name.starts_with('.') || name.contains("..");
    let authority = text.parse::<Authority>();
    authority.is_ok_and(|authority| {
        let name = authority.host();
        let rest = text.strip_prefix(name);
        let is_all = rest == Some("") || (rest.is_some() && authority.port_u16().is_some());
        is_all && !name.is_empty() && !has_empty_label(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_or_a_host_with_one() {
        for (text, host, prefix, shown) in [
            ("/", "", "", "/"),
            ("/shop", "", "/shop", "/shop"),
            ("/shop/", "", "/shop", "/shop"),
            ("/a b/é", "", "/a b/é", "/a b/é"),
            ("//example.com", "example.com", "", "//example.com/"),
            (
                "//Example.COM./shop",
                "example.com",
                "/shop",
                "//example.com/shop",
            ),
            (
                "//example.com:8000/",
                "example.com:8000",
                "",
                "//example.com:8000/",
            ),
            ("//[::1]:80/x", "[::1]:80", "/x", "//[::1]:80/x"),
        ] {
            let place = Place::parse(text).unwrap();
            assert_eq!((&*place.host, &*place.prefix), (host, prefix), "{text}");
            assert_eq!(place.to_string(), shown);
        }
    }

    #[test]
    fn what_no_request_can_have_is_no_place() {
        use BuildErrorKind::{Host, Path};
        for (text, kind) in [
            ("", Path),
            ("shop", Path),
            ("/a//b", Path),
            ("/a/../b", Path),
            ("/a\\b", Path),
            ("//", Host),
            ("///shop", Host),
            ("//me@example.com/", Host),
            ("//exa mple.com/", Host),
            ("//./", Host),
            ("//0:./", Host),
            ("//0:99999/", Host),
            ("//example.com../", Host),
            ("//.example.com/", Host),
            ("//bücher.example/", Host),
            ("//example.com:/", Host),
            ("//example.com/a//b", Path),
        ] {
            let error = Place::parse(text).unwrap_err();
            assert_eq!(error.kind(), kind, "{text}");
            assert_eq!(error.input(), text);
        }
    }
}
