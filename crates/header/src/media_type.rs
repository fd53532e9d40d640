//! `Content-Type`: what is the body?
//!
//! [RFC 9110 §8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.3)

use http::{HeaderMap, header::CONTENT_TYPE};

use crate::grammar::{is_token, quoted_elements, single, trim};

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

/// The parameter `name` of the media type, such as `boundary`: without its quotes.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
/// use plywood_header::media_type::parameter;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(CONTENT_TYPE, HeaderValue::from_static(r#"multipart/form-data; Boundary="a b""#));
/// assert_eq!(parameter(&headers, "boundary").as_deref(), Some("a b"));
/// assert_eq!(parameter(&headers, "charset"), None);
/// ```
///
/// `None` if it is absent or malformed, or the field is sent twice. Of two parameters of one name the first counts. Names have no case.
pub fn parameter(headers: &HeaderMap, name: &str) -> Option<String> {
    let line = single(headers, &CONTENT_TYPE)?.as_bytes();
    let mut parameters = quoted_elements(line, b';').skip(1);
    let value = parameters.find_map(|parameter| {
        let equals = parameter.iter().position(|byte| *byte == b'=')?;
        let (left, right) = parameter.split_at(equals);
        left.eq_ignore_ascii_case(name.as_bytes())
            .then_some(&right[1..])
    })?;
    let quoted = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""));
    let value = match quoted {
        Some(quoted) => unescape(quoted)?,
        None if is_token(value) => value.to_vec(),
        None => return None,
    };
    String::from_utf8(value).ok()
}

/// What stands between the quotes of a `quoted-string`, without its escapes.
fn unescape(quoted: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => text.push(*bytes.next()?),
            b'"' => return None,
            _ => text.push(byte),
        }
    }
    Some(text)
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

    #[test]
    fn a_parameter_is_a_token_or_a_quoted_string() {
        for (line, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("multipart/form-data;charset=x ; BOUNDARY=abc", Some("abc")),
            (r#"a/b; boundary="a;b=\"c\\""#, Some(r#"a;b="c\"#)),
            ("a/b; boundary=a; boundary=b", Some("a")),
            (r#"a/b; x="; boundary=y"; boundary=z"#, Some("z")),
            ("a/b; boundary=", None),
            ("a/b; boundary=a b", None),
            ("a/b; boundary =a", None),
            (r#"a/b; boundary="a"#, None),
            (r#"a/b; boundary="a\"#, None),
            (r#"a/b; boundary="a"b""#, None),
            ("boundary=a", None),
            ("a/b", None),
        ] {
            assert_eq!(
                parameter(&sent(&[line]), "boundary").as_deref(),
                expected,
                "{line}"
            );
        }
        assert_eq!(parameter(&sent(&["a/b; c=d", "a/b; c=d"]), "c"), None);
    }
}
