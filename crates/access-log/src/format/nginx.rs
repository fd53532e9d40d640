//! nginx's `log_format` language.

use std::fs;

use http::HeaderName;

use super::{plan::Plan, suggestion::nearest};
use crate::{
    FormatError, FormatErrorKind,
    dress::Dress,
    field::{AtEnd, Field, OfConnection, OfRequest, Unit},
    time::TimeFormat,
};

/// The variables that have one name.
const NAMES: [&str; 45] = [
    "args",
    "body_bytes_sent",
    "bytes_sent",
    "connection",
    "connection_requests",
    "content_length",
    "content_type",
    "document_uri",
    "ending",
    "endpoint",
    "first_byte_time",
    "gzip_ratio",
    "host",
    "hostname",
    "https",
    "is_args",
    "msec",
    "pid",
    "pipe",
    "query_string",
    "realip_remote_addr",
    "remote_addr",
    "remote_port",
    "remote_user",
    "request",
    "request_completion",
    "request_id",
    "request_length",
    "request_method",
    "request_time",
    "request_uri",
    "route",
    "scheme",
    "server_addr",
    "server_name",
    "server_port",
    "server_protocol",
    "ssl_cipher",
    "ssl_client_verify",
    "ssl_protocol",
    "ssl_server_name",
    "ssl_session_reused",
    "status",
    "time_iso8601",
    "time_local",
];

pub(super) fn compile(pattern: &str) -> Result<Plan, FormatError> {
    let fault = |kind, span, what: String, remedy: &str| {
        Err(FormatError::new(kind, pattern, span, what, remedy))
    };
    let (dress, mut at) = match escape(pattern) {
        Some(("default", end)) => (Dress::Nginx, end),
        Some(("json", end)) => (Dress::NginxJson, end),
        Some(("none", end)) => (Dress::NginxNone, end),
        Some((other, end)) => {
            let span = end - other.len()..end;
            let what = format!("there is no escape `{other}`");
            let remedy = "the escapes are default, json and none";
            return fault(FormatErrorKind::BadArgument, span, what, remedy);
        }
        None => (Dress::Nginx, 0),
    };
    at += pattern[at..].len() - pattern[at..].trim_start().len();
    if pattern[at..].is_empty() {
        let remedy = "`$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent` is a beginning";
        return fault(
            FormatErrorKind::Empty,
            at..at,
            "an empty format".to_owned(),
            remedy,
        );
    }
    let mut plan = Plan::new(dress);
    while let Some(length) = pattern[at..].find('$') {
        plan.text(&pattern.as_bytes()[at..at + length]);
        let start = at + length;
        let after = &pattern[start + 1..];
        let (name, end) = if let Some(inner) = after.strip_prefix('{') {
            let Some(length) = inner.find('}') else {
                let what = "a `{` without its `}`".to_owned();
                let remedy = "a variable is written `$name` or `${name}`";
                return fault(
                    FormatErrorKind::Unfinished,
                    start..pattern.len(),
                    what,
                    remedy,
                );
            };
            (&inner[..length], start + 2 + length + 1)
        } else {
            let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let length = after.bytes().take_while(is_of_name).count();
            (&after[..length], start + 1 + length)
        };
        if name.is_empty() {
            let what = "a `$` without the name of a variable".to_owned();
            let remedy = "nginx has no way to write a dollar sign of its own";
            return fault(FormatErrorKind::Unfinished, start..end, what, remedy);
        }
        let Some(field) = variable(name) else {
            let what = format!("there is no variable `${name}`");
            let remedy = match nearest(name, NAMES) {
                Some(near) => format!("is it `${near}`?"),
                None => "the variables are listed at `Format::nginx`".to_owned(),
            };
            return fault(FormatErrorKind::UnknownDirective, start..end, what, &remedy);
        };
        plan.field(b"", field, None);
        at = end;
    }
    plan.text(&pattern.as_bytes()[at..]);
    Ok(plan)
}

/// What `escape=` at the front says, and where it ends.
fn escape(pattern: &str) -> Option<(&str, usize)> {
    let start = pattern.len() - pattern.trim_start().len();
    let rest = pattern[start..].strip_prefix("escape=")?;
    let name = rest.split_ascii_whitespace().next().unwrap_or_default();
    let name = if rest.starts_with(char::is_whitespace) {
        ""
    } else {
        name
    };
    Some((name, start + "escape=".len() + name.len()))
}

