//! `REDbot` asks each resource in several ways: plainly, for gzip, conditionally, for a range.

use serde_json::Value;

use crate::{output, python_tool, site::Site};

/// What `REDbot` finds at a resource: the ids of its notes, with their levels.
async fn notes(site: &Site, path: &str) -> Vec<(String, String)> {
    let mut redbot = python_tool("redbot");
    redbot.args(["-o", "har", &site.url(path)]);
    let har: Value = serde_json::from_str(&output(redbot).await).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    let notes = entries
        .iter()
        .flat_map(|entry| entry["_red_messages"].as_array().into_iter().flatten());
    let word = |note: &Value, key: &str| note[key].as_str().unwrap().to_owned();
    notes
        .map(|note| (word(note, "level"), word(note, "note_id")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn redbot_has_nothing_against_any_resource() {
    let site = Site::start().await;
    let mut complaints = Vec::new();
    for path in [
        "/",
        "/json",
        "/large",
        "/visits",
        "/members",
        "/gone",
        "/nothing",
        "/fails",
        "/panics",
        "/items/7",
        "/items/1000",
        "/not-there",
        "/static/page.html",
        "/static/style.css",
        "/static/small.txt",
        "/static/empty.txt",
        "/static/picture.png",
        "/static/deep",
        "/static/deep/",
        "/static/long.bin",
        "/files/",
        "/files/bare",
        "/files/bare/",
        "/files/bare/?sort=size",
        "/files/bare/%3Cb%3E%20&%20%C3%BC.txt",
        "/files/packed.txt",
        "/files/long.bin",
    ] {
        let notes = notes(&site, path).await;
        assert!(!notes.is_empty(), "{path}: REDbot saw nothing");
        let against = notes.into_iter().filter(|(level, id)| {
            // A listing is written while it is sent: nothing names its state before.
            let is_listing = ["/files/", "/files/bare/", "/files/bare/?sort=size"].contains(&path);
            let is_known = is_listing && id == "FRESHNESS_NO_CACHE_NO_VALIDATOR";
            (level == "WARN" || level == "BAD") && !is_known
        });
        complaints.extend(against.map(|(level, id)| format!("{path}: {level} {id}")));
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redbot_sees_what_files_can_do() {
    let site = Site::start().await;
    let notes = notes(&site, "/static/page.html").await;
    for id in [
        "INM_304",
        "IMS_304",
        "RANGE_CORRECT",
        "CONNEG_GZIP_GOOD",
        "CL_CORRECT",
    ] {
        assert!(
            notes.contains(&("GOOD".to_owned(), id.to_owned())),
            "{id}: {notes:?}"
        );
    }
}
