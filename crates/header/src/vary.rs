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

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT_ENCODING, COOKIE};

    use super::*;

    fn after(lines: &[&'static str], field: HeaderName) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(VARY, HeaderValue::from_static(line));
        }
        append(&mut headers, field);
        headers
            .get_all(VARY)
            .iter()
            .map(|line| line.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_field_is_added_when_no_line_names_it() {
        assert_eq!(after(&[], COOKIE), ["cookie"]);
        assert_eq!(after(&[""], COOKIE), ["", "cookie"]);
        assert_eq!(
            after(&["Accept-Encoding"], COOKIE),
            ["Accept-Encoding", "cookie"]
        );
        assert_eq!(
            after(&["X-Cookie, Cookies"], COOKIE),
            ["X-Cookie, Cookies", "cookie"]
        );
    }

    #[test]
    fn a_field_that_is_named_already_is_not_named_again() {
        for lines in [
            &["cookie"][..],
            &["Cookie"],
            &["Origin,COOKIE"],
            &["Origin", "\tCookie "],
            &["*"],
            &["Origin, *"],
        ] {
            assert_eq!(after(lines, COOKIE), lines);
        }
        assert_eq!(
            after(&["accept, ACCEPT-encoding"], ACCEPT_ENCODING),
            ["accept, ACCEPT-encoding"]
        );
    }
}
