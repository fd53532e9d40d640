use std::{fmt, str::FromStr, vec};

use http::StatusCode;
use plywood_core::{Body, body::ReadError};

use crate::Visit;

/// What a page is called with: what is left of the path, and the fields of the query and of a form.
///
/// The macros read it; a page that is written by hand may too. Read each parameter once, in their order: a segment goes to the next
/// parameter, and once there is none left the fields are asked by name.
pub struct Arguments {
    pub(crate) visit: Visit,
    pub(crate) segments: vec::IntoIter<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) form: Option<Vec<(String, String)>>,
    pub(crate) body: Body,
}

/// Why what was sent does not fit what a page takes. It becomes the [`Failure`](plywood_core::Failure) of the answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Mismatch {
    /// A parameter has no value: `400` where a form was sent, else `404`.
    Missing {
        /// The parameter's.
        name: &'static str,
        /// Whether it could have come in the body.
        in_body: bool,
    },
    /// A value is not of the parameter's type: `400` in a body, else `404`.
    Value {
        /// The parameter's.
        name: &'static str,
        /// Whether it came in the body.
        in_body: bool,
    },
    /// There are several values for one: `400` in a body, else `404`.
    Twice {
        /// The parameter's.
        name: &'static str,
        /// Whether one of them came in the body.
        in_body: bool,
    },
    /// The path has more segments than the page takes: `404`.
    Surplus,
    /// The query or the form cannot be read: `400`.
    Unreadable {
        /// Whether it is the form.
        in_body: bool,
        /// What is wrong with it.
        what: String,
    },
    /// The body is no form that can be read: `415`.
    MediaType,
    /// The form is larger than the limit, or broke off: the status is the [error's](ReadError::status).
    Unread(ReadError),
}

impl Mismatch {
    /// The status that says so.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing { in_body, .. }
            | Self::Value { in_body, .. }
            | Self::Twice { in_body, .. } => {
                if *in_body {
                    StatusCode::BAD_REQUEST
                } else {
                    StatusCode::NOT_FOUND
                }
            }
            Self::Surplus => StatusCode::NOT_FOUND,
            Self::Unreadable { .. } => StatusCode::BAD_REQUEST,
            Self::Unread(error) => error.status(),
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// A value that was sent.
struct Sent {
    text: String,
    in_body: bool,
}

impl Arguments {
    /// The head of the request, and the way here.
    pub const fn visit(&self) -> &Visit {
        &self.visit
    }

