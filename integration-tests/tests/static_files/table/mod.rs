//! The requests, and where ours answers otherwise than others do.

mod conditions;
mod paths;
mod ranges;

use Whose::{Apache, Both, Nginx};

/// Whom an answer is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Nginx,
    Apache,
    Both,
}

/// A request, and what is known to differ.
#[derive(Debug)]
pub(crate) struct Row {
    method: &'static str,
    pub(crate) target: &'static str,
    pub(crate) fields: &'static [&'static str],
    known: &'static [Known],
}

/// Whose answer differs, in what (`field ours/theirs`), and why.
#[derive(Debug)]
struct Known(
    Whose,
    &'static [&'static str],
    #[expect(dead_code, reason = "it is for those who read the table")] &'static str,
);

/// What differs wherever it can, and is explained once.
pub(crate) const EVERYWHERE: &[(Whose, &str, &str)] = &[
    (
        Both,
        "status 308/301",
        "a method stays what it was, and `Cache-Control` says for how long",
    ),
    (
        Both,
        "last-modified -/Tue, 02 Jan 2024 03:04:05 GMT",
        "beside a tag, neither 304 nor 412 needs a date: RFC 9110 §15.4.5",
    ),
    (
        Apache,
        "accept-ranges -/bytes",
        "whoever gets a 304 has been told before",
    ),
    (
        Nginx,
        "accept-ranges bytes/-",
        "nginx says it of whole files only",
    ),
    (
        Apache,
        "content-type application/octet-stream/-",
        "Apache says nothing of a type that it does not know, and browsers guess",
    ),
    (
        Apache,
        "content-length 0/-",
        "Apache does not say that there is nothing, to HEAD",
    ),
    (
        Apache,
        "content-range bytes */1000/-",
        "Apache does not say how long the file is: RFC 9110 §15.5.17 asks for it",
    ),
    (
        Nginx,
        "allow GET,HEAD,OPTIONS/-",
        "RFC 9110 §15.5.6 asks for it",
    ),
    (
        Apache,
        "allow GET,HEAD,OPTIONS/GET,HEAD,OPTIONS,POST,TRACE",
        "ours takes no content and echoes nothing",
    ),
];

/// All requests. What is asked by GET without a range is asked by HEAD too.
pub(crate) fn rows() -> impl Iterator<Item = (&'static str, &'static Row)> {
    let rows = [paths::ROWS, ranges::ROWS, conditions::ROWS];
    rows.into_iter().flatten().flat_map(|row| {
        let has_range = row.fields.iter().any(|field| field.starts_with("Range"));
        let twice = row.method == "GET" && !has_range;
        [Some(row.method), twice.then_some("HEAD")]
            .into_iter()
            .flatten()
            .map(move |method| (method, row))
    })
}

/// The explanation of a difference that is everywhere.
pub(crate) fn everywhere(whose: Whose, difference: &str) -> Option<&'static str> {
    let mut known = EVERYWHERE.iter().filter(|known| whose.is_of(known.0));
    known.find_map(|(_, known, why)| (*known == difference).then_some(*why))
}

impl Row {
    /// What of `whose` answer differs.
    pub(crate) fn differences(&self, whose: Whose) -> Vec<&'static str> {
        let of = self.known.iter().filter(|known| whose.is_of(known.0));
        of.flat_map(|known| known.1).copied().collect()
    }

    /// Whether this one cannot be asked.
    pub(crate) fn is_not_for(&self, whose: Whose) -> bool {
        self.differences(whose) == [NOT_ASKED]
    }
}

impl Whose {
    fn is_of(self, other: Self) -> bool {
        self == other || other == Both
    }
}

const fn row(
    method: &'static str,
    target: &'static str,
    fields: &'static [&'static str],
    known: &'static [Known],
) -> Row {
    Row {
        method,
        target,
        fields,
        known,
    }
}

/// A GET that all answer alike.
const fn same(target: &'static str) -> Row {
    row("GET", target, &[], &[])
}

const NOT_ASKED: &str = "it would never answer";
