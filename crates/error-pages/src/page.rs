//! The built-in pages. They hold the status's own words, the request's path and id, and nothing else.

use plywood_core::html::escape;
use serde_json::Value;

use crate::{Blank, Form};

/// The style of the page, which its policy admits by its hash.
const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, run, framed or sent from the page; its one style is known by its hash.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'sha256-6sA7jge6WcD5TP9vXquxBlFuDzVXH+ZtlFx5pIJlToE='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page in the form that was asked for.
pub(crate) fn render(blank: &Blank<'_>) -> String {
    match blank.form() {
        Form::Html => html(blank),
        Form::Problem => problem(blank),
        Form::Text => text(blank),
    }
}

fn html(blank: &Blank<'_>) -> String {
    let (status, title, detail) = (blank.status().as_u16(), blank.title(), blank.detail());
    let id = blank.request_id().map_or_else(String::new, |id| {
        format!("<p class=\"id\">Request <code>{}</code></p>\n", escape(id))
    });
    let id = id
        + &blank.incident().map_or_else(String::new, |id| {
            format!("<p class=\"id\">Incident <code>{id}</code></p>\n")
        });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>{status} {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1><span>{status}</span> {title}</h1>\n<p>{detail}</p>\n{id}</main>\n</body>\n</html>\n"
    )
}

/// [RFC 9457 §3](https://www.rfc-editor.org/rfc/rfc9457#section-3): with the type `about:blank`, the title is the status's own.
fn problem(blank: &Blank<'_>) -> String {
    let member = |name, value: Option<&str>| {
        value.map_or_else(String::new, |value| format!(",\"{name}\":{}", json(value)))
    };
    // A reference that begins with two slashes would name another host.
    let path = blank.path().filter(|path| !path.starts_with("//"));
    let incident = blank.incident().map(|id| id.to_string());
    format!(
        "{{\"type\":\"about:blank\",\"title\":{},\"status\":{},\"detail\":{}{}{}{}}}\n",
        json(blank.title()),
        blank.status().as_u16(),
        json(blank.detail()),
        member("instance", path),
        member("request_id", blank.request_id()),
        member("incident", incident.as_deref())
    )
}

fn text(blank: &Blank<'_>) -> String {
    let (status, title, detail) = (blank.status().as_u16(), blank.title(), blank.detail());
    let id = blank
        .request_id()
        .map_or_else(String::new, |id| format!("Request {id}\n"));
    let incident = blank
        .incident()
        .map_or_else(String::new, |id| format!("Incident {id}\n"));
    format!("{status} {title}\n\n{detail}\n{id}{incident}")
}

fn json(text: &str) -> Value {
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_admits_the_style() {
        let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
        assert!(POLICY.contains(&format!("'sha256-{hash}'")), "{hash}");
    }
}
