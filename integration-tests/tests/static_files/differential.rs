//! The same request to ours, to nginx and to Apache: what differs stands in the table with its reason, and nothing else differs.

use std::{collections::HashSet, fs, net::SocketAddr};

use plywood_integration_tests::{
    WebServer,
    conformance::exchange::{Answer, exchange, request},
};
use plywood_static::Files;

use crate::{
    server::Ours,
    site,
    table::{self, Row, Whose},
};

/// What is compared. What is not: `Date`, `Server`, `Connection` and `Keep-Alive`, which are the server's and not the file's;
/// `Cache-Control` and `X-Content-Type-Options`, which ours sends by default and the others on demand.
const FIELDS: [&str; 9] = [
    "content-type",
    "content-length",
    "content-range",
    "accept-ranges",
    "last-modified",
    "etag",
    "location",
    "allow",
    "vary",
];

/// What an answer says, made comparable.
fn said(answer: Option<&Answer>) -> Vec<(&'static str, String)> {
    let Some(answer) = answer else {
        return vec![("status", "none".to_owned())];
    };
    let mut said = vec![("status", answer.status.to_string())];
    let boundary = answer
        .field("content-type")
        .and_then(|value| value.split_once("boundary="))
        .map_or("", |(_, boundary)| boundary);
    // The page of an error is not the file's, nor is what it says of itself.
    let is_page = !matches!(answer.status, 200 | 206 | 304);
    for name in FIELDS {
        if is_page
            && matches!(
                name,
                "content-type" | "content-length" | "etag" | "accept-ranges"
            )
        {
            continue;
        }
        let value = answer.field(name).unwrap_or("-");
        let value = match name {
            // Each makes tags in its own way; what matters is whether there is one, and how strong.
            "etag" if value.starts_with('"') => "strong".to_owned(),
            "etag" if value.starts_with("W/") => "weak".to_owned(),
            "content-type" if !boundary.is_empty() => value.replace(boundary, "B"),
            // A longer boundary makes a longer body.
            "content-length" if !boundary.is_empty() => "of parts".to_owned(),
            // Apache's are in any order.
            "allow" => {
                let mut methods: Vec<&str> = value.split(',').map(str::trim).collect();
                methods.sort_unstable();
                methods.join(",")
            }
            "location" => value.trim_start_matches("http://127.0.0.1").to_owned(),
            _ => value.to_owned(),
        };
        said.push((name, value));
    }
    if !is_page {
        let body = answer.body.escape_ascii().to_string();
        said.push(("body", tidied(&body, boundary)));
    }
    said
}

/// The body without what each server is free to choose: the boundary, the line before the first, and how a field's name is spelt.
fn tidied(body: &str, boundary: &str) -> String {
    if boundary.is_empty() {
        return body.to_owned();
    }
    let body = body.replace(boundary, "B");
    let body = body.replace("Content-type:", "Content-Type:");
    let body = body.replace("Content-range:", "Content-Range:");
    body.strip_prefix("\\r\\n").unwrap_or(&body).to_owned()
}

/// `field ours/theirs` for each that differs.
fn differences(ours: Option<&Answer>, theirs: Option<&Answer>) -> Vec<String> {
    let theirs = said(theirs);
    let ours = said(ours);
    let of = |said: &[(&str, String)], name: &str| {
        let found = said.iter().find(|(field, _)| *field == name);
        found.map_or_else(|| "-".to_owned(), |(_, value)| value.clone())
    };
    let mut names: Vec<&str> = ours.iter().chain(&theirs).map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    // Answers of another kind say other things: then the status is the difference. A redirect is one by any status.
    let kind = |said| match of(said, "status").as_str() {
        "301" | "308" => "redirect".to_owned(),
        status => status.to_owned(),
    };
    if kind(&ours) != kind(&theirs) {
        names = vec!["status"];
    }
    names
        .into_iter()
        .map(|name| (name, of(&ours, name), of(&theirs, name)))
        .filter(|(_, ours, theirs)| ours != theirs)
        .map(|(name, ours, theirs)| match name {
            "body" => name.to_owned(),
            _ => format!("{name} {ours}/{theirs}"),
        })
        .collect()
}

fn ask(server: SocketAddr, method: &str, row: &Row) -> Option<Answer> {
    let target = &row.target.replace("{255}", &"n".repeat(255));
    let tag = if row.fields.iter().any(|field| field.contains("{ETAG}")) {
        let plain = exchange(server, &request(b"GET", target.as_bytes(), &[])).unwrap();
        plain.field("etag").unwrap().to_owned()
    } else {
        String::new()
    };
    let fields: Vec<(String, String)> = row
        .fields
        .iter()
        .map(|field| {
            let (name, value) = field.split_once(": ").unwrap();
            let value = value.replace("{ETAG}", &tag);
            let value = value.replace("{60}", &single_bytes(60));
            (name.to_owned(), value.replace("{300}", &single_bytes(300)))
        })
        .collect();
    let fields: Vec<(&[u8], &[u8])> = fields
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    exchange(
        server,
        &request(method.as_bytes(), target.as_bytes(), &fields),
    )
    .ok()
}

/// So many ranges of a byte each, none of which meets another.
fn single_bytes(count: usize) -> String {
    let ranges: Vec<String> = (0..count).map(|at| format!("{0}-{0}", 2 * at)).collect();
    ranges.join(",")
}

#[test]
fn ours_answers_as_nginx_and_apache_do_but_for_what_the_table_explains() {
    let (nginx, apache) = (WebServer::nginx_files(), WebServer::apache_files());
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    fs::create_dir(&root).unwrap();
    let roots = [&root, &nginx.site(), &apache.site()];
    for root in roots {
        site::fill(root);
    }
    let ours = {
        let root = root.clone();
        Ours::start(move || Files::new(root).unwrap())
    };
    let mut unexplained = Vec::new();
    let mut everywhere = HashSet::new();
    for (method, row) in table::rows() {
        let answer = ask(ours.address, method, row);
        if let Some(answer) = &answer {
            assert!(!answer.holds(site::CANARY.as_bytes()), "{row:?}");
        }
        for (whose, server) in [
            (Whose::Nginx, nginx.address()),
            (Whose::Apache, apache.address()),
        ] {
            if row.is_not_for(whose) {
                continue;
            }
            let mut found = differences(answer.as_ref(), ask(server, method, row).as_ref());
            found.retain(|found| {
                let known = table::everywhere(whose, found);
                everywhere.extend(known);
                known.is_none()
            });
            let mut expected = row.differences(whose);
            // Nothing of a body is sent, so that nothing of it differs.
            expected.retain(|known| method != "HEAD" || *known != "body");
            if found != expected {
                unexplained.push(format!(
                    "{method} {} {:?} beside {whose:?}: found {found:?}, explained {expected:?}",
                    row.target, row.fields
                ));
            }
        }
    }
    for root in roots {
        site::open_again(root);
    }
    assert!(unexplained.is_empty(), "\n{}", unexplained.join("\n"));
    // What is explained and never seen is no explanation.
    assert_eq!(everywhere.len(), table::EVERYWHERE.len(), "{everywhere:?}");
}
