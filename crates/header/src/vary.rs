//! `Vary`: which request fields did the answer depend on?
//!
//! [RFC 9110 §12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)

use http::{HeaderMap, HeaderName, HeaderValue, header::VARY};

use crate::grammar::elements;

/// Adds `field` to `Vary`, once, as a line of its own.
///
/// Nothing happens if a line names it already, in any case, or says `*`, which covers every field.
///
/// ```
/// use http::{HeaderMap, header};
/// use plywood_header::vary;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(header::VARY, "Origin, Accept-Encoding".parse().unwrap());
/// vary::append(&mut headers, header::ACCEPT_ENCODING);
/// assert_eq!(headers.get_all(header::VARY).iter().count(), 1);
/// ```
pub fn append(headers: &mut HeaderMap, field: HeaderName) {
    let name = field.as_str().as_bytes();
    let named = headers
        .get_all(VARY)
        .iter()
        .flat_map(|line| elements(line.as_bytes()))
        .any(|element| element == b"*" || element.eq_ignore_ascii_case(name));
    if !named {
        headers.append(VARY, HeaderValue::from(field));
    }
}
