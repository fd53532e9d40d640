//! What nginx does, beside an nginx that is configured alike: both keep files in mind, compress at level 4, gather lines before they write them, and
//! read the same password file.

use std::path::Path;

use plywood_bench_load::{
    Asked, Candidate, Connection, Process, Tree, print, rounds, setting, wrk,
};

use crate::{CONNECTIONS, text};

/// `ada` and `plywood`, as Apache's `htpasswd -s` writes them. It is the hash that costs nginx least, which computes it for each request.
const ACCOUNTS: &str = "ada:{SHA}bgXiyOZTFxpMrgZZJvuRGLu1Fhc=\n";
const PASSWORD: &str = "authorization: Basic YWRhOnBseXdvb2Q=";

const CACHE: &str = "open_file_cache max=1000; ";
const GZIP: &str = "gzip on; gzip_comp_level 4; gzip_min_length 1; gzip_vary on; ";
const LOG: &str = "access_log FOLDER/nginx.log combined buffer=64k flush=1s; ";
const NO_LOG: &str = "access_log off; ";
const BASIC: &str = "auth_basic realm; auth_basic_user_file FOLDER/accounts; ";

/// What is asked for.
struct Shape {
    name: &'static str,
    target: &'static str,
    fields: &'static [&'static str],
    /// Our server, as its process knows it.
    kind: &'static str,
    nginx: &'static [&'static str],
}

const SHAPES: [Shape; 7] = [
    Shape {
        name: "1 KB",
        target: "/1k.bin",
        fields: &[],
        kind: "files",
        nginx: &[NO_LOG],
    },
    Shape {
        name: "10 KB",
        target: "/10k.bin",
        fields: &[],
        kind: "files",
        nginx: &[NO_LOG],
    },
    Shape {
        name: "100 KB",
        target: "/100k.bin",
        fields: &[],
        kind: "files",
        nginx: &[NO_LOG],
    },
    Shape {
        name: "10 KB of HTML, gzip",
        target: "/page.html",
        fields: &["accept-encoding: gzip"],
        kind: "gzip",
        nginx: &[NO_LOG, GZIP],
    },
    Shape {
        name: "1 KB, a log",
        target: "/1k.bin",
        fields: &[],
        kind: "log",
        nginx: &[LOG],
    },
    Shape {
        name: "1 KB, Basic",
        target: "/1k.bin",
        fields: &[PASSWORD],
        kind: "basic",
        nginx: &[NO_LOG, BASIC],
    },
    Shape {
        name: "all of it",
        target: "/page.html",
        fields: &["accept-encoding: gzip", PASSWORD],
        kind: "all",
        nginx: &[LOG, GZIP, BASIC],
    },
];

pub fn run() {
    let seconds = setting("SECONDS", 2);
    let tree = Tree::new();
    tree.file("1k.bin", 1 << 10);
    tree.file("10k.bin", 10 << 10);
    tree.file("100k.bin", 100 << 10);
    tree.content("page.html", &text::html(10 << 10));
    std::fs::write(accounts(&tree.root()), ACCOUNTS).expect("it is ours");
    for shape in &SHAPES {
        let candidates = candidates(shape, &tree);
        let fields: Vec<String> = shape
            .fields
            .iter()
            .map(|field| (*field).to_owned())
            .collect();
        for candidate in &candidates {
            check(candidate, shape);
        }
        let loads = rounds(&candidates, |candidate| {
            wrk(
                candidate,
                &Asked::Target(shape.target, &fields, 0),
                CONNECTIONS,
                seconds,
            )
        });
        print(shape.name, &candidates, &["nginx"], &loads);
    }
}

/// The file of passwords, beside the folder that is served.
pub fn accounts(root: &Path) -> std::path::PathBuf {
    root.with_file_name("accounts")
}

fn candidates(shape: &Shape, tree: &Tree) -> [Candidate; 2] {
    let lines = CACHE.to_owned() + &shape.nginx.concat();
    let lines = lines.replace("FOLDER", &tree.path().display().to_string());
    [
        Candidate {
            name: "plywood",
            process: Process::own(shape.kind, &tree.root()),
        },
        Candidate {
            name: "nginx",
            process: Process::nginx(tree.path(), &tree.root(), &lines),
        },
    ]
}

/// That it answers what is measured, and asks for a password where it is to.
fn check(candidate: &Candidate, shape: &Shape) {
    let lines: String = shape
        .fields
        .iter()
        .map(|field| format!("{field}\r\n"))
        .collect();
    let ask = |lines: &str| {
        Connection::new(&candidate.process.address).get(shape.target, lines, "content-encoding")
    };
    let (status, coding) = ask(&lines);
    assert_eq!(status, 200, "{} {}", candidate.name, shape.name);
    let is_compressed = shape.nginx.contains(&GZIP);
    assert_eq!(
        coding.as_deref(),
        is_compressed.then_some("gzip"),
        "{} {}",
        candidate.name,
        shape.name
    );
    if shape.nginx.contains(&BASIC) {
        assert_eq!(ask("").0, 401, "{} {}", candidate.name, shape.name);
    }
}
