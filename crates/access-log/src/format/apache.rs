//! Apache's `LogFormat` language.

use std::ops::Range;

use http::HeaderName;

use super::plan::{Condition, Plan};
use crate::{
    FormatError, FormatErrorKind,
    dress::Dress,
    field::{AtEnd, Field, OfConnection, OfRequest, Unit},
    time::TimeFormat,
};

/// The directives that are known, for whoever wrote another.
const KNOWN: &str = "known are %a %A %b %B %{name}c %{Name}C %D %{NAME}e %f %^FB %h %H %{Name}i %I %k %l %L %m %{name}n %{Name}o %O %p %P %q %r %R %s %t \
                     %{format}t %T %{unit}T %u %U %v %V %{NAME}x %X, and %% for a percent sign";

pub(super) fn compile(pattern: &str) -> Result<Plan, FormatError> {
    let mut parser = Parser { pattern, at: 0 };
    let mut plan = Plan::new(Dress::Apache);
    if pattern.is_empty() {
        return Err(parser.fault(
            FormatErrorKind::Empty,
            0..0,
            "an empty format",
            "`%h %l %u %t \"%r\" %>s %b` is the Common Log Format",
        ));
    }
    while parser.at < pattern.len() {
        match parser.rest().as_bytes() {
            [b'%', b'%', ..] => {
                plan.text(b"%");
                parser.at += 2;
            }
            [b'%', ..] => {
                let directive = parser.directive()?;
                plan.field(b"", directive.field, directive.condition);
            }
            _ => plan.text(&parser.literal()),
        }
    }
    Ok(plan)
}

struct Parser<'p> {
    pattern: &'p str,
    at: usize,
}

struct Directive {
    field: Field,
    condition: Option<Condition>,
}

impl<'p> Parser<'p> {
    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    fn fault(
        &self,
        kind: FormatErrorKind,
        span: Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> FormatError {
        FormatError::new(kind, self.pattern, span, what, remedy)
    }

    /// The text up to the next percent sign, its escapes undone.
    fn literal(&mut self) -> Vec<u8> {
        let rest = self.rest();
        let end = rest.find('%').unwrap_or(rest.len());
        self.at += end;
        let mut text = Vec::with_capacity(end);
        let mut bytes = rest[..end].bytes().peekable();
        while let Some(byte) = bytes.next() {
            let escaped = match (byte, bytes.peek()) {
                (b'\\', Some(b'n')) => b'\n',
                (b'\\', Some(b't')) => b'\t',
                (b'\\', Some(next @ (b'\\' | b'"'))) => *next,
                _ => {
                    text.push(byte);
                    continue;
                }
            };
            bytes.next();
            text.push(escaped);
        }
        text
    }

    fn directive(&mut self) -> Result<Directive, FormatError> {
        let start = self.at;
        self.at += 1;
        let mut statuses = Vec::new();
        let mut inverted = None;
        let mut argument = None;
        loop {
            let Some(next) = self.rest().chars().next() else {
                return Err(self.fault(
                    FormatErrorKind::Unfinished,
                    start..self.at,
                    "a directive without its letter",
                    "a percent sign of its own is written `%%`",
                ));
            };
            match next {
                '!' => {
                    inverted = Some(self.at);
                    self.at += 1;
                }
                '<' | '>' | ',' => self.at += 1,
                '0'..='9' => statuses.push(self.status()?),
                '{' => argument = Some(self.argument()?),
                _ => break,
            }
        }
        let letter = if self.rest().starts_with('^') {
            self.rest().chars().take(3).collect()
        } else {
            self.rest().chars().take(1).collect::<String>()
        };
        self.at += letter.len();
        if let (Some(at), true) = (inverted, statuses.is_empty()) {
            return Err(self.fault(
                FormatErrorKind::BadCondition,
                at..at + 1,
                "a `!` without a status",
                "`%!200,304{Referer}i` is written for every status but these two",
            ));
        }
        let field = self.field(&letter, argument.as_ref(), start)?;
        let condition = (!statuses.is_empty()).then(|| Condition {
            statuses: statuses.into(),
            inverted: inverted.is_some(),
        });
        Ok(Directive { field, condition })
    }

    fn status(&mut self) -> Result<u16, FormatError> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += length;
        match rest[..length].parse() {
            Ok(status @ 100..=999) => Ok(status),
            _ => Err(self.fault(
                FormatErrorKind::BadCondition,
                start..self.at,
                format!("{} is no status", &rest[..length]),
                "a condition is a list of statuses such as `%400,501{User-agent}i`",
            )),
        }
    }

