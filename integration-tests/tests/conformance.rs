//! Each suite of the conformance runner, on tables of our own.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use plywood_integration_tests::conformance;

fn table(suite: &str) -> PathBuf {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    cases.join(suite).with_extension("jsonl")
}

/// Nothing fails, and no more cases are skipped than the table has for it.
#[track_caller]
fn conforms(suite: &str, skipped: usize) {
    let cases = fs::read_to_string(table(suite)).unwrap();
    let report = conformance::run(suite, &cases).unwrap();
    assert_eq!(
        (report.failed(), report.skipped()),
        (0, skipped),
        "\n{report}"
    );
    assert_eq!(report.passed() + skipped, cases.lines().count());
}

/// A case that is wrong on purpose: a suite that passes it would pass anything.
#[track_caller]
fn refuses(suite: &str, wrong: &str) {
    let report = conformance::run(suite, wrong).unwrap();
    let outcome = (report.passed(), report.failed(), report.is_conformant());
    assert_eq!(outcome, (0, wrong.lines().count(), false), "\n{report}");
}

#[test]
fn codings_are_negotiated_by_the_standard() {
    conforms("accept-encoding", 0);
    refuses(
        "accept-encoding",
        r#"{"accept_encoding":["gzip"],"offers":["gzip"],"expect":"identity"}"#,
    );
}

#[test]
fn what_should_be_compressed_is() {
    conforms("compression-eligibility", 0);
    refuses(
        "compression-eligibility",
        r#"{"response":{"status":200,"content_type":"text/html","body":20000},"compress":false}
           {"response":{"status":200,"content_type":"image/png","body":20000},"compress":true}
           {"response":{"status":200,"content_type":"image/png","body":20000},"compress":false,"after":{"vary":"says so"}}"#,
    );
}

#[test]
fn cookies_are_read_as_they_are_sent() {
    conforms("cookie-header", 0);
    refuses(
        "cookie-header",
        r#"{"cookie":"a=b","pairs":[["A","b"]],"grammar":"valid"}
           {"cookie":"a=b; c=d","pairs":[["a","b"]],"grammar":"lenient"}
           {"cookie":"a=b","pairs":[["a","b"],["c","d"]],"grammar":"lenient"}"#,
    );
}

#[test]
fn cookies_are_set_as_asked_or_refused() {
    conforms("set-cookie", 0);
    refuses(
        "set-cookie",
        r#"{"set":{"name":"a","value":"b"},"accept":false}
           {"set":{"name":"a","value":"b;c"},"accept":true}"#,
    );
}

#[test]
fn basic_credentials_are_read_or_refused() {
    conforms("auth-basic", 0);
    refuses(
        "auth-basic",
        r#"{"authorization":"Basic YTpi","user":null,"password":null}
           {"authorization":"Basic YTpi","user":"a","password":"c"}
           {"authorization":"Bearer YTpi","user":"a","password":"b"}"#,
    );
}

