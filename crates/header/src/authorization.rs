//! `Authorization` and `WWW-Authenticate` of the Basic scheme.
//!
//! [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617), [RFC 9110 §11](https://www.rfc-editor.org/rfc/rfc9110#section-11)

use std::{error, fmt, str};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::grammar::{is_tchar, trim};

/// The user and the password that a client sent. `Debug` does not show the password.
#[derive(Clone)]
pub struct Basic {
    credentials: Credentials,
    /// The first one.
    colon: usize,
}

/// The usual ones are so short that they need no allocation.
#[derive(Clone)]
enum Credentials {
    Short([u8; Self::SHORT], usize),
    Long(String),
}

impl Basic {
    /// Reads the credentials of a request.
    ///
    /// `None` if there is no `Authorization`, or one of another scheme. The name of the scheme has no case. A tab may stand in a
    /// user or a password, because it can be pasted into one; no other control character may.
    ///
    /// The length is bounded only by what the server takes as a field: cap it before you hash the password.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the scheme is Basic but what follows is not base64 (standard alphabet, padded) of `user:password` in UTF-8
    /// without control characters, or if there are two lines and one of them is Basic.
    ///
    /// ```
    /// use http::{HeaderMap, header::AUTHORIZATION};
    /// use plywood_header::authorization::Basic;
    ///
    /// let mut headers = HeaderMap::new();
    /// assert!(Basic::read(&headers).unwrap().is_none());
    ///
    /// headers.insert(AUTHORIZATION, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".parse().unwrap());
    /// let caller = Basic::read(&headers).unwrap().unwrap();
    /// assert_eq!((caller.user(), caller.password()), ("Aladdin", "open sesame"));
    /// ```
    pub fn read(headers: &HeaderMap) -> Result<Option<Self>, Malformed> {
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        let Some(first) = lines.next() else {
            return Ok(None);
        };
        if let Some(second) = lines.next() {
            let basic = [first, second]
                .into_iter()
                .chain(lines)
                .any(|line| after_scheme(line).is_some());
            return if basic {
                Err(Malformed(Reason::Repeated))
            } else {
                Ok(None)
            };
        }
        after_scheme(first).map(Self::parse).transpose()
    }

    fn parse(after_scheme: &[u8]) -> Result<Self, Malformed> {
        let encoded = match after_scheme {
            [b' ', rest @ ..] => trim(rest),
            _ => return Err(Malformed(Reason::Base64)),
        };
        if encoded.len() <= Credentials::SHORT / 3 * 4 {
            let mut bytes = [0; Credentials::SHORT];
            let length = BASE64_STANDARD
                .decode_slice(encoded, &mut bytes)
                .map_err(|_| Malformed(Reason::Base64))?;
            let colon = colon(&bytes[..length])?;
            let credentials = Credentials::Short(bytes, length);
            return Ok(Self { credentials, colon });
        }
        let bytes = BASE64_STANDARD
            .decode(encoded)
            .map_err(|_| Malformed(Reason::Base64))?;
        let colon = colon(&bytes)?;
        let text = String::from_utf8(bytes).map_err(|_| Malformed(Reason::Utf8))?;
        let credentials = Credentials::Long(text);
        Ok(Self { credentials, colon })
    }

    /// What stands before the first colon. May be empty.
    pub fn user(&self) -> &str {
        self.user_and_password().0
    }

    /// What stands after the first colon, further colons included. May be empty.
    pub fn password(&self) -> &str {
        self.user_and_password().1
    }

    /// Both, for little more than one of them.
    pub fn user_and_password(&self) -> (&str, &str) {
        let text = self.credentials.text();
        (&text[..self.colon], &text[self.colon + 1..])
    }
}

impl Credentials {
    const SHORT: usize = 48;

    fn text(&self) -> &str {
        match self {
            Self::Short(bytes, length) => {
                str::from_utf8(&bytes[..*length]).expect("it was checked when it was read")
            }
            Self::Long(text) => text,
        }
    }
}

