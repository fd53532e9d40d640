use http::{StatusCode, uri::PathAndQuery};
use plywood_core::Carrier;

/// Left in the request for an error document: what the page is about.
///
/// ```
/// use http::Request;
/// use plywood_core::Body;
/// use plywood_error_pages::ErrorDocument;
///
/// fn sorry(request: &Request<Body>) -> String {
///     match ErrorDocument::of(request) {
///         Some(about) => format!("We are sorry ({}).", about.status().as_u16()),
///         None => "Somebody has followed a link to the error page.".to_owned(),
///     }
/// }
/// # assert!(sorry(&Request::new(Body::empty())).starts_with("Somebody"));
/// ```
#[derive(Clone, Debug)]
pub struct ErrorDocument {
    pub(crate) status: StatusCode,
    pub(crate) target: Option<PathAndQuery>,
    pub(crate) said: Option<Box<str>>,
}

impl ErrorDocument {
    /// What a request is about; nothing, if it came from outside.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    /// The status of the answer, whatever that of the document is.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The path that the client sent, without the query: encoded, and nothing to put into a page without escaping it.
    pub fn path(&self) -> Option<&str> {
        self.target.as_ref().map(PathAndQuery::path)
    }

    /// What the handler has said in public ([`HttpError::detail`](plywood_error::HttpError::detail)), if it has. It is plain text: escape it.
    pub fn detail(&self) -> Option<&str> {
        self.said.as_deref()
    }
}
