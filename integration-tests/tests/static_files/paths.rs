//! Thousands of ways to write a path, sent as bytes: none reads what lies beside the root, none is an error of the server's, and whatever is
//! served is the file that the path names to the simplest reader.

use std::{cell::RefCell, collections::BTreeSet, fs, path::PathBuf};

use percent_encoding::percent_decode_str;
use plywood_static::Files;
use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestRunner};

use crate::{
    connection::Connection,
    server::Ours,
    site::{self, CANARY},
};

/// Ways to write `..`: plainly, encoded, encoded twice, too long in UTF-8, in letters that look alike, with what some readers drop.
const UPS: [&str; 45] = [
    "..",
    "%2e%2e",
    "%2E%2E",
    ".%2e",
    "%2e.",
    "%252e%252e",
    "%25252e%25252e",
    "..%252f",
    "%c0%ae%c0%ae",
    "%C0%2E%C0%2E",
    "%e0%80%ae%e0%80%ae",
    "%f0%80%80%ae%f0%80%80%ae",
    "%c0%2e%c0%2e",
    "%u002e%u002e",
    "%uff0e%uff0e",
    "%ef%bc%8e%ef%bc%8e",
    "%e2%80%a5",
    "%e2%80%a4%e2%80%a4",
    "..;",
    "..;a=b",
    "..%3b",
    ";..",
    "..%00",
    "%00..",
    ".%00.",
    "..%0a",
    "..%0d%0a",
    "..%09",
    "..%20",
    "%20..",
    "..%7f",
    "...",
    "....",
    "..../",
    ".",
    "./..",
    ".../...//..",
    "..\\",
    "..%5c",
    "..%255c",
    "..%c1%9c",
    "..?",
    "..#",
    "%",
    "%2",
];

/// Ways to write `/`.
const SEPARATORS: [&str; 18] = [
    "/",
    "//",
    "///",
    "/./",
    "/%2e/",
    "%2f",
    "%2F",
    "%252f",
    "%25252f",
    "\\",
    "\\\\",
    "%5c",
    "%255c",
    "%c0%af",
    "%e0%80%af",
    "%c1%9c",
    "%u2215",
    "%ef%bc%8f",
];

/// Where the climb begins: at the root, in a directory, at a file, at a link, in what is not there.
const STARTS: [&str; 8] = [
    "/",
    "//",
    "/sub/",
    "/a.txt/",
    "/link-up/",
    "/link-to-sub/",
    "/none/",
    "/./",
];

/// What is at the end of a name and is no part of it to somebody.
const ENDS: [&str; 26] = [
    "",
    "/",
    "//",
    "/.",
    "/..",
    ".",
    "..",
    "%2e",
    " ",
    "%20",
    "%00",
    "%00.html",
    ";",
    ";a",
    ";/a",
    "?",
    "?a=/../",
    "#",
    "#/../",
    "~",
    "::$DATA",
    "%3a%3a$DATA",
    ":a",
    "%",
    "%0a",
    "%ff",
];

/// Names that lead elsewhere on some system, or for some reader.
const NAMES: [&str; 36] = [
    "secret.txt",
    "link-out.txt",
    "link-up/secret.txt",
    "link-up/site/a.txt",
    "root-secret/secret.txt",
    ".hidden",
    "%2ehidden",
    "sub/.hidden",
    "closed/inner.txt",
    "unreadable.txt",
    "fifo",
    "etc/passwd",
    "proc/self/environ",
    "con",
    "CON.txt",
    "nul.txt",
    "aux",
    "com1",
    "LPT9.html",
    "com%c2%b9",
    "conin$",
    "C:",
    "C:/",
    "C:%5cWindows%5cwin.ini",
    "c|/windows/win.ini",
    "%5c%5chost%5cshare",
    "%5c%5c?%5cC:%5c",
    "//host/share",
    "A.TXT",
    "a.txt",
    "A~1.TXT",
    "index.html",
    "sub",
    "sub/index.html",
    "file:///etc/passwd",
    "~root",
];

/// Every target of the grammar, once.
fn targets(secret: &str) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    let absolute = format!("{secret}/secret.txt");
    let absolute = absolute.trim_start_matches('/');
    for up in UPS {
        for separator in SEPARATORS {
            for start in STARTS {
                for depth in [1, 2, 3] {
                    let climb = format!("{up}{separator}").repeat(depth);
                    targets.insert(format!("{start}{climb}secret.txt"));
                }
            }
            for depth in [8, 40] {
                let climb = format!("{up}{separator}").repeat(depth);
                let passwd = format!("etc{separator}passwd");
                targets.insert(format!("/{climb}{passwd}"));
                targets.insert(format!("/{climb}{absolute}"));
            }
            targets.insert(format!("/sub{separator}{up}{separator}a.txt"));
            targets.insert(format!("/{up}{separator}site-secret{separator}secret.txt"));
            targets.insert(format!("{up}{separator}secret.txt"));
        }
    }
    for name in NAMES.into_iter().chain([absolute]) {
        for end in ENDS {
            for start in STARTS {
                targets.insert(format!("{start}{name}{end}"));
            }
            targets.insert(format!("http://127.0.0.1/{name}{end}"));
            targets.insert(format!("http:{name}{end}"));
            targets.insert(format!("{name}{end}"));
        }
    }
    targets
}

