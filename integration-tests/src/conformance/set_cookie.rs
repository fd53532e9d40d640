//! plywood-header's writing of `Set-Cookie`.

use std::time::Duration;

use plywood_header::{
    cookie::{SameSite, SetCookie},
    date,
};
use serde_json::{Map, Value};

use super::{
    case,
    outcome::{Outcome, Unmet, check},
};

pub(crate) fn run(case: &Value) -> Outcome {
    let wishes = case["set"].as_object();
    let wishes = wishes.ok_or_else(|| Unmet::failed("a case with an object as `set`", "none"))?;
    let accept = case["accept"].as_bool();
    let accept =
        accept.ok_or_else(|| Unmet::failed("a case with a boolean as `accept`", "none"))?;
    let why = case["why"].as_str().unwrap_or("");
    let written = write(wishes)?;
    let written = written.and_then(|field| {
        String::from_utf8(field.as_bytes().to_vec()).map_err(|error| error.to_string())
    });
    match (accept, &written) {
        (true, Ok(field)) => {
            let expected = pieces(wishes);
            let mut got: Vec<&str> = field.split("; ").collect();
            got[1..].sort_unstable();
            check(got == expected, expected.join("; "), field)
        }
        (true, Err(error)) => Err(Unmet::failed("a cookie", error)),
        (false, Ok(field)) => Err(Unmet::failed(format_args!("a refusal ({why})"), field)),
        (false, Err(_)) => Ok(()),
    }
}

/// What the builder makes of the wishes, or why it refuses. What its types cannot hold is refused by them.
fn write(wishes: &Map<String, Value>) -> Result<Result<http::HeaderValue, String>, Unmet> {
    let set = &Value::Object(wishes.clone());
    let mut cookie = SetCookie::new(case::text(set, "name")?, case::text(set, "value")?);
    for (wish, value) in wishes {
        cookie = match (wish.as_str(), value) {
            ("name" | "value", _) | (_, Value::Null | Value::Bool(false)) => cookie,
            ("path", Value::String(path)) => cookie.path(path),
            ("domain", Value::String(domain)) => cookie.domain(domain),
            ("secure", Value::Bool(true)) => cookie.secure(),
            ("http_only" | "httponly", Value::Bool(true)) => cookie.http_only(),
            ("partitioned", Value::Bool(true)) => cookie.partitioned(),
            ("max_age", Value::Number(seconds)) => match seconds.as_u64() {
                Some(seconds) => cookie.max_age(Duration::from_secs(seconds)),
                None => return Ok(Err("a Duration is not negative".to_owned())),
            },
            ("expires", Value::String(text)) => match date::read(&case::value(text.as_bytes())?) {
                Some(time) => cookie.expires(time),
                None => return Ok(Err(format!("{text} is no date"))),
            },
            ("same_site", Value::String(name)) => match same_site(name) {
                Some(same_site) => cookie.same_site(same_site),
                None => return Ok(Err(format!("there is no SameSite::{name}"))),
            },
            _ => {
                return Err(Unmet::skipped(format!(
                    "the runner cannot set `{wish}` to {value}"
                )));
            }
        };
    }
    Ok(cookie.build().map_err(|error| error.to_string()))
}

fn same_site(name: &str) -> Option<SameSite> {
    [
        ("strict", SameSite::Strict),
        ("lax", SameSite::Lax),
        ("none", SameSite::None),
    ]
    .into_iter()
    .find(|(known, _)| name.eq_ignore_ascii_case(known))
    .map(|(_, same_site)| same_site)
}

/// The pair, and the attributes that were wished for, in alphabetical order.
fn pieces(wishes: &Map<String, Value>) -> Vec<String> {
    let text = |wish: &str| wishes.get(wish).and_then(Value::as_str);
    let flag = |wish: &str| wishes.get(wish) == Some(&Value::Bool(true));
    let mut pieces = vec![format!(
        "{}={}",
        text("name").unwrap_or(""),
        text("value").unwrap_or("")
    )];
    pieces.extend(text("domain").map(|domain| format!("Domain={domain}")));
    pieces.extend(text("expires").map(|time| format!("Expires={time}")));
    if flag("http_only") || flag("httponly") {
        pieces.push("HttpOnly".to_owned());
    }
    pieces.extend(
        wishes
            .get("max_age")
            .filter(|age| age.is_number())
            .map(|age| format!("Max-Age={age}")),
    );
    if flag("partitioned") {
        pieces.push("Partitioned".to_owned());
    }
    pieces.extend(text("path").map(|path| format!("Path={path}")));
    pieces.extend(text("same_site").map(|name| {
        let (first, rest) = name.split_at(1);
        format!(
            "SameSite={}{}",
            first.to_ascii_uppercase(),
            rest.to_ascii_lowercase()
        )
    }));
    if flag("secure") {
        pieces.push("Secure".to_owned());
    }
    pieces
}
