//! The head of a request.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Version, header,
    uri::{Authority, PathAndQuery},
};
use plywood_core::{Client, Scheme};

use crate::{
    asked::without_port,
    fields::{elements, number, shown},
    report::Report,
    rule,
};

pub(crate) fn check<B>(request: &Request<B>, report: &Report) {
    method(request.method(), report);
    target(request, report);
    host(request, report);
    framing(request.headers(), report);
    connection(request, report);
    if report.behind_gateway {
        let left = Client::of(request).is_some() && Scheme::of(request).is_some();
        report.expect(left, rule::GATEWAY_LEAVES_CLIENT, || {
            let client = Client::of(request);
            format!("{client:?} and {:?}", Scheme::of(request))
        });
        let named =
            request.version() != Version::HTTP_11 || request.headers().contains_key(header::HOST);
        report.expect(named, rule::HOST_IS_THERE, || {
            format!("`{}` without a `host`", request.method())
        });
    }
}

fn method(method: &Method, report: &Report) {
    let is_capital = method
        .as_str()
        .bytes()
        .all(|byte| byte.is_ascii_uppercase());
    if !is_capital {
        let meant = Method::from_bytes(method.as_str().to_ascii_uppercase().as_bytes());
        let is_standard = meant.is_ok_and(|meant| STANDARD.contains(&meant));
        report.expect(!is_standard, rule::METHOD_IN_CAPITALS, || {
            format!("`{method}`")
        });
    }
}

const STANDARD: [Method; 9] = [
    Method::CONNECT,
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
    Method::POST,
    Method::PUT,
    Method::TRACE,
];

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
    let names_authority = *method != Method::CONNECT || uri.authority().is_some();
    report.expect(names_authority, rule::CONNECT_HAS_AUTHORITY, found);
}

fn host<B>(request: &Request<B>, report: &Report) {
    let lines = request.headers().get_all(header::HOST);
    report.expect(lines.iter().count() < 2, rule::HOST, || {
        "several lines of `host`".to_owned()
    });
    for line in lines {
        report.expect(is_host(line), rule::HOST, || shown(&header::HOST, line));
        // The ports may differ in writing, because one of them may leave out what the scheme implies.
        if let (Some(target), Ok(host)) = (request.uri().host(), line.to_str()) {
            let agrees = target.eq_ignore_ascii_case(without_port(host));
            report.expect(agrees, rule::HOST_AGREES, || {
                format!(
                    "{} and the target `{}`",
                    shown(&header::HOST, line),
                    request.uri()
                )
            });
        }
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

/// What belongs to the connection, in its version of HTTP.
fn connection<B>(request: &Request<B>, report: &Report) {
    let headers = request.headers();
    if request.version() < Version::HTTP_2 {
        if let Some(last) = elements(headers, &header::TRANSFER_ENCODING).last() {
            let ends = last.eq_ignore_ascii_case("chunked");
            report.expect(
                ends && request.version() == Version::HTTP_11,
                rule::TRANSFER_CODING,
                || format!("`transfer-encoding: .. {last}` in {:?}", request.version()),
            );
        }
        return;
    }
    for name in &OF_THE_CONNECTION {
        report.expect(
            !headers.contains_key(name),
            rule::NO_CONNECTION_FIELDS,
            || format!("`{name}` in {:?}", request.version()),
        );
    }
    for line in headers.get_all(header::TE) {
        let trailers = line.as_bytes().eq_ignore_ascii_case(b"trailers");
        report.expect(trailers, rule::NO_CONNECTION_FIELDS, || {
            format!("{} in {:?}", shown(&header::TE, line), request.version())
        });
    }
}

/// The fields that no message of HTTP/2 has, and that a handler of HTTP/1.1 leaves to the server.
pub(crate) static OF_THE_CONNECTION: [HeaderName; 5] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

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
