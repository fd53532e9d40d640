//! plywood-static over a socket: ranges and preconditions.

use plywood_core::BoxError;
use plywood_static::Files;
use serde_json::Value;

use super::{
    case,
    exchange::{self, Answer},
    loopback::Loopback,
    multipart_ranges::{self, Part},
    outcome::{Outcome, Unmet},
    tree::Tree,
};

/// Tue, 02 Jan 2024 03:04:05 GMT
const MODIFIED: u64 = 1_704_164_645;

/// What a part of a multipart answer may cost beside its bytes.
const OVERHEAD: usize = 200;

/// The two files, and the server.
pub(crate) struct Served {
    server: Loopback,
    range_bin: Vec<u8>,
    _tree: Tree,
}

impl Served {
    pub(crate) fn start() -> Result<Self, BoxError> {
        let range_bin: Vec<u8> = (0..1000_usize)
            .map(|index| u8::try_from((index * 7 + index / 256) % 256).expect("it is below 256"))
            .collect();
        let tree = Tree::new()?;
        tree.file("range.bin", &range_bin)?
            .file("empty.bin", "")?
            .modified("range.bin", MODIFIED)?
            .modified("empty.bin", MODIFIED)?;
        let server = Loopback::start(Files::new(tree.path(""))?)?;
        Ok(Self {
            server,
            range_bin,
            _tree: tree,
        })
    }

    fn content(&self, file: &str) -> Result<&[u8], Unmet> {
        match file {
            "range.bin" => Ok(&self.range_bin),
            "empty.bin" => Ok(&[]),
            _ => Err(Unmet::failed("range.bin or empty.bin", file)),
        }
    }

    /// The strong entity tag of a file, as a plain GET says it.
    fn entity_tag(&self, target: &[u8]) -> Result<String, Unmet> {
        let answer = self.server.ask(&exchange::request(b"GET", target, &[]))?;
        match answer.field("etag") {
            Some(tag) if tag.starts_with('"') => Ok(tag.to_owned()),
            tag => Err(Unmet::failed("a strong entity tag", tag.unwrap_or("none"))),
        }
    }
}

pub(crate) fn run(case: &Value, served: &Served) -> Outcome {
    let method = case::text(case, "method")?;
    let file = case::text(case, "file")?;
    let content = served.content(file)?;
    let target = format!("/{file}");
    let tag = served.entity_tag(target.as_bytes())?;
    let fields: Vec<(Vec<u8>, Vec<u8>)> = case::list(case, "headers")?
        .iter()
        .map(|field| {
            let value = case::text_at(field, 1)?.replace("{ETAG}", &tag);
            Ok((
                case::latin1(case::text_at(field, 0)?)?,
                case::latin1(&value)?,
            ))
        })
        .collect::<Result<_, Unmet>>()?;
    let fields: Vec<(&[u8], &[u8])> = fields
        .iter()
        .map(|(name, value)| (&name[..], &value[..]))
        .collect();
    let answer = served.server.ask(&exchange::request(
        method.as_bytes(),
        target.as_bytes(),
        &fields,
    ))?;

    let sent = Sent::read(&answer, content, method == "HEAD")
        .map_err(|what| failed(case, &answer, &what))?;
    let expected = &case["expect"];
    let others = case["also_ok"].as_array().into_iter().flatten();
    let mut reason = String::new();
    for wish in [expected].into_iter().chain(others) {
        match sent.grants(wish, expected, &answer) {
            Ok(()) => return Ok(()),
            Err(why) if reason.is_empty() => reason = why,
            Err(_) => {}
        }
    }
    Err(failed(case, &answer, &reason))
}

fn failed(case: &Value, answer: &Answer, reason: &str) -> Unmet {
    let field = |name: &str| answer.field(name).unwrap_or("none").to_owned();
    Unmet::failed(
        &case["expect"],
        format_args!(
            "{} with content-range {}, content-type {} and {} bytes: {reason}",
            answer.status,
            field("content-range"),
            field("content-type"),
            answer.body.len()
        ),
    )
}

