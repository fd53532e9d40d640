//! plywood-static over a socket: ranges and preconditions.

mod multipart;
mod sent;

use plywood_core::BoxError;
use plywood_static::Files;
use serde_json::Value;

use self::sent::Sent;
use super::{
    case,
    exchange::{self, Answer},
    loopback::Loopback,
    outcome::{Outcome, Unmet},
    tree::Tree,
};

/// Tue, 02 Jan 2024 03:04:05 GMT
const MODIFIED: u64 = 1_704_164_645;

/// What a case may ask of an answer.
const WISHES: [&str; 7] = [
    "status",
    "content_range",
    "content_length",
    "content_type",
    "headers",
    "parts",
    "note",
];

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
    let mut wishes = expected
        .as_object()
        .into_iter()
        .flat_map(|wishes| wishes.keys());
    if let Some(unknown) = wishes.find(|wish| !WISHES.contains(&wish.as_str())) {
        return Err(Unmet::skipped(format!(
            "the runner cannot check `{unknown}`"
        )));
    }
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
