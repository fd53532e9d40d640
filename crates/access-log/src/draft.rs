//! A line in three strokes: what the request says is written when it comes, what the response's head says when that does, and the rest when
//! the answer is over.
//!
//! Nothing of the request is kept but this text, so that a line costs one allocation and no reference is counted. At its front stands where
//! each piece of it ends.

use std::ops::Range;

use http::HeaderMap;
use jiff::Timestamp;

use crate::{
    format::plan::{Condition, Part, Plan, Step},
    layer::Settings,
    record::{Ending, Record},
    request_head::RequestHead,
    text,
};

/// The text of a line so far.
#[derive(Debug)]
pub(crate) struct Draft(Vec<u8>);

/// The bytes in which it is written where a piece ends.
const MARK: usize = size_of::<u32>();

impl Draft {
    pub(crate) fn begin(
        settings: &Settings,
        request: &RequestHead<'_>,
        now: Timestamp,
        mut text: Vec<u8>,
    ) -> Self {
        let plan = &settings.format.plan;
        text.resize(plan.pieces() * MARK, 0);
        for (index, parts) in plan.of_request.iter().enumerate() {
            for part in parts {
                match part {
                    Part::Text(fixed) => text.extend_from_slice(fixed),
                    Part::Field(field, name) => {
                        let out = settings.out(&mut text, name);
                        field.write(out, request, &settings.zone, now);
                    }
                }
            }
            mark(&mut text, index);
        }
        Self(text)
    }

    /// The response's head came, or none ever will.
    pub(crate) fn answered(&mut self, settings: &Settings, headers: Option<&HeaderMap>) {
        let plan = &settings.format.plan;
        for (index, (field, name)) in plan.of_response.iter().enumerate() {
            field.write(settings.out(&mut self.0, name), headers);
            mark(&mut self.0, plan.of_request.len() + index);
        }
    }

    /// Writes the whole line, without a line break, behind what it is put together of.
    pub(crate) fn finish(&mut self, settings: &Settings, record: &Record<'_>) -> &[u8] {
        let plan = &settings.format.plan;
        let begin = self.0.len();
        let holds = |condition: &Option<Condition>| {
            condition
                .as_ref()
                .is_none_or(|condition| condition.holds(record.status()))
        };
        for step in &plan.steps {
            match step {
                Step::Text(text) => self.0.extend_from_slice(text),
                Step::OfRequest(index, condition) if holds(condition) => {
                    let piece = self.piece(plan, *index);
                    self.0.extend_from_within(piece);
                }
                Step::OfResponse(index, condition) if holds(condition) => {
                    let piece = self.piece(plan, plan.of_request.len() + index);
                    self.0.extend_from_within(piece);
                }
                Step::AtEnd {
                    field,
                    name,
                    condition,
                } if holds(condition) => {
                    field.write(settings.out(&mut self.0, name), record, &settings.zone);
                }
                Step::Coloured => coloured(&mut self.0, record.status()),
                Step::Unusual { before, field } => {
                    let start = self.0.len();
                    self.0.extend_from_slice(before);
                    let value = self.0.len();
                    field.write(settings.out(&mut self.0, b""), record, &settings.zone);
                    let usual = Ending::Complete.as_str().as_bytes();
                    if self.0[value..] == *b"-" || self.0[value..] == *usual {
                        self.0.truncate(start);
                    }
                }
                Step::OfRequest(..) | Step::OfResponse(..) | Step::AtEnd { .. } => {
                    settings.out(&mut self.0, b"").absent();
                }
            }
        }
        &self.0[begin..]
    }

    /// The buffer, to be used again.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.0
    }

    fn piece(&self, plan: &Plan, index: usize) -> Range<usize> {
        let start = match index {
            0 => plan.pieces() * MARK,
            _ => self.end(index - 1),
        };
        // What was never written ends at zero.
        start..self.end(index).max(start)
    }

    fn end(&self, index: usize) -> usize {
        let mark = self.0[index * MARK..].first_chunk();
        let mark = mark.expect("there is a mark for each piece");
        u32::from_le_bytes(*mark) as usize
    }
}

fn mark(text: &mut [u8], index: usize) {
    // What a server takes for a head is far below four gigabytes; a piece beyond would read as empty.
    let end = u32::try_from(text.len()).unwrap_or(0);
    text[index * MARK..][..MARK].copy_from_slice(&end.to_le_bytes());
}

/// Green, cyan, yellow, red: from well to worse.
fn coloured(line: &mut Vec<u8>, status: u16) {
    line.extend_from_slice(match status {
        0..300 => b"\x1b[32m",
        300..400 => b"\x1b[36m",
        400..500 => b"\x1b[33m",
        _ => b"\x1b[31m",
    });
    text::number(line, status.into());
    line.extend_from_slice(b"\x1b[0m");
}
