//! plywood-dispatch's map, backwards: which URL has an endpoint for some values?

use http::Method;
use plywood_dispatch::{UrlErrorKind, Value};
use serde_json::Value as Json;

use super::{
    case::text,
    outcome::{Outcome, Unmet, check},
    routing::{self, typed_value},
};

pub(crate) fn run(case: &Json) -> Outcome {
    let map = routing::map(case)?;
    let base = routing::base(case)?;
    let build = &case["build"];
    let pairs = build["values"].as_object().into_iter().flatten();
    let values: Vec<(&str, Value<'_>)> = pairs
        .map(|(name, value)| Ok((name.as_str(), typed_value(value)?)))
        .collect::<Result<_, Unmet>>()?;
    let options = &build["options"];
    let bound = map.bind(&base);
    let mut link = bound.link(text(build, "endpoint")?);
    if let Some(method) = options["method"].as_str() {
        let method = Method::from_bytes(method.as_bytes());
        link = link.method(method.map_err(|_| Unmet::skipped("no method"))?);
    }
    if options["force_external"] == true {
        link = link.external();
    }
    if let Some(scheme) = options["url_scheme"].as_str() {
        link = link.scheme(scheme);
    }
    if options["append_unknown"] == false {
        link = link.without_unknown();
    }
    let expect = &case["expect"];
    let kind = text(expect, "kind")?;
    match link.url(&values) {
        Ok(url) => check(kind == "url" && expect["url"] == url.as_str(), expect, url),
        Err(error) => {
            let is_value = error.kind() == UrlErrorKind::Value;
            let right = match kind {
                "build_error" => !is_value,
                "value_error" => is_value,
                // What would not lead back is refused.
                _ => is_value && case["quirk"].is_string(),
            };
            check(right, expect, error)
        }
    }
}
