//! What must hold of every answer, whatever layers it went through.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    io::{self, Read},
};

use bytes::Bytes;
use flate2::read::{GzDecoder, ZlibDecoder};
use http::{HeaderMap, HeaderName, StatusCode, header};
use plywood::prelude::Failure;

use crate::{
    question::Question,
    site::{INSIDE, SECRET, Trouble},
    stack::{Answer, Outcome, Sheet, Stack},
};

/// What one stack has answered so far, for what two answers must not contradict each other in.
#[derive(Default)]
pub(crate) struct Answers {
    /// By target: the bytes without a coding.
    plain: HashMap<String, Bytes>,
    /// By target: bytes that were coded, decoded.
    decoded: HashMap<String, Vec<u8>>,
    /// Targets that were answered without saying that the coding is chosen.
    unvaried: HashSet<String>,
    /// By target and strong tag: the coding.
    tags: HashMap<(String, String), String>,
}

/// Checks what became of `question`, and says what is wrong with it.
pub(crate) fn check(
    stack: &Stack,
    question: &Question,
    outcome: &Outcome,
    answers: &mut Answers,
) -> Result<(), String> {
    let line = stack.last_line()?;
    let pages = stack.has(Sheet::ErrorPages);
    match outcome {
        Outcome::Panicked(text) => {
            let may = question.target.ends_with("/panics") && text == SECRET && !pages;
            expect(may, || format!("a panic: {text}"))?;
            logged(line, 500, 0)
        }
        Outcome::Failed(error) => {
            let may = question.target.ends_with("/fails") && error.is::<Trouble>() && !pages;
            expect(may, || format!("an error: {error}"))?;
            logged(line, 500, 0)
        }
        Outcome::Answered(answer) => {
            let status = answer.head.status;
            logged(line, status.as_u16(), answer.bytes.len())?;
            expected_status(stack, question, answer)?;
            guarded(stack, answer)?;
            head(answer)?;
            body(question, answer)?;
            cookies(stack, question, &answer.head.headers)?;
            codings(question, answer, answers)
        }
    }
}

fn expect(holds: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(found()) }
}

fn logged(line: Option<String>, status: u16, bytes: usize) -> Result<(), String> {
    let bytes = match bytes {
        0 => "-".to_owned(),
        bytes => bytes.to_string(),
    };
    let Some(line) = line else { return Ok(()) };
    expect(line.contains(&format!("\" {status} {bytes} ")), || {
        format!("the log says {line:?}")
    })
}

fn expected_status(stack: &Stack, question: &Question, answer: &Answer) -> Result<(), String> {
    let Some(status) = question.status else {
        return Ok(());
    };
    let got = answer.head.status.as_u16();
    if stack.lacks_session() && !question.target.starts_with("/open/") {
        let failure = Failure::of(&answer.head).map(ToString::to_string);
        let named = failure
            .as_ref()
            .is_some_and(|text| text.contains("SessionLayer"));
        return expect(got == 500 && named, || {
            format!("without a session: {got}, because {failure:?}")
        });
    }
    expect(got == status, || format!("{got} and not {status}"))
}

/// Nobody has shown a password, so that nobody is let in, in whatever order the guard stands.
fn guarded(stack: &Stack, answer: &Answer) -> Result<(), String> {
    let guards = [
        (Sheet::BasicAuth, "/members/"),
        (Sheet::FormLogin, "/account/"),
        (Sheet::Require, "/vault/"),
    ];
    let text = String::from_utf8_lossy(&answer.bytes);
    for (sheet, area) in guards {
        let passed = |place: &str| text.contains(&format!("{INSIDE} {place}{area}"));
        expect(!(passed("") && stack.has(sheet)), || {
            format!("let in to {area}")
        })?;
        for place in Sheet::ALL.iter().filter_map(|sheet| sheet.place()) {
            expect(!(passed(place) && stack.has_below(sheet, place)), || {
                format!("let in to {place}{area}")
            })?;
        }
    }
    expect(!text.contains(SECRET), || "it tells the secret".to_owned())
}

