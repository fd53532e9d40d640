//! What is expected of a reply, and what is told when it did not come.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    convert::Infallible,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
};

use http::{Request, Response, StatusCode};
use plywood_core::Body;
use plywood_test::{Client, Reply};
use tower::service_fn;

/// A reply with that status, type and text.
async fn reply(status: u16, media_type: &'static str, text: &'static str) -> Reply {
    let app = service_fn(move |_: Request<Body>| async move {
        let response = Response::builder()
            .status(status)
            .header("content-type", media_type)
            .header("set-cookie", "theme=dark; Path=/")
            .body(Body::from(text));
        Ok::<_, Infallible>(response.unwrap())
    });
    Client::new(app).get("/").await
}

fn panic_of<T>(check: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(check))
        .err()
        .expect("it panics");
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn a_status_is_one_or_one_of_several() {
    let reply = reply(404, "text/plain", "no").await;
    reply
        .clone()
        .expect_status(404)
        .expect_status(StatusCode::NOT_FOUND)
        .expect_status(400..=499)
        .expect_status([200, 404]);
    let message = panic_of(|| reply.clone().expect_status(500..=599));
    assert!(
        message.starts_with("expected the status 500..=599, found 404 Not Found\n"),
        "{message}"
    );
    let message = panic_of(|| reply.clone().expect_status([200, 204]));
    assert!(
        message.starts_with("expected the status [200, 204], found"),
        "{message}"
    );
}

#[tokio::test]
async fn text_is_compared_line_by_line() {
    let reply = reply(200, "text/plain", "one\ntwo\nthree\n").await;
    let message = panic_of(|| reply.clone().expect_text("one\n2\nthree\n"));
    assert!(
        message.contains("\n  one\n- 2\n+ two\n  three\n\n> GET"),
        "{message}"
    );
    let reply = reply.expect_text_lacks("four");
    let message = panic_of(|| reply.clone().expect_text_lacks("two"));
    assert!(
        message.starts_with("expected no \"two\" in the text"),
        "{message}"
    );
}

#[tokio::test]
async fn a_part_of_json_is_found_by_its_pointer() {
    let text = r#"{"user": {"name": "ada", "roles": ["author", "admin"], "a/b": 1}, "none": null}"#;
    let reply = reply(200, "application/json", text).await;
    let reply = reply
        .expect_json_at("/user/name", "ada")
        .expect_json_at("/user/roles/1", "admin")
        .expect_json_at("/user/a~1b", &1)
        .expect_json_at("/none", &());
    assert_eq!(reply.json_at::<Vec<String>>("/user/roles").len(), 2);
    for (pointer, expected) in [
        (
            "/user/nmae",
            r#"the JSON has nothing at "/user/nmae"; at "/user" there are ["a/b", "name", "roles"]"#,
        ),
        (
            "/user/roles/2",
            r#"the JSON has nothing at "/user/roles/2"; at "/user/roles" there are 2 items"#,
        ),
        (
            "/user/name/x/y",
            r#"the JSON has nothing at "/user/name/x/y"; at "/user/name" there is "ada""#,
        ),
        (
            "user",
            r#"the JSON has nothing at "user"; a pointer begins with a slash"#,
        ),
    ] {
        let message = panic_of(|| reply.clone().expect_json_at(pointer, "x"));
        assert!(message.starts_with(expected), "{message}");
    }
    let message = panic_of(|| reply.clone().expect_json_at("/user/roles", &["author"]));
    let expected = "  [\n-   \"author\"\n+   \"author\",\n+   \"admin\"\n  ]\n\n> GET";
    assert!(message.contains(expected), "{message}");
    let message = panic_of(|| reply.json_at::<u8>("/user/name"));
    assert!(
        message.starts_with("the JSON at \"/user/name\" is not what was asked for"),
        "{message}"
    );
}

#[tokio::test]
async fn a_cookie_is_expected_by_name_and_value() {
    let reply = reply(200, "text/plain", "x")
        .await
        .expect_cookie("theme", "dark");
    let message = panic_of(|| reply.expect_cookie("theme", "light"));
    assert!(
        message.starts_with("expected the cookie `theme=light`, found [\"theme=dark\"]"),
        "{message}"
    );
}

#[tokio::test]
async fn a_snapshot_is_what_is_in_the_file() {
    let reply = reply(200, "application/json", r#"{"b": [1, 2], "a": null}"#).await;
    let reply = reply.expect_snapshot("tests/snapshots/sorted.json");
    drop(reply);
    let other = self::reply(
        200,
        "application/problem+json",
        r#"{"b": [1, 3], "a": null}"#,
    )
    .await;
    let message = panic_of(|| other.clone().expect_snapshot("tests/snapshots/sorted.json"));
    assert!(
        message.starts_with(
            "expected what is in tests/snapshots/sorted.json; `PLYWOOD_SNAPSHOTS=update`"
        ),
        "{message}"
    );
    assert!(message.contains("\n-     2\n+     3\n"), "{message}");
    let message = panic_of(|| other.expect_snapshot("tests/snapshots/none"));
    assert!(
        message.starts_with("the snapshot tests/snapshots/none cannot be read: "),
        "{message}"
    );
}

#[tokio::test]
#[ignore = "a variable of the environment tells it what to do: the test below sets it"]
async fn a_snapshot_is_taken() {
    let path = std::env::var("SNAPSHOT").unwrap();
    reply(200, "text/plain", "new\n")
        .await
        .expect_snapshot(path);
}

#[test]
fn a_snapshot_is_written_when_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/snapshot.txt");
    let run = |update: Option<&str>| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_snapshot_is_taken", "--include-ignored"]);
        command
            .env("SNAPSHOT", &path)
            .env_remove("PLYWOOD_SNAPSHOTS");
        command.envs(update.map(|update| ("PLYWOOD_SNAPSHOTS", update)));
        command.output().unwrap().status.success()
    };
    assert!(!run(None));
    assert!(run(Some("update")));
    assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
    assert!(run(None));
    fs::write(&path, "old\r\n").unwrap();
    assert!(!run(None));
    fs::write(&path, "new\r\n").unwrap();
    assert!(run(None));
}
