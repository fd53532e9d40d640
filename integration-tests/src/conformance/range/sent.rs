use serde_json::Value;

use super::multipart::{self, Part};
use crate::conformance::exchange::Answer;

/// What a part of a multipart answer may cost beside its bytes.
const OVERHEAD: usize = 200;

/// What an answer holds of the file, every byte compared.
pub(super) struct Sent {
    parts: Vec<Part>,
    /// `Content-Length` and the body agree, or there is no body to agree with.
    length: Option<u64>,
}

impl Sent {
    pub(super) fn read(answer: &Answer, content: &[u8], is_head: bool) -> Result<Self, String> {
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
    pub(super) fn grants(
        &self,
        wish: &Value,
        expected: &Value,
        answer: &Answer,
    ) -> Result<(), String> {
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
                ("headers", Value::Object(fields)) => fields
                    .iter()
                    .all(|(name, value)| answer.field(name) == value.as_str()),
                ("headers", Value::Array(names)) => {
                    let mut names = names.iter().filter_map(Value::as_str);
                    names.all(|name| answer.headers.contains_key(name))
                }
                ("parts", parts) => self.are(parts),
                ("status" | "note", _) => true,
                _ => false,
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
        None => multipart::read(answer)?,
    };
    for part in &parts {
        if part.whole != content.len() || content.get(part.first..=part.last) != Some(&part.bytes) {
            return Err(format!("wrong bytes for {}-{}", part.first, part.last));
        }
    }
    Ok(parts)
}
