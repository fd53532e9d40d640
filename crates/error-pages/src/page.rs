//! The built-in pages. They hold words for everybody, what the handler has said in public, the request's path and id, and nothing else.

use crate::{
    Blank, Form,
    printable::{content, printable},
    problem,
    wording::Words,
};

/// The style of the page, which its policy admits by its hash.
const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, run, framed or sent from the page; its one style is known by its hash.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'sha256-XbaDRnTUcImxPh5DFIVjsCD+1rAJd+VSmrjXFAZX38U='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page in the form that was asked for.
pub(crate) fn render(blank: &Blank<'_>) -> String {
    match blank.form() {
        Form::Html => html(blank),
        Form::Problem => problem::json(blank),
        Form::ProblemXml => problem::xml(blank),
        Form::Text => text(blank),
    }
}

fn html(blank: &Blank<'_>) -> String {
    let status = blank.status();
    let (tag, direction) = (blank.language.tag(), blank.language.direction());
    let (title, detail) = (content(blank.title()), content(blank.detail()));
    // What the handler has said may be in another script than the page.
    let [of_title, of_detail] =
        [blank.own_title(), blank.own_detail()].map(|own| own.map_or("", |_| " dir=\"auto\""));
    let mut page = String::with_capacity(STYLE.len() + 512 + 2 * title.len() + detail.len());
    page.push_str("<!doctype html>\n<html lang=\"");
    for piece in [
        tag,
        "\" dir=\"",
        direction,
        "\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>",
        status.as_str(),
        " ",
        &title,
        "</title>\n<style>",
        STYLE,
        "</style>\n</head>\n<body>\n<main>\n<h1",
        of_title,
        "><span>",
        status.as_str(),
        "</span> ",
        &title,
        "</h1>\n<p",
        of_detail,
        ">",
        &detail,
        "</p>\n",
    ] {
        page.push_str(piece);
    }
    let words = Words::of(blank.language);
    if let Some(id) = blank.request_id() {
        name(&mut page, words.request, &content(id));
    }
    if let Some(id) = blank.incident() {
        name(&mut page, words.incident, &id.to_string());
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// What the visitor may read out to the operator.
fn name(page: &mut String, label: &str, id: &str) {
    for piece in ["<p class=\"id\">", label, " <code>", id, "</code></p>\n"] {
        page.push_str(piece);
    }
}

fn text(blank: &Blank<'_>) -> String {
    let words = Words::of(blank.language);
    let mut page = String::with_capacity(256);
    for piece in [
        blank.status().as_str(),
        " ",
        &printable(blank.title()),
        "\n\n",
        &printable(blank.detail()),
        "\n",
    ] {
        page.push_str(piece);
    }
    if let Some(id) = blank.request_id() {
        line(&mut page, words.request, id);
    }
    if let Some(id) = blank.incident() {
        line(&mut page, words.incident, &id.to_string());
    }
    page
}

fn line(page: &mut String, label: &str, id: &str) {
    for piece in [label, " ", id, "\n"] {
        page.push_str(piece);
    }
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