#[test]
fn a_signature_is_by_its_key_or_refused() {
    conforms("jws", 0);
    let right = fs::read_to_string(table("jws")).unwrap();
    let right = right.lines().next().unwrap();
    let wrong = right.replace(r#""result": "valid""#, r#""result": "invalid""#);
    refuses("jws", &wrong);
    refuses("jws", &right.replacen(".ey", ".ez", 1));
}

#[test]
fn digests_are_computed_by_the_standard() {
    conforms("digest-vectors", 0);
    refuses(
        "digest-vectors",
        r#"{"algorithm":"MD5","qop":null,"username":"Mufasa","realm":"testrealm@host.com","password":"Circle of Life","method":"GET","uri":"/dir/index.html","nonce":"dcd98b7102dd2f0e8b11d0f600bfb0c093","response":"1949323746fe6a43ef61f9606e7febea"}
           {"algorithm":"MD5","qop":null,"username":"Mufasa","realm":"testrealm@host.com","password":"CircleOfLife","method":"GET","uri":"/dir/index.html","nonce":"dcd98b7102dd2f0e8b11d0f600bfb0c093","response":"1949323746fe6a43ef61f9606e7febea","accept":false}"#,
    );
}

#[test]
fn digest_requests_are_verified_or_refused() {
    conforms("digest-requests", 0);
    refuses(
        "digest-requests",
        r#"{"method":"GET","target":"/","authorization":"Digest username=\"Mufasa\"","accept":true}
           {"method":"GET","target":"/p/a?b=c%20d","username":"alice","password":"secret","realm":"plywood test","authorization":"Digest username=\"alice\", realm=\"plywood test\", nonce=\"bm9uY2U0\", uri=\"/p/a?b=c%20d\", cnonce=\"NGY5OGRlNDBlODkwOTVkNmJkMzg0Y2MxMjM2ZmZiZTg=\", nc=00000001, qop=auth, response=\"16558f3eb39abff2288209df8c86abb9\", opaque=\"b3BhcXVl\", algorithm=MD5","accept":false}"#,
    );
}

#[test]
fn no_value_forges_a_line_of_the_access_log() {
    // One that the http crate does not take as a field.
    conforms("access-log", 1);
    refuses("access-log", r#"{"field":"user-agent"}"#);
}

#[test]
fn no_target_leads_out_of_the_document_root() {
    conforms("static-paths", 0);
    refuses(
        "static-paths",
        r#"{"target":"/a.txt","status":200,"body":"another\n"}
           {"target":"/nowhere.txt","status":200,"body":"ok-a\n"}
           {"target":"/a.txt","windows":true}"#,
    );
}

#[test]
fn ranges_and_preconditions_are_answered_by_the_standard() {
    conforms("range", 0);
    refuses(
        "range",
        r#"{"method":"GET","file":"range.bin","headers":[["Range","bytes=0-9"]],"expect":{"status":200}}
           {"method":"GET","file":"range.bin","headers":[["Range","bytes=0-9"]],"expect":{"status":206,"content_range":"bytes 0-8/1000"}}
           {"method":"GET","file":"range.bin","headers":[["Range","bytes=0-0,9-9"]],"expect":{"status":206,"parts":[[0,0],[8,8]]}}
           {"method":"GET","file":"range.bin","headers":[],"expect":{"status":200,"headers":["Content-Range"]}}"#,
    );
}

#[test]
fn no_spelling_of_a_path_passes_a_guard() {
    conforms("path-agreement", 0);
    refuses("path-agreement", r#"{"target":"☃"}"#);
}

#[test]
fn the_map_finds_what_werkzeug_finds() {
    conforms("routing-match", 0);
    refuses(
        "routing-match",
        r#"{"rules":[{"rule":"/<int:x>","endpoint":"n"}],"bind":{"server_name":"a"},"request":{"method":"GET","path_info":"/7"},"expect":{"kind":"match","endpoint":"n","args":{"x":{"str":"7"}}}}
           {"rules":[{"rule":"/a/","endpoint":"n"}],"bind":{"server_name":"a"},"request":{"method":"GET","path_info":"/a"},"expect":{"kind":"redirect","code":308,"url":"http://b/a/"}}
           {"rules":[{"rule":"/a","endpoint":"n"}],"bind":{"server_name":"a"},"request":{"method":"GET","path_info":"/a"},"expect":{"kind":"not_found"}}"#,
    );
}

#[test]
fn the_map_builds_what_werkzeug_builds() {
    conforms("routing-build", 0);
    refuses(
        "routing-build",
        r#"{"rules":[{"rule":"/<int:x>","endpoint":"n"}],"bind":{"server_name":"a"},"build":{"endpoint":"n","values":{"x":{"int":7}}},"expect":{"kind":"url","url":"/8"}}
           {"rules":[{"rule":"/<int:x>","endpoint":"n"}],"bind":{"server_name":"a"},"build":{"endpoint":"n","values":{}},"expect":{"kind":"value_error"}}"#,
    );
}

#[test]
fn the_runner_prints_a_report_and_its_exit_status_tells() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cases.jsonl");
    let run = |suite: &str, cases: &str| {
        fs::write(&path, cases).unwrap();
        let runner = Command::new(env!("CARGO_BIN_EXE_conformance"))
            .arg(suite)
            .arg(&path)
            .output()
            .unwrap();
        let printed = String::from_utf8(runner.stdout).unwrap();
        (printed, runner.status.code().unwrap())
    };
    let right = r#"{"id":"A","accept_encoding":["gzip"],"offers":["gzip"],"expect":"gzip"}"#;
    let wrong = r#"{"id":"B","accept_encoding":["gzip"],"offers":["gzip"],"expect":"identity","strength":"safe"}"#;
    let unknown = r#"{"id":"C","accept_encoding":["dcz"],"offers":["dcz"],"expect":"dcz"}"#;

    let (printed, status) = run("accept-encoding", right);
    assert_eq!((&*printed, status), ("1 passed, 0 failed\n", 0));
    let (printed, status) = run("accept-encoding", &[right, wrong, unknown].join("\n"));
    let expected = "failed B: expected identity, got gzip\n\
                    skipped C: plywood-header offers no coding `dcz`\n\
                    1 passed, 1 failed, 1 skipped\n";
    assert_eq!((&*printed, status), (expected, 0));
    let (_, status) = run("accept-encoding", &wrong.replace("safe", "must"));
    assert_eq!(status, 1);
    for suite in ["nonsense", "multipart"] {
        assert_eq!(run(suite, right), (String::new(), 2), "{suite}");
    }
}
