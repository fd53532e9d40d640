use http::HeaderValue;
use serde_json::Value;

use super::outcome::Unmet;

/// One line of a table.
#[derive(Debug)]
pub(crate) struct Case {
    /// What it is called in the report.
    pub(crate) name: String,
    /// Does its failure fail the run? So it is for a `must`, and where no strength is given.
    pub(crate) binding: bool,
    /// What a suite may see of it; or why the line cannot be read.
    pub(crate) fields: Result<Value, String>,
}

impl Case {
    /// The cases of a table, in order; empty lines are none.
    pub(crate) fn read_all(table: &str) -> Vec<Self> {
        let lines = table.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| Self::read(index + 1, line))
            .collect()
    }

    fn read(number: usize, line: &str) -> Self {
        let mut case = Self {
            name: format!("line {number}"),
            binding: true,
            fields: Err("no object".to_owned()),
        };
        match serde_json::from_str(line) {
            Ok(Value::Object(mut object)) => {
                if let Some(Value::String(id)) = object.remove("id") {
                    case.name = id;
                }
                object.remove("group");
                let strength = object.remove("strength");
                case.binding = strength.is_none_or(|strength| strength == "must");
                case.fields = Ok(Value::Object(object));
            }
            Ok(_) => {}
            Err(error) => case.fields = Err(error.to_string()),
        }
        case
    }
}

/// A text that the case must have.
pub(crate) fn text<'case>(case: &'case Value, field: &str) -> Result<&'case str, Unmet> {
    case[field]
        .as_str()
        .ok_or_else(|| malformed(field, "a text"))
}

/// An element of a list that must be a text.
pub(crate) fn text_at(list: &Value, index: usize) -> Result<&str, Unmet> {
    let text = list[index].as_str();
    text.ok_or_else(|| Unmet::failed(format_args!("a text at place {index} of a list"), list))
}

/// A list that the case must have.
pub(crate) fn list<'case>(case: &'case Value, field: &str) -> Result<&'case [Value], Unmet> {
    let list = case[field].as_array();
    list.map(Vec::as_slice)
        .ok_or_else(|| malformed(field, "a list"))
}

/// The texts of a field that may be absent, one, or a list of them.
pub(crate) fn texts<'case>(case: &'case Value, field: &str) -> Result<Vec<&'case str>, Unmet> {
    match &case[field] {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(vec![text]),
        Value::Array(list) => list
            .iter()
            .map(|text| {
                text.as_str()
                    .ok_or_else(|| malformed(field, "a list of texts"))
            })
            .collect(),
        _ => Err(malformed(field, "a text, or a list of them")),
    }
}

/// The bytes that a text stands for, one for each character.
pub(crate) fn latin1(text: &str) -> Result<Vec<u8>, Unmet> {
    text.chars()
        .map(|character| u8::try_from(character).map_err(|_| Unmet::failed("a Latin-1 text", text)))
        .collect()
}

/// A header field's value, if the http crate takes it; no service gets to see another one.
pub(crate) fn value(bytes: &[u8]) -> Result<HeaderValue, Unmet> {
    HeaderValue::from_bytes(bytes).map_err(|_| {
        Unmet::skipped(format!(
            "the http crate refuses the value {}",
            bytes.escape_ascii()
        ))
    })
}

/// A case that does not keep to its suite's format was not run, so that it has not passed.
fn malformed(field: &str, wanted: &str) -> Unmet {
    Unmet::failed(format_args!("a case with {wanted} as `{field}`"), "none")
}
