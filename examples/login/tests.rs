use std::fs;

use plywood_test::Client;

use super::*;

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn client(data: &Path) -> Client {
    Client::new(app(data).unwrap()).header(BROWSER.0, BROWSER.1)
}

#[tokio::test]
async fn ada_signs_in_stays_signed_in_over_a_restart_and_signs_out() {
    let data = tempfile::tempdir().unwrap();
    let ada = client(data.path());
    let led = ada.get("/").await.expect_status(303);
    assert_eq!(led.header("location"), "/login?next=%2F");
    let page = ada.get("/login?next=%2F").await.expect_status(200);
    page.expect_text_contains("/static/style.css");

    let account = |password| [("username", "ada"), ("password", password)];
    ada.post("/login").form(account("wrong")).await.expect_status(403);
    ada.post("/login").form(account("plywood")).await.expect_status(303);
    ada.get("/").await.expect_status(200).expect_text_contains("Hello, ada");
    let cookie = ada.cookies().first().expect("the session has a cookie").to_string();

    // Another app over the same file is what a restart leaves.
    let restarted = client(data.path());
    let kept = || restarted.get("/").header("cookie", &cookie);
    kept().await.expect_text_contains("Hello, ada");
    restarted.post("/logout").header("cookie", &cookie).await.expect_status(303);
    kept().await.expect_status(303);
}

#[tokio::test]
async fn strangers_get_the_style_sheet_and_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let stranger = client(data.path());
    let sheet = stranger.get("/static/style.css").await.expect_status(200);
    sheet.expect_header("content-type", "text/css; charset=utf-8");
    for target in ["/", "//", "/x", "/staticx", "/%6cogin/x"] {
        let reply = stranger.get(target).await;
        assert_eq!(reply.status(), 303, "{target}");
    }
}

#[test]
fn the_readme_shows_this_program() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let program = fs::read_to_string(format!("{root}examples/login/login.rs")).unwrap();
    let program = program.split_once("\n\n").unwrap().1;
    let program = program.split_once("\n#[cfg(test)]").unwrap().0;
    assert!(
        program.lines().count() <= 40,
        "the hero has at most 40 lines"
    );
    let readme = fs::read_to_string(format!("{root}README.md")).unwrap();
    assert!(
        readme.contains(&format!("```rust,ignore\n{program}```")),
        "README.md shows another program"
    );
}