/// Where the user ends, if these are credentials.
fn colon(bytes: &[u8]) -> Result<usize, Malformed> {
    // Of ASCII, a control character is one byte; beyond it there are more of them.
    let plain = |plain, byte: &u8| plain & matches!(byte, b' '..=b'~' | b'\t');
    if !bytes.iter().fold(true, plain) {
        let text = str::from_utf8(bytes).map_err(|_| Malformed(Reason::Utf8))?;
        if text.contains(|character: char| character.is_control() && character != '\t') {
            return Err(Malformed(Reason::Control));
        }
    }
    let colon = bytes.iter().position(|byte| *byte == b':');
    colon.ok_or(Malformed(Reason::Colon))
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("user", &self.user())
            .finish_non_exhaustive()
    }
}

/// What follows the word `Basic`; `None` for another scheme.
fn after_scheme(line: &HeaderValue) -> Option<&[u8]> {
    let (scheme, rest) = line.as_bytes().split_at_checked("basic".len())?;
    let is_whole = !rest.first().is_some_and(|byte| is_tchar(*byte));
    (is_whole && scheme.eq_ignore_ascii_case(b"basic")).then_some(rest)
}

/// Basic credentials that cannot be read. What was sent is not repeated here: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Repeated,
    Base64,
    Utf8,
    Control,
    Colon,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Reason::Repeated => "malformed authorization: it must be a single line",
            Reason::Base64 => "malformed authorization: the credentials must be padded base64 after `Basic` and a space",
            Reason::Utf8 => "malformed authorization: the credentials must be UTF-8",
            Reason::Control => "malformed authorization: the credentials must not hold control characters",
            Reason::Colon => "malformed authorization: the credentials must hold a colon between user and password",
        })
    }
}

impl error::Error for Malformed {}

/// The challenge of a 401: `Basic realm="...", charset="UTF-8"`. Quotes and backslashes in the realm are escaped.
///
/// # Errors
///
/// [`InvalidRealm`] if the realm holds a control character, or anything beyond ASCII: no encoding is defined for a realm, and
/// clients show different characters.
///
/// ```
/// use plywood_header::authorization::basic_challenge;
///
/// assert_eq!(basic_challenge("the shed").unwrap(), r#"Basic realm="the shed", charset="UTF-8""#);
/// ```
pub fn basic_challenge(realm: &str) -> Result<HeaderValue, InvalidRealm> {
    let invalid = || InvalidRealm(realm.to_owned());
    let mut challenge = String::with_capacity(realm.len() + 32);
    challenge.push_str("Basic realm=\"");
    for character in realm.chars() {
        match character {
            '"' | '\\' => challenge.extend(['\\', character]),
            ' '..='~' => challenge.push(character),
            _ => return Err(invalid()),
        }
    }
    challenge.push_str("\", charset=\"UTF-8\"");
    HeaderValue::try_from(challenge).map_err(|_| invalid())
}

/// A realm that cannot be put into a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRealm(String);

impl InvalidRealm {
    /// The realm as it was given.
    pub fn input(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidRealm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid realm {:?}: it must be printable ASCII", self.0)
    }
}

