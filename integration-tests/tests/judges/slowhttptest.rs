//! slowhttptest holds many connections open by being slow, in four ways; meanwhile others must be served.

use crate::{output, site::Site, tool};

/// How long it holds the connections, in seconds.
const LENGTH: &str = "30";

/// How long somebody else may wait for an answer meanwhile, in seconds: on a busy machine it is long, but ends before the connections do.
const PATIENCE: &str = "20";

async fn is_served_while(arguments: &[&str], path: &str) {
    let site = Site::start().await;
    let mut slow = tool("slowhttptest");
    slow.args(arguments)
        .args(["-c", "200", "-r", "100", "-l", LENGTH, "-p", PATIENCE])
        .args(["-i", "2"])
        .args(["-u", &site.url(path)]);
    let said = output(slow).await;
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m")
        .unwrap()
        .replace_all(&said, "")
        .into_owned();
    let last = plain.rsplit("service available:").next().unwrap();
    assert!(plain.contains("service available:"), "{plain}");
    assert_eq!(last.split_whitespace().next(), Some("YES"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_do_not_deny_others_the_service() {
    is_served_while(&["-H"], "/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_do_not_deny_others_the_service() {
    is_served_while(&["-B", "-t", "POST", "-s", "8192"], "/items").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_ranges_do_not_deny_others_the_service() {
    is_served_while(&["-R", "-a", "5", "-b", "3000"], "/static/page.html").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_readers_do_not_deny_others_the_service() {
    is_served_while(
        &[
            "-X", "-k", "3", "-w", "10", "-y", "20", "-n", "1", "-z", "32",
        ],
        "/static/page.html",
    )
    .await;
}
