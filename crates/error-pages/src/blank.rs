use http::{StatusCode, response};
use plywood_error::{Incident, IncidentId};

use crate::{Form, request::Asked, wording};

/// An error without a body, for which a page is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Blank<'a> {
    pub(crate) head: &'a response::Parts,
    pub(crate) form: Form,
    pub(crate) asked: &'a Asked,
}

impl<'a> Blank<'a> {
    /// The status, from 400 to 599.
    pub const fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The form that the client likes best.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The status's name: `Not Found`.
    pub fn title(&self) -> &'static str {
        wording::title(self.status())
    }

    /// A sentence or two about the status, for the visitor.
    pub fn detail(&self) -> &'static str {
        wording::detail(self.status())
    }

    /// The path that the client sent, without the query: encoded, and nothing to put into a page without escaping it. `None` if the target
    /// had none.
    pub fn path(&self) -> Option<&'a str> {
        self.asked.path()
    }

    /// The request's id, if a layer outside has given it one of visible characters.
    pub fn request_id(&self) -> Option<&'a str> {
        self.asked.id.as_ref()?.as_str()
    }

    /// The name of what happened, if the operator was told of it: it stands in the log, and is there for the visitor to read out.
    pub fn incident(&self) -> Option<IncidentId> {
        Incident::of(self.head).map(Incident::id)
    }

    /// The head of the answer, with the [`Failure`](plywood_core::Failure) in its extensions, which is not for the visitor.
    pub const fn head(&self) -> &'a response::Parts {
        self.head
    }
}
