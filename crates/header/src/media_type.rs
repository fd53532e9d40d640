//! `Content-Type`: what is the body?
//!
//! [RFC 9110 §8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.3)

use http::{HeaderMap, header::CONTENT_TYPE};

use crate::grammar::{is_token, single, trim};

/// The media type without its parameters, in the case in which it was sent: `text/html` of `text/html; charset=utf-8`.
///
/// `None` if the field is absent, sent twice, or not `type/subtype`. Media types have no case: compare with
/// `eq_ignore_ascii_case`, or ask [`is`].
pub fn essence(headers: &HeaderMap) -> Option<&str> {
    let line = single(headers, &CONTENT_TYPE)?.as_bytes();
    let end = line
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(line.len());
    let essence = trim(&line[..end]);
    let slash = essence.iter().position(|byte| *byte == b'/')?;
    let well_formed = is_token(&essence[..slash]) && is_token(&essence[slash + 1..]);
    std::str::from_utf8(essence).ok().filter(|_| well_formed)
}

/// Whether the body is of the media type `expected`, such as `application/x-www-form-urlencoded`, whatever its parameters.
pub fn is(headers: &HeaderMap, expected: &str) -> bool {
    essence(headers).is_some_and(|essence| essence.eq_ignore_ascii_case(expected))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sent(lines: &[&str]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap());
        lines.map(|line| (CONTENT_TYPE, line)).collect()
    }

    #[test]
    fn the_essence_is_what_stands_before_the_parameters() {
        for (line, expected) in [
            ("text/html", Some("text/html")),
            ("text/html; charset=utf-8", Some("text/html")),
            ("text/html;charset=utf-8", Some("text/html")),
            ("Text/HTML ; charset=utf-8", Some("Text/HTML")),
            ("application/problem+json", Some("application/problem+json")),
            ("image/svg+xml;", Some("image/svg+xml")),
            ("text", None),
            ("text/", None),
            ("/html", None),
            ("text/html/x", None),
            ("text /html", None),
            ("text/html, text/plain", None),
            ("", None),
            (";", None),
            ("té/xt", None),
        ] {
            assert_eq!(essence(&sent(&[line])), expected, "{line}");
        }
    }

    #[test]
    fn two_lines_are_no_media_type() {
        assert_eq!(essence(&sent(&["text/html", "text/plain"])), None);
        assert_eq!(essence(&sent(&[])), None);
    }

    #[test]
    fn case_and_parameters_do_not_matter_to_the_question() {
        assert!(is(
            &sent(&["Text/Event-Stream; charset=utf-8"]),
            "text/event-stream"
        ));
        assert!(!is(&sent(&["text/event-streams"]), "text/event-stream"));
        assert!(!is(&sent(&[]), "text/event-stream"));
    }
}
