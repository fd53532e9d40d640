//! The page as HTML.

use plywood_error::{Frame, Place};

use crate::{calls::Calls, curl, finding::Finding, markdown, source::Excerpt, writer::Writer};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Nothing is loaded, framed or sent from the page. Its one style and its one script are known by their hashes.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'sha256-wo3Q52ygBHpi4PolN1j5Z4QLerFS2duf7SpARhJmXA8='; \
     script-src 'sha256-9hIFyD2yDrK6vMUa1TSPuSrvlY2Y+rjNhrhZDLfz8iI='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn render(finding: &Finding<'_>) -> String {
    let mut page = Writer::default();
    page.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .markup("<meta name=\"robots\" content=\"noindex\">\n<title>")
        .text(finding.word)
        .markup(": ")
        .text(finding.message.lines().next().unwrap_or_default())
        .markup("</title>\n<style>")
        .markup(STYLE)
        .markup("</style>\n</head>\n<body>\n");
    heading(&mut page, finding);
    page.markup("<main>\n");
    let has_source = |calls: &Calls| {
        matches!(
            calls,
            Calls::Own {
                excerpt: Some(_),
                ..
            }
        )
    };
    if !finding.calls.iter().any(has_source) {
        where_it_was(&mut page, finding);
    }
    if !finding.calls.is_empty() {
        calls(&mut page, finding);
    }
    events(&mut page, finding);
    request(&mut page, finding);
    copies(&mut page, finding);
    let who_sees_it = if finding.layer.shows_to_all() {
        "<strong>Everybody who asks sees this page</strong>, while <code>DebugLayer</code> is on and \
         <code>insecure_beyond_loopback</code> is said.</p>\n"
    } else {
        "Only this machine sees this page, while <code>DebugLayer</code> is on. Everybody else sees the error page and the \
         incident&#39;s id.</p>\n"
    };
    page.markup("</main>\n<footer>\n<p>")
        .markup(who_sees_it)
        .markup("</footer>\n<script>")
        .markup(SCRIPT)
        .markup("</script>\n</body>\n</html>\n");
    page.into_string()
}

fn heading(page: &mut Writer, finding: &Finding<'_>) {
    page.markup("<header>\n<div>\n<p class=\"kind\">")
        .text(finding.word)
        .markup(" <span>at ")
        .text(finding.asked.first_line())
        .markup("</span></p>\n<h1 tabindex=\"0\">")
        .text(&finding.message)
        .markup("</h1>\n");
    if !finding.causes.is_empty() {
        page.markup("<ol class=\"causes\" aria-label=\"Causes\">\n");
        for cause in &finding.causes {
            page.markup("<li>").text(cause).markup("</li>\n");
        }
        page.markup("</ol>\n");
    }
    if let Some(at) = &finding.place {
        page.markup("<p class=\"place\">");
        place(page, finding, at);
        page.markup("</p>\n");
    }
    page.markup("<div class=\"bar\">\n<button type=\"button\" data-copies=\"markdown\" aria-live=\"polite\" hidden>Copy as Markdown</button>\n")
        .markup("<button type=\"button\" data-copies=\"curl\" aria-live=\"polite\" hidden>Copy as curl</button>\n<span>")
        .text(finding.status)
        .markup("</span>\n<span>Incident <code>")
        .text(finding.incident.id())
        .markup("</code></span>\n<span>Fingerprint <code>")
        .text(finding.incident.fingerprint())
        .markup("</code></span>\n</div>\n</div>\n</header>\n");
}

/// For an error, which has no calls, and for a build without debug information, whose calls know no files.
fn where_it_was(page: &mut Writer, finding: &Finding<'_>) {
    if let Some(excerpt) = &finding.excerpt {
        page.markup("<h2>Source</h2>\n");
        source(page, excerpt);
    } else if finding.place.is_none() {
        page.markup("<p class=\"quiet\">An error that is returned carries no calls, as a panic does. Make it an ")
            .markup("<code>HttpError</code> to know where it was made, and look at the events below.</p>\n");
    }
}

fn calls(page: &mut Writer, finding: &Finding<'_>) {
    page.markup("<h2>Calls</h2>\n<ol class=\"calls\">\n");
    let mut open = true;
    for calls in &finding.calls {
        page.markup("<li>");
        match calls {
            Calls::Own {
                frame,
                excerpt: Some(excerpt),
            } => {
                page.markup(if open { "<details open>" } else { "<details>" });
                open = false;
                page.markup("<summary class=\"own\">")
                    .path(&frame.function, "::")
                    .markup("</summary>\n");
                at(page, finding, frame);
                source(page, excerpt);
                page.markup("</details>");
            }
            Calls::Own {
                frame,
                excerpt: None,
            } => {
                page.markup("<span class=\"own\">")
                    .path(&frame.function, "::")
                    .markup("</span>");
                at(page, finding, frame);
            }
            Calls::Folded { frames, crates } => {
                page.markup("<details class=\"folded\"><summary>")
                    .text(counted(frames.len()))
                    .markup(" of ")
                    .text(crates.join(", "))
                    .markup("</summary>\n<ul>\n");
                for frame in frames {
                    page.markup("<li>").path(&frame.function, "::");
                    at(page, finding, frame);
                    page.markup("</li>\n");
                }
                page.markup("</ul>\n</details>");
            }
        }
        page.markup("</li>\n");
    }
    page.markup("</ol>\n");
}

