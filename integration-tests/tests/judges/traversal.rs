//! ffuf looks for a file beside the root, by a list of spellings.

use std::fmt::Write;

use crate::{output, site::Site, tool};

const CANARY: &str = "nobody may read this";

/// Ways to write "one up", and separators.
const UPS: [&str; 16] = [
    "..",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "%252e%252e",
    "..%00",
    "..%0d",
    "..;",
    "...",
    "....",
    "%c0%ae%c0%ae",
    "%u002e%u002e",
    "..%01",
    "%20..",
    "..%20",
    "%ef%bc%8e%ef%bc%8e",
];
const SEPARATORS: [&str; 10] = [
    "/", "//", "%2f", "%252f", "\\", "%5c", "%255c", "%c0%af", "/./", "%2f%2f",
];

fn spellings(name: &str) -> String {
    let mut list = String::new();
    for up in UPS {
        for separator in SEPARATORS {
            for depth in [1, 2, 4] {
                let climb = format!("{up}{separator}").repeat(depth);
                writeln!(list, "{climb}{name}").unwrap();
                writeln!(list, "deep{separator}{climb}{name}").unwrap();
                writeln!(list, "{separator}{climb}{name}").unwrap();
            }
        }
    }
    list
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_reads_a_file_beside_the_root() {
    let site = Site::start().await;
    let outside = tempfile::Builder::new()
        .tempfile_in(site.files().parent().unwrap())
        .unwrap();
    std::fs::write(outside.path(), CANARY).unwrap();
    let name = outside.path().file_name().unwrap().to_str().unwrap();
    let list = tempfile::NamedTempFile::new().unwrap();
    let report = tempfile::NamedTempFile::new().unwrap();
    // The one that is there shows that the search can find.
    std::fs::write(site.files().join("inside"), CANARY).unwrap();
    std::fs::write(list.path(), format!("inside\n{}", spellings(name))).unwrap();

    let mut ffuf = tool("ffuf");
    ffuf.args([
        "-s",
        "-mc",
        "599",
        "-mr",
        CANARY,
        "-of",
        "json",
        "-u",
        &site.url("/static/FUZZ"),
    ])
    .arg("-w")
    .arg(list.path())
    .arg("-o")
    .arg(report.path());
    output(ffuf).await;
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(report.path()).unwrap()).unwrap();
    let found: Vec<_> = report["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["input"]["FUZZ"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["inside"]);
}