/// The root and our server of it.
struct Site {
    directory: tempfile::TempDir,
    connection: RefCell<Connection>,
    _server: Ours,
}

impl Site {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("site");
        fs::create_dir_all(&root).unwrap();
        site::fill(&root);
        let sibling = directory.path().join("site-secret");
        fs::create_dir(&sibling).unwrap();
        fs::write(sibling.join("secret.txt"), CANARY).unwrap();
        let server = {
            let root = root.clone();
            Ours::start(move || Files::new(root).unwrap())
        };
        Self {
            directory,
            connection: RefCell::new(Connection::new(server.address)),
            _server: server,
        }
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("site")
    }

    /// Sends `target` as it is.
    ///
    /// # Errors
    ///
    /// What is wrong with the answer.
    fn check(&self, target: &[u8]) -> Result<u16, String> {
        let reply = self.connection.borrow_mut().get(target);
        let reply = reply.map_err(|error| error.to_string())?;
        for secret in [CANARY, "root:x:0", "site-secret"] {
            let mut windows = reply.body.windows(secret.len());
            if windows.any(|window| window == secret.as_bytes()) {
                return Err(format!("it holds {secret}"));
            }
        }
        match (reply.status, reply.location) {
            (200, _) if self.named(target).as_ref() != Some(&reply.body) => {
                Err("another file than the path names".to_owned())
            }
            (308, Some(location)) if leads_astray(&location) => Err(location),
            (200 | 308 | 400 | 404 | 414, _) => Ok(reply.status),
            (status, _) => Err(status.to_string()),
        }
    }

    /// The content of the file that a target names to a reader who decodes once, and knows no more than names and slashes.
    fn named(&self, target: &[u8]) -> Option<Vec<u8>> {
        let target = str::from_utf8(target).ok()?;
        let path = target.split(['?', '#']).next()?;
        // The form for proxies has a scheme and a host before the path.
        let path = match path.split_once("://") {
            Some((scheme, rest)) if !scheme.contains('/') => {
                rest.find('/').map_or("/", |at| &rest[at..])
            }
            _ => path,
        };
        let mut file = self.root();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let name = percent_decode_str(segment).decode_utf8().ok()?;
            if matches!(&*name, "." | "..") || name.contains('/') {
                return None;
            }
            file.push(&*name);
        }
        if path.ends_with('/') {
            file.push("index.html");
        }
        fs::read(file).ok()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        site::open_again(&self.root());
    }
}

fn leads_astray(location: &str) -> bool {
    let path = location.split('?').next().unwrap_or("");
    !path.starts_with('/') || path.starts_with("//") || path.contains(['\\', '\r', '\n'])
}

#[test]
fn no_spelling_of_thousands_reads_what_it_should_not() {
    let site = Site::new();
    // What the table has been looking for can be found, and is found out.
    assert!(site.check(b"/a.txt").is_ok());
    fs::write(site.root().join("found.txt"), CANARY).unwrap();
    assert!(site.check(b"/found.txt").is_err());
    fs::remove_file(site.root().join("found.txt")).unwrap();

    let targets = targets(site.directory.path().to_str().unwrap());
    assert!(targets.len() > 20_000, "{}", targets.len());
    let mut served = 0;
    let mut wrong = Vec::new();
    for target in &targets {
        match site.check(target.as_bytes()) {
            Ok(status) => served += usize::from(status == 200),
            Err(why) => wrong.push(format!("{target}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    // The table is no list of errors: some of its spellings are honest.
    assert!(served > 50, "{served}");
}

/// A target of pieces of the grammar, and of any bytes that a request line can have.
fn target() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(&UPS[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        4 => select(&SEPARATORS[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        3 => select(&NAMES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => select(&ENDS[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| format!("%{byte:02x}").into_bytes()),
        1 => (0x21..=0xff_u8).prop_map(|byte| vec![byte]),
    ];
    vec(piece, 0..8).prop_map(|pieces| [b"/", &*pieces.concat()].concat())
}

#[test]
fn no_target_of_any_pieces_does_either() {
    let site = Site::new();
    let outcome = TestRunner::default().run(&target(), |target| {
        // Space and line end would make another request line of it.
        prop_assume!(!target.contains(&b' '));
        site.check(&target)
            .map_err(|why| TestCaseError::fail(format!("{}: {why}", target.escape_ascii())))?;
        Ok(())
    });
    outcome.unwrap();
}
