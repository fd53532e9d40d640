//! A compiled format: what to write when, and how to put it together.

use http::HeaderMap;

use crate::{
    dress::{Dress, Out},
    field::{AtEnd, Field, OfRequest, OfResponse},
    redact::Redaction,
};

/// A format as it is followed, request for request.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) dress: Dress,
    /// The line, from left to right.
    pub(crate) steps: Vec<Step>,
    /// What is written of the request: text that a step puts into its place.
    pub(crate) of_request: Vec<Vec<Part>>,
    /// What is written of the response's head, likewise.
    pub(crate) of_response: Vec<(OfResponse, Box<[u8]>)>,
    pub(crate) needs: Needs,
}

/// What has to be watched, because the format says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
pub(crate) struct Needs {
    pub(crate) clock: bool,
    pub(crate) route: bool,
    pub(crate) head_bytes: bool,
    pub(crate) connection: bool,
    pub(crate) file: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Text(Box<[u8]>),
    /// What was written of the request, by its index.
    OfRequest(usize, Option<Condition>),
    /// What was written of the response, by its index.
    OfResponse(usize, Option<Condition>),
    AtEnd {
        field: AtEnd,
        name: Box<[u8]>,
        condition: Option<Condition>,
    },
    /// A status in the colour of its class.
    Coloured,
    /// What goes before what a person wants to know only if it is out of the ordinary.
    Unusual {
        before: Box<[u8]>,
        field: AtEnd,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(Box<[u8]>),
    Field(OfRequest, Box<[u8]>),
}

/// A choice of statuses, of which a directive says something; for others it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) statuses: Box<[u16]>,
    pub(crate) inverted: bool,
}

impl Condition {
    pub(crate) fn holds(&self, status: u16) -> bool {
        self.statuses.contains(&status) != self.inverted
    }
}

impl Plan {
    pub(crate) fn new(dress: Dress) -> Self {
        Self {
            dress,
            steps: Vec::new(),
            of_request: Vec::new(),
            of_response: Vec::new(),
            needs: Needs::default(),
        }
    }

    /// Goes on with text of the format itself.
    pub(crate) fn text(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        if let Some(parts) = self.open() {
            match parts.last_mut() {
                Some(Part::Text(last)) => *last = [&**last, text].concat().into(),
                _ => parts.push(Part::Text(text.into())),
            }
            return;
        }
        match self.steps.last_mut() {
            Some(Step::Text(last)) => *last = [&**last, text].concat().into(),
            _ => self.steps.push(Step::Text(text.into())),
        }
    }

    /// Goes on with a value, and with `name` before it if there is one.
    pub(crate) fn field(&mut self, name: &[u8], field: Field, condition: Option<Condition>) {
        match field {
            Field::Request(field) => self.part(Part::Field(field, name.into()), condition),
            Field::Constant(value) => {
                let text = self.constant(name, value.as_deref());
                match condition {
                    None => self.text(&text),
                    condition => self.part(Part::Text(text.into()), condition),
                }
            }
            Field::ConstantNumber(value) => {
                let text = [name, value.to_string().as_bytes()].concat();
                match condition {
                    None => self.text(&text),
                    condition => self.part(Part::Text(text.into()), condition),
                }
            }
            Field::Response(field) => {
                self.of_response.push((field, name.into()));
                let index = self.of_response.len() - 1;
                self.steps.push(Step::OfResponse(index, condition));
            }
            Field::Ending(field) => {
                self.needs.of(&field);
                self.steps.push(Step::AtEnd {
                    field,
                    name: name.into(),
                    condition,
                });
            }
        }
    }

    /// Goes on with the status in the colour of its class.
    pub(crate) fn coloured_status(&mut self) {
        self.steps.push(Step::Coloured);
    }

    /// Goes on with something that is said only when it is out of the ordinary.
    pub(crate) fn unusual(&mut self, before: &[u8], field: AtEnd) {
        self.needs.of(&field);
        let before = before.into();
        self.steps.push(Step::Unusual { before, field });
    }

    /// Decides what is the same for all requests.
    pub(crate) fn settle(&mut self, redaction: &Redaction, server: Option<&str>) {
        for part in self.of_request.iter_mut().flatten() {
            if let Part::Field(field, _) = part {
                field.settle(redaction, server);
            }
        }
        for (field, _) in &mut self.of_response {
            field.settle(redaction);
        }
    }

    /// The bytes of a response's head, as HTTP/1.1 writes it, if the format asks.
    pub(crate) fn head_bytes(&self, reason: Option<&str>, headers: &HeaderMap) -> u64 {
        if !self.needs.head_bytes {
            return 0;
        }
        let line = "HTTP/1.1 200 \r\n".len() + reason.map_or(0, str::len);
        line as u64 + crate::field::of_request::fields_length(headers)
    }

    /// How many pieces of text are kept until the end.
    pub(crate) fn pieces(&self) -> usize {
        self.of_request.len() + self.of_response.len()
    }

    /// The text of the request that is still open at the end of the line.
    fn open(&mut self) -> Option<&mut Vec<Part>> {
        match self.steps.last() {
            Some(Step::OfRequest(index, None)) => self.of_request.get_mut(*index),
            _ => None,
        }
    }

    fn part(&mut self, part: Part, condition: Option<Condition>) {
        if condition.is_none()
            && let Some(parts) = self.open()
        {
            parts.push(part);
            return;
        }
        let mut parts = vec![part];
        if condition.is_none()
            && let Some(Step::Text(text)) = self.steps.pop_if(|step| matches!(step, Step::Text(_)))
        {
            parts.insert(0, Part::Text(text));
        }
        self.of_request.push(parts);
        let index = self.of_request.len() - 1;
        self.steps.push(Step::OfRequest(index, condition));
    }

    fn constant(&self, name: &[u8], value: Option<&str>) -> Vec<u8> {
        let mut text = Vec::new();
        let out = Out {
            line: &mut text,
            dress: self.dress,
            name,
            redaction: &Redaction::default(),
            limit: usize::MAX,
        };
        out.text_if_any(value.map(str::as_bytes));
        text
    }
}

impl Needs {
    const fn of(&mut self, field: &AtEnd) {
        match field {
            AtEnd::Duration(_) | AtEnd::FirstByte(_) => self.clock = true,
            AtEnd::Route | AtEnd::Endpoint => self.route = true,
            AtEnd::Connection => self.connection = true,
            AtEnd::BytesWithHead => self.head_bytes = true,
            AtEnd::File => self.file = true,
            _ => {}
        }
    }
}
