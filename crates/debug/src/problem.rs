//! The page for programs.

use serde_json::{Map, Value, json};

use crate::{calls::Calls, curl, finding::Finding, source::Excerpt};

/// [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), with all that the page holds in the member `debug`.
pub(crate) fn render(finding: &Finding<'_>) -> String {
    let asked = finding.asked;
    let object = |pairs: Vec<(String, String)>| -> Map<String, Value> {
        let mut map: Map<String, Value> = Map::new();
        for (name, value) in pairs {
            match map.get_mut(&name) {
                Some(Value::Array(values)) => values.push(value.into()),
                Some(first) => *first = json!([first.take(), value]),
                None => {
                    map.insert(name, value.into());
                }
            }
        }
        map
    };
    let known = finding
        .known
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let events = finding.written.events.iter().map(|event| {
        json!({"level": event.level, "target": event.target, "text": event.text, "spans": event.spans})
    });
    let mut page = json!({
        "type": "about:blank",
        "title": finding.status.canonical_reason().unwrap_or("Server Error"),
        "status": finding.status.as_u16(),
        "incident": finding.incident.id().to_string(),
        "debug": {
            "fingerprint": finding.incident.fingerprint().to_string(),
            "kind": finding.word,
            "message": finding.message,
            "causes": finding.causes,
            "place": finding.place.as_ref().map(ToString::to_string),
            "source": finding.excerpt.as_ref().map(source),
            "calls": finding.calls.iter().map(call).collect::<Vec<_>>(),
            "spans": finding.written.spans,
            "events": events.collect::<Vec<_>>(),
            "request": {
                "method": asked.method.as_str(),
                "target": asked.shown_target(),
                "fields": object(asked.fields()),
                "query": object(asked.query()),
                "extensions": object(known.collect()),
                "curl": curl::command(asked),
            },
        },
    })
    .to_string();
    page.push('\n');
    page
}

fn call(calls: &Calls) -> Value {
    match calls {
        Calls::Own { frame, excerpt } => json!({
            "function": frame.function,
            "place": frame.place.as_ref().map(ToString::to_string),
            "source": excerpt.as_ref().map(source),
        }),
        Calls::Folded { frames, crates } => {
            let functions: Vec<_> = frames.iter().map(|frame| &frame.function).collect();
            json!({"folded": functions, "crates": crates})
        }
    }
}

fn source(excerpt: &Excerpt) -> Value {
    json!({"file": excerpt.path.to_string_lossy(), "first": excerpt.first, "marked": excerpt.marked, "lines": excerpt.lines})
}
