//! Files that nginx or Apache sends in our place: the right one for every name, and none that we would not have sent.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, path::Path};

use plywood_integration_tests::{
    WebServer,
    conformance::exchange::{Answer, exchange, request},
};
use plywood_static::Files;

use crate::{server::Ours, site};

/// A target and what is behind it: names with whatever means something in a URL.
const SENT: [(&str, &str); 11] = [
    ("/a.txt", "ok-a\n"),
    ("/sub/inner.txt", "ok-inner\n"),
    ("/dir%20with%20space/s.txt", "ok-space\n"),
    ("/a+b.txt", "ok-plus\n"),
    ("/a;b.txt", "ok-semi\n"),
    ("/a%23b.txt", "ok-hash\n"),
    ("/a%3Fb.txt", "ok-q\n"),
    ("/a%25b.txt", "ok-percent\n"),
    ("/~t.txt", "ok-tilde\n"),
    ("/%C3%A9.txt", "ok-utf\n"),
    ("/a.txt?/../.hidden", "ok-a\n"),
];

/// What the server in front could read, and we let nobody have.
const NOT_SENT: [&str; 9] = [
    "/.hidden",
    "/page.txt~",
    "/page.bak",
    "/link-out.txt",
    "/link-up/secret.txt",
    "/fifo",
    "/%2e%2e/secret.txt",
    "/a.txt%2f..%2f..%2fsecret.txt",
    "/denied.txt",
];

fn ask(server: SocketAddr, method: &str, target: &str, fields: &[(&[u8], &[u8])]) -> Answer {
    let request = request(method.as_bytes(), target.as_bytes(), fields);
    exchange(server, &request).unwrap()
}

fn body(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

/// Starts us, and `front` in front of us.
fn start(
    root: &Path,
    configure: impl FnOnce(Files) -> Files + Send + 'static,
    front: impl FnOnce(SocketAddr, &Path) -> WebServer,
) -> (Ours, WebServer) {
    fs::create_dir(root).unwrap();
    site::fill(root);
    fs::write(root.join("denied.txt"), site::CANARY).unwrap();
    // The server in front may be another user.
    for path in [root, root.parent().unwrap()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let files = root.to_owned();
    let ours = Ours::start(move || configure(Files::new(files).unwrap().deny("denied.txt")));
    let front = front(ours.address, root);
    (ours, front)
}

fn check(ours: &Ours, front: &WebServer, field: &str) {
    for (target, content) in SENT {
        let answer = ask(front.address(), "GET", target, &[]);
        assert_eq!((answer.status, body(&answer)), (200, content), "{target}");
        // Where the file is, is between the two servers.
        assert!(!answer.headers.contains_key(field), "{target}");
        let head = ask(front.address(), "HEAD", target, &[]);
        assert_eq!((head.status, body(&head)), (200, ""), "{target}");

        let direct = ask(ours.address, "GET", target, &[]);
        assert!(direct.headers.contains_key(field), "{target}");
        assert_eq!((direct.status, body(&direct)), (200, ""), "{target}");
    }
    for target in NOT_SENT {
        let answer = ask(front.address(), "GET", target, &[]);
        assert!(matches!(answer.status, 400 | 404), "{target}: {answer:?}");
        assert!(!answer.holds(site::CANARY.as_bytes()), "{target}");
        assert!(!answer.holds(b"ok-"), "{target}");
    }
    let part = ask(
        front.address(),
        "GET",
        "/range.bin",
        &[(b"range", b"bytes=100-199")],
    );
    assert_eq!(part.status, 206);
    assert_eq!(part.body, site::thousand()[100..200]);
    // A client that names a file itself gets what is at its target.
    let named: [&[u8]; 2] = [b"/protected/sub/inner.txt", b"/etc/passwd"];
    for name in named {
        let fields = [(field.as_bytes(), name)];
        let answer = ask(front.address(), "GET", "/a.txt", &fields);
        assert_eq!(body(&answer), "ok-a\n");
        let answer = ask(front.address(), "GET", "/nothing", &fields);
        assert_eq!(answer.status, 404);
    }
}

#[test]
fn nginx_sends_the_file_that_is_meant_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    let (ours, nginx) = start(
        &root,
        |files| files.x_accel_redirect("/protected"),
        WebServer::nginx_in_front,
    );
    check(&ours, &nginx, "x-accel-redirect");
    // Who asks for the internal place itself finds nothing.
    let answer = ask(nginx.address(), "GET", "/protected/denied.txt", &[]);
    assert_eq!(answer.status, 404);
    site::open_again(&root);
}

#[test]
fn apache_sends_the_file_that_is_meant_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    let place = root.to_str().unwrap().to_owned();
    let (ours, apache) = start(
        &root,
        move |files| files.x_sendfile_plain(&place),
        WebServer::apache_in_front,
    );
    check(&ours, &apache, "x-sendfile");
    site::open_again(&root);
}
