//! The head of a response, against the request that it answers.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, response::Parts};

use crate::{
    Rule,
    asked::Asked,
    caching, conditions, cookies,
    fields::{Fields, elements, shown},
    location, partial,
    report::Report,
    request::OF_THE_CONNECTION,
    rule,
};

pub(crate) fn check<'h>(asked: &Asked, head: &'h Parts, report: &Report) -> Fields<'h> {
    let headers = &head.headers;
    let fields = Fields::check(headers, report);
    if fields.cache_control.is_some() {
        caching::check(headers, report);
    }
    if fields.set_cookie.is_some() {
        cookies::check(headers, fields.cache_control.is_some(), report);
    }
    if fields.content_encoding.is_some() {
        encoding(asked, headers, report);
    }
    if let Some(origin) = fields.access_control_allow_origin {
        allowed_origin(origin, headers, report);
    }
    if let Some(location) = fields.location {
        location::check(asked, location, report);
    }
    status(asked, head, report);
    hop_by_hop(head, report);
    without_content(asked, head, report);
    partial::check(asked, head, report);
    conditions::check(asked, head, report);
    fields
}

fn status(asked: &Asked, head: &Parts, report: &Report) {
    let status = head.status;
    let is_final = !status.is_informational() || status == StatusCode::SWITCHING_PROTOCOLS;
    report.expect(is_final, rule::FINAL_STATUS, || {
        format!("a {}", status.as_u16())
    });
    if asked.is_final {
        owed_by_status(head, report);
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let mut allowed = elements(&head.headers, &header::ALLOW);
        let allows = allowed.any(|method| method == asked.method.as_str());
        report.expect(!allows, rule::ALLOW_IS_TRUE, || {
            format!("a 405 for {}, which `allow` lists", asked.method)
        });
    }
}

/// Can an answer with this status have content at all?
pub(crate) fn has_no_content(status: StatusCode) -> bool {
    status.is_informational()
        || matches!(
            status,
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
        )
}

/// The field that each status owes. A layer further out may still add it, so only a final answer is asked for it.
fn owed_by_status(head: &Parts, report: &Report) {
    let (field, rule): (HeaderName, Rule) = match head.status.as_u16() {
        101 | 426 => (header::UPGRADE, rule::UPGRADE),
        301 | 302 | 303 | 307 | 308 => (header::LOCATION, rule::LOCATION),
        401 => (header::WWW_AUTHENTICATE, rule::CHALLENGE),
        405 => (header::ALLOW, rule::ALLOW),
        407 => (header::PROXY_AUTHENTICATE, rule::PROXY_CHALLENGE),
        _ => return,
    };
    report.expect(head.headers.contains_key(&field), rule, || {
        format!("a {} without `{field}`", head.status.as_u16())
    });
}

fn without_content(asked: &Asked, head: &Parts, report: &Report) {
    let status = head.status;
    let is_tunnel = asked.method == Method::CONNECT && status.is_success();
    let is_bare = has_no_content(status) && status != StatusCode::NOT_MODIFIED;
    if !is_tunnel && !is_bare {
        return;
    }
    if let Some(coding) = head.headers.get(header::CONTENT_ENCODING) {
        report.broken(
            rule::NOTHING_IS_ENCODED,
            format!(
                "a {} with {}",
                status.as_u16(),
                shown(&header::CONTENT_ENCODING, coding)
            ),
        );
    }
    if let Some(length) = head.headers.get(header::CONTENT_LENGTH) {
        report.expect(length == "0", rule::NO_LENGTH_WITHOUT_CONTENT, || {
            format!(
                "a {} with {}",
                status.as_u16(),
                shown(&header::CONTENT_LENGTH, length)
            )
        });
    }
}

fn hop_by_hop(head: &Parts, report: &Report) {
    let upgrades = matches!(
        head.status,
        StatusCode::SWITCHING_PROTOCOLS | StatusCode::UPGRADE_REQUIRED
    );
    for name in &OF_THE_CONNECTION {
        let allowed = upgrades && [header::CONNECTION, header::UPGRADE].contains(name);
        if !allowed && let Some(value) = head.headers.get(name) {
            report.broken(
                rule::HOP_BY_HOP,
                format!("{} in a {}", shown(name, value), head.status.as_u16()),
            );
        }
    }
}

