//! Whatever is inside and whoever asks: the status stays, and what belongs to it, and the length is right.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError, Failure};
use plywood_error_pages::{ErrorDocumentsLayer, ErrorPagesLayer, Language, Statuses};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::Value;
use tower::{ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

use crate::App;

/// What the inner service answers with.
#[derive(Clone, Debug)]
struct Inner {
    status: u16,
    fields: Vec<(&'static str, &'static str)>,
    body: Written,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Written {
    Nothing,
    Whole(&'static str),
    Streamed(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Answers,
    Fails,
    Panics,
}

/// How to do better: kept, whatever becomes of the body.
const REQUIRED: [(&str, &str); 6] = [
    ("allow", "GET, HEAD"),
    ("content-range", "bytes */9"),
    ("retry-after", "30"),
    ("set-cookie", "a=b"),
    ("www-authenticate", "Basic realm=\"x\""),
    ("upgrade", "h2c"),
];

const OF_A_BODY: [(&str, &str); 3] = [
    ("content-type", "text/css"),
    ("content-language", "tlh"),
    ("etag", "\"v\""),
];

impl Inner {
    fn any() -> impl Strategy<Value = Self> {
        let fields = REQUIRED.into_iter().chain(OF_A_BODY).collect::<Vec<_>>();
        let body = prop_oneof![
            3 => Just(Written::Nothing),
            1 => Just(Written::Whole("written")),
            1 => Just(Written::Streamed("streamed")),
        ];
        let outcome = prop_oneof![
            6 => Just(Outcome::Answers),
            1 => Just(Outcome::Fails),
            1 => Just(Outcome::Panics),
        ];
        let status = prop_oneof![1 => 200_u16..400, 4 => 400_u16..600];
        let fields = vec(select(fields), 0..4);
        (status, fields, body, outcome).prop_map(|(status, mut fields, body, outcome)| {
            fields.sort_unstable();
            fields.dedup();
            let body = match status {
                204 | 205 | 304 => Written::Nothing,
                _ => body,
            };
            Self {
                status,
                fields,
                body,
                outcome,
            }
        })
    }

    fn answer(&self, request: &Request<Body>) -> Result<Response<Body>, BoxError> {
        if request.uri().path() == "/document" {
            return Ok(Response::new("document".into()));
        }
        match self.outcome {
            Outcome::Answers => {}
            Outcome::Fails => return Err("a private cause".into()),
            Outcome::Panics => panic!("a private cause"),
        }
        let mut response = Response::new(match (&self.body, request.method()) {
            (Written::Nothing, _) | (_, &Method::HEAD) => Body::empty(),
            (Written::Whole(text), _) => Body::from(*text),
            (Written::Streamed(text), _) => {
                let frames = [Ok::<_, BoxError>(Frame::data(Bytes::from(*text)))];
                Body::new(StreamBody::new(stream::iter(frames)))
            }
        });
        if let Written::Whole(text) = &self.body {
            let length = text.len().into();
            response.headers_mut().insert("content-length", length);
        }
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        for (name, value) in &self.fields {
            let name = HeaderName::from_static(name);
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        let failure = Failure::new("a private cause");
        response.extensions_mut().insert(failure);
        Ok(response)
    }

    fn app(self, kind: u8) -> App {
        let service = service_fn(move |request: Request<Body>| {
            let inner = self.clone();
            async move { inner.answer(&request) }
        });
        let pages = match kind {
            0 => ErrorPagesLayer::new(),
            1 => ErrorPagesLayer::new().html(Statuses::ALL, "<!doctype html><title>x</title>own"),
            2 => ErrorPagesLayer::new().replace(Statuses::ALL),
            _ => ErrorPagesLayer::new().languages([Language::Polish]),
        };
        // Without a lint, which asks more of the inner service than is asked here.
        let outside =
            ServiceBuilder::new().map_response(|response: Response<_>| response.map(Body::new));
        if kind == 3 {
            let documents = ErrorDocumentsLayer::new(pages).document(Statuses::ALL, "/document");
            BoxCloneSyncService::new(outside.layer(documents).service(service))
        } else {
            BoxCloneSyncService::new(outside.layer(pages).service(service))
        }
    }
}

fn any_accept() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z*/;,=q.0-9+ -]{0,40}",
        Just("text/html".to_owned()),
        Just("application/json".to_owned()),
        Just("application/xml".to_owned()),
        Just("text/html;q=0.5, application/problem+json, */*;q=0.1".to_owned()),
    ]
}

proptest! {
    #[test]
    fn the_status_and_what_belongs_to_it_stay_and_the_length_is_right(
        inner in Inner::any(),
        kind in 0_u8..5,
        accept in option::of(any_accept()),
        languages in option::of(r"[a-z*;,=q.0-9-]{0,30}|de-CH, fr;q=0\.9|ja"),
        method in select(vec![Method::GET, Method::HEAD, Method::POST]),
        path in "/[ -~]{0,20}",
    ) {
        let is_head = method == Method::HEAD;
        let path = if path.parse::<http::Uri>().is_ok() { path } else { "/".to_owned() };
        let mut request = Request::builder().method(method).uri(path);
        if let Some(accept) = &accept {
            request = request.header("accept", accept);
        }
        if let Some(languages) = &languages {
            request = request.header("accept-language", languages);
        }
        let request = request.body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answered: Result<_, Infallible> = runtime.block_on(inner.clone().app(kind).oneshot(request));
        let (head, body) = answered.unwrap().into_parts();
        let text = runtime.block_on(body.collect()).unwrap().to_bytes();

        let answers = inner.outcome == Outcome::Answers;
        let status = if answers { inner.status } else { 500 };
        prop_assert_eq!(head.status.as_u16(), status);
        let is_error = status >= 400;
        // Of a stream that `HEAD` has cut off, nothing is to be seen.
        let is_unseen = is_head && matches!(inner.body, Written::Streamed(_));
        let is_blank = (is_unseen || matches!(inner.body, Written::Nothing))
            && !inner.fields.iter().any(|(name, _)| *name == "content-type");
        let is_filled = is_error && (kind == 2 || is_blank || !answers);
        if answers {
            let kept = inner.fields.iter().filter(|field| !is_filled || REQUIRED.contains(field));
            for (name, value) in kept {
                let values: Vec<_> = head.headers.get_all(*name).iter().collect();
                prop_assert_eq!(&values, &[value], "{}", name);
            }
        }

        let length = head.headers.get("content-length");
        let length: Option<usize> = length.map(|length| length.to_str().unwrap().parse().unwrap());
        if is_head {
            prop_assert!(text.is_empty());
        } else if let Some(length) = length {
            prop_assert_eq!(text.len(), length);
        }
        if is_filled {
            prop_assert!(length.is_some_and(|length| length > 0));
            prop_assert!(head.headers.contains_key("content-type"));
            prop_assert!(!head.headers.contains_key("etag"));
        } else if !is_head {
            let written = match inner.body {
                Written::Nothing => "",
                Written::Whole(text) | Written::Streamed(text) => text,
            };
            prop_assert_eq!(&*text, written.as_bytes());
        }
        if is_filled && !is_head && head.headers["content-type"] == "application/problem+json" {
            let problem: Value = serde_json::from_slice(&text).unwrap();
            prop_assert_eq!(&problem["status"], &Value::from(status));
        }
        prop_assert!(!String::from_utf8_lossy(&text).contains("private"));
        let is_private = |value: &HeaderValue| value.as_bytes().windows(7).any(|some| some == b"private");
        prop_assert!(!head.headers.values().any(is_private));
    }
}
