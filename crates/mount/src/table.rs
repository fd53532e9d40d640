//! The table of mounts: pure, over entries of any type.

use std::{collections::HashMap, fmt, sync::Arc};

use http::request;

use crate::{host, place::Place};

/// Whether a request is meant, by its head.
pub(crate) type Predicate = dyn Fn(&request::Parts) -> bool + Send + Sync;

/// What is mounted where.
#[derive(Clone)]
pub(crate) struct Table<T> {
    chosen: Vec<Chosen<T>>,
    hosts: HashMap<Box<str>, Paths<T>>,
    anywhere: Paths<T>,
    pub(crate) fallback: Option<T>,
}

/// What a predicate chooses.
#[derive(Clone)]
struct Chosen<T> {
    name: Box<str>,
    predicate: Arc<Predicate>,
    entry: T,
}

/// What is mounted below one host.
#[derive(Clone)]
struct Paths<T> {
    entries: HashMap<Box<str>, T>,
    /// The length of the longest prefix, in bytes.
    longest: usize,
}

impl<T> Default for Paths<T> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            longest: 0,
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            chosen: Vec::new(),
            hosts: HashMap::new(),
            anywhere: Paths::default(),
            fallback: None,
        }
    }
}

impl<T> Table<T> {
    pub(crate) fn set(&mut self, place: Place, entry: T) {
        let paths = if place.host.is_empty() {
            &mut self.anywhere
        } else {
            self.hosts.entry(place.host).or_default()
        };
        paths.longest = paths.longest.max(place.prefix.len());
        paths.entries.insert(place.prefix, entry);
    }

    pub(crate) fn set_chosen(&mut self, name: &str, predicate: Arc<Predicate>, entry: T) {
        let chosen = Chosen {
            name: name.into(),
            predicate,
            entry,
        };
        match self.chosen.iter_mut().find(|other| *other.name == *name) {
            Some(other) => *other = chosen,
            None => self.chosen.push(chosen),
        }
    }

    pub(crate) fn remove(&mut self, place: &Place) -> bool {
        let Some(paths) = (if place.host.is_empty() {
            Some(&mut self.anywhere)
        } else {
            self.hosts.get_mut(&place.host)
        }) else {
            return false;
        };
        let removed = paths.entries.remove(&place.prefix).is_some();
        paths.longest = paths
            .entries
            .keys()
            .map(|prefix| prefix.len())
            .max()
            .unwrap_or(0);
        if !place.host.is_empty() && paths.entries.is_empty() {
            self.hosts.remove(&place.host);
        }
        removed
    }

    pub(crate) fn remove_chosen(&mut self, name: &str) -> bool {
        let before = self.chosen.len();
        self.chosen.retain(|chosen| *chosen.name != *name);
        self.chosen.len() < before
    }

    /// What is mounted where a request goes, and the prefix to take off.
    ///
    /// `path` is as it was read; it is empty for a target without a path, which only what is mounted at the root can take.
    pub(crate) fn find(&self, head: &request::Parts, path: &str) -> Option<(&T, &str)> {
        if let Some(chosen) = self.chosen.iter().find(|chosen| (chosen.predicate)(head)) {
            return Some((&chosen.entry, ""));
        }
        let host = (!self.hosts.is_empty())
            .then(|| plywood_core::host::of(&head.uri, &head.headers))
            .flatten();
        let hosts = host.iter().flat_map(|host| host::candidates(host));
        hosts
            .filter_map(|host| self.hosts.get(host))
            .chain([&self.anywhere])
            .find_map(|paths| paths.find(path))
            .or_else(|| Some((self.fallback.as_ref()?, "")))
    }

    /// The names of all mounts, in the order in which they are tried.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut hosts: Vec<_> = self
            .hosts
            .iter()
            .map(|(host, paths)| (&**host, paths))
            .collect();
        hosts.push(("", &self.anywhere));
        hosts.sort_by(|(a, _), (b, _)| (b.len(), a).cmp(&(a.len(), b)));
        let places = hosts.into_iter().flat_map(|(host, paths)| {
            let mut prefixes: Vec<_> = paths.entries.keys().collect();
            prefixes.sort_by(|a, b| (b.len(), a).cmp(&(a.len(), b)));
            prefixes.into_iter().map(move |prefix| Place {
                host: host.into(),
                prefix: prefix.clone(),
            })
        });
        let chosen = self.chosen.iter().map(|chosen| chosen.name.to_string());
        chosen
            .chain(places.map(|place| place.to_string()))
            .collect()
    }
}