fn encoding(asked: &Asked, headers: &HeaderMap, report: &Report) {
    for (index, coding) in elements(headers, &header::CONTENT_ENCODING).enumerate() {
        let mut earlier = elements(headers, &header::CONTENT_ENCODING).take(index);
        report.expect(
            !earlier.any(|other| other.eq_ignore_ascii_case(coding)),
            rule::ENCODED_ONCE,
            || format!("`{coding}` more than once"),
        );
        let identity = coding.eq_ignore_ascii_case("identity");
        report.expect(!identity, rule::CODING_IS_ONE, || {
            format!("`content-encoding: {coding}`")
        });
        if let Some(accepted) = asked.accept_encoding.as_ref().filter(|_| !identity) {
            report.expect(accepts(accepted, coding), rule::CODING_IS_ACCEPTED, || {
                format!(
                    "`{coding}` for {}",
                    shown(&header::ACCEPT_ENCODING, accepted)
                )
            });
        }
    }
}

/// Does the line let an answer have this coding? What cannot be read is taken for a yes.
fn accepts(line: &HeaderValue, coding: &str) -> bool {
    let plain = |coding: &str| {
        let coding = coding.trim().to_ascii_lowercase();
        coding
            .strip_prefix("x-")
            .map_or(coding.clone(), str::to_owned)
    };
    let Ok(line) = line.to_str() else { return true };
    let weight = |wanted: &str| {
        line.split(',').find_map(|element| {
            let (name, weight) = element.split_once(';').unwrap_or((element, ""));
            (plain(name) == wanted).then(|| weight.trim())
        })
    };
    let weight = weight(&plain(coding)).or_else(|| weight("*"));
    weight.is_some_and(|weight| {
        let zero = weight
            .strip_prefix("q=0")
            .or_else(|| weight.strip_prefix("Q=0"));
        !zero.is_some_and(|rest| rest.bytes().all(|byte| matches!(byte, b'.' | b'0')))
    })
}

fn allowed_origin(value: &HeaderValue, headers: &HeaderMap, report: &Report) {
    let credentials = headers
        .get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
        .is_some_and(|value| value == "true");
    let holds = match value.as_bytes() {
        b"*" => !credentials,
        b"null" => true,
        origin => is_origin(origin),
    };
    report.expect(holds, rule::ALLOWED_ORIGIN, || {
        let also = if credentials {
            ", with credentials"
        } else {
            ""
        };
        format!(
            "{}{also}",
            shown(&header::ACCESS_CONTROL_ALLOW_ORIGIN, value)
        )
    });
}

/// A scheme and an authority, and no slash after them.
fn is_origin(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.split_once("://"))
        .is_some_and(|(scheme, authority)| {
            let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"/?#@,".contains(&byte);
            !scheme.is_empty() && !authority.is_empty() && authority.bytes().all(is_plain)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_accepted_by_its_name_or_by_a_star() {
        for (line, coding, expected) in [
            ("gzip, br", "gzip", true),
            ("gzip", "br", false),
            ("GZIP ; q=0.5", "gzip", true),
            ("x-gzip", "gzip", true),
            ("gzip;q=0", "gzip", false),
            ("gzip;q=0.000, *", "gzip", false),
            ("gzip;q=0.001", "gzip", true),
            ("*", "br", true),
            ("*;q=0", "br", false),
            ("", "gzip", false),
        ] {
            let value = HeaderValue::from_static(line);
            assert_eq!(accepts(&value, coding), expected, "{coding} for {line:?}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for (text, expected) in [
            ("https://example.com", true),
            ("http://localhost:3000", true),
            ("app://shell", true),
            ("https://example.com/", false),
            ("https://a.example, https://b.example", false),
            ("https://a.example https://b.example", false),
            ("example.com", false),
            ("", false),
        ] {
            assert_eq!(is_origin(text.as_bytes()), expected, "{text:?}");
        }
    }
}
