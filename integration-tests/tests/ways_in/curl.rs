use std::process::Output;

use tokio::process::Command;

use crate::site;

async fn curl(arguments: &[&str]) -> String {
    let output: Output = Command::new("curl")
        .args(["--silent", "--show-error", "--include", "--max-time", "240"])
        .args(arguments)
        .kill_on_drop(true)
        .output()
        .await
        .expect("curl is installed by ./test tools");
    assert!(
        output.status.success(),
        "curl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The status of each answer.
fn statuses(printed: &str) -> Vec<&str> {
    let lines = printed.lines();
    let heads = lines.filter_map(|line| line.strip_prefix("HTTP/1.1 "));
    heads.map(|head| &head[..3]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_comes_in_by_each_scheme_and_chooses_the_strongest_by_itself() {
    let at = site::tools().await;
    for (how, expected, by) in [
        (&["--basic"][..], &["200"][..], "Basic"),
        (&["--digest"], &["401", "200"], "Digest"),
        (&["--anyauth"], &["401", "200"], "Digest"),
        (&["--http2-prior-knowledge", "--basic"], &[], "Basic"),
    ] {
        let arguments = [how, &["--user", "ada:plywood", &at]].concat();
        let printed = curl(&arguments).await;
        let greeting = format!("hello ada by {by}");
        assert!(printed.ends_with(&greeting), "{how:?}: {printed}");
        assert_eq!(statuses(&printed), expected, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_with_a_wrong_password_or_without_any_learns_of_every_way() {
    let at = site::tools().await;
    for arguments in [
        &[at.as_str()][..],
        &["--basic", "--user", "ada:wrong", &at],
        &["--anyauth", "--user", "eve:plywood", &at],
    ] {
        let printed = curl(arguments).await;
        let (_, last) = printed.rsplit_once("HTTP/1.1 ").unwrap();
        assert!(last.starts_with("401 "), "{printed}");
        let digest = last.find("www-authenticate: Digest ");
        let basic = last.find("www-authenticate: Basic ");
        assert!(digest.is_some() && digest < basic, "{printed}");
        assert!(!printed.contains("hello"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_is_told_of_the_form_and_comes_in_by_the_password() {
    let at = site::both().await;
    let printed = curl(&[&at]).await;
    assert_eq!(statuses(&printed), ["401"]);
    assert!(printed.contains("www-authenticate: Basic "), "{printed}");
    assert!(printed.contains("www-authenticate: SignIn form=\"/login\""));
    let printed = curl(&["--anyauth", "--user", "ada:plywood", &at]).await;
    assert!(printed.ends_with("hello ada by Basic"), "{printed}");
}
