use std::{error, fmt};

use http::{HeaderMap, header::AUTHORIZATION};

/// The token of a request, as its field `Authorization` has it ([RFC 6750 §2.1]). `None` if there is none, or one of another scheme.
///
/// It is never taken from the query or the body (§2.2 and §2.3 there): addresses are written into logs and histories.
///
/// # Errors
///
/// [`MalformedToken`] if the scheme is Bearer but what follows is no `b64token`, or if there are two lines and one of them is Bearer.
///
/// ```
/// use http::{HeaderMap, header::AUTHORIZATION};
/// use plywood_auth::bearer;
///
/// let mut headers = HeaderMap::new();
/// assert_eq!(bearer::token(&headers), Ok(None));
///
/// headers.insert(AUTHORIZATION, "Bearer mF_9.B5f-4.1JqM".parse().unwrap());
/// assert_eq!(bearer::token(&headers), Ok(Some("mF_9.B5f-4.1JqM")));
/// ```
///
/// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub fn token(headers: &HeaderMap) -> Result<Option<&str>, MalformedToken> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let mut bearer = lines
        .by_ref()
        .filter_map(|line| after_scheme(line.as_bytes()));
    let Some(found) = bearer.next() else {
        return Ok(None);
    };
    if headers.get_all(AUTHORIZATION).iter().nth(1).is_some() {
        return Err(MalformedToken);
    }
    let spaces = found.iter().take_while(|byte| **byte == b' ').count();
    let found = &found[spaces..];
    if spaces > 0 && is_token(found) {
        // It is ASCII, as was just seen.
        std::str::from_utf8(found)
            .map(Some)
            .map_err(|_| MalformedToken)
    } else {
        Err(MalformedToken)
    }
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn is_token(text: &[u8]) -> bool {
    let mut end = text.len();
    while end > 0 && text[end - 1] == b'=' {
        end -= 1;
    }
    let is_in_token = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
    };
    end > 0 && text[..end].iter().all(is_in_token)
}

/// What follows the word `Bearer`, which has no case; `None` for another scheme.
fn after_scheme(line: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = line.split_at_checked("bearer".len())?;
    let is_whole = matches!(rest.first(), None | Some(b' ' | b'\t'));
    (is_whole && scheme.eq_ignore_ascii_case(b"bearer")).then_some(rest)
}

/// A Bearer token that cannot be read. What was sent is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedToken;

impl fmt::Display for MalformedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "malformed authorization: it must be a single line of `Bearer`, a space, and a token of letters, digits and -._~+/",
        )
    }
}

impl error::Error for MalformedToken {}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Result<Option<String>, MalformedToken> {
        let lines = lines.iter().map(|line| {
            (
                AUTHORIZATION,
                HeaderValue::from_bytes(line.as_bytes()).unwrap(),
            )
        });
        token(&lines.collect()).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn a_token_is_one_line_of_its_alphabet() {
        let malformed = Err(MalformedToken);
        let some = |token: &str| Ok(Some(token.to_owned()));
        for (lines, expected) in [
            (&["Bearer abc"][..], some("abc")),
            (&["bearer abc"], some("abc")),
            (&["BEARER   abc"], some("abc")),
            (&["Bearer aZ0-._~+/=="], some("aZ0-._~+/==")),
            (&[], Ok(None)),
            (&["Basic abc"], Ok(None)),
            (&["Bearers abc"], Ok(None)),
            (&["Bear abc"], Ok(None)),
            (&["Basic abc", "Basic abc"], Ok(None)),
            (&["Bearer"], malformed.clone()),
            (&["Bearer "], malformed.clone()),
            (&["Bearer\tabc"], malformed.clone()),
            (&["Bearer \tabc"], malformed.clone()),
            (&["Bearer ="], malformed.clone()),
            (&["Bearer a b"], malformed.clone()),
            (&["Bearer a,b"], malformed.clone()),
            (&["Bearer a=b"], malformed.clone()),
            (&["Bearer \"abc\""], malformed.clone()),
            (&["Bearer é"], malformed.clone()),
            (&["Bearer abc", "Bearer abc"], malformed.clone()),
            (&["Basic abc", "Bearer abc"], malformed),
        ] {
            assert_eq!(read(lines), expected, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "(Bearer )?[ -~é\t]{0,40}") {
            if let Ok(Some(token)) = read(&[&line]) {
                prop_assert!(line.ends_with(&token));
            }
        }
    }
}