impl<T> Paths<T> {
    /// The longest prefix first: `/a/b/c`, `/a/b`, `/a`, and the root.
    fn find(&self, path: &str) -> Option<(&T, &str)> {
        prefixes(path, self.longest).find_map(|prefix| {
            let (own, entry) = self.entries.get_key_value(prefix)?;
            Some((entry, &**own))
        })
    }
}

/// The prefixes of `path` that end at a segment and have at most `longest` bytes, longest first: no path, however long, makes the search long.
fn prefixes(path: &str, longest: usize) -> impl Iterator<Item = &str> {
    let slash_before = |end: usize| {
        path.as_bytes()[..end]
            .iter()
            .rposition(|&byte| byte == b'/')
    };
    let first = if path.len() <= longest {
        Some(path.len())
    } else {
        slash_before(longest + 1)
    };
    std::iter::successors(first, move |&end| slash_before(end)).map(move |end| &path[..end])
}

impl<T> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use plywood_core::path::strip_prefix;
    use proptest::prelude::*;

    use super::*;

    fn table(places: &[&'static str]) -> Table<&'static str> {
        let mut table = Table::default();
        for place in places {
            table.set(Place::parse(place).unwrap(), *place);
        }
        table
    }

    fn find(table: &Table<&'static str>, host: &str, path: &str) -> Option<&'static str> {
        let (head, ()) = Request::get("/")
            .header("host", host)
            .body(())
            .unwrap()
            .into_parts();
        table.find(&head, path).map(|(entry, _)| *entry)
    }

    #[test]
    fn the_longest_host_is_first_and_then_the_longest_path() {
        let table = table(&["/", "/a", "/a/b", "//h", "//h/a", "//h:80/a", "//other/z"]);
        for (host, path, expected) in [
            ("x", "/a/b/c", "/a/b"),
            ("x", "/a/bc", "/a"),
            ("x", "/ab", "/"),
            ("x", "/", "/"),
            ("h", "/a/b", "//h/a"),
            ("H:80", "/a/b", "//h:80/a"),
            ("h:81", "/a", "//h/a"),
            ("h:80", "/b", "//h"),
            // Nothing of that host is there: what stands for every host is.
            ("other", "/a", "/a"),
        ] {
            assert_eq!(find(&table, host, path), Some(expected), "{host} {path}");
        }
        assert_eq!(
            table.names(),
            ["//other/z", "//h:80/a", "//h/a", "//h/", "/a/b", "/a", "/"]
        );
    }

    #[test]
    fn a_prefix_ends_at_a_segment() {
        let table = table(&["/foo"]);
        for (path, found) in [
            ("/foo", true),
            ("/foo/", true),
            ("/foo/bar", true),
            ("/foobar", false),
            ("/FOO", false),
            ("/", false),
            ("", false),
        ] {
            assert_eq!(find(&table, "", path).is_some(), found, "{path}");
        }
    }

    #[test]
    fn a_predicate_comes_first_and_the_fallback_last() {
        let mut table = table(&["/a"]);
        table.fallback = Some("fallback");
        table.set_chosen(
            "beta",
            Arc::new(|head| head.headers.contains_key("host")),
            "beta",
        );
        assert_eq!(find(&table, "x", "/a"), Some("beta"));
        assert_eq!(table.names(), ["beta", "/a"]);
        table.set_chosen("beta", Arc::new(|_| false), "never");
        assert_eq!(find(&table, "x", "/a"), Some("/a"));
        assert!(table.remove_chosen("beta") && !table.remove_chosen("beta"));
        assert_eq!(find(&table, "x", "/b"), Some("fallback"));
    }

    #[test]
    fn what_was_removed_is_gone() {
        let mut table = table(&["/a", "/a/b", "//h/a"]);
        for place in ["/a/b", "//h/a"] {
            let place = Place::parse(place).unwrap();
            assert!(table.remove(&place) && !table.remove(&place));
        }
        assert_eq!(find(&table, "h", "/a/b"), Some("/a"));
        assert!(table.hosts.is_empty());
    }

    proptest! {
        /// Against the plain reading: of all prefixes that the path is at or below, the longest.
        #[test]
        fn the_longest_prefix_is_found(
            places in prop::collection::vec("(/[ab]{1,2}){0,3}", 0..8),
            path in "(/[ab]{1,2}){0,4}/?",
        ) {
            let mut table = Table::default();
            for place in &places {
                table.set(Place { host: "".into(), prefix: place.as_str().into() }, place.clone());
            }
            let expected = places
                .iter()
                .filter(|place| strip_prefix(&path, place).is_some())
                .max_by_key(|place| place.len());
            let (head, ()) = Request::new(()).into_parts();
            prop_assert_eq!(table.find(&head, &path).map(|(entry, _)| entry), expected);
        }
    }
}
