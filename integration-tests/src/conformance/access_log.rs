//! plywood-access-log: what does a line make of hostile values?

mod json;
mod line;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderName, Method, Request, Response, Uri, header};
use plywood_access_log::{AccessLogLayer, Format};
use plywood_core::{Body, Client, Identity};
use serde_json::Value;
use tower::{Layer, service_fn};

use self::line::{LogLine, gives_back, holds, is_harmless};
use super::{
    case, in_process,
    outcome::{Outcome, Unmet, check},
};

const PEER: ([u8; 4], u16) = ([192, 0, 2, 7], 40312);

/// The header fields that a case may fill.
const HEADERS: [&str; 10] = [
    "accept-language",
    "authorization",
    "cookie",
    "forwarded",
    "host",
    "referer",
    "user-agent",
    "x-forwarded-for",
    "x-real-ip",
    "x-request-id",
];

/// No line may hold it: it is the password, the cookie's value, and a parameter called `password`.
const SECRET: &str = "kept-from-every-log";

pub(crate) fn run(case: &Value) -> Outcome {
    let field = case::text(case, "field")?;
    let value = case::latin1(case::text(case, "value_latin1")?)?;
    for form in [Form::Common, Form::Combined, Form::Json] {
        let request = request(field, &value)?;
        let handed_on = handed_on(field, &value, &request);
        let line = logged(form, request, user(field, &value))?;
        judge(form, field, &handed_on, &line)?;
        if handed_on != value {
            return Err(Unmet::skipped(format!(
                "the http crate hands on {} for {}; the line is in order",
                handed_on.escape_ascii(),
                value.escape_ascii()
            )));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Common,
    Combined,
    Json,
}

fn request(field: &str, value: &[u8]) -> Result<Request<Body>, Unmet> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = format!("/page?password={SECRET}")
        .parse()
        .expect("it is a URI");
    request
        .extensions_mut()
        .insert(Client::tcp(SocketAddr::from(PEER)));
    let credentials = [user(field, value).as_bytes(), b":", SECRET.as_bytes()].concat();
    let credentials = format!("Basic {}", BASE64_STANDARD.encode(credentials));
    let headers = request.headers_mut();
    headers.insert(
        header::AUTHORIZATION,
        credentials.parse().expect("base64 is a field's value"),
    );
    headers.insert(
        header::COOKIE,
        format!("sid={SECRET}")
            .parse()
            .expect("it is a field's value"),
    );
    match field {
        "basic-user" => {}
        "method" => {
            let method = Method::from_bytes(value).map_err(|_| refused("method", value))?;
            *request.method_mut() = method;
        }
        "target" => {
            let target = Uri::try_from(value).map_err(|_| refused("target", value))?;
            *request.uri_mut() = target;
        }
        _ if HEADERS.contains(&field) => {
            let name = HeaderName::try_from(field).expect("it is on the list");
            request.headers_mut().insert(name, case::value(value)?);
        }
        _ => {
            return Err(Unmet::skipped(format!(
                "the runner knows no field `{field}`"
            )));
        }
    }
    Ok(request)
}

fn refused(what: &str, value: &[u8]) -> Unmet {
    Unmet::skipped(format!(
        "the http crate refuses the {what} {}",
        value.escape_ascii()
    ))
}

/// The name of whoever asks: any text, as an auth layer may leave it.
fn user(field: &str, value: &[u8]) -> String {
    match field {
        "basic-user" => value.iter().copied().map(char::from).collect(),
        _ => "ada".to_owned(),
    }
}

/// What the library makes of the value before any layer sees it; a name is text, and so UTF-8.
fn handed_on(field: &str, value: &[u8], request: &Request<Body>) -> Vec<u8> {
    match field {
        "target" => request.uri().to_string().into_bytes(),
        _ => value.to_vec(),
    }
}

/// The one line about the request.
fn logged(form: Form, request: Request<Body>, user: String) -> Result<Vec<u8>, Unmet> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let layer = AccessLogLayer::new(move |line: &[u8]| {
        sink.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.to_vec());
    });
    // The suite asks for the whole value, however long it is.
    let layer = layer.field_limit(usize::MAX);
    let layer = match form {
        Form::Common => layer.common(),
        Form::Combined => layer.combined(),
        Form::Json => layer.format(Format::json()),
    };
    let user = Identity::new(user);
    let app = layer.layer(service_fn(move |request: Request<Body>| {
        user.tell(&request);
        async { Ok::<_, Infallible>(Response::new(Body::from("hello"))) }
    }));
    in_process::ask(app, request)?;
    let mut lines = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    check(lines.len() == 1, "one line", lines.len())?;
    Ok(lines.remove(0))
}

fn judge(form: Form, field: &str, value: &[u8], line: &[u8]) -> Outcome {
    let shown = line.escape_ascii();
    check(
        is_harmless(line),
        "no control character in the line",
        &shown,
    )?;
    let is_discreet = !holds(line, SECRET.as_bytes()) && !holds(line, b"Basic ");
    check(is_discreet, "no secret in the line", &shown)?;
    if form == Form::Json {
        let user = user(field, value);
        return json::judge(field, value, &user, line);
    }
    let line = LogLine::read(line).ok_or_else(|| Unmet::failed("a line that parses", &shown))?;
    let is_in_form = line.combined.is_some() == (form == Form::Combined);
    check(is_in_form, format_args!("the {form:?} form"), &shown)?;
    let is_true = line.client == b"192.0.2.7" && line.status == b"200" && line.bytes == b"5";
    check(is_true, "the client's address, 200 and 5 bytes", &shown)?;

    let (referer, user_agent) = line.combined.unzip();
    let gives_it_back = match field {
        "method" => line.request.starts_with(&[value, b" "].concat()),
        "target" => target(&line.request).is_some_and(|logged| gives_back(logged, value)),
        "basic-user" => line.user == user(field, value).as_bytes(),
        "referer" => referer.is_none_or(|logged| gives_back(&logged, value)),
        "user-agent" => user_agent.is_none_or(|logged| logged == value),
        "authorization" | "cookie" => {
            value.len() < 4
                || !shown
                    .to_string()
                    .contains(&value.escape_ascii().to_string())
        }
        _ => true,
    };
    let value = value.escape_ascii();
    check(
        gives_it_back,
        format_args!("a line that gives {value} back"),
        &shown,
    )
}

fn target(request: &[u8]) -> Option<&[u8]> {
    request.strip_prefix(b"GET ")?.strip_suffix(b" HTTP/1.1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_lies_is_refused() {
        let right =
            r#"192.0.2.7 - ada [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x\"y""#;
        let judged = |line: &str| judge(Form::Combined, "user-agent", b"x\"y", line.as_bytes());
        assert!(judged(right).is_ok());
        for (from, to) in [
            ("192.0.2.7", "198.51.100.1"),
            (r#"x\"y"#, "x\"y"),
            (r#"x\"y"#, "xy"),
            (r#"x\"y"#, "x\u{1b}y"),
            ("200", "404"),
            (" 5 ", " - "),
            ("GET /", "GET /?password=kept-from-every-log"),
            ("\"-\"", "\"Basic YTpi\""),
            (r#" "-" "x\"y""#, ""),
        ] {
            assert!(judged(&right.replace(from, to)).is_err(), "{to}");
        }
    }
}
