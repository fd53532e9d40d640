//! plywood-compression: which answers should be compressed, and is a compressed one still the same answer?

mod prescribed;

use std::{convert::Infallible, io::Read};

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, response::Parts,
};
use http_body_util::Collected;
use plywood_compression::{Coding, CompressionLayer};
use plywood_core::Body;
use serde_json::Value;
use tower::{Layer, service_fn};

use self::prescribed::{Content, request, response};
use super::{
    in_process,
    outcome::{Outcome, Unmet, check},
};

/// Fields about the plain bytes.
const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

/// Requirements on a head that are checked of every answer, so that a case need not ask for them.
const ALWAYS_CHECKED: [&str; 8] = [
    "etag",
    "content_digest",
    "repr_digest",
    "digest",
    "content_md5",
    "content_length",
    "content_encoding",
    "trailers",
];

pub(crate) fn run(case: &Value) -> Outcome {
    let request = request(&case["request"])?;
    let content = Content::read(&case["response"]["body"])?;
    let is_head = request.method() == Method::HEAD;
    let plain = if is_head { Content::default() } else { content };
    let (head, _) = response(&case["response"], &plain)?.into_parts();
    let answer = through_the_layer(case, &plain, request)?;
    let trailers = answer.body().trailers().cloned();
    let (parts, body) = answer.into_parts();
    let answer = Answer {
        is_compressed: coding(&parts) != coding(&head),
        head: parts,
        body: body.to_bytes(),
    };

    if let Some(compress) = case["compress"].as_bool() {
        let why = case["why"].as_str().unwrap_or("");
        let word = |compressed| if compressed { "compressed" } else { "plain" };
        check(
            answer.is_compressed == compress,
            format_args!("a {} answer {why}", word(compress)),
            format_args!("a {} one", word(answer.is_compressed)),
        )?;
    }
    let trailers_pass = trailers.is_some() == plain.is_stream;
    check(
        trailers_pass,
        "trailers as they were",
        format_args!("{trailers:?}"),
    )?;
    if answer.is_compressed {
        answer.is_the_same_as(&head, &plain.bytes)?;
    } else {
        answer.is_untouched(&head, &plain.bytes)?;
    }
    answer.keeps_to(&case["after"])
}

struct Answer {
    head: Parts,
    body: Bytes,
    is_compressed: bool,
}

impl Answer {
    /// Compressed, and correct about it.
    fn is_the_same_as(&self, plain: &Parts, bytes: &[u8]) -> Outcome {
        check(
            coding(&self.head) == Some(b"gzip"),
            "gzip",
            format_args!("{:?}", self.head.headers),
        )?;
        let mut decoded = Vec::new();
        let whole = GzDecoder::new(&self.body[..])
            .read_to_end(&mut decoded)
            .is_ok();
        check(
            whole && decoded == bytes,
            "the same content",
            "another, once decoded",
        )?;
        self.says_vary()?;
        self.says_its_length()?;
        let fresh = |name: &str| {
            let sent = self.head.headers.get(name);
            sent.is_none() || sent != plain.headers.get(name)
        };
        for digest in DIGESTS {
            check(
                fresh(digest),
                format_args!("no {digest} of the plain bytes"),
                "the old one",
            )?;
        }
        let tag = self.head.headers.get(header::ETAG);
        let is_weak = tag.is_some_and(|tag| tag.as_bytes().starts_with(b"W/"));
        check(
            is_weak || fresh("etag"),
            "a weak entity tag, or another one",
            format_args!("{tag:?}"),
        )
    }

    /// Passed on as it was, but that `Vary` may have grown.
    fn is_untouched(&self, plain: &Parts, bytes: &[u8]) -> Outcome {
        check(self.body == bytes, "the content untouched", "another one")?;
        self.says_its_length()?;
        let without_vary = |head: &Parts| -> HeaderMap {
            let mut headers = head.headers.clone();
            headers.remove(header::VARY);
            headers.remove(header::CONTENT_LENGTH);
            // What goes with a coding in GET's answer may go in one without a body too.
            if head.status == StatusCode::NOT_MODIFIED || self.body.is_empty() {
                for name in ["etag", "accept-ranges"].into_iter().chain(DIGESTS) {
                    headers.remove(name);
                }
            }
            headers
        };
        let (sent, plain) = (without_vary(&self.head), without_vary(plain));
        check(
            sent == plain,
            format_args!("{plain:?}"),
            format_args!("{sent:?}"),
        )
    }

    fn says_vary(&self) -> Outcome {
        let lines = self.head.headers.get_all(header::VARY).iter();
        let mut names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        let is_said = names.any(|name| {
            let name = name.trim_ascii();
            name == b"*" || name.eq_ignore_ascii_case(b"accept-encoding")
        });
        check(
            is_said,
            "Vary: Accept-Encoding",
            format_args!("{:?}", self.head.headers),
        )
    }

    fn says_its_length(&self) -> Outcome {
        let Some(length) = self.head.headers.get(header::CONTENT_LENGTH) else {
            return Ok(());
        };
        let is_true =
            self.body.is_empty() || length.as_bytes() == self.body.len().to_string().as_bytes();
        check(
            is_true,
            format_args!("a content-length of {}", self.body.len()),
            format_args!("{length:?}"),
        )
    }

    /// What the case says of the head beside.
    fn keeps_to(&self, after: &Value) -> Outcome {
        for (name, wanted) in after.as_object().into_iter().flatten() {
            match name.as_str() {
                "vary" => self.says_vary()?,
                "accept_ranges" if self.is_compressed => {
                    let ranges = self.head.headers.get(header::ACCEPT_RANGES);
                    let honest = ranges.is_none_or(|ranges| ranges == "none");
                    check(honest, "no promise of ranges", format_args!("{ranges:?}"))?;
                }
                "accept_ranges" => {}
                known if ALWAYS_CHECKED.contains(&known) => {}
                _ => {
                    return Err(Unmet::skipped(format!(
                        "the runner cannot check {name}: {wanted}"
                    )));
                }
            }
        }
        Ok(())
    }
}

fn coding(head: &Parts) -> Option<&[u8]> {
    head.headers
        .get(header::CONTENT_ENCODING)
        .map(HeaderValue::as_bytes)
}

fn through_the_layer(
    case: &Value,
    content: &Content,
    request: Request<Body>,
) -> Result<Response<Collected<Bytes>>, Unmet> {
    response(&case["response"], content)?;
    let (wanted, content) = (case["response"].clone(), content.clone());
    // Whether it is compressed is asked here, not in which coding.
    let layer = CompressionLayer::new().codings([Coding::Gzip]);
    let app = layer.layer(service_fn(move |_: Request<Body>| {
        let response = response(&wanted, &content).expect("it was built a moment ago");
        async { Ok::<_, Infallible>(response) }
    }));
    in_process::ask(app, request)
}