fn head(answer: &Answer) -> Result<(), String> {
    let (status, headers) = (answer.head.status, &answer.head.headers);
    let once = [
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
        header::ETAG,
        header::CACHE_CONTROL,
        header::ALLOW,
    ];
    for name in once {
        let lines = headers.get_all(&name).iter().count();
        expect(lines <= 1, || format!("{name} in {lines} lines"))?;
    }
    let varies = names(headers, &header::VARY);
    let different: BTreeSet<_> = varies.iter().collect();
    expect(different.len() == varies.len(), || {
        format!("vary: {varies:?}")
    })?;
    let owed = |owing, name: HeaderName| {
        expect(status != owing || headers.contains_key(&name), || {
            format!("a {status} without {name}")
        })
    };
    owed(StatusCode::METHOD_NOT_ALLOWED, header::ALLOW)?;
    owed(StatusCode::UNAUTHORIZED, header::WWW_AUTHENTICATE)?;
    owed(StatusCode::RANGE_NOT_SATISFIABLE, header::CONTENT_RANGE)?;
    owed(StatusCode::NOT_MODIFIED, header::ETAG)?;
    let retried = status == StatusCode::SERVICE_UNAVAILABLE;
    expect(
        !retried || headers.contains_key(header::RETRY_AFTER),
        || "Retry-After is lost".to_owned(),
    )
}

fn body(question: &Question, answer: &Answer) -> Result<(), String> {
    let (status, headers, bytes) = (answer.head.status, &answer.head.headers, &answer.bytes);
    let bare = status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
        || status.is_informational();
    if bare || question.is_head() {
        expect(bytes.is_empty() && answer.trailers.is_empty(), || {
            format!("a body of {} bytes", bytes.len())
        })?;
    }
    if let Some(length) = headers.get(header::CONTENT_LENGTH)
        && !question.is_head()
        && !bare
    {
        let says = length.to_str().unwrap_or_default();
        expect(says == bytes.len().to_string(), || {
            format!("content-length: {says} with {} bytes", bytes.len())
        })?;
    }
    let streamed =
        question.target.ends_with("/streamed") && status == StatusCode::OK && !question.is_head();
    expect(
        !streamed || answer.trailers.get("x-checksum").is_some(),
        || "the trailers are lost".to_owned(),
    )
}

fn cookies(stack: &Stack, question: &Question, headers: &HeaderMap) -> Result<(), String> {
    let mut set = Vec::new();
    for line in headers.get_all(header::SET_COOKIE) {
        let line = line.to_str().map_err(|error| error.to_string())?;
        set.push(line.split('=').next().unwrap_or_default());
    }
    let different: BTreeSet<_> = set.iter().collect();
    expect(different.len() == set.len(), || {
        format!("set-cookie: {set:?}")
    })?;
    if question.status == Some(200)
        && question.target.ends_with("/cookies")
        && !stack.lacks_session()
    {
        let with_session = 2 + usize::from(stack.has(Sheet::Session));
        expect(
            different.contains(&"theme") && different.contains(&"size"),
            || format!("the page's own cookies are lost: {set:?}"),
        )?;
        expect(different.len() == with_session, || {
            format!("set-cookie: {set:?}")
        })?;
    }
    Ok(())
}