pub(crate) fn counted(calls: usize) -> String {
    if calls == 1 {
        "1 call".to_owned()
    } else {
        format!("{calls} calls")
    }
}

fn at(page: &mut Writer, finding: &Finding<'_>, frame: &Frame) {
    if let Some(at) = &frame.place {
        page.markup("<span class=\"at place\">");
        place(page, finding, at);
        page.markup("</span>\n");
    }
}

/// A place, as a link to the editor if the file is the developer's own.
fn place(page: &mut Writer, finding: &Finding<'_>, at: &Place) {
    match finding.link(at) {
        Some(link) => {
            page.markup("<a href=\"")
                .text(link)
                .markup("\">")
                .path(at, "/")
                .markup("</a>");
        }
        None => {
            page.path(at, "/");
        }
    }
}

fn source(page: &mut Writer, excerpt: &Excerpt) {
    page.markup("<pre class=\"source\" tabindex=\"0\" role=\"region\" aria-label=\"Source of ")
        .text(excerpt.path.display())
        .markup(", line ")
        .text(excerpt.marked)
        .markup("\"><code>");
    for (number, line, is_marked) in excerpt.numbered() {
        page.markup(if is_marked { "<mark><b>" } else { "<span><b>" })
            .text(number)
            .markup("</b>")
            .text(line)
            .markup(if is_marked { "</mark>" } else { "</span>" });
    }
    page.markup("</code></pre>\n");
}

fn events(page: &mut Writer, finding: &Finding<'_>) {
    let written = &finding.written;
    if !written.spans.is_empty() {
        page.markup("<h2>Spans</h2>\n<ol class=\"events\">\n");
        for span in &written.spans {
            page.markup("<li>").text(span).markup("</li>\n");
        }
        page.markup("</ol>\n");
    }
    if written.events.is_empty() {
        return;
    }
    page.markup("<h2>Events</h2>\n");
    if written.dropped > 0 {
        page.markup("<p class=\"quiet\">")
            .text(written.dropped)
            .markup(" earlier ones were not kept.</p>\n");
    }
    page.markup("<ol class=\"events\">\n");
    for event in &written.events {
        page.markup("<li class=\"")
            .text(event.level)
            .markup("\"><b>")
            .text(event.level)
            .markup("</b> ")
            .text(&event.text);
        page.markup("<small>").text(&event.target);
        for span in &event.spans {
            page.markup(" \u{203a} ").text(span);
        }
        page.markup("</small></li>\n");
    }
    page.markup("</ol>\n");
}

fn request(page: &mut Writer, finding: &Finding<'_>) {
    let asked = finding.asked;
    page.markup("<h2>Request</h2>\n");
    table(page, "Header fields", &asked.fields());
    table(page, "Query", &asked.query());
    table(page, "Extensions", &finding.known);
}

fn table(page: &mut Writer, title: &'static str, rows: &[(impl AsRef<str>, String)]) {
    if rows.is_empty() {
        return;
    }
    page.markup("<h3>")
        .markup(title)
        .markup("</h3>\n<table>\n<tbody>\n");
    for (name, value) in rows {
        page.markup("<tr><th scope=\"row\">")
            .text(name.as_ref())
            .markup("</th><td>")
            .text(value)
            .markup("</td></tr>\n");
    }
    page.markup("</tbody>\n</table>\n");
}

fn copies(page: &mut Writer, finding: &Finding<'_>) {
    page.markup("<h2>To copy</h2>\n");
    page.markup("<details class=\"copy\"><summary>As curl</summary>\n")
        .markup("<pre id=\"curl\" tabindex=\"0\" role=\"region\" aria-label=\"As curl\">")
        .text(curl::command(finding.asked))
        .markup("</pre>\n</details>\n<details class=\"copy\"><summary>As Markdown</summary>\n")
        .markup("<pre id=\"markdown\" tabindex=\"0\" role=\"region\" aria-label=\"As Markdown\">")
        .text(markdown::render(finding))
        .markup("</pre>\n</details>\n");
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_admits_the_style_and_the_script() {
        for part in [STYLE, SCRIPT] {
            let hash = BASE64_STANDARD.encode(Sha256::digest(part));
            assert!(POLICY.contains(&format!("'sha256-{hash}'")), "{hash}");
            assert!(!part.contains("</"), "it would end before its end");
        }
    }
}
