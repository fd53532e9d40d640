//! The book's recipe for a database, with a real one.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::process::Command;

use plywood_integration_tests::{Example, PostgresServer};

/// What curl prints: the answer's head, then its body.
fn curl(url: &str, arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--include", "--max-time", "240"])
        .args(arguments)
        .arg(url)
        .output()
        .expect("curl is installed by ./test tools");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn members_join_once_and_visits_are_counted_or_not_there_at_all() {
    let mut database = PostgresServer::start();
    let program = Example::recipe(
        "rows_by_sqlx",
        &[("DATABASE_URL", &database.url()), ("LISTEN", "127.0.0.1:0")],
    );
    let url = |path: &str| format!("{}{path}", program.address());

    let name = ["--data-raw", "Ada '); DROP TABLE member; --"];
    let joined = curl(&url("/members"), &name);
    assert!(joined.starts_with("HTTP/1.1 201 "), "{joined}");
    assert!(joined.contains("location: /members/1\r\n"), "{joined}");
    for visit in ["visit 1", "visit 2"] {
        let page = curl(&url("/members/1"), &[]);
        assert!(
            page.ends_with(&format!("DROP TABLE member; --, {visit}")),
            "{page}"
        );
    }

    let again = curl(
        &url("/members"),
        &[name[0], name[1], "--header", "accept: application/json"],
    );
    assert!(again.starts_with("HTTP/1.1 409 "), "{again}");
    assert!(again.contains("Somebody has this name already."), "{again}");
    assert!(!again.contains("member_name_key"), "{again}");
    assert!(curl(&url("/members/99"), &[]).starts_with("HTTP/1.1 404 "));

    // It goes away and comes back, and the program notices both.
    database.kill();
    let broken = curl(&url("/members/1"), &[]);
    assert!(broken.starts_with("HTTP/1.1 50"), "{broken}");
    database.restart();
    let page = curl(&url("/members/1"), &[]);
    assert!(page.ends_with(", visit 3"), "{page}");
    program.stop();
}
