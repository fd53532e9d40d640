//! plywood-dispatch's map: which rule takes a request, and what does it read in it?

use http::Method;
use plywood_dispatch::{Value, Verdict};
use serde_json::Value as Json;

use super::{
    case::text,
    outcome::{Outcome, Unmet, check},
    routing::{self, typed_value},
};

pub(crate) fn run(case: &Json) -> Outcome {
    let map = routing::map(case)?;
    let base = routing::base(case)?;
    let request = &case["request"];
    let method = text(request, "method")?;
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| Unmet::skipped(format!("{method:?} is no method")))?;
    let path = text(request, "path_info")?;
    let bound = map.bind(&base);
    let bound = if request["websocket"] == true {
        bound.websocket()
    } else {
        bound
    };
    let query = request["query"].as_str().or_else(|| {
        let (_, query) = request["target"].as_str()?.split_once('?')?;
        Some(query)
    });
    let expect = &case["expect"];
    let kind = text(expect, "kind")?;
    let (as_expected, got) = match bound.find(&method, path) {
        Verdict::Match(found) => {
            let endpoint = found.endpoint();
            let values = found.values();
            let right = kind == "match"
                && expect["endpoint"] == endpoint.as_str()
                && are(&expect["args"], &values)?;
            (right, format!("{endpoint} {:?}", found.values()))
        }
        Verdict::Redirect(redirect) => {
            let url = bound.location(&redirect, query);
            (
                kind == "redirect" && expect["url"] == url.as_str() && expect["code"] == 308,
                url,
            )
        }
        Verdict::MethodNotAllowed(allow) => {
            let methods: Vec<&str> = allow.methods().map(Method::as_str).collect();
            let right = kind == "method_not_allowed" && expect["allow"] == Json::from(methods);
            (right, format!("a 405 with {allow}"))
        }
        Verdict::WebsocketMismatch => (
            kind == "websocket_mismatch",
            "a websocket mismatch".to_owned(),
        ),
        _ => (kind == "not_found", "a 404".to_owned()),
    };
    // A method is what it is, in upper case or not: RFC 9110, section 9.1.
    let other_method =
        case["quirk"].is_string() && method.as_str() != method.as_str().to_ascii_uppercase();
    check(
        as_expected || other_method && got.starts_with("a 405"),
        expect,
        got,
    )
}

/// Are these the values that were expected, and no others?
fn are(expected: &Json, values: &plywood_dispatch::Values<'_>) -> Result<bool, Unmet> {
    let expected = expected
        .as_object()
        .ok_or_else(|| Unmet::failed("a case with args", "none"))?;
    if expected.len() != values.iter().count() {
        return Ok(false);
    }
    for (name, value) in expected {
        let same = match (values.get(name), typed_value(value)) {
            // Python's numbers have no end.
            (Some(Value::Text(digits)), Ok(Value::Int(number))) => *digits == number.to_string(),
            (Some(own), Ok(wanted)) => {
                std::mem::discriminant(own) == std::mem::discriminant(&wanted) && *own == wanted
            }
            _ => false,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}
