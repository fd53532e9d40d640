//! The head of a request.

use http::{
    HeaderMap, HeaderValue, Method, Request, header,
    uri::{Authority, PathAndQuery},
};
use plywood_core::{Client, Scheme};

use crate::{
    fields::{number, shown},
    report::Report,
    rule,
};

pub(crate) fn check<B>(request: &Request<B>, report: &Report) {
    target(request, report);
    host(request.headers(), report);
    framing(request.headers(), report);
    if report.behind_gateway {
        let left = Client::of(request).is_some() && Scheme::of(request).is_some();
        report.expect(left, rule::GATEWAY_LEAVES_CLIENT, || {
            let client = Client::of(request);
            format!("{client:?} and {:?}", Scheme::of(request))
        });
    }
}

fn target<B>(request: &Request<B>, report: &Report) {
    let (method, uri) = (request.method(), request.uri());
    let found = || format!("`{method} {uri}`");
    match uri.path() {
        "*" => report.expect(
            *method == Method::OPTIONS,
            rule::ASTERISK_IS_FOR_OPTIONS,
            found,
        ),
        "" => report.expect(
            *method == Method::CONNECT,
            rule::AUTHORITY_IS_FOR_CONNECT,
            found,
        ),
        // `path()` reads an empty path as the slash that it means, with an authority before it or without.
        _ => {
            let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
            let whole = uri.authority().is_some() || target.starts_with('/');
            report.expect(whole, rule::TARGET_HAS_PATH, found);
        }
    }
}

fn host(headers: &HeaderMap, report: &Report) {
    let lines = headers.get_all(header::HOST);
    report.expect(lines.iter().count() < 2, rule::HOST, || {
        "several lines of `host`".to_owned()
    });
    for line in lines {
        report.expect(is_host(line), rule::HOST, || shown(&header::HOST, line));
    }
}

/// Is it a host with an optional port? An empty one is, for a target that has no authority.
fn is_host(value: &HeaderValue) -> bool {
    if value.is_empty() {
        return true;
    }
    let Some(authority) = value
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Authority>().ok())
    else {
        return false;
    };
    let port = authority
        .as_str()
        .strip_prefix(authority.host())
        .unwrap_or("@");
    let port = port.strip_prefix(':').unwrap_or(port);
    !authority.host().is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn framing(headers: &HeaderMap, report: &Report) {
    let lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let mut first = None;
    for line in lengths {
        // A server may hand on `5, 5`, which says the same thing twice.
        for copy in line.as_bytes().split(|&byte| byte == b',') {
            let length = HeaderValue::from_bytes(copy.trim_ascii()).ok();
            let length = length.as_ref().and_then(number);
            let agrees = length.is_some() && *first.get_or_insert(length) == length;
            report.expect(agrees, rule::REQUEST_LENGTH, || {
                shown(&header::CONTENT_LENGTH, line)
            });
        }
    }
    let both = headers.contains_key(header::CONTENT_LENGTH)
        && headers.contains_key(header::TRANSFER_ENCODING);
    report.expect(!both, rule::ONE_FRAMING, || {
        "both `content-length` and `transfer-encoding`".to_owned()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_name_and_perhaps_a_port() {
        for (text, expected) in [
            ("", true),
            ("example.com", true),
            ("example.com:8080", true),
            ("example.com:", true),
            ("127.0.0.1:80", true),
            ("[::1]", true),
            ("[::1]:8000", true),
            ("a_b.internal", true),
            ("example.com/x", false),
            ("user@example.com", false),
            ("example.com:http", false),
            ("a, b", false),
            (":80", false),
            ("é.example", false),
        ] {
            let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
            assert_eq!(is_host(&value), expected, "{text:?}");
        }
    }
}