/// What an answer holds of the file, every byte compared.
struct Sent {
    parts: Vec<Part>,
    /// `Content-Length` and the body agree, or there is no body to agree with.
    length: Option<u64>,
}

impl Sent {
    fn read(answer: &Answer, content: &[u8], is_head: bool) -> Result<Self, String> {
        let length = answer
            .field("content-length")
            .and_then(|length| length.parse().ok());
        let parts = match answer.status {
            200 if !is_head && answer.body != content => {
                return Err("another content than the file's".to_owned());
            }
            206 if !is_head => parts(answer, content)?,
            304 if length.is_some_and(|length| length != content.len() as u64) => {
                return Err("another length than the file's".to_owned());
            }
            500.. => return Err("an error of the server's".to_owned()),
            _ => Vec::new(),
        };
        if answer.status == 206 && answer.body.len() > 2 * content.len() + OVERHEAD * parts.len() {
            return Err("more bytes than twice the file".to_owned());
        }
        Ok(Self {
            parts,
            length: length.or_else(|| (!is_head).then_some(answer.body.len() as u64)),
        })
    }

    /// Is it what the wish says? `expected` knows the parts that were asked for, if any.
    fn grants(&self, wish: &Value, expected: &Value, answer: &Answer) -> Result<(), String> {
        let fields = wish.as_object().ok_or("a wish that is no object")?;
        if fields.get("status").and_then(Value::as_u64) != Some(answer.status.into()) {
            return Err("another status".to_owned());
        }
        for (field, value) in fields {
            let granted = match (field.as_str(), value) {
                ("content_range", Value::Null) => answer.field("content-range").is_none(),
                ("content_range", Value::String(range)) => {
                    answer.field("content-range") == Some(range)
                }
                ("content_length", Value::Number(length)) => self.length == length.as_u64(),
                ("content_type", Value::String(essence)) => answer
                    .field("content-type")
                    .is_some_and(|sent| sent.split(';').next() == Some(essence)),
                ("headers", Value::Array(names)) => {
                    let mut names = names.iter().filter_map(Value::as_str);
                    names.all(|name| answer.headers.contains_key(name))
                }
                ("parts", parts) => self.are(parts),
                _ => true,
            };
            if !granted {
                return Err(format!("another {field}"));
            }
        }
        let coalesced = answer.status != 206 || self.hold(&expected["parts"]);
        coalesced
            .then_some(())
            .ok_or_else(|| "a part is missing".to_owned())
    }

    /// These parts, in this order.
    fn are(&self, parts: &Value) -> bool {
        pairs(parts).eq(self.parts.iter().map(|part| (part.first, part.last)))
    }

    /// Each of these parts somewhere.
    fn hold(&self, parts: &Value) -> bool {
        pairs(parts).all(|(first, last)| {
            self.parts
                .iter()
                .any(|part| part.first <= first && last <= part.last)
        })
    }
}

fn pairs(parts: &Value) -> impl Iterator<Item = (usize, usize)> {
    let number = |value: &Value| {
        value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
    };
    let parts = parts.as_array().into_iter().flatten();
    parts.filter_map(move |pair| Some((number(&pair[0])?, number(&pair[1])?)))
}

/// The parts of a 206, each compared with the file.
fn parts(answer: &Answer, content: &[u8]) -> Result<Vec<Part>, String> {
    let parts = match answer.field("content-range") {
        Some(range) => vec![Part::new(range, answer.body.clone())?],
        None => multipart_ranges::read(answer)?,
    };
    for part in &parts {
        if part.whole != content.len() || content.get(part.first..=part.last) != Some(&part.bytes) {
            return Err(format!("wrong bytes for {}-{}", part.first, part.last));
        }
    }
    Ok(parts)
}
