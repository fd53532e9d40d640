//! The W3C's extended log format.

use http::HeaderName;

use super::{nginx::hostname, plan::Plan, suggestion::nearest};
use crate::{
    FormatError, FormatErrorKind,
    dress::Dress,
    field::{AtEnd, Field, OfConnection, OfRequest, Unit},
    time::TimeFormat,
};

/// The fields that have one name.
const NAMES: [&str; 24] = [
    "bytes",
    "c-ip",
    "c-port",
    "cs-bytes",
    "cs-host",
    "cs-method",
    "cs-uri",
    "cs-uri-query",
    "cs-uri-stem",
    "cs-username",
    "cs-version",
    "date",
    "s-computername",
    "s-ip",
    "s-port",
    "s-sitename",
    "sc-bytes",
    "sc-status",
    "time",
    "time-taken",
    "x-ending",
    "x-endpoint",
    "x-request-id",
    "x-route",
];

pub(super) fn compile(fields: &str) -> Result<Plan, FormatError> {
    let mut plan = Plan::new(Dress::W3c);
    let mut end = 0;
    for name in fields.split_whitespace() {
        let start = end + fields[end..].find(name).expect("it was found there");
        if end > 0 {
            plan.text(b" ");
        }
        end = start + name.len();
        let Some(field) = field(name) else {
            let remedy = match nearest(name, NAMES) {
                Some(near) => format!("is it `{near}`?"),
                None => format!("known are {}, cs(Name) and sc(Name)", NAMES.join(" ")),
            };
            return Err(FormatError::new(
                FormatErrorKind::UnknownDirective,
                fields,
                start..end,
                format!("there is no field `{name}`"),
                remedy,
            ));
        };
        plan.field(b"", field, None);
    }
    if end == 0 {
        return Err(FormatError::new(
            FormatErrorKind::Empty,
            fields,
            0..0,
            "no field",
            "`date time c-ip cs-method cs-uri-stem sc-status` is a beginning",
        ));
    }
    Ok(plan)
}

fn field(name: &str) -> Option<Field> {
    let of = |field| Some(Field::Request(field));
    let at = |field| Some(Field::Ending(field));
    match name {
        "date" => of(OfRequest::Time(TimeFormat::UtcDate)),
        "time" => of(OfRequest::Time(TimeFormat::UtcClock)),
        "time-taken" => at(AtEnd::Duration(Unit::SecondsWithMilliseconds)),
        "bytes" | "sc-bytes" => at(AtEnd::Bytes),
        "c-ip" => of(OfRequest::Client),
        "c-port" => of(OfRequest::PeerPort),
        "cs-bytes" => of(OfRequest::Length { head: true }),
        "cs-host" => of(OfRequest::Host),
        "cs-method" => of(OfRequest::Method),
        "cs-uri" => of(OfRequest::Target),
        "cs-uri-stem" => of(OfRequest::RawPath),
        "cs-uri-query" => of(OfRequest::Query { mark: false }),
        "cs-username" => at(AtEnd::User),
        "cs-version" => of(OfRequest::Protocol { number: false }),
        "s-computername" => Some(Field::Constant(hostname())),
        "s-port" => of(OfRequest::ServerPort),
        "s-ip" => of(OfRequest::Connection(OfConnection::Local)),
        "s-sitename" => Some(Field::Constant(None)),
        "sc-status" => at(AtEnd::Status),
        "x-ending" => at(AtEnd::Ending),
        "x-endpoint" => at(AtEnd::Endpoint),
        "x-request-id" => of(OfRequest::RequestId),
        "x-route" => at(AtEnd::Route),
        _ => {
            let (side, header) = name.strip_suffix(')')?.split_once('(')?;
            let header = HeaderName::try_from(header).ok()?;
            match side {
                "cs" => Some(Field::request_header(header)),
                "sc" => Some(Field::response_header(header)),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_or_shown() {
        assert!(compile(&NAMES.join(" ")).is_ok());
        assert!(compile("  cs(User-Agent)\tsc(Content-Type) ").is_ok());
        for (fields, marked, remedy) in [
            ("date tine", "tine", "`time`"),
            ("date cs(a b)", "cs(a", "known are"),
            ("cs( )", "cs(", "known are"),
            ("", "", "a beginning"),
        ] {
            let error = compile(fields).unwrap_err();
            assert_eq!(&fields[error.span()], marked);
            assert!(error.to_string().contains(remedy), "{error}");
        }
    }
}