fn codings(question: &Question, answer: &Answer, answers: &mut Answers) -> Result<(), String> {
    let (headers, target) = (&answer.head.headers, &question.target);
    if answer.head.status != StatusCode::OK {
        return Ok(());
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let coding = text(header::CONTENT_ENCODING).unwrap_or_default();
    // A HEAD does not say which coding GET would have.
    if let Some(tag) = text(header::ETAG).filter(|tag| !tag.starts_with("W/"))
        && !question.is_head()
    {
        let key = (target.clone(), tag.to_owned());
        let first = answers.tags.entry(key).or_insert_with(|| coding.to_owned());
        expect(first == coding, || {
            format!("etag: {tag} of {first:?} and of {coding:?}")
        })?;
    }
    if question.method != http::Method::GET {
        return Ok(());
    }
    if !names(headers, &header::VARY).contains(&"accept-encoding".to_owned()) {
        answers.unvaried.insert(target.clone());
    }
    if coding.is_empty() {
        let plain = answers
            .plain
            .entry(target.clone())
            .or_insert_with(|| answer.bytes.clone());
        // A page that counts says something else to everybody; to strangers it says the same.
        expect(*plain == answer.bytes, || {
            "the plain page has changed".to_owned()
        })?;
    } else {
        let decoded = decode(coding, &answer.bytes)
            .map_err(|error| format!("{coding} does not decode: {error}"))?;
        answers.decoded.insert(target.clone(), decoded);
    }
    match (answers.plain.get(target), answers.decoded.get(target)) {
        (Some(plain), Some(decoded)) => {
            expect(plain == decoded, || {
                format!("{coding:?} decodes to something else")
            })?;
            expect(!answers.unvaried.contains(target), || {
                "two codings without vary".to_owned()
            })
        }
        _ => Ok(()),
    }
}

/// What a HEAD says, GET says too.
pub(crate) fn same_head(get: &Answer, head: &Answer) -> Result<(), String> {
    expect(get.head.status == head.head.status, || {
        format!("{} for HEAD, {} for GET", head.head.status, get.head.status)
    })?;
    let (get, head) = (&get.head.headers, &head.head.headers);
    for name in [
        header::CONTENT_TYPE,
        header::ETAG,
        header::CACHE_CONTROL,
        header::LOCATION,
    ] {
        expect(get.get(&name) == head.get(&name), || {
            format!(
                "{name}: {:?} for HEAD, {:?} for GET",
                head.get(&name),
                get.get(&name)
            )
        })?;
    }
    let lengths = (
        get.get(header::CONTENT_LENGTH),
        head.get(header::CONTENT_LENGTH),
    );
    expect(
        lengths.0 == lengths.1 || lengths.0.is_none() || lengths.1.is_none(),
        || format!("content-length for GET and HEAD: {lengths:?}"),
    )?;
    let varies = |headers| {
        names(headers, &header::VARY)
            .into_iter()
            .collect::<BTreeSet<_>>()
    };
    expect(varies(get) == varies(head), || {
        "vary differs for HEAD".to_owned()
    })
}

/// The copy that `answer` gives is confirmed: a 304 with the same tag and the same Vary.
pub(crate) fn confirmed(answer: &Answer, again: &Answer) -> Result<(), String> {
    let (first, second) = (&answer.head, &again.head);
    expect(second.status == StatusCode::NOT_MODIFIED, || {
        format!("{} for its own tag", second.status)
    })?;
    expect(again.bytes.is_empty(), || "a 304 with a body".to_owned())?;
    let tag = |headers: &HeaderMap| {
        let tag = headers.get(header::ETAG)?.to_str().ok()?;
        Some(tag.trim_start_matches("W/").to_owned())
    };
    expect(tag(&first.headers) == tag(&second.headers), || {
        "the 304 has another tag".to_owned()
    })?;
    let varies = |headers| {
        names(headers, &header::VARY)
            .into_iter()
            .collect::<BTreeSet<_>>()
    };
    expect(varies(&first.headers) == varies(&second.headers), || {
        "vary differs in the 304".to_owned()
    })
}

/// The names in a list field, in lower case.
fn names(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter();
    lines
        .flat_map(|line| line.to_str().unwrap_or_default().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

fn decode(coding: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    match coding {
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut decoded)?,
        "deflate" => ZlibDecoder::new(bytes).read_to_end(&mut decoded)?,
        "zstd" => zstd::Decoder::new(bytes)?.read_to_end(&mut decoded)?,
        _ => GzDecoder::new(bytes).read_to_end(&mut decoded)?,
    };
    Ok(decoded)
}
