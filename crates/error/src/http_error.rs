mod constructors;
mod conversions;
mod find;

use std::{borrow::Cow, error::Error, fmt, panic::Location};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use plywood_core::{BoxError, Failure};
use serde::Serialize;
use serde_json::Value;

use crate::{Place, Public, PublicText};

/// An error that knows how it is answered.
///
/// It has a status from 400 to 599, what the visitor may read ([`detail`](Self::detail) and its siblings), the fields that its status needs, and
/// the cause, which is for the operator alone ([`because`](Self::because)). The two never mix: what is public is a [`Public`], and the cause is reached by
/// [`source`](Error::source) only. `Display` writes the public part, `Debug` writes everything.
///
/// Return it from a handler, by `?` too. A service whose error is a [`BoxError`] passes it on, and `plywood-error-pages` finds it there again,
/// however deep it is wrapped, and answers as it says.
///
/// ```
/// use std::error::Error;
///
/// use plywood_error::{HttpError, OrRefuse};
///
/// fn order(text: &str) -> Result<u32, HttpError> {
///     let number: u32 = text.parse().or_refuse(HttpError::bad_request)?;
///     let known = [7, 12].into_iter().find(|known| *known == number);
///     known.or_refuse(|| HttpError::not_found().detail("There is no such order."))
/// }
///
/// assert_eq!(order("7").unwrap(), 7);
/// assert_eq!(order("8").unwrap_err().to_string(), "404 Not Found: There is no such order.");
///
/// let malformed = order("x").unwrap_err();
/// assert_eq!(malformed.status(), 400);
/// assert_eq!(malformed.to_string(), "400 Bad Request");
/// assert!(malformed.source().unwrap().to_string().contains("invalid digit"));
/// ```
#[derive(Clone)]
pub struct HttpError(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    headers: HeaderMap,
    kind: Option<Cow<'static, str>>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    instance: Option<Cow<'static, str>>,
    members: Vec<(&'static str, Value)>,
    cause: Option<Failure>,
    place: &'static Location<'static>,
}

/// The members that have a method, and the two that the error pages add.
const TAKEN: [&str; 7] = [
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "request_id",
    "incident",
];

impl HttpError {
    #[track_caller]
    fn of(status: StatusCode) -> Self {
        Self(Box::new(Parts {
            status,
            headers: HeaderMap::new(),
            kind: None,
            title: None,
            detail: None,
            instance: None,
            members: Vec::new(),
            cause: None,
            place: Location::caller(),
        }))
    }

    /// The same error, as if it had been made at `place`.
    pub(crate) fn at(mut self, place: &'static Location<'static>) -> Self {
        self.0.place = place;
        self
    }

    /// Why it came to this: for the operator, never for the visitor. An error, which keeps its own sources, or a text.
    #[must_use]
    pub fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.0.cause = Some(Failure::new(cause));
        self
    }

    /// A sentence or two for the visitor, in place of what is said of every such status
    /// ([RFC 9457 §3.1.4](https://www.rfc-editor.org/rfc/rfc9457#section-3.1.4)). It is plain text, and escaped wherever it is shown.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<PublicText>) -> Self {
        self.0.detail = Some(detail.into().0);
        self
    }

    /// The heading for the visitor, in place of the status's name
    /// ([RFC 9457 §3.1.3](https://www.rfc-editor.org/rfc/rfc9457#section-3.1.3)).
    #[must_use]
    pub fn title(mut self, title: impl Into<PublicText>) -> Self {
        self.0.title = Some(title.into().0);
        self
    }

    /// The URI that names this kind of problem; `about:blank` by default, which means no more than the status
    /// ([RFC 9457 §3.1.1](https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1)).
    #[must_use]
    pub fn problem_type(mut self, uri: impl Into<PublicText>) -> Self {
        self.0.kind = Some(uri.into().0);
        self
    }

    /// The URI reference that names this one occurrence; by default the path of the request
    /// ([RFC 9457 §3.1.5](https://www.rfc-editor.org/rfc/rfc9457#section-3.1.5)).
    #[must_use]
    pub fn instance(mut self, uri: impl Into<PublicText>) -> Self {
        self.0.instance = Some(uri.into().0);
        self
    }

    /// A further member of the problem, for programs ([RFC 9457 §3.2](https://www.rfc-editor.org/rfc/rfc9457#section-3.2)). A value that JSON cannot
    /// hold is `null`.
    ///
    /// ```
    /// use plywood_error::{HttpError, Public};
    ///
    /// let error = HttpError::forbidden()
    ///     .problem_type("https://shop.example/problems/out-of-credit")
    ///     .title("You do not have enough credit.")
    ///     .member("balance", Public(30))
    ///     .member("accounts", Public(["/account/12345", "/account/67890"]));
    /// assert_eq!(error.members()[0].0, "balance");
    /// ```
    ///
    /// # Panics
    ///
    /// When `name` is one of the five that have methods of their own, is `request_id` or `incident`, or is not made of ASCII letters, digits and underscores
    /// behind a letter.
    #[must_use]
    pub fn member(mut self, name: &'static str, value: Public<impl Serialize>) -> Self {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        assert!(
            is_name,
            "{name:?} is no name of a member: letters, digits and underscores"
        );
        assert!(
            !TAKEN.contains(&name),
            "the member {name:?} is not an extension"
        );
        let value = serde_json::to_value(value.0).unwrap_or(Value::Null);
        self.0.members.retain(|(known, _)| *known != name);
        self.0.members.push((name, value));
        self
    }

    /// One more field of the answer; those that are there stay.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// The status, from 400 to 599.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The fields of the answer: those that the status needs, and those that were added.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Where it was made: in the handler, at the `?` or the call.
    pub fn place(&self) -> Place {
        self.0.place.into()
    }

    /// The heading of its own, if it has one.
    pub fn public_title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// The sentence of its own, if it has one.
    pub fn public_detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The URI of its kind, if it has one.
    pub fn public_type(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// The URI reference of this occurrence, if it has one.
    pub fn public_instance(&self) -> Option<&str> {
        self.0.instance.as_deref()
    }

    /// The further members, in the order in which they were added.
    pub fn members(&self) -> &[(&'static str, Value)] {
        &self.0.members
    }
}

/// The public part, and nothing else.
impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.status.fmt(f)?;
        for text in [&self.0.title, &self.0.detail].into_iter().flatten() {
            write!(f, ": {text}")?;
        }
        Ok(())
    }
}

