use std::fs;

use plywood_test::Client;

use super::*;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("trips")).unwrap();
    fs::write(folder.path().join("trips/Ü & <1>.webm"), "0123456789").unwrap();
    fs::write(folder.path().join("notes.txt"), "hello").unwrap();
    fs::write(folder.path().join(".secret"), "plywood").unwrap();
    folder
}

#[tokio::test]
async fn the_folder_is_listed_and_its_files_are_sent() {
    let folder = folder();
    let client = Client::new(app(folder.path()).unwrap());
    client.get("/").await.expect_status(200).expect_text_contains("/files/");
    let listing = client.get("/files/").header("accept", "text/html").await.expect_status(200);
    let listing = listing.expect_text_contains("<h1>/files/</h1>").expect_text_contains("./trips/");
    assert!(!listing.text().contains("secret"));
    client.get("/files/notes.txt").await.expect_text("hello");
    client.get("/files/.secret").await.expect_status(404);
    client.get("/files").await.expect_status(308).expect_header("location", "/files/");
}

#[tokio::test]
async fn a_video_is_fetched_by_ranges_and_saved_under_its_name() {
    let folder = folder();
    let client = Client::new(app(folder.path()).unwrap());
    let target = "trips/%C3%9C%20&%20%3C1%3E.webm";
    let player = client.get(&format!("/watch/{target}")).await.expect_status(200);
    let player = player.expect_text_contains("<h1>trips/Ü &amp; &lt;1&gt;.webm</h1>");
    player.expect_text_contains("src=\"/files/trips/%C3%9C%20&amp;%20%3C1%3E.webm\"");
    client
        .get(&format!("/files/{target}"))
        .header("range", "bytes=2-4")
        .await
        .expect_status(206)
        .expect_header("content-type", "video/webm")
        .expect_text("234");
    client.get(&format!("/save/{target}")).await.expect_status(200).expect_header(
        "content-disposition",
        "attachment; filename=\"_ & <1>.webm\"; filename*=UTF-8''%C3%9C%20&%20%3C1%3E.webm",
    );
    for target in [
        "/save/none",
        "/save/.secret",
        "/save/trips",
        "/save/x%5c..%5c.secret",
    ] {
        let reply = client.get(target).await;
        assert!(
            matches!(reply.status().as_u16(), 400 | 404),
            "{target} {}",
            reply.status()
        );
    }
}