impl error::Error for InvalidRealm {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&str]) -> Result<Option<(String, String)>, Malformed> {
        let lines = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap());
        let read = Basic::read(&lines.map(|line| (AUTHORIZATION, line)).collect());
        read.map(|read| read.map(|basic| (basic.user().to_owned(), basic.password().to_owned())))
    }

    fn encoded(credentials: impl AsRef<[u8]>) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(credentials))
    }

    #[test]
    fn user_and_password_are_read() {
        for (line, user, password) in [
            (
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned(),
                "Aladdin",
                "open sesame",
            ),
            (
                "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned(),
                "Aladdin",
                "open sesame",
            ),
            (
                "BASIC   QWxhZGRpbjpvcGVuIHNlc2FtZQ==  ".to_owned(),
                "Aladdin",
                "open sesame",
            ),
            ("Basic dGVzdDoxMjPCow==".to_owned(), "test", "123£"),
            (encoded("a:b:c:"), "a", "b:c:"),
            (encoded(":b"), "", "b"),
            (encoded("a:"), "a", ""),
            (encoded(":"), "", ""),
            (encoded("a:\t"), "a", "\t"),
            (encoded(" a : b "), " a ", " b "),
            (encoded("日本:語"), "日本", "語"),
            (
                encoded(["a:", &"b".repeat(46)].concat()),
                "a",
                &*"b".repeat(46),
            ),
            (
                encoded(["a:", &"b".repeat(47)].concat()),
                "a",
                &*"b".repeat(47),
            ),
            (
                encoded(["a:", &"é".repeat(99)].concat()),
                "a",
                &*"é".repeat(99),
            ),
        ] {
            assert_eq!(
                sent(&[&line]),
                Ok(Some((user.to_owned(), password.to_owned()))),
                "{line}"
            );
        }
    }

    #[test]
    fn another_scheme_is_no_basic() {
        for line in [
            "",
            "Bearer YTpi",
            "Basically YTpi",
            "Basi YTpi",
            " ",
            "Digest username=\"a\"",
            "YTpi",
            "Básic YTpi",
        ] {
            assert_eq!(sent(&[line]), Ok(None), "{line}");
        }
        assert_eq!(sent(&[]), Ok(None));
        assert_eq!(sent(&["Bearer a", "Bearer b"]), Ok(None));
    }

    #[test]
    fn a_basic_that_cannot_be_read_is_malformed() {
        for (line, reason) in [
            ("Basic".to_owned(), Reason::Base64),
            ("Basic ".to_owned(), Reason::Colon),
            ("Basic\tYTpi".to_owned(), Reason::Base64),
            ("Basic,YTpi".to_owned(), Reason::Base64),
            ("Basic YTpi YTpi".to_owned(), Reason::Base64),
            ("Basic YTpi, Basic YTpi".to_owned(), Reason::Base64),
            ("Basic YTpié".to_owned(), Reason::Base64),
            ("Basic YWI6Yw".to_owned(), Reason::Base64),
            ("Basic YWI6Yx==".to_owned(), Reason::Base64),
            ("Basic Oj8_".to_owned(), Reason::Base64),
            ("Basic a:b".to_owned(), Reason::Base64),
            ("Basic \"YTpi\"".to_owned(), Reason::Base64),
            (encoded("ab"), Reason::Colon),
            (encoded(b"a:\xff"), Reason::Utf8),
            (encoded("a\0b:c"), Reason::Control),
            (encoded("a:b\r\nc"), Reason::Control),
            (encoded("a:\x7f"), Reason::Control),
            (encoded("a:\u{85}"), Reason::Control),
        ] {
            assert_eq!(sent(&[&line]), Err(Malformed(reason)), "{line}");
        }
    }

    #[test]
    fn two_lines_contradict_each_other() {
        for lines in [
            ["Basic YTpi", "Basic YTpi"],
            ["Bearer a", "Basic YTpi"],
            ["basic", "Bearer a"],
        ] {
            assert_eq!(sent(&lines), Err(Malformed(Reason::Repeated)), "{lines:?}");
        }
    }

    #[test]
    fn no_message_shows_the_password() {
        let basic = Basic::parse(b" YWRhOnBseXdvb2Q=").unwrap();
        assert_eq!(basic.password(), "plywood");
        assert_eq!(format!("{basic:?}"), r#"Basic { user: "ada", .. }"#);
        let error = sent(&[&encoded("ada:ply\0wood")]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("wood"));
    }

    #[test]
    fn a_realm_is_quoted_in_the_challenge() {
        for (realm, expected) in [
            ("", r#"Basic realm="", charset="UTF-8""#),
            ("the shed", r#"Basic realm="the shed", charset="UTF-8""#),
            (r#"a"b\c"#, r#"Basic realm="a\"b\\c", charset="UTF-8""#),
        ] {
            assert_eq!(basic_challenge(realm).unwrap(), expected);
        }
        for realm in [
            "a\nb",
            "a\r\nX: y",
            "\0",
            "a\tb",
            "\x7f",
            "Zugriff für Gäste",
        ] {
            let error = basic_challenge(realm).unwrap_err();
            assert_eq!(error.input(), realm);
            assert!(!error.to_string().contains('\n'));
        }
    }
}