/// Everything, the cause too: for the operator.
impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("status", &self.0.status)
            .field("title", &self.0.title)
            .field("detail", &self.0.detail)
            .field("cause", &self.0.cause)
            .field("place", &format_args!("{}", self.0.place))
            .finish_non_exhaustive()
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.cause.as_ref()?.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OrRefuse;

    #[test]
    fn a_result_stays_small() {
        assert_eq!(size_of::<Result<(), HttpError>>(), size_of::<usize>());
    }

    #[test]
    fn what_it_says_in_public_holds_nothing_private() {
        let error = HttpError::conflict()
            .title("Sold")
            .detail(Public(String::from("Somebody was faster.")))
            .because("row 7 of table orders is locked");
        assert_eq!(
            error.to_string(),
            "409 Conflict: Sold: Somebody was faster."
        );
        assert!(!format!("{error:#}").contains("row 7"));
        assert_eq!(
            error.source().unwrap().to_string(),
            "row 7 of table orders is locked"
        );
        assert!(format!("{error:?}").contains("row 7"));
    }

    #[test]
    fn its_place_is_where_it_was_made() {
        fn tried() -> Result<(), HttpError> {
            Err(fmt::Error)?;
            Ok(())
        }
        let (made, line) = (HttpError::gone(), line!());
        assert_eq!((made.place().file(), made.place().line()), (file!(), line));
        assert_eq!(tried().unwrap_err().place().line(), line - 3);
        let refused = "x".parse::<u8>().or_refuse(HttpError::bad_request);
        assert_eq!(refused.unwrap_err().place().line(), line + 3);
        let refused = None::<()>.or_refuse(|| HttpError::not_found());
        assert_eq!(refused.unwrap_err().place().line(), line + 5);
    }

    #[test]
    fn a_member_that_is_set_again_is_replaced() {
        let error = HttpError::forbidden()
            .member("balance", Public(1))
            .member("cost", Public(50))
            .member("balance", Public(30));
        assert_eq!(
            error.members(),
            [("cost", 50.into()), ("balance", 30.into())]
        );
    }

    #[test]
    fn a_value_that_is_no_json_is_null() {
        let map = std::collections::HashMap::from([((1, 2), 3)]);
        let error = HttpError::forbidden().member("map", Public(map));
        assert_eq!(error.members(), [("map", Value::Null)]);
    }

    #[test]
    #[should_panic(expected = "\"status\" is not an extension")]
    fn the_status_of_a_problem_cannot_be_another() {
        let _ = HttpError::not_found().member("status", Public(200));
    }

    #[test]
    #[should_panic(expected = "is no name of a member")]
    fn a_member_has_a_name_that_xml_can_hold() {
        let _ = HttpError::not_found().member("a b", Public(200));
    }
}
