//! curl at the login example, and at a download that is cut off.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    sync::mpsc,
    time::Duration,
};

use plywood::prelude::*;
use plywood_integration_tests::Example;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(240);

/// What curl prints: the heads of all answers, and the body of the last.
fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--include", "--max-time", "240"])
        .args(arguments)
        .output()
        .expect("curl is installed by ./test tools");
    assert!(
        output.status.success(),
        "curl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The value of a field in what curl printed.
fn field<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    answer
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

struct Site {
    server: Example,
    data: TempDir,
}

impl Site {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_str().unwrap();
        let server = Example::start("login", &["--listen", "127.0.0.1:0", "--data", folder]);
        Self { server, data }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.server.address())
    }
}

#[test]
fn curl_sees_what_the_standard_says() {
    let site = Site::start();
    let at = |path: &str| site.at(path);

    // The style sheet, plain and compressed: the tag differs, and Vary says on what.
    let plain = curl(&[&at("/static/style.css")]);
    assert!(plain.starts_with("HTTP/1.1 200 OK"), "{plain}");
    assert_eq!(field(&plain, "vary"), Some("accept-encoding"));
    assert_eq!(field(&plain, "content-encoding"), None);
    let zipped = curl(&[
        "--header",
        "accept-encoding: gzip",
        "--output",
        "-",
        &at("/static/style.css"),
    ]);
    assert_eq!(field(&zipped, "content-encoding"), Some("gzip"));
    assert_eq!(field(&zipped, "vary"), Some("accept-encoding"));
    let (tag, zipped_tag) = (
        field(&plain, "etag").unwrap(),
        field(&zipped, "etag").unwrap(),
    );
    assert_ne!(tag, zipped_tag);
    let whole = curl(&["--compressed", &at("/static/style.css")]);
    assert!(whole.ends_with(plain.split("\r\n\r\n").nth(1).unwrap()));

    // Both tags are good for a 304, which says on what it varies too.
    for (tag, coding) in [(tag, "identity"), (zipped_tag, "gzip")] {
        let known = format!("if-none-match: {tag}");
        let coding = format!("accept-encoding: {coding}");
        let answer = curl(&[
            "--header",
            &known,
            "--header",
            &coding,
            &at("/static/style.css"),
        ]);
        assert!(answer.starts_with("HTTP/1.1 304 "), "{answer}");
        assert_eq!(field(&answer, "vary"), Some("accept-encoding"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }

    // A method that nobody takes.
    let answer = curl(&["--request", "DELETE", &at("/static/style.css")]);
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    assert_eq!(field(&answer, "allow"), Some("GET, HEAD, OPTIONS"));

    // A path that is not there, for a program and for a person.
    let answer = curl(&[
        "--header",
        "accept: application/json",
        &at("/static/nothing"),
    ]);
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert_eq!(
        field(&answer, "content-type"),
        Some("application/problem+json")
    );
    assert!(answer.contains("\"status\":404"), "{answer}");
    let answer = curl(&["--header", "accept: text/html", &at("/static/nothing")]);
    assert!(answer.contains("<!doctype html>"), "{answer}");

    // Bad input gets a clear 4xx.
    for target in ["/%00", "/a%5cb", "/%2e%2e/secret", "/%zz"] {
        let answer = curl(&["--path-as-is", &at(&format!("/static{target}"))]);
        assert!(answer.starts_with("HTTP/1.1 40"), "{target}: {answer}");
    }
    let answer = curl(&[
        "--header",
        "cookie: sid=\"; ;=;\\",
        &at("/static/style.css"),
    ]);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    // HTTP/2, too.
    let answer = curl(&["--http2-prior-knowledge", &at("/static/style.css")]);
    assert!(answer.starts_with("HTTP/2 200"), "{answer}");
}

#[test]
fn curl_signs_in_and_out_and_the_kept_cookie_opens_nothing() {
    let site = Site::start();
    let at = |path: &str| site.at(path);

    // A stranger's program is told, a stranger's browser is led to the form.
    let answer = curl(&[&at("/")]);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(field(&answer, "www-authenticate").is_some(), "{answer}");
    let answer = curl(&["--header", "accept: text/html", &at("/")]);
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert_eq!(field(&answer, "location"), Some("/login?next=%2F"));

    // Sign in, be greeted, sign out; the kept cookie opens nothing.
    let jar = site.data.path().join("jar");
    let jar = jar.to_str().unwrap();
    let answer = curl(&[
        "--cookie-jar",
        jar,
        "--data",
        "username=ada&password=plywood",
        &at("/login"),
    ]);
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    let cookie = field(&answer, "set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let answer = curl(&["--cookie", jar, &at("/")]);
    assert!(answer.contains("Hello, ada"), "{answer}");
    assert_eq!(
        field(&answer, "vary").map(|vary| vary.contains("cookie")),
        Some(true),
        "{answer}"
    );
    let answer = curl(&["--cookie", jar, "--request", "POST", &at("/logout")]);
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    let answer = curl(&["--cookie", &cookie, &at("/")]);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

/// 32 MiB over a socket whose client reads a little and goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_download_that_was_cut_off_is_logged_with_its_true_size() {
    const SIZE: usize = 32 << 20;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("big.bin"), vec![7; SIZE]).unwrap();
    let (lines, logged) = mpsc::channel();
    let app = ServiceBuilder::new()
        .layer(AccessLogLayer::new(move |line: &[u8]| {
            lines
                .send(String::from_utf8(line.to_vec()).unwrap())
                .unwrap();
        }))
        .layer(CompressionLayer::new())
        .service(Files::new(folder.path()).unwrap());
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Server::new(listener).serve_until(plywood::app(app), std::future::pending()));

    let (line, received) = tokio::task::spawn_blocking(move || {
        let received = read_a_little_and_go(address);
        (logged.recv_timeout(PATIENCE).unwrap(), received)
    })
    .await
    .unwrap();
    let head = "127.0.0.1 - - [";
    assert!(line.starts_with(head), "{line}");
    let rest = line.split("\"GET /big.bin HTTP/1.1\" 200 ").nth(1).unwrap();
    let (count, rest) = rest.split_once(' ').unwrap();
    assert_eq!(rest, "\"https://example.com/\" \"a client that goes\"");
    let count: usize = count.parse().unwrap();
    assert!(
        received <= count && count < SIZE,
        "{received} <= {count} < {SIZE}"
    );
}

fn read_a_little_and_go(address: SocketAddr) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(
            b"GET /big.bin HTTP/1.1\r\nhost: x\r\nreferer: https://example.com/\r\nuser-agent: a client that goes\r\n\r\n",
        )
        .unwrap();
    let mut received = Vec::new();
    (&stream).take(100_000).read_to_end(&mut received).unwrap();
    let head = received
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    received.len() - head
}
