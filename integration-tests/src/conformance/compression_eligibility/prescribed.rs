//! Requests and answers as a case prescribes them.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use plywood_core::{Body, NoCompress};
use serde_json::Value;

use crate::conformance::{
    case,
    outcome::{Outcome, Unmet},
};

/// What the inner service answers with.
#[derive(Clone, Default)]
pub(super) struct Content {
    pub(super) bytes: Bytes,
    /// Its length is not known, and trailers follow.
    pub(super) is_stream: bool,
}

impl Content {
    /// As many bytes as the case says.
    pub(super) fn read(body: &Value) -> Result<Self, Unmet> {
        const STREAM: u64 = 20_000;
        let is_stream = body == "stream";
        let length = if is_stream {
            Some(STREAM)
        } else {
            body.as_u64()
        };
        let length =
            length.ok_or_else(|| Unmet::failed("a byte count or \"stream\" as `body`", body))?;
        let text = b"a rose is a rose is a rose. ".iter().cycle();
        Ok(Self {
            bytes: text
                .take(usize::try_from(length).unwrap_or(usize::MAX))
                .copied()
                .collect(),
            is_stream,
        })
    }

    fn body(&self) -> Body {
        if !self.is_stream {
            return Body::new(Full::new(self.bytes.clone()));
        }
        let trailers = HeaderMap::from_iter([(header::EXPIRES, HeaderValue::from_static("0"))]);
        let mut frames: Vec<Result<Frame<Bytes>, Infallible>> = self
            .bytes
            .chunks(1000)
            .map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk))))
            .collect();
        frames.push(Ok(Frame::trailers(trailers)));
        Body::new(StreamBody::new(stream::iter(frames)).boxed_unsync())
    }
}

/// The answer of the inner service.
pub(super) fn response(wanted: &Value, content: &Content) -> Result<Response<Body>, Unmet> {
    let mut response = Response::new(content.body());
    let fields = wanted.as_object().into_iter().flatten();
    for (name, value) in fields {
        match name.as_str() {
            "status" => {
                let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
                let status = status.and_then(|status| StatusCode::from_u16(status).ok());
                *response.status_mut() = status.ok_or_else(|| Unmet::failed("a status", value))?;
            }
            "content_type" => add(response.headers_mut(), "content-type", value)?,
            "headers" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    add(response.headers_mut(), name, value)?;
                }
            }
            "no_compress" if *value == true => {
                response.extensions_mut().insert(NoCompress::Entirely);
            }
            "body" | "no_compress" => {}
            _ => {
                return Err(Unmet::skipped(format!(
                    "the runner cannot answer with {name}: {value}"
                )));
            }
        }
    }
    Ok(response)
}

/// A GET that accepts gzip, but for what the case says of it.
pub(super) fn request(wanted: &Value) -> Result<Request<Body>, Unmet> {
    let mut request = Request::new(Body::empty());
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    for (name, value) in wanted.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("method", Value::String(method)) => {
                let method = method
                    .parse()
                    .map_err(|_| Unmet::failed("a method", method))?;
                *request.method_mut() = method;
            }
            ("headers", Value::Object(fields)) => {
                for (name, value) in fields {
                    replace(request.headers_mut(), name, value)?;
                }
            }
            (name, value) => replace(request.headers_mut(), &name.replace('_', "-"), value)?,
        }
    }
    Ok(request)
}

fn replace(headers: &mut HeaderMap, name: &str, value: &Value) -> Outcome {
    headers.remove(name);
    add(headers, name, value)
}

/// One field, one for each element of a list, or none for null.
fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Outcome {
    let name = HeaderName::try_from(name).map_err(|_| Unmet::failed("a field name", name))?;
    match value {
        Value::Null => {}
        Value::String(text) => {
            headers.append(name, case::value(text.as_bytes())?);
        }
        Value::Array(list) => {
            for value in list {
                add(headers, name.as_str(), value)?;
            }
        }
        _ => return Err(Unmet::failed("a text", value)),
    }
    Ok(())
}
