//! A directory as a page: what is in it, in which order, and how it is written.

mod answer;
mod json;
mod order;
mod page;
mod time;

#[cfg(any(feature = "embed", feature = "zip"))]
use std::collections::BTreeSet;
use std::time::SystemTime;

pub(crate) use self::answer::answer;
use self::order::Order;
#[cfg(any(feature = "embed", feature = "zip"))]
use crate::name;

/// How many names of a directory are looked at. What comes after them is left out, and the page says so.
pub(crate) const MAX_ENTRIES: usize = 10_000;

/// How many entries a page has.
pub(crate) const PAGE: usize = 1000;

/// A file or a directory that would be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) modified: Option<SystemTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Directory,
    File { length: u64 },
}

impl Entry {
    fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// The link to it, relative to the page: a name such as `javascript:x` is a name and no scheme.
    fn href(&self) -> String {
        let name = plywood_core::path::encode(&self.name);
        let slash = if self.is_directory() { "/" } else { "" };
        ["./", &name, slash].concat()
    }
}

/// The entries of `directory`, which is empty or ends with a slash, among the sorted `paths` of all files; of each file `file` says the length and the date. And
/// whether there are more than are looked at.
#[cfg(any(feature = "embed", feature = "zip"))]
pub(crate) fn of_paths<'p>(
    paths: impl Iterator<Item = &'p str>,
    directory: &str,
    file: impl Fn(&str) -> Option<(u64, Option<SystemTime>)>,
) -> (Vec<Entry>, bool) {
    let rests = paths.filter_map(|path| path.strip_prefix(directory));
    let names = rests.map(|rest| match rest.split_once('/') {
        Some((name, _)) => (name, true),
        None => (rest, false),
    });
    let names: BTreeSet<_> = names
        .filter(|(name, _)| name::can_be_asked_for(name))
        .collect();
    let is_cut = names.len() > MAX_ENTRIES;
    let entries = names.into_iter().take(MAX_ENTRIES);
    let entries = entries.filter_map(|(name, is_directory)| {
        let (kind, modified) = if is_directory {
            (Kind::Directory, None)
        } else {
            let (length, modified) = file(&[directory, name].concat())?;
            (Kind::File { length }, modified)
        };
        Some(Entry {
            name: name.to_owned(),
            kind,
            modified,
        })
    });
    (entries.collect(), is_cut)
}

/// What the page shows.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The path as the visitor sees it, decoded, with a slash at its end.
    pub(crate) path: String,
    /// Whether there is a directory above that these files reach.
    pub(crate) has_parent: bool,
    pub(crate) view: View,
    pub(crate) entries: Vec<Entry>,
    /// Whether the directory has more than was looked at.
    pub(crate) is_cut: bool,
}

/// What of it the visitor wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) order: Order,
    /// From 1.
    pub(crate) page: usize,
}

impl View {
    /// Reads `sort=-size&page=2`; what cannot be read is as if it were not there.
    pub(crate) fn read(query: Option<&str>) -> Self {
        let mut view = Self {
            order: Order::default(),
            page: 1,
        };
        for pair in query.unwrap_or_default().split('&') {
            match pair.split_once('=') {
                Some(("sort", order)) => view.order = Order::read(order).unwrap_or_default(),
                Some(("page", page)) => view.page = page.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        view
    }
}

impl Listing {
    /// Puts the entries into order.
    pub(crate) fn sort(&mut self) {
        let order = self.view.order;
        self.entries.sort_by(|a, b| order.compare(a, b));
        self.view.page = self.view.page.min(self.pages());
    }

    /// How many pages there are: one at least.
    fn pages(&self) -> usize {
        self.entries.len().div_ceil(PAGE).max(1)
    }

    /// The entries of the page that is asked for.
    fn shown(&self) -> &[Entry] {
        let from = (self.view.page - 1) * PAGE;
        let to = self.entries.len().min(from + PAGE);
        &self.entries[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_read_from_the_query_and_nonsense_is_no_wish() {
        let view = |query| {
            let View { order, page } = View::read(query);
            (order.to_string(), page)
        };
        for (query, order, page) in [
            (None, "name", 1),
            (Some(""), "name", 1),
            (Some("sort=size"), "size", 1),
            (Some("sort=-modified&page=3"), "-modified", 3),
            (Some("page=2&sort=-name&x"), "-name", 2),
            (Some("sort=colour&page=0"), "name", 1),
            (Some("sort=--size&page=-1"), "name", 1),
            (Some("page=99999999999999999999999"), "name", 1),
        ] {
            assert_eq!(view(query), (order.to_owned(), page), "{query:?}");
        }
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let entry = |number: usize| Entry {
            name: format!("{number}.txt"),
            kind: Kind::File { length: 1 },
            modified: None,
        };
        let listing = |count, page| {
            let mut listing = Listing {
                path: "/".to_owned(),
                has_parent: false,
                view: View {
                    order: Order::default(),
                    page,
                },
                entries: (0..count).map(entry).collect(),
                is_cut: false,
            };
            listing.sort();
            (listing.view.page, listing.shown().len())
        };
        assert_eq!(listing(0, 1), (1, 0));
        assert_eq!(listing(0, usize::MAX), (1, 0));
        assert_eq!(listing(PAGE, 2), (1, PAGE));
        assert_eq!(listing(PAGE + 1, 2), (2, 1));
        assert_eq!(listing(PAGE + 1, 9), (2, 1));
    }

    #[test]
    fn a_link_is_relative_and_names_no_scheme() {
        for (name, kind, expected) in [
            ("a.txt", Kind::File { length: 0 }, "./a.txt"),
            ("sub", Kind::Directory, "./sub/"),
            (
                "javascript:alert(1)",
                Kind::File { length: 0 },
                "./javascript:alert(1)",
            ),
            (
                "a b?c#d%41\"<",
                Kind::File { length: 0 },
                "./a%20b%3Fc%23d%2541%22%3C",
            ),
        ] {
            let name = name.to_owned();
            let entry = Entry {
                name,
                kind,
                modified: None,
            };
            assert_eq!(entry.href(), expected);
        }
    }
}
