//! httplint reads the answers to a table of requests.

use std::process::Stdio;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::Request;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use plywood::prelude::Body;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::{python_tool, site::Site};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "QUERY"];

const TARGETS: [&str; 25] = [
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
    "/items",
    "/not-there",
    "/%00",
    "/%2e%2e/secret",
    "/static/page.html",
    "/static/style.css",
    "/static/empty.txt",
    "/static/picture.png",
    "/static/deep",
    "/static/deep/",
    "/static/not-there",
    "/files/bare",
    "/files/bare/",
    "/files/packed.txt",
];

const FIELDS: [&[(&str, &str)]; 12] = [
    &[],
    &[("accept-encoding", "gzip")],
    &[("accept", "text/html")],
    &[("accept", "application/json")],
    &[("authorization", "Basic YWRhOnBseXdvb2Q=")],
    &[("authorization", "Basic !")],
    &[("range", "bytes=0-9")],
    &[("range", "bytes=0-9,20-29"), ("accept-encoding", "gzip")],
    &[("range", "bytes=999999-")],
    &[("if-none-match", "*")],
    &[("if-match", "\"another\"")],
    &[("cookie", "session=forged; __Host-session=forged")],
];

async fn answers(site: &Site) -> Vec<Value> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut answers = Vec::new();
    for method in METHODS {
        for target in TARGETS {
            for fields in FIELDS {
                let mut request = Request::builder().method(method).uri(site.url(target));
                for (name, value) in fields {
                    request = request.header(*name, *value);
                }
                let response = client.request(request.body(Body::empty()).unwrap()).await;
                let (head, body) = response.unwrap().into_parts();
                let body = body.collect().await.unwrap();
                let headers = head.headers.iter();
                answers.push(json!({
                    "name": format!("{method} {target} {fields:?}"),
                    "method": method,
                    "status": head.status.as_u16(),
                    "reason": head.status.canonical_reason(),
                    "headers": headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect::<Vec<_>>(),
                    "trailers": [],
                    "body": BASE64_STANDARD.encode(body.to_bytes()),
                }));
            }
        }
    }
    answers
}

/// What httplint says against answers, a line each.
async fn judge(answers: &[Value]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/judge.py");
    let mut judge = python_tool("python")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`./test tools` installs it");
    let mut stdin = judge.stdin.take().unwrap();
    let feed = async move {
        for answer in answers {
            let line = format!("{answer}\n");
            stdin.write_all(line.as_bytes()).await.unwrap();
        }
    };
    let (output, ()) = tokio::join!(judge.wait_with_output(), feed);
    let output = output.unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn httplint_has_nothing_against_any_answer() {
    let site = Site::start().await;
    let answers = answers(&site).await;
    let statuses: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|answer| answer["status"].as_u64().unwrap())
        .collect();
    for status in [
        200, 204, 206, 304, 308, 400, 401, 404, 405, 410, 412, 416, 422, 500,
    ] {
        assert!(statuses.contains(&status), "no {status} among {statuses:?}");
    }
    let complaints = judge(&answers).await;
    assert!(
        complaints.is_empty(),
        "{} of {}, of which the first are\n{}",
        complaints.len(),
        answers.len(),
        complaints[..complaints.len().min(30)].join("\n")
    );
}

#[tokio::test]
async fn httplint_finds_what_is_wrong() {
    let wrong = json!({
        "name": "a wrong answer",
        "method": "GET",
        "status": 200,
        "reason": "OK",
        "headers": [["content-type", "text/plain"], ["content-length", "5"], ["etag", "unquoted"]],
        "trailers": [],
        "body": BASE64_STANDARD.encode("four"),
    });
    let complaints = judge(&[wrong]).await;
    assert!(complaints.len() >= 2, "{complaints:?}");
}
