//! Formats for programs that read logs, and the one for a person.

use http::Response;
use plywood_access_log::Format;
use plywood_core::Body;
use serde_json::{Value, json};

use crate::{Log, answer, exchange, full, get, logged, matches};

fn json_line(format: Format) -> Value {
    let log = Log::default();
    let line = logged(log.layer().format(format), &log, full());
    assert!(!line.contains("hunter2"), "{line}");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn json_has_stable_names() {
    let mut line = json_line(Format::json());
    let members = line.as_object_mut().unwrap();
    let time = members.remove("time").unwrap();
    assert!(matches(
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        time.as_str().unwrap()
    ));
    for name in ["duration_ms", "first_byte_ms"] {
        assert!(members.remove(name).unwrap().as_f64().unwrap() < 60_000.0);
    }
    let expected = json!({
        "client": "198.51.100.1",
        "user": "ada lovelace",
        "method": "POST",
        "target": "/a%20b/c?page=2&token=[redacted]",
        "version": "1.1",
        "host": "shop.example",
        "scheme": "https",
        "status": 200,
        "bytes": 5,
        "ending": "complete",
        "route": "/a b/<name>",
        "endpoint": "item",
        "request_id": "id-1",
        "referer": "https://ada:[redacted]@a.example/?code=[redacted]",
        "user_agent": "curl/8 \"x\"",
    });
    assert_eq!(line, expected);

    let log = Log::default();
    exchange(log.layer().format(Format::json()), get("/"), |_| {
        Ok(Response::new(Body::empty()))
    });
    let bare: Value = serde_json::from_str(&log.one()).unwrap();
    let names: Vec<_> = bare.as_object().unwrap().keys().cloned().collect();
    let mut expected = [
        "time",
        "method",
        "target",
        "version",
        "scheme",
        "status",
        "bytes",
        "duration_ms",
        "first_byte_ms",
        "ending",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected, "what is absent is left out");
}

#[test]
fn ecs_and_open_telemetry_have_their_words() {
    let line = json_line(Format::ecs());
    for (name, value) in [
        ("ecs.version", json!("8.17.0")),
        ("source.ip", json!("198.51.100.1")),
        ("source.port", json!(40312)),
        ("user.name", json!("ada lovelace")),
        ("http.request.method", json!("POST")),
        ("http.request.body.bytes", json!(7)),
        ("http.response.status_code", json!(200)),
        ("http.response.body.bytes", json!(5)),
        ("http.response.mime_type", json!("text/plain")),
        ("url.path", json!("/a%20b/c")),
        ("url.query", json!("page=2&token=[redacted]")),
        ("url.domain", json!("shop.example")),
        ("url.port", json!(8443)),
        ("url.scheme", json!("https")),
        ("user_agent.original", json!("curl/8 \"x\"")),
        ("event.outcome", json!("success")),
        ("event.category", json!(["web"])),
    ] {
        assert_eq!(line[name], value, "{name}");
    }
    assert!(line["event.duration"].is_u64() && line["@timestamp"].is_string());

    let line = json_line(Format::open_telemetry());
    for (name, value) in [
        ("client.address", json!("198.51.100.1")),
        ("network.peer.address", json!("192.0.2.7")),
        ("network.peer.port", json!(40312)),
        ("network.protocol.version", json!("1.1")),
        ("http.request.method", json!("POST")),
        ("http.response.status_code", json!(200)),
        ("http.route", json!("/a b/<name>")),
        ("server.address", json!("shop.example")),
        ("server.port", json!(8443)),
        ("url.path", json!("/a%20b/c")),
        ("url.scheme", json!("https")),
        ("user_agent.original", json!("curl/8 \"x\"")),
    ] {
        assert_eq!(line[name], value, "{name}");
    }
    assert_eq!(line.get("error.type"), None);
    assert!(line["http.server.request.duration"].is_f64());
}

#[test]
fn the_w3cs_format_begins_with_its_directives() {
    let log = Log::default();
    let fields = "date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(User-Agent) cs(X) sc(Content-Type)";
    let layer = log.layer().format(Format::w3c(fields).unwrap());
    exchange(layer.clone(), full(), answer);
    exchange(layer, full(), answer);
    let lines = log.lines();
    assert_eq!(
        lines[..3],
        [
            "#Software: Plywood",
            "#Version: 1.0",
            &format!("#Fields: {fields}")
        ]
    );
    assert_eq!(lines.len(), 5, "{lines:?}");
    let form = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 198\.51\.100\.1 ada\+lovelace POST /a%20b/c page=2&token=\[redacted\] 200 5 curl/8\+%22x%22 - text/plain$";
    assert!(matches(form, &lines[4]), "{lines:?}");
}

#[test]
fn a_developer_sees_what_matters() {
    let log = Log::default();
    let line = logged(log.layer().format(Format::development(false)), &log, full());
    assert!(
        matches(
            r"^\d\d:\d\d:\d\d POST /a%20b/c\?page=2&token=\[redacted\] 200 5 B \d+ µs by ada\\x20lovelace$",
            &line
        ) || matches(r" B \d+\.\d+ m?s by ada\\x20lovelace$", &line),
        "{line}"
    );
    let log = Log::default();
    exchange(
        log.layer().format(Format::development(true)),
        get("/x"),
        |_| Err("no".into()),
    );
    let line = log.one();
    assert!(line.contains("\u{1b}[31m500\u{1b}[0m"), "{line:?}");
    assert!(
        line.ends_with(" \u{1b}[31mservice_failed\u{1b}[0m"),
        "{line:?}"
    );
}
