use plywood_test::{Client, Form};

use super::*;

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nand the rest";

fn client(data: &Path) -> Client {
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    Client::new(app(data).unwrap()).header("accept", browser)
}

async fn signed_in(data: &Path, name: &str) -> Client {
    let client = client(data);
    let account = [("username", name), ("password", "plywood")];
    client.post("/login").form(account).await.expect_status(303);
    client
}

/// The form for a post, filled in.
async fn draft(ada: &Client, title: &str, text: &str) -> Form {
    let form = ada.get("/author").await.ok().form_named("draft");
    form.fill("title", title).fill("text", text)
}

#[tokio::test]
async fn ada_writes_and_everybody_reads() {
    let data = tempfile::tempdir().unwrap();
    let ada = signed_in(data.path(), "ada").await;
    let form = draft(&ada, "On <glue>", "It holds.\n\nFor long & ever.").await;
    let form = form.attach("picture", "../../style.css", "text/css", PICTURE);
    let sent = form.submit().await.expect_status(303);
    assert_eq!(sent.header("location"), "/posts/1");
    ada.get("/posts/1").await.expect_text_contains("It is published.");

    let reader = client(data.path());
    let page = reader.get("/").await.ok();
    page.click("On <glue>")
        .await
        .ok()
        .expect_text_contains("<p>For long &amp; ever.</p>");
    let picture = reader.get("/uploads/1.png").await.ok();
    assert_eq!(picture.header("content-type"), "image/png");

    let feed = reader.get("/feed.xml").await.ok();
    assert_eq!(feed.header("content-type"), "application/atom+xml");
    feed.expect_text_contains("<title>On &lt;glue&gt;</title>")
        .expect_text_contains("/posts/1</id>");

    let removed = ada.post("/author/posts/1/remove").await.expect_status(303);
    assert_eq!(removed.header("location"), "/author");
    ada.get("/author").await.expect_text_contains("“On &lt;glue&gt;” is gone.");
    for target in ["/posts/1", "/uploads/1.png"] {
        reader.get(target).await.expect_status(404);
    }
}

#[tokio::test]
async fn what_is_no_post_is_not_published() {
    let data = tempfile::tempdir().unwrap();
    let ada = signed_in(data.path(), "ada").await;
    draft(&ada, " ", "text")
        .await
        .force("title", " ")
        .submit()
        .await
        .expect_status(303);
    ada.get("/author").await.expect_text_contains("A post has a title and a text.");

    let script = draft(&ada, "One", "text").await;
    let script = script.attach("picture", "a.png", "image/png", &b"<script>"[..]);
    script.submit().await.expect_status(303);
    ada.get("/posts/1").await.expect_text_contains("without what is no picture");

    let huge = draft(&ada, "Two", "text").await;
    let huge = huge.attach("picture", "a.png", "image/png", vec![0; 5 << 20]);
    huge.submit().await.expect_status(413).expect_text_contains("4 megabytes");
    ada.post("/author/posts").body("title=Two").await.expect_status(415);
    client(data.path()).get("/posts/2").await.expect_status(404);
}

#[tokio::test]
async fn only_the_author_comes_to_the_desk() {
    let data = tempfile::tempdir().unwrap();
    let stranger = client(data.path());
    let led = stranger.get("/author").await.expect_status(303);
    assert_eq!(led.header("location"), "/login?next=%2Fauthor");
    let bob = signed_in(data.path(), "bob").await;
    bob.get("/author")
        .await
        .expect_status(403)
        .expect_text_contains("To the front page");
    bob.get("/").await.ok();

    let ada = signed_in(data.path(), "ada").await;
    let elsewhere = ada.post("/author/posts/1/remove").header("sec-fetch-site", "cross-site");
    elsewhere.await.expect_status(403);
}

#[tokio::test]
async fn what_is_missing_has_a_page_in_the_same_dress() {
    let data = tempfile::tempdir().unwrap();
    let reader = client(data.path());
    for target in ["/posts/7", "/nowhere", "/uploads/../blog.sqlite"] {
        let page = reader.get(target).await.expect_status(404);
        page.expect_text_contains("/static/style.css")
            .expect_text_contains("To the front page");
    }
    let program = reader.get("/posts/7").header("accept", "application/json").await;
    program
        .expect_status(404)
        .expect_header("content-type", "application/problem+json");
}