    /// What is left of the body: all of it, where the page [reads it itself](crate::Page::raw).
    pub fn body(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    ///
    /// There is none, there are several, or it is no `T`.
    pub fn required<T: FromStr>(&mut self, name: &'static str) -> Result<T, Mismatch> {
        let in_body = self.form.is_some();
        self.optional_text(name)?
            .map_or(Err(Mismatch::Missing { name, in_body }), |sent| {
                sent.parse(name)
            })
    }

    /// The value of a parameter that need not be there. A field that was left blank is none, if a blank is no `T`.
    ///
    /// # Errors
    ///
    /// There are several, or it is no `T`.
    pub fn optional<T: FromStr>(&mut self, name: &'static str) -> Result<Option<T>, Mismatch> {
        let Some(sent) = self.optional_text(name)? else {
            return Ok(None);
        };
        let is_blank = sent.text.is_empty();
        match sent.parse(name) {
            Err(_) if is_blank => Ok(None),
            value => value.map(Some),
        }
    }

    /// All values of a parameter, in the order in which they were sent: one of the path, or those of the query and of the form.
    ///
    /// # Errors
    ///
    /// One is no `T`.
    pub fn all<T: FromStr>(&mut self, name: &'static str) -> Result<Vec<T>, Mismatch> {
        self.sent(name)
            .into_iter()
            .map(|sent| sent.parse(name))
            .collect()
    }

    /// What is left of the path.
    ///
    /// # Errors
    ///
    /// A segment is no `T`.
    pub fn rest<T: FromStr>(&mut self, name: &'static str) -> Result<Vec<T>, Mismatch> {
        let in_body = false;
        let rest = self
            .segments
            .by_ref()
            .map(|text| Sent { text, in_body }.parse(name));
        rest.collect()
    }

    /// Says that all parameters are read.
    ///
    /// # Errors
    ///
    /// The path has more.
    pub fn finish(&mut self) -> Result<(), Mismatch> {
        self.segments
            .next()
            .map_or(Ok(()), |_| Err(Mismatch::Surplus))
    }

    fn optional_text(&mut self, name: &'static str) -> Result<Option<Sent>, Mismatch> {
        let mut sent = self.sent(name).into_iter();
        match (sent.next(), sent.next()) {
            (Some(first), Some(second)) => Err(Mismatch::Twice {
                name,
                in_body: first.in_body || second.in_body,
            }),
            (first, _) => Ok(first),
        }
    }

    /// The next segment, and the fields of this name.
    fn sent(&mut self, name: &str) -> Vec<Sent> {
        let segment = self.segments.next().map(|text| (text, false));
        let of_name = |fields: &mut Vec<(String, String)>| {
            let fields = fields.extract_if(.., |(own, _)| own == name);
            fields.map(|(_, value)| value).collect::<Vec<_>>()
        };
        let query = of_name(&mut self.query)
            .into_iter()
            .map(|text| (text, false));
        let form = self.form.as_mut().map(of_name).unwrap_or_default();
        let form = form.into_iter().map(|text| (text, true));
        let all = segment.into_iter().chain(query).chain(form);
        all.map(|(text, in_body)| Sent { text, in_body }).collect()
    }
}

impl Sent {
    fn parse<T: FromStr>(self, name: &'static str) -> Result<T, Mismatch> {
        let in_body = self.in_body;
        self.text
            .parse()
            .map_err(|_| Mismatch::Value { name, in_body })
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments")
            .field("visit", &self.visit)
            .field("segments", &self.segments)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn arguments(segments: &[&str], query: &str, form: Option<&str>) -> Arguments {
        let (head, ()) = Request::new(()).into_parts();
        let fields = |text: &str| crate::fields::read(text, 100).unwrap();
        Arguments {
            visit: Visit::new(head, false),
            segments: segments
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .into_iter(),
            query: fields(query),
            form: form.map(fields),
            body: Body::empty(),
        }
    }

    fn status<T: fmt::Debug>(result: Result<T, Mismatch>) -> u16 {
        result.unwrap_err().status().as_u16()
    }

    #[test]
    fn segments_come_first_and_fields_by_name() {
        let mut all = arguments(&["1"], "b=2&d=x", Some("c=3"));
        assert_eq!(all.required::<u8>("a").unwrap(), 1);
        assert_eq!(all.required::<u8>("b").unwrap(), 2);
        assert_eq!(all.required::<u8>("c").unwrap(), 3);
        assert_eq!(all.optional::<u8>("e").unwrap(), None);
        all.finish().unwrap();
    }

    #[test]
    fn a_mismatch_is_told_by_where_it_stands() {
        assert_eq!(status(arguments(&[], "", None).required::<u8>("a")), 404);
        assert_eq!(
            status(arguments(&[], "", Some("")).required::<u8>("a")),
            400
        );
        assert_eq!(
            status(arguments(&["x"], "", Some("")).required::<u8>("a")),
            404
        );
        assert_eq!(status(arguments(&[], "a=x", None).required::<u8>("a")), 404);
        assert_eq!(
            status(arguments(&[], "", Some("a=x")).required::<u8>("a")),
            400
        );
        assert_eq!(
            status(arguments(&["1"], "a=1", None).required::<u8>("a")),
            404
        );
        assert_eq!(
            status(arguments(&["1"], "", Some("a=1")).required::<u8>("a")),
            400
        );
        assert_eq!(status(arguments(&["1", "2"], "", None).finish()), 404);
        assert_eq!(status(arguments(&[], "a=x", None).optional::<u8>("a")), 404);
    }

    #[test]
    fn lists_take_all_and_blanks_are_none() {
        let mut all = arguments(&[], "a=1&a=2&b=", Some("a=3&c="));
        assert_eq!(all.all::<u8>("a").unwrap(), [1, 2, 3]);
        assert_eq!(all.optional::<u8>("b").unwrap(), None);
        assert_eq!(all.optional::<String>("c").unwrap(), Some(String::new()));
        let mut rest = arguments(&["1", "2"], "", None);
        assert_eq!(rest.rest::<u8>("r").unwrap(), [1, 2]);
        assert_eq!(
            status(arguments(&["1", "x"], "", None).rest::<u8>("r")),
            404
        );
    }
}
