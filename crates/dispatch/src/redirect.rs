use crate::{
    Base, encode,
    table::{Table, with_single_slashes},
};

/// Where a map sends the client instead of answering, by `308 Permanent Redirect`: with the same method and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect(pub(crate) Goal);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// The same host, by a path that is decoded.
    Path(String),
    /// A rule's URL: the host that it builds, and the path, encoded.
    Rule { host: String, path: String },
    /// A whole URL, built.
    Alias(String),
    /// What a rule was told to redirect to.
    Target(String),
}

impl Redirect {
    /// The path of a redirect that stays within the map, encoded and relative to the mount. `None`, where it is to somewhere else.
    pub(crate) fn path(&self, bound: &Base, table: &Table) -> Option<String> {
        let prefix = &bound.script_name[..bound.script_name.len() - 1];
        let path = match &self.0 {
            Goal::Path(path) => encoded(path),
            Goal::Rule { host, path } if *host == table.domain(bound) => path.clone(),
            Goal::Rule { .. } => return None,
            Goal::Alias(_) | Goal::Target(_) => {
                let url = self.url(bound, table, None);
                let own = table.own_host(bound);
                let root = format!("{}://{own}{prefix}", bound.scheme);
                return Some(url.strip_prefix(&root)?.to_owned())
                    .filter(|rest| rest.starts_with('/'));
            }
        };
        Some(format!("/{}", path.trim_start_matches('/')))
    }

    /// The whole URL. The query is as a request was sent with, without its question mark; a redirect to a
    /// [target](crate::Rule::redirect_to) has its own or none.
    pub(crate) fn url(&self, base: &Base, table: &Table, query: Option<&str>) -> String {
        let query = query.filter(|query| !query.is_empty());
        let (host, path) = match &self.0 {
            Goal::Path(path) => (table.own_host(base), encoded(path)),
            Goal::Rule { host, path } => (table.host(base, host), path.clone()),
            Goal::Alias(url) => {
                return match query {
                    Some(query) => format!("{url}?{query}"),
                    None => url.clone(),
                };
            }
            Goal::Target(target) => {
                return join(
                    &base.scheme,
                    &table.own_host(base),
                    &base.script_name,
                    target,
                );
            }
        };
        let scheme = if base.scheme.is_empty() {
            "http"
        } else {
            &base.scheme
        };
        let script = base.script_name.trim_matches('/');
        let slash = if script.is_empty() { "" } else { "/" };
        let path = path.trim_start_matches('/');
        let mut url = format!("{scheme}://{host}{slash}{script}/{path}");
        if let Some(query) = query {
            url.push('?');
            url.push_str(query);
        }
        url
    }
}

fn encoded(path: &str) -> String {
    let mut url = String::with_capacity(path.len() + 8);
    encode::push(&mut url, path, &encode::PATH);
    url
}

/// Resolves a target against the map's root ([RFC 3986 §5.2](https://www.rfc-editor.org/rfc/rfc3986#section-5.2)).
fn join(scheme: &str, host: &str, script: &str, target: &str) -> String {
    let scheme = if scheme.is_empty() { "http" } else { scheme };
    if is_absolute(target) {
        return target.to_owned();
    }
    if let Some(rest) = target.strip_prefix("//") {
        return format!("{scheme}://{rest}");
    }
    let cut = target.find(['?', '#']).unwrap_or(target.len());
    let (path, rest) = target.split_at(cut);
    let path = match path {
        "" => script.to_owned(),
        _ if path.starts_with('/') => without_dots(path),
        // As Werkzeug has it, where a path is relative two slashes become one.
        _ => without_dots(&with_single_slashes(&format!("{script}{path}"))),
    };
    format!("{scheme}://{host}{path}{rest}")
}

/// Does it begin with a scheme?
pub(crate) fn is_absolute(target: &str) -> bool {
    let Some((scheme, _)) = target.split_once(':') else {
        return false;
    };
    let mut bytes = scheme.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Takes the dot segments out of a path that begins with a slash.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    // What was between dots must not become another host.
    format!("/{}", kept.join("/").trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_joined_to_the_root() {
        for (target, expected) in [
            ("new/7", "http://h/app/new/7"),
            ("/new/7?x", "http://h/new/7?x"),
            ("../up", "http://h/up"),
            ("a//b", "http://h/app/a/b"),
            ("/a//b", "http://h/a//b"),
            ("../../..//up", "http://h/up"),
            ("./a/./b/..", "http://h/app/a/"),
            ("?x=1", "http://h/app/?x=1"),
            ("", "http://h/app/"),
            ("//other/x", "http://other/x"),
            ("https://other/x", "https://other/x"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(join("http", "h", "/app/", target), expected, "{target}");
        }
    }
}
