//! What became what: every word on the right of the chapter's tables is a word of the API.

use std::{collections::HashMap, collections::HashSet, fs, path::Path};

/// Code on the right that is no name of ours: standards' words, our crates' names, and what stands for a reader's own.
const NOT_NAMES: &[&str] = &[
    "REMOTE_USER",
    "AUTH_TYPE",
    "SCRIPT_NAME",
    "REMOTE_ADDR",
    "wsgi.url_scheme",
    "ETag",
    "Vary",
    "Strict-Transport-Security",
    "frame-ancestors",
    "nosniff",
    "404",
    "405",
];

/// Modules of tower-http, which `plywood::tower_http` hands on; types of http, tower and axum, and Rust's own.
const THEIRS: &[&str] = &[
    "cors",
    "csrf",
    "limit",
    "timeout",
    "request_id",
    "sensitive_headers",
    "set_header",
    "normalize_path",
    "trace",
    "plywood",
    "Extension",
    "Response",
    "Result",
    "Router",
    "ServiceBuilder",
    "tower_http",
    "Err",
    "Ok",
    "derive",
    "into",
];

/// What the reader's own program calls so.
const READERS: &[&str] = &["Page", "User", "id", "request", "session", "store"];

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The public names of each crate.
fn names() -> HashMap<String, HashSet<String>> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut names = HashMap::new();
    for entry in fs::read_dir(crates).expect("the folder is there") {
        let folder = entry.expect("it can be listed").path();
        let mut of_crate = HashSet::new();
        gather(&folder.join("src"), &mut of_crate);
        let name = folder.file_name().expect("it has a name");
        let name = name.to_string_lossy().replace('-', "_");
        of_crate.insert(format!("plywood_{name}"));
        names.insert(name, of_crate);
    }
    names
}

fn gather(folder: &Path, names: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            gather(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            for line in read(&path).lines() {
                names.extend(declared(line));
            }
        }
    }
}

/// The name that a line declares in public. A field of a public struct is one, and a macro that derives.
fn declared(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("#[proc_macro_derive(") {
        return name.split([',', ')']).next().map(str::to_owned);
    }
    // The methods of a public trait say no `pub`.
    let rest = line
        .strip_prefix("pub ")
        .or_else(|| line.strip_prefix("fn ").map(|_| line))?;
    let words = rest.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let kinds = [
        "async", "const", "unsafe", "fn", "struct", "enum", "trait", "mod", "type",
        "static",
    ];
    let name = words.into_iter().find(|word| !kinds.contains(word))?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The code in the last cell of each row.
fn right_hand(chapter: &str) -> Vec<String> {
    let rows = chapter
        .lines()
        .filter(|line| line.starts_with("| ") && *line != "| there | here |");
    rows.flat_map(|row| {
        let cells: Vec<_> = row.trim_end_matches(" |").split(" | ").collect();
        let right = (*cells.last().expect("a row has cells")).to_owned();
        right
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    })
    .collect()
}

/// The names in a piece of code: not what stands in quotes.
fn words(code: &str) -> Vec<&str> {
    code.split('"')
        .step_by(2)
        .flat_map(|piece| piece.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic()))
        .collect()
}

#[test]
fn every_word_on_the_right_is_a_word_of_the_api() {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coming_from.md");
    let names = names();
    let found = right_hand(&read(&chapter));
    let mut unknown = Vec::new();
    for code in found.iter().filter(|code| !NOT_NAMES.contains(&&***code)) {
        let words: Vec<_> = words(code)
            .into_iter()
            .filter(|word| !THEIRS.contains(word) && !READERS.contains(word))
            .collect();
        // `Session::flash`: one crate has both.
        let is_known = names
            .values()
            .any(|names| words.iter().all(|word| names.contains(*word)))
            || !code.contains("::")
                && words
                    .iter()
                    .all(|word| names.values().any(|names| names.contains(*word)));
        if !is_known {
            unknown.push(code);
        }
    }
    assert!(unknown.is_empty(), "nothing has these names: {unknown:?}");
    assert!(found.len() > 100, "only {} were found", found.len());
}

#[test]
fn who_comes_from_each_of_these_has_a_table() {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coming_from.md");
    let chapter = read(&chapter);
    for from in [
        "Paste and Werkzeug",
        "Flask",
        "Django's middleware",
        "Rack",
        "Plack",
        "axum-login and tower-sessions",
        "tower-http",
    ] {
        let table = format!("## {from}\n\n| there | here |\n|---|---|\n");
        assert!(chapter.contains(&table), "{from}");
    }
}

#[test]
fn a_name_that_is_not_there_is_told() {
    let names = names();
    let all = |word: &str| names.values().any(|names| names.contains(word));
    assert!(
        all("SessionLayer") && all("flash") && all("Routes") && all("plywood_csrf")
    );
    assert!(!all("SessionManagerLayer"));
    assert_eq!(words(r#"UrlFor::of("x y").go()"#), ["UrlFor", "of", "go"]);
}
