//! Problem details, as JSON and as XML ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).

use std::fmt::Write;

use serde_json::Value;

use crate::{Blank, printable::content};

/// With the type `about:blank`, the title is the status's own, in the client's language
/// ([§4.2.1](https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1)).
pub(crate) fn json(blank: &Blank<'_>) -> String {
    let mut json = String::with_capacity(256);
    json.push_str("{\"type\":");
    text(&mut json, blank.problem_type());
    json.push_str(",\"title\":");
    text(&mut json, blank.title());
    json.push_str(",\"status\":");
    json.push_str(blank.status().as_str());
    json.push_str(",\"detail\":");
    text(&mut json, blank.detail());
    if let Some(instance) = blank.instance() {
        json.push_str(",\"instance\":");
        text(&mut json, instance);
    }
    if let Some(id) = blank.request_id() {
        json.push_str(",\"request_id\":");
        text(&mut json, id);
    }
    if let Some(id) = blank.incident() {
        write!(json, ",\"incident\":\"{id}\"").expect(NEVER_FAILS);
    }
    for (name, value) in blank.members() {
        write!(json, ",\"{name}\":{value}").expect(NEVER_FAILS);
    }
    json.push_str("}\n");
    json
}

const NEVER_FAILS: &str = "writing to a string does not fail";

/// A JSON string. Most texts are plain, and need no second look.
fn text(json: &mut String, text: &str) {
    let is_plain = |byte: &u8| !matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f);
    if text.as_bytes().iter().all(is_plain) {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        write!(json, "{}", Value::from(text)).expect(NEVER_FAILS);
    }
}

/// [Appendix B](https://www.rfc-editor.org/rfc/rfc9457#appendix-B).
pub(crate) fn xml(blank: &Blank<'_>) -> String {
    let mut xml = String::with_capacity(512);
    xml.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem xmlns=\"urn:ietf:rfc:7807\">",
    );
    element(&mut xml, "type", blank.problem_type());
    element(&mut xml, "title", blank.title());
    element(&mut xml, "status", blank.status().as_str());
    element(&mut xml, "detail", blank.detail());
    if let Some(instance) = blank.instance() {
        element(&mut xml, "instance", instance);
    }
    if let Some(id) = blank.request_id() {
        element(&mut xml, "request_id", id);
    }
    if let Some(id) = blank.incident() {
        element(&mut xml, "incident", &id.to_string());
    }
    for (name, value) in blank.members() {
        value_element(&mut xml, name, value);
    }
    xml.push_str("</problem>\n");
    xml
}

fn element(xml: &mut String, name: &str, text: &str) {
    write!(xml, "<{name}>").expect(NEVER_FAILS);
    xml.push_str(&content(text));
    write!(xml, "</{name}>").expect(NEVER_FAILS);
}

/// A list has an element `i` for each of its own, and an object one for each member; a member that no element can be named after is left
/// out.
fn value_element(xml: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => element(xml, name, ""),
        Value::String(text) => element(xml, name, text),
        Value::Bool(_) | Value::Number(_) => element(xml, name, &value.to_string()),
        Value::Array(values) => {
            write!(xml, "<{name}>").expect(NEVER_FAILS);
            for value in values {
                value_element(xml, "i", value);
            }
            write!(xml, "</{name}>").expect(NEVER_FAILS);
        }
        Value::Object(members) => {
            write!(xml, "<{name}>").expect(NEVER_FAILS);
            for (name, value) in members.iter().filter(|(name, _)| is_name(name)) {
                value_element(xml, name, value);
            }
            write!(xml, "</{name}>").expect(NEVER_FAILS);
        }
    }
}

/// The names that XML and JSON have in common and that need no second thought.
fn is_name(name: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(rest)
        && !name
            .get(..3)
            .is_some_and(|first| first.eq_ignore_ascii_case("xml"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn members_become_elements() {
        let mut xml = String::new();
        let value = json!({
            "balance": 30,
            "accounts": ["/a?b&c", "</problem>"],
            "a b": 1,
            "1st": 1,
            "xmlns": "urn:evil",
            "nested": { "yes": true, "no": null },
        });
        value_element(&mut xml, "extra", &value);
        for expected in [
            "<balance>30</balance>",
            "<accounts><i>/a?b&amp;c</i><i>&lt;/problem&gt;</i></accounts>",
            "<nested>",
            "<yes>true</yes>",
            "<no></no>",
        ] {
            assert!(xml.contains(expected), "{xml}");
        }
        assert!(!xml.contains("a b") && !xml.contains("1st") && !xml.contains("xmlns"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_json_string(any in "\\PC{0,10}|[\u{0}-\u{7f}]{0,10}") {
            let mut written = String::new();
            text(&mut written, &any);
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), any);
        }

        #[test]
        fn any_text_is_content_of_an_element(any in "\\PC{0,10}|[\u{0}-\u{7f}]{0,10}") {
            let mut xml = String::new();
            element(&mut xml, "i", &any);
            let inside = xml.strip_prefix("<i>").unwrap().strip_suffix("</i>").unwrap();
            prop_assert!(!inside.contains(['<', '>']));
            prop_assert!(!inside.contains(|c: char| c.is_ascii_control() && !c.is_ascii_whitespace()));
        }
    }
}
