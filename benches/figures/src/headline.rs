//! The figures that the README begins with: a sentence, and the last column of its table of crates.

use std::{fs, path::Path};

use crate::{
    goal::{
        Measured::{self, Over},
        at,
    },
    results::{Missing, Results, source},
};

const BEGIN: &str = "<!-- Figures: written by `cargo run -p plywood-figures` from benches/results, as the last column of the table. -->\n";
const END: &str = "<!-- End of figures. -->\n";

/// Words, in which each `{}` is the next number's median.
struct Headline(&'static str, &'static [Measured]);

const STACK: Headline = Headline(
    "Together, the stack's six layers cost {}× their closest counterparts from tower-http and tower-sessions, and {}× when those write a log line for each request, as Plywood always does.",
    &[
        at(
            "stack",
            "the whole stack",
            "plywood, six layers",
            "against the peers",
        ),
        at(
            "stack",
            "with a line each",
            "plywood, six layers",
            "against the peers",
        ),
    ],
);

/// By the name that begins the row.
const CRATES: &[(&str, Headline)] = &[
    (
        "access-log",
        Headline(
            "{}× `trace`, to a file",
            &[at(
                "access_log",
                "a log to a file",
                "access-log, Combined",
                "against the trace",
            )],
        ),
    ),
    (
        "auth",
        Headline(
            "{} ns for a correct password",
            &[at(
                "auth",
                "Basic",
                "a password that is kept in mind: ns added",
                "measured",
            )],
        ),
    ),
    (
        "compression",
        Headline(
            "{}× tower-http, for 100 kB of JSON with gzip",
            &[Over(
                source("compression", "an answer", "json 100k plywood gzip", "us"),
                source(
                    "compression",
                    "an answer",
                    "json 100k tower-http gzip",
                    "us",
                ),
            )],
        ),
    ),
    (
        "dispatch",
        Headline(
            "{}× axum's `Router`",
            &[Over(
                source("routing", "100 services", "dispatch", "added ns"),
                source("routing", "100 services", "axum", "added ns"),
            )],
        ),
    ),
    (
        "error-pages",
        Headline(
            "{} ns when nothing is wrong",
            &[at("errors", "service", "passes, 200", "added ns")],
        ),
    ),
    (
        "session",
        Headline(
            "{}× tower-sessions if unused; {}× if read and written",
            &[
                at(
                    "session",
                    "a request",
                    "/untouched, plywood",
                    "of the peer's",
                ),
                at("session", "a request", "/write, plywood", "of the peer's"),
            ],
        ),
    ),
    (
        "session-sqlite",
        Headline(
            "{}× its requests per second",
            &[at(
                "session",
                "32 visitors at a time",
                "SQLite, /write, plywood",
                "of the peer's with 2",
            )],
        ),
    ),
    (
        "session-redis",
        Headline(
            "{}× and {}× their requests per second",
            &[
                at(
                    "stores",
                    "32 visitors at a time, 2 workers",
                    "Redis, /write",
                    "ratio",
                ),
                at(
                    "stores",
                    "32 visitors at a time, 2 workers",
                    "PostgreSQL, /write",
                    "ratio",
                ),
            ],
        ),
    ),
    (
        "static",
        Headline(
            "{}× `ServeDir`, {}× nginx, for 1 KB",
            &[
                at("static", "1 KB", "plywood", "x tower-http"),
                at("static", "1 KB", "plywood", "x nginx"),
            ],
        ),
    ),
    (
        "serve",
        Headline(
            "{} kB per slow reader",
            &[at(
                "static_slow",
                "9900 slow readers of 10 MB",
                "plywood",
                "kB of the server for each",
            )],
        ),
    ),
    (
        "lint",
        Headline(
            "{} to {} ns per request",
            &[
                at("lint", "service", "a plain page, one lint", "added ns"),
                at("lint", "service", "a careful page, one lint", "added ns"),
            ],
        ),
    ),
    (
        "test",
        Headline(
            "{} requests per second",
            &[at("client", "the client", "a GET", "requests a second")],
        ),
    ),
];

impl Headline {
    fn told(&self, results: &Results) -> Result<String, Missing> {
        let Self(words, numbers) = *self;
        numbers.iter().try_fold(words.to_owned(), |told, number| {
            Ok(told.replacen("{}", &number.read(results)?.show_median(), 1))
        })
    }
}

/// The README with the newest figures in their places.
pub(crate) fn readme(root: &Path, results: &Results) -> Result<String, Missing> {
    let path = root.join("README.md");
    let text = fs::read_to_string(&path)
        .map_err(|error| Missing(format!("{}: {error}", path.display())))?;
    let text = replaced(&text, &STACK.told(results)?)?;
    CRATES.iter().try_fold(text, |text, (name, headline)| {
        last_cell(&text, name, &headline.told(results)?)
    })
}

/// The sentence between its marks.
fn replaced(text: &str, sentence: &str) -> Result<String, Missing> {
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{BEGIN}{sentence}\n{END}{after}"))
    });
    parts.ok_or_else(|| Missing("README.md has no place for the figures".to_owned()))
}

/// The last cell of the row that begins with the crate of this name.
fn last_cell(text: &str, name: &str, words: &str) -> Result<String, Missing> {
    let begin = format!("| [`{name}`](");
    let is_row = |line: &&str| line.starts_with(&begin);
    let row = text.lines().find(is_row).and_then(|row| {
        let (cells, _) = row.strip_suffix('|')?.rsplit_once('|')?;
        Some((row, format!("{cells}| {words} |")))
    });
    let (old, new) = row.ok_or_else(|| Missing(format!("README.md has no row for {name}")))?;
    Ok(text.replacen(old, &new, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_put_between_its_marks_and_nothing_else_is_touched() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let new = replaced(&text, "new").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}new\n{END}after\n"));
        assert_eq!(replaced(&new, "new").unwrap(), new);
    }

    #[test]
    fn a_readme_without_the_places_is_told() {
        assert!(replaced("text", "new").is_err());
        assert!(replaced(&format!("{END}{BEGIN}"), "new").is_err());
        assert!(last_cell("| [`auth`](crates/auth) | words | |\n", "lint", "new").is_err());
    }

    #[test]
    fn the_last_cell_of_a_row_is_written_anew() {
        let table =
            "| [`auth`](crates/auth) | words | old |\n| [`lint`](crates/lint) | words | |\n";
        let table = last_cell(table, "auth", "1 ns").unwrap();
        let table = last_cell(&table, "lint", "2 ns").unwrap();
        assert_eq!(
            table,
            "| [`auth`](crates/auth) | words | 1 ns |\n| [`lint`](crates/lint) | words | 2 ns |\n"
        );
    }

    #[test]
    fn each_number_has_its_place_in_the_words() {
        for (name, Headline(words, numbers)) in CRATES {
            assert_eq!(words.matches("{}").count(), numbers.len(), "{name}");
        }
    }
}
