//! The syntax of fields.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use plywood_header::{date, entity_tag::EntityTag};

use crate::{digest, report::Report, rule};

/// The fields that hold one value, and no list of them.
const SINGLE: [HeaderName; 15] = [
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::AGE,
    header::CONTENT_DISPOSITION,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::ETAG,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::LOCATION,
    header::RETRY_AFTER,
    header::SERVER,
];

pub(crate) fn check(headers: &HeaderMap, report: &Report) {
    for (name, value) in headers {
        let bytes = value.as_bytes();
        report.expect(bytes.trim_ascii() == bytes, rule::NO_OUTER_SPACE, || {
            shown(name, value)
        });
    }
    for name in &SINGLE {
        let lines = headers.get_all(name).iter().count();
        report.expect(lines < 2, rule::FIELD_STANDS_ONCE, || {
            format!("{lines} lines of `{name}`")
        });
    }
    let every = |name: HeaderName, rule, holds: fn(&HeaderValue) -> bool| {
        for value in headers.get_all(&name) {
            report.expect(holds(value), rule, || shown(&name, value));
        }
    };
    every(header::CONTENT_LENGTH, rule::LENGTH_IS_A_NUMBER, |value| {
        number(value).is_some()
    });
    every(header::CONTENT_TYPE, rule::CONTENT_TYPE, is_media_type);
    every(header::DATE, rule::DATES, is_date);
    every(header::LAST_MODIFIED, rule::DATES, is_date);
    every(header::EXPIRES, rule::DATES, |value| {
        value == "0" || is_date(value)
    });
    every(header::ETAG, rule::ETAG, |value| {
        EntityTag::parse(value).is_some()
    });
    every(
        header::LOCATION,
        rule::LOCATION_IS_A_REFERENCE,
        is_reference,
    );
    every(
        HeaderName::from_static(digest::CONTENT),
        rule::DIGEST_SYNTAX,
        digest::is_dictionary,
    );
    every(
        HeaderName::from_static(digest::REPRESENTATION),
        rule::DIGEST_SYNTAX,
        digest::is_dictionary,
    );
    every(header::AGE, rule::SECONDS, |value| number(value).is_some());
    every(header::RETRY_AFTER, rule::SECONDS, |value| {
        number(value).is_some() || is_date(value)
    });
    every(header::VARY, rule::VARY_IS_NAMES, is_tokens);
    every(header::ALLOW, rule::ALLOW_IS_METHODS, is_tokens);
    order_of_dates(headers, report);
    vary(headers, report);
}

fn order_of_dates(headers: &HeaderMap, report: &Report) {
    let (Some(sent), Some(modified)) = (
        headers.get(header::DATE),
        headers.get(header::LAST_MODIFIED),
    ) else {
        return;
    };
    if let (Some(date), Some(latest)) = (date::read(sent), date::read(modified)) {
        report.expect(latest <= date, rule::MODIFIED_BEFORE_DATE, || {
            let modified = shown(&header::LAST_MODIFIED, modified);
            format!("{modified} and {}", shown(&header::DATE, sent))
        });
    }
}

fn vary(headers: &HeaderMap, report: &Report) {
    for (index, name) in elements(headers, &header::VARY).enumerate() {
        let mut earlier = elements(headers, &header::VARY).take(index);
        report.expect(
            !earlier.any(|other| other.eq_ignore_ascii_case(name)),
            rule::VARY_ONCE,
            || format!("`{name}` more than once in `vary`"),
        );
    }
}

/// A field as it stands in a report.
pub(crate) fn shown(name: &HeaderName, value: &HeaderValue) -> String {
    format!("`{name}: {}`", String::from_utf8_lossy(value.as_bytes()))
}

/// `1*DIGIT`, as far as 64 bits go.
pub(crate) fn number(value: &HeaderValue) -> Option<u64> {
    let text = value.to_str().ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// The elements of a comma-separated list, over all its lines.
pub(crate) fn elements<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| split(line, ','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

/// The pieces of `line` between separators, none of which stands in quotes.
pub(crate) fn split(line: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    line.split(move |character| {
        let separates = character == separator && !quoted;
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && quoted && !escaped;
        separates
    })
}

/// A field's name has the same grammar as a token.
pub(crate) fn is_token(text: &str) -> bool {
    HeaderName::from_bytes(text.as_bytes()).is_ok()
}

fn is_tokens(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|line| {
        let mut elements = line.split(',').map(str::trim);
        elements.all(|element| element.is_empty() || is_token(element))
    })
}

pub(crate) fn names(headers: &HeaderMap, name: &HeaderName, element: &str) -> bool {
    elements(headers, name).any(|each| each.eq_ignore_ascii_case(element))
}

fn is_date(value: &HeaderValue) -> bool {
    date::read(value).is_some()
}

fn is_media_type(value: &HeaderValue) -> bool {
    let text = String::from_utf8_lossy(value.as_bytes());
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

fn is_reference(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    let characters = bytes
        .iter()
        .all(|&byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    let mut escapes = bytes.split(|&byte| byte == b'%').skip(1);
    characters && escapes.all(|rest| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> HeaderValue {
        HeaderValue::from_bytes(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_number_is_digits_alone() {
        for (text, expected) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+5", None),
            ("-5", None),
            ("5, 5", None),
            (" 5", None),
            ("0x5", None),
        ] {
            assert_eq!(number(&value(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn a_separator_in_quotes_separates_nothing() {
        for (line, expected) in [
            ("a, b", &["a", " b"][..]),
            (r#"a="x, y", b"#, &[r#"a="x, y""#, " b"]),
            (r#"a="x\", y", b"#, &[r#"a="x\", y""#, " b"]),
            (r#"a="x\\", b"#, &[r#"a="x\\""#, " b"]),
            ("", &[""]),
        ] {
            assert_eq!(split(line, ',').collect::<Vec<_>>(), expected, "{line}");
        }
    }

    #[test]
    fn a_media_type_is_two_tokens_around_a_slash() {
        for (text, expected) in [
            ("text/html", true),
            ("text/html; charset=utf-8", true),
            ("application/grpc+proto", true),
            ("application/vnd.api+json ; a=b", true),
            ("html", false),
            ("text/", false),
            ("/html", false),
            ("", false),
            ("text html", false),
            ("text/html/x", false),
        ] {
            assert_eq!(is_media_type(&value(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn a_location_is_a_reference() {
        for (text, expected) in [
            ("/", true),
            ("", true),
            ("?a[]=1", true),
            ("../x;y=1,2#f", true),
            ("https://example.com/%C3%A9", true),
            ("/a b", false),
            ("/é", false),
            ("/\\example.com", false),
            ("/100%", false),
            ("/%g0", false),
            ("<x>", false),
        ] {
            assert_eq!(is_reference(&value(text)), expected, "{text:?}");
        }
    }
}