fn variable(name: &str) -> Option<Field> {
    let of = |field| Some(Field::Request(field));
    let at = |field| Some(Field::Ending(field));
    let on = |field| of(OfRequest::Connection(field));
    let header = |name: &str| HeaderName::try_from(name.replace('_', "-")).ok();
    let never = Some(Field::Constant(None));
    match name {
        "remote_addr" => of(OfRequest::Client),
        "realip_remote_addr" => of(OfRequest::Peer),
        "remote_port" => of(OfRequest::PeerPort),
        "remote_user" => at(AtEnd::User),
        "time_local" => at(AtEnd::Time(TimeFormat::Common)),
        "time_iso8601" => at(AtEnd::Time(TimeFormat::Iso8601)),
        "msec" => at(AtEnd::Time(TimeFormat::SecondsWithMilliseconds)),
        "request" => of(OfRequest::Line),
        "request_method" => of(OfRequest::Method),
        "request_uri" => of(OfRequest::Target),
        "uri" | "document_uri" => of(OfRequest::Path),
        "args" | "query_string" => of(OfRequest::Query { mark: false }),
        "is_args" => of(OfRequest::QueryMark),
        "status" => at(AtEnd::Status),
        "body_bytes_sent" => at(AtEnd::Bytes),
        "bytes_sent" => at(AtEnd::BytesWithHead),
        "request_length" => of(OfRequest::Length { head: true }),
        "request_time" => at(AtEnd::Duration(Unit::SecondsWithMilliseconds)),
        "first_byte_time" => at(AtEnd::FirstByte(Unit::SecondsWithMilliseconds)),
        "request_completion" => at(AtEnd::Completion),
        "request_id" => of(OfRequest::RequestId),
        "content_type" => Some(Field::request_header(http::header::CONTENT_TYPE)),
        "content_length" => Some(Field::request_header(http::header::CONTENT_LENGTH)),
        "host" => of(OfRequest::Host),
        "server_name" => of(OfRequest::ServerName(None)),
        "server_port" => of(OfRequest::ServerPort),
        "server_addr" => on(OfConnection::Local),
        "connection" => on(OfConnection::Number),
        "connection_requests" => on(OfConnection::Turn { first: 1 }),
        "ssl_protocol" => on(OfConnection::TlsVersion { number: false }),
        "ssl_cipher" => on(OfConnection::Cipher { iana: false }),
        "ssl_server_name" => on(OfConnection::NamedServer),
        "ssl_session_reused" => on(OfConnection::Resumed("r", ".")),
        "ssl_client_verify" => on(OfConnection::ClientVerify),
        "server_protocol" => of(OfRequest::Protocol { number: false }),
        "scheme" => of(OfRequest::Scheme),
        "https" => of(OfRequest::Https),
        "hostname" => Some(Field::Constant(hostname())),
        "pid" => Some(Field::ConstantNumber(std::process::id().into())),
        "pipe" => Some(Field::Constant(Some(".".into()))),
        "route" => at(AtEnd::Route),
        "endpoint" => at(AtEnd::Endpoint),
        "ending" => at(AtEnd::Ending),
        "gzip_ratio" => never,
        _ => match name.split_once('_')? {
            ("http", field) => header(field).map(Field::request_header),
            ("arg", name) => Some(Field::parameter(name)),
            ("cookie", name) => Some(Field::cookie(name)),
            ("upstream" | "ssl", _) => never,
            ("sent", rest) => header(rest.strip_prefix("http_")?).map(Field::response_header),
            _ => None,
        },
    }
}

/// The name of the machine, if it says one.
pub(crate) fn hostname() -> Option<Box<str>> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find(|name| !name.trim().is_empty())
        .map(|name| name.trim().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_variables_are_known() {
        for name in NAMES {
            assert!(compile(&format!("${name}")).is_ok(), "{name}");
            assert!(compile(&format!("a${{{name}}}b")).is_ok(), "{name}");
        }
        for pattern in [
            "$http_user_agent $sent_http_content_type $cookie_theme $arg_page $uri",
            "escape=json {\"a\":\"$uri\"}",
            "escape=none $uri",
            " escape=default $uri",
            "$upstream_response_time $ssl_protocol",
        ] {
            assert!(compile(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn a_fault_is_shown_where_it_stands() {
        for (pattern, kind, marked, remedy) in [
            ("", FormatErrorKind::Empty, "", "$remote_addr"),
            ("escape=json", FormatErrorKind::Empty, "", "$remote_addr"),
            (
                "escape=xml $uri",
                FormatErrorKind::BadArgument,
                "xml",
                "default, json and none",
            ),
            (
                "escape= $uri",
                FormatErrorKind::BadArgument,
                "",
                "default, json and none",
            ),
            (
                "$status $remote_adr",
                FormatErrorKind::UnknownDirective,
                "$remote_adr",
                "`$remote_addr`",
            ),
            (
                "$nothing_like_it",
                FormatErrorKind::UnknownDirective,
                "$nothing_like_it",
                "listed",
            ),
            (
                "${status",
                FormatErrorKind::Unfinished,
                "${status",
                "`${name}`",
            ),
            ("a $ b", FormatErrorKind::Unfinished, "$", "dollar"),
            ("${}", FormatErrorKind::Unfinished, "${}", "dollar"),
        ] {
            let error = compile(pattern).unwrap_err();
            assert_eq!(
                (error.kind(), &pattern[error.span()]),
                (kind, marked),
                "{error}"
            );
            assert!(error.to_string().contains(remedy), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in "(escape=)?[${}a-z_ é]{0,24}", other: String) {
            for pattern in [&pattern, &other] {
                if let Err(error) = compile(pattern) {
                    prop_assert!(pattern.get(error.span()).is_some());
                    prop_assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}
