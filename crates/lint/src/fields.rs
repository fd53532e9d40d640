//! The syntax of fields.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use plywood_header::{date, entity_tag::EntityTag};

use crate::{Rule, digest, report::Report, rule};

/// The first line of each field that more rules are about than those of its syntax.
///
/// They are found in one pass over the head, because a look-up for each would cost more than all the rules.
#[derive(Default)]
pub(crate) struct Fields<'h> {
    pub(crate) access_control_allow_origin: Option<&'h HeaderValue>,
    pub(crate) allow: Option<&'h HeaderValue>,
    pub(crate) cache_control: Option<&'h HeaderValue>,
    pub(crate) content_digest: Option<&'h HeaderValue>,
    pub(crate) content_encoding: Option<&'h HeaderValue>,
    pub(crate) content_language: Option<&'h HeaderValue>,
    pub(crate) content_location: Option<&'h HeaderValue>,
    pub(crate) content_type: Option<&'h HeaderValue>,
    pub(crate) date: Option<&'h HeaderValue>,
    pub(crate) etag: Option<&'h HeaderValue>,
    pub(crate) expires: Option<&'h HeaderValue>,
    pub(crate) last_modified: Option<&'h HeaderValue>,
    pub(crate) location: Option<&'h HeaderValue>,
    pub(crate) repr_digest: Option<&'h HeaderValue>,
    pub(crate) set_cookie: Option<&'h HeaderValue>,
    pub(crate) vary: Option<&'h HeaderValue>,
}

impl<'h> Fields<'h> {
    /// Checks each line by itself, and keeps the first of each field.
    pub(crate) fn check(headers: &'h HeaderMap, report: &Report) -> Self {
        let mut fields = Self::default();
        let mut previous = None;
        for (name, value) in headers {
            if let Some(rule) = broken_by(name.as_str(), value) {
                report.broken(rule, shown(name, value));
            }
            // The lines of a field come one after the other.
            if previous.replace(name) == Some(name) {
                report.expect(!SINGLE.contains(name), rule::FIELD_STANDS_ONCE, || {
                    format!("more than one line of `{name}`")
                });
            } else if let Some(slot) = fields.slot(name.as_str()) {
                *slot = Some(value);
            }
        }
        fields.order_of_dates(report);
        if fields.vary.is_some() {
            vary(headers, report);
        }
        fields
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<&'h HeaderValue>> {
        Some(match name {
            "access-control-allow-origin" => &mut self.access_control_allow_origin,
            "allow" => &mut self.allow,
            "cache-control" => &mut self.cache_control,
            "content-digest" => &mut self.content_digest,
            "content-encoding" => &mut self.content_encoding,
            "content-language" => &mut self.content_language,
            "content-location" => &mut self.content_location,
            "content-type" => &mut self.content_type,
            "date" => &mut self.date,
            "etag" => &mut self.etag,
            "expires" => &mut self.expires,
            "last-modified" => &mut self.last_modified,
            "location" => &mut self.location,
            "repr-digest" => &mut self.repr_digest,
            "set-cookie" => &mut self.set_cookie,
            "vary" => &mut self.vary,
            _ => return None,
        })
    }

    fn order_of_dates(&self, report: &Report) {
        let (Some(sent), Some(modified)) = (self.date, self.last_modified) else {
            return;
        };
        if let (Some(date), Some(latest)) = (date::read(sent), date::read(modified)) {
            report.expect(latest <= date, rule::MODIFIED_BEFORE_DATE, || {
                let modified = shown(&header::LAST_MODIFIED, modified);
                format!("{modified} and {}", shown(&header::DATE, sent))
            });
        }
    }
}

/// The rule of syntax that a line breaks.
fn broken_by(name: &str, value: &HeaderValue) -> Option<Rule> {
    let bytes = value.as_bytes();
    if bytes.trim_ascii() != bytes {
        return Some(rule::NO_OUTER_SPACE);
    }
    let (holds, rule) = match name {
        "age" => (number(value).is_some(), rule::SECONDS),
        "allow" => (is_tokens(value), rule::ALLOW_IS_METHODS),
        "content-length" => (number(value).is_some(), rule::LENGTH_IS_A_NUMBER),
        "content-type" => (is_media_type(value), rule::CONTENT_TYPE),
        "date" | "last-modified" => (is_date(value), rule::DATES),
        "etag" => (EntityTag::parse(value).is_some(), rule::ETAG),
        "expires" => (value == "0" || is_date(value), rule::DATES),
        "location" => (is_reference(value), rule::LOCATION_IS_A_REFERENCE),
        "retry-after" => (number(value).is_some() || is_date(value), rule::SECONDS),
        "vary" => (is_tokens(value), rule::VARY_IS_NAMES),
        "content-digest" | "repr-digest" => (digest::is_dictionary(value), rule::DIGEST_SYNTAX),
        _ => return None,
    };
    (!holds).then_some(rule)
}

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

fn vary(headers: &HeaderMap, report: &Report) {
    let names: Vec<_> = elements(headers, &header::VARY).collect();
    for (index, name) in names.iter().enumerate() {
        let again = names[..index]
            .iter()
            .any(|earlier| earlier.eq_ignore_ascii_case(name));
        report.expect(!again, rule::VARY_ONCE, || {
            format!("`{name}` more than once in `vary`")
        });
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
        .map(str::trim_ascii)
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