    fn argument(&mut self) -> Result<(&'p str, Range<usize>), FormatError> {
        let start = self.at + 1;
        let Some(length) = self.pattern[start..].find('}') else {
            return Err(self.fault(
                FormatErrorKind::Unfinished,
                self.at..self.pattern.len(),
                "a `{` without its `}`",
                "an argument stands in braces before the letter: `%{User-Agent}i`",
            ));
        };
        let span = start..start + length;
        self.at = span.end + 1;
        Ok((&self.pattern[span.clone()], span))
    }

    fn field(
        &self,
        letter: &str,
        argument: Option<&(&'p str, Range<usize>)>,
        start: usize,
    ) -> Result<Field, FormatError> {
        let whole = start..self.at;
        let text = argument.map(|(text, _)| *text);
        let at = |field| Ok(Field::Ending(field));
        let of = |field| Ok(Field::Request(field));
        let on = |field| of(OfRequest::Connection(field));
        let never = || Ok(Field::Constant(None));
        let wrong = |remedy: &str| {
            let (what, span) = match argument {
                Some((text, span)) => (
                    format!("`{text}` is no argument of `%{letter}`"),
                    span.clone(),
                ),
                None => (format!("`%{letter}` without its argument"), whole.clone()),
            };
            let span = if span.is_empty() { whole.clone() } else { span };
            Err(self.fault(FormatErrorKind::BadArgument, span, what, remedy))
        };
        match (letter, text) {
            ("a" | "h", Some("c")) => of(OfRequest::Peer),
            ("a" | "h", None) => of(OfRequest::Client),
            ("a" | "h", _) => wrong("`%{c}a` is the peer's address, `%a` the client's"),
            ("i" | "o", Some(name)) => match HeaderName::try_from(name) {
                Ok(name) if letter == "i" => Ok(Field::request_header(name)),
                Ok(name) => Ok(Field::response_header(name)),
                Err(_) => wrong("it is the name of a header field: `%{User-Agent}i`"),
            },
            ("i" | "o", None) => wrong("it wants the name of a header field: `%{User-Agent}i`"),
            ("C", Some(name)) if !name.is_empty() => Ok(Field::cookie(name)),
            ("C", _) => wrong("it wants the name of a cookie: `%{theme}C`"),
            ("e", Some(name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
                let value = std::env::var_os(name);
                let value = value.map(|value| value.to_string_lossy().into());
                Ok(Field::Constant(value))
            }
            ("e", _) => wrong("it wants the name of a variable of the environment: `%{HOSTNAME}e`"),
            ("n", Some("route")) => at(AtEnd::Route),
            ("n", Some("endpoint")) | ("R", None) => at(AtEnd::Endpoint),
            ("n", Some("ending")) => at(AtEnd::Ending),
            ("n", Some("auth_scheme")) => at(AtEnd::AuthScheme),
            ("n", Some("scheme")) => of(OfRequest::Scheme),
            ("n", _) => wrong("the notes are route, endpoint, ending, auth_scheme and scheme"),
            ("p", None | Some("canonical")) => of(OfRequest::Port),
            ("p", Some("remote")) => of(OfRequest::PeerPort),
            ("P", None | Some("pid")) => Ok(Field::ConstantNumber(std::process::id().into())),
            ("P", _) => wrong("`%P` is the process's id; threads have none here"),
            ("t", format) => match format.map_or(Ok((false, TimeFormat::Bracketed)), time) {
                Ok((true, format)) => at(AtEnd::Time(format)),
                Ok((false, format)) => of(OfRequest::Time(format)),
                Err(error) => wrong(&format!(
                    "it is sec, msec, usec, msec_frac, usec_frac or a pattern of strftime, with begin: or end: before it: {error}"
                )),
            },
            ("T", None | Some("s")) => at(AtEnd::Duration(Unit::Seconds)),
            ("T", Some("ms")) => at(AtEnd::Duration(Unit::Milliseconds)),
            ("D", None) | ("T", Some("us")) => at(AtEnd::Duration(Unit::Microseconds)),
            ("T", _) => wrong("the units are s, ms and us"),
            ("l", None) => never(),
            ("f", None) => at(AtEnd::File),
            ("A", None) => on(OfConnection::Local),
            ("k", None) => on(OfConnection::Turn { first: 0 }),
            ("p", Some("local")) => on(OfConnection::LocalPort),
            ("x" | "c", Some(name)) => match of_tls(letter, name) {
                Some(field) => Ok(field),
                None => wrong("it is a variable of mod_ssl: `%{SSL_PROTOCOL}x`, `%{version}c`"),
            },
            ("x" | "c", None) => wrong("it wants a variable of mod_ssl: `%{SSL_PROTOCOL}x`"),
            ("p", _) => wrong("the ports are canonical, local and remote"),
            ("u", None) => at(AtEnd::User),
            ("r", None) => of(OfRequest::Line),
            ("s", None) => at(AtEnd::Status),
            ("b", None) => at(AtEnd::BytesIfAny),
            ("B", None) => at(AtEnd::Bytes),
            ("O", None) => at(AtEnd::BytesWithHead),
            ("I", None) => of(OfRequest::Length { head: true }),
            ("v", None) => of(OfRequest::ServerName(None)),
            ("V", None) => of(OfRequest::Host),
            ("m", None) => of(OfRequest::Method),
            ("U", None) => of(OfRequest::Path),
            ("q", None) => of(OfRequest::Query { mark: true }),
            ("H", None) => of(OfRequest::Protocol { number: false }),
            ("L", None) => of(OfRequest::RequestId),
            ("X", None) => at(AtEnd::Connection),
            ("^FB", None) => at(AtEnd::FirstByte(Unit::Microseconds)),
            (
                "l" | "A" | "f" | "k" | "u" | "r" | "s" | "b" | "B" | "O" | "I" | "v" | "V" | "m"
                | "U" | "q" | "H" | "L" | "X" | "R" | "D" | "^FB",
                Some(_),
            ) => wrong("it takes no argument"),
            _ => Err(self.fault(
                FormatErrorKind::UnknownDirective,
                whole,
                format!("there is no directive `%{letter}`"),
                KNOWN,
            )),
        }
    }
}

/// A variable of Apache's `mod_ssl`, by one of the two letters that it has for them.
fn of_tls(letter: &str, name: &str) -> Option<Field> {
    let on = |field| Some(Field::Request(OfRequest::Connection(field)));
    match (letter, name) {
        ("x", "SSL_PROTOCOL") | ("c", "version") => on(OfConnection::TlsVersion { number: false }),
        ("x", "SSL_CIPHER") | ("c", "cipher") => on(OfConnection::Cipher { iana: false }),
        ("x", "SSL_TLS_SNI") => on(OfConnection::NamedServer),
        ("x", "SSL_SESSION_RESUMED") => on(OfConnection::Resumed("Resumed", "Initial")),
        ("x", "SSL_CLIENT_VERIFY") => on(OfConnection::ClientVerify),
        ("x", "HTTPS") => Some(Field::Request(OfRequest::IsHttps)),
        ("c", "subjectdn" | "issuerdn" | "errcode" | "errstr") => Some(Field::Constant(None)),
        ("x", name) if name.starts_with("SSL_") => Some(Field::Constant(None)),
        _ => None,
    }
}

/// The time, and whether it is that of the end.
fn time(text: &str) -> Result<(bool, TimeFormat), jiff::Error> {
    let (at_end, text) = match (text.strip_prefix("begin:"), text.strip_prefix("end:")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => (false, text),
    };
    let format = match text {
        "" => TimeFormat::Bracketed,
        "sec" => TimeFormat::Seconds,
        "msec" => TimeFormat::Milliseconds,
        "usec" => TimeFormat::Microseconds,
        "msec_frac" => TimeFormat::MillisecondsOfSecond,
        "usec_frac" => TimeFormat::MicrosecondsOfSecond,
        pattern => TimeFormat::pattern(pattern)?,
    };
    Ok((at_end, format))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_directive_of_the_manual_is_known() {
        let patterns = r"%h %a %{c}a %{c}h %A %l %u %t %{%Y-%m-%d}t %{sec}t %{msec}t %{usec}t %{msec_frac}t %{usec_frac}t %{begin:sec}t %{end:%T}t
            %r %s %>s %<s %b %B %O %I %T %{ms}T %{us}T %{s}T %D %v %V %p %{canonical}p %{local}p %{remote}p %P %{pid}P %m %U %q %H %f %k %X
            %{Name}i %{Name}o %{Name}C %{Name}e %L %R %% %^FB %{route}n %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{SSL_TLS_SNI}x %{SSL_SESSION_RESUMED}x %{SSL_CLIENT_S_DN}x %{HTTPS}x
            %{version}c %{cipher}c %{errcode}c %400,501{User-agent}i %!200,304,302{Referer}i %>400{X}o %!500>s";
        for pattern in patterns
            .split_whitespace()
            .chain([patterns, "no directive"])
        {
            assert!(compile(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn a_fault_is_shown_where_it_stands() {
        for (pattern, kind, marked, remedy) in [
            ("", FormatErrorKind::Empty, "", "Common Log Format"),
            (
                "%h %Z",
                FormatErrorKind::UnknownDirective,
                "%Z",
                "known are",
            ),
            (
                "%h %S",
                FormatErrorKind::UnknownDirective,
                "%S",
                "known are",
            ),
            ("a%é", FormatErrorKind::UnknownDirective, "%é", "known are"),
            (
                "%^xx",
                FormatErrorKind::UnknownDirective,
                "%^xx",
                "known are",
            ),
            ("%h %", FormatErrorKind::Unfinished, "%", "`%%`"),
            ("%h %>", FormatErrorKind::Unfinished, "%>", "`%%`"),
            (
                "%{User-Agent i",
                FormatErrorKind::Unfinished,
                "{User-Agent i",
                "braces",
            ),
            ("%i", FormatErrorKind::BadArgument, "%i", "header field"),
            ("%{}i", FormatErrorKind::BadArgument, "%{}i", "header field"),
            (
                "%{a b}i",
                FormatErrorKind::BadArgument,
                "a b",
                "header field",
            ),
            ("%{x}T", FormatErrorKind::BadArgument, "x", "s, ms and us"),
            ("%{x}p", FormatErrorKind::BadArgument, "x", "canonical"),
            ("%{x}r", FormatErrorKind::BadArgument, "x", "no argument"),
            ("%{tid}P", FormatErrorKind::BadArgument, "tid", "process"),
            ("%{%!}t", FormatErrorKind::BadArgument, "%!", "strftime"),
            ("%{note}n", FormatErrorKind::BadArgument, "note", "route"),
            ("%{TLS}x", FormatErrorKind::BadArgument, "TLS", "mod_ssl"),
            ("%x", FormatErrorKind::BadArgument, "%x", "mod_ssl"),
            ("%C", FormatErrorKind::BadArgument, "%C", "cookie"),
            ("%{}e", FormatErrorKind::BadArgument, "%{}e", "environment"),
            ("%!{X}i", FormatErrorKind::BadCondition, "!", "every status"),
            ("%20{X}i", FormatErrorKind::BadCondition, "20", "statuses"),
            (
                "%99999{X}i",
                FormatErrorKind::BadCondition,
                "99999",
                "statuses",
            ),
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
        fn no_pattern_makes_it_panic(pattern in "[%{}!<>,0-9a-zA-Z^ é\\\\\"]{0,24}", other: String) {
            for pattern in [&pattern, &other] {
                if let Err(error) = compile(pattern) {
                    prop_assert!(pattern.get(error.span()).is_some());
                    prop_assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}
