use http::{StatusCode, response};
use plywood_error::{HttpError, Incident, IncidentId};
use serde_json::Value;

use crate::{Form, Language, request::Asked, wording};

/// An error without a body, for which a page is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Blank<'a> {
    pub(crate) head: &'a response::Parts,
    pub(crate) form: Form,
    pub(crate) language: Language,
    pub(crate) asked: &'a Asked,
    /// What the handler has said in public.
    pub(crate) said: Option<&'a HttpError>,
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

    /// The language that the client likes best.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The heading: that of the [`HttpError`], else the status's name in the client's language, `Not Found`.
    pub fn title(&self) -> &'a str {
        self.own_title()
            .unwrap_or_else(|| wording::title(self.status(), self.language))
    }

    /// A sentence or two for the visitor: those of the [`HttpError`], else some about the status in the client's language.
    ///
    /// It is plain text, and nothing to put into a page without escaping it.
    pub fn detail(&self) -> &'a str {
        self.own_detail()
            .unwrap_or_else(|| wording::detail(self.status(), self.language))
    }

    /// The URI of the problem's type: that of the [`HttpError`], else `about:blank`.
    pub fn problem_type(&self) -> &'a str {
        self.said
            .and_then(HttpError::public_type)
            .unwrap_or("about:blank")
    }

    /// The further members of the problem that the [`HttpError`] has.
    pub fn members(&self) -> &'a [(&'static str, Value)] {
        self.said.map_or(&[], HttpError::members)
    }

    /// The path that the client sent, without the query: encoded, and nothing to put into a page without escaping it. `None` if the target
    /// had none.
    pub fn path(&self) -> Option<&'a str> {
        self.asked.path()
    }

    /// The request's id, if a layer outside has given it one of visible characters.
    pub fn request_id(&self) -> Option<&'a str> {
        self.asked.id()?.as_str()
    }

    /// The name of what happened, if the operator was told of it: it stands in the log, and is there for the visitor to read out.
    pub fn incident(&self) -> Option<IncidentId> {
        Incident::of(self.head).map(Incident::id)
    }

    /// The head of the answer, with the [`Failure`](plywood_core::Failure) in its extensions, which is not for the visitor.
    pub const fn head(&self) -> &'a response::Parts {
        self.head
    }

    /// A heading whose language nobody knows.
    pub(crate) fn own_title(&self) -> Option<&'a str> {
        self.said?.public_title()
    }

    /// A sentence whose language nobody knows.
    pub(crate) fn own_detail(&self) -> Option<&'a str> {
        self.said?.public_detail()
    }

    /// What names this occurrence: what the [`HttpError`] says, else the path.
    pub(crate) fn instance(&self) -> Option<&'a str> {
        // A reference that begins with two slashes would name another host.
        let path = || self.path().filter(|path| !path.starts_with("//"));
        self.said.and_then(HttpError::public_instance).or_else(path)
    }
}
