//! Every built-in page in every language, before parsers that nobody here wrote.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use http_body_util::BodyExt;
use plywood::{error_pages::Language, prelude::*};
use plywood_integration_tests::faults_of_html;
use serde_json::json;

const ACCEPTS: [(&str, &str); 2] = [("html", "text/html"), ("xml", "application/problem+xml")];

async fn page(status: u16, language: Language, accept: &str) -> String {
    let app = ErrorPagesLayer::new().layer(service_fn(move |_: Request<Body>| async move {
        let hostile = "]]><script>&amp;\u{1}\u{fffe}'\"--></title></p><p>";
        Err::<Response<Body>, BoxError>(match status {
            409 => HttpError::conflict()
                .title(Public(hostile.to_owned()))
                .detail(Public(hostile.to_owned()))
                .member("hostile", Public([hostile, "&"]))
                .into(),
            // These cannot be had without a field, and their pages are like all others.
            401 | 405 | 407 | 426 => "not this one".into(),
            _ => HttpError::new(StatusCode::from_u16(status)?).into(),
        })
    }));
    let request = Request::get("/a&b?'")
        .header("accept", accept)
        .header("accept-language", language.tag());
    let mut request = request.body(Body::empty()).unwrap();
    let id = HeaderValue::from_static("<id>&");
    request.extensions_mut().insert(RequestId::new(id));
    let Ok(answer) = app.oneshot(request).await;
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn html5lib_and_expat_find_no_fault_in_any_page() {
    let mut lines = Vec::new();
    for language in Language::ALL {
        for status in 400..=599 {
            for (kind, accept) in ACCEPTS {
                let name = format!("{kind} {status} {language:?}");
                let text = page(status, language, accept).await;
                lines.push(json!({ "name": name, "type": kind, "text": text }).to_string());
            }
        }
    }
    // That they would find one.
    lines.push(json!({ "name": "a", "type": "html", "text": "<p>a</b>" }).to_string());
    lines.push(json!({ "name": "b", "type": "xml", "text": "<p>\u{1}</p>" }).to_string());

    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges");
    let mut judge = Command::new(judges.join("environment/bin/python"))
        .arg(judges.join("pages.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judges are installed by ./test tools");
    let mut input = judge.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = judge.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = said.lines().map(|line| &line[..2]).collect();
    assert_eq!(names, ["a ", "b "], "{said}");
}

#[tokio::test]
async fn a_validator_finds_no_fault_in_the_html() {
    let mut pages = Vec::new();
    for language in Language::ALL {
        // The words of each status are of one kind, and those of a handler are hostile.
        for status in [404, 409, 418, 500] {
            let name = format!("{status} {language:?}");
            pages.push((name, page(status, language, "text/html").await));
        }
    }
    assert_eq!(faults_of_html(pages), Vec::<String>::new());
}
