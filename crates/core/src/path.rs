//! The one reading of the request's path.
//!
//! A guard and a handler that read a path differently let a request past the guard. Everything in Plywood that compares a path
//! (mounts, dispatch, auth on a prefix, static files) therefore reads it through [`Path::read`], which is a pure function of the
//! request's URI: it cannot be stale, and two readers cannot disagree.
//!
//! # The policy
//!
//! 1. The path is split at `/` and each segment is percent-decoded **once**, as UTF-8.
//! 2. Empty segments are merged: `//a///b` reads `/a/b`. A slash at the end is kept.
//! 3. What other software is known to read in several ways is refused, with a reason ([`Malformed`]): a segment `.` or `..` however spelled,
//!    a slash or backslash that arrives encoded, a plain backslash, a control character of ASCII, an escape that is not one, and bytes that are not UTF-8.
//!
//! Browsers and other clients remove dot segments before they send, so that refusing them costs no honest visitor anything
//! ([RFC 3986 §6.2.2.3]). An encoded slash is refused because to some inner services it is data and to others (CGI among them) it separates.
//!
//! Names stay case-sensitive, and `;` has no meaning.
//!
//! [RFC 3986 §6.2.2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.3

use std::{borrow::Cow, fmt, str};

use http::{StatusCode, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// A request's path, read by the [policy](self): decoded, with single slashes, without dot segments.
///
/// ```
/// use plywood_core::path::{Malformed, Path};
///
/// let uri = "//%61dmin/a%20b/?x=1".parse().unwrap();
/// let path = Path::read(&uri).unwrap();
/// assert_eq!(path.as_str(), "/admin/a b/");
/// assert!(path.segments().eq(["admin", "a b"]));
/// assert_eq!(path.below("/admin"), Some("/a b/"));
///
/// let uri = "/x/%2e%2e/admin".parse().unwrap();
/// assert_eq!(Path::read(&uri), Err(Malformed::DotSegment));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'uri>(Cow<'uri, str>);

impl<'uri> Path<'uri> {
    /// Reads the path of a request's URI. An ordinary path costs one scan and no allocation.
    ///
    /// # Errors
    ///
    /// [`Malformed`] says what cannot be read in one way only.
    pub fn read(uri: &'uri Uri) -> Result<Self, Malformed> {
        let raw = uri.path();
        if !raw.starts_with('/') {
            return Err(Malformed::NoPath);
        }
        if is_plain(raw) {
            return Ok(Self(Cow::Borrowed(raw)));
        }
        decode(raw).map(|text| Self(Cow::Owned(text)))
    }

    /// The path as text: it begins with `/`, and no character of it is an escape.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its segments, decoded, without the empty one that a slash at the end leaves.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// Does it end with a slash, as a directory's does? The root `/` does.
    pub fn has_trailing_slash(&self) -> bool {
        self.0.ends_with('/')
    }

    /// Is this how it was sent, but for escapes? A canonical path needs no redirect.
    pub fn is_as_sent(&self, uri: &Uri) -> bool {
        self.0 == uri.path() || percent_decode_str(uri.path()).eq(self.0.bytes())
    }

    /// The rest of the path below `prefix`, if it is at or below it: [`strip_prefix`] on what was read.
    pub fn below(&self, prefix: &str) -> Option<&str> {
        strip_prefix(&self.0, prefix)
    }

    /// The path in a form that can be sent: characters that a path cannot hold are percent-encoded.
    pub fn encoded(&self) -> Cow<'_, str> {
        encode(&self.0)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes `prefix` off the front of `path`, at a segment's boundary.
///
/// `/foo` is at the front of `/foo`, `/foo/` and `/foo/bar`, and never of `/foobar`. The rest begins with `/`, or is empty where the
/// path *is* the prefix. A slash at the prefix's end means nothing, and the prefixes `""` and `/` take nothing off.
///
/// ```
/// use plywood_core::path::strip_prefix;
///
/// assert_eq!(strip_prefix("/foo/bar", "/foo"), Some("/bar"));
/// assert_eq!(strip_prefix("/foo/", "/foo"), Some("/"));
/// assert_eq!(strip_prefix("/foo", "/foo"), Some(""));
/// assert_eq!(strip_prefix("/foobar", "/foo"), None);
/// ```
pub fn strip_prefix<'path>(path: &'path str, prefix: &str) -> Option<&'path str> {
    let rest = path.strip_prefix(prefix.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Percent-encodes a decoded path, so that it can stand in a URI ([RFC 3986 §3.3]). Slashes stay.
///
/// [RFC 3986 §3.3]: https://www.rfc-editor.org/rfc/rfc3986#section-3.3
pub fn encode(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, NOT_IN_PATH).into()
}

/// Percent-encodes what cannot stand in a query, so that it can ([RFC 3986 §3.4]). Escapes that are there stay; a percent sign that
/// begins none is encoded.
///
/// Servers and clients let more through in a query than the standard does, and a URL that is written must be right.
///
/// ```
/// use plywood_core::path::encode_query;
///
/// assert_eq!(encode_query("a=%20&b=<c>&d=100%"), "a=%20&b=%3Cc%3E&d=100%25");
/// ```
///
/// [RFC 3986 §3.4]: https://www.rfc-editor.org/rfc/rfc3986#section-3.4
pub fn encode_query(query: &str) -> Cow<'_, str> {
    if escapes_are_whole(query) {
        return utf8_percent_encode(query, NOT_IN_QUERY).into();
    }
    let mut encoded = String::with_capacity(query.len() + 8);
    for (at, piece) in query.split('%').enumerate() {
        if at > 0 {
            encoded.push_str(if begins_escape(piece) { "%" } else { "%25" });
        }
        encoded.extend(utf8_percent_encode(piece, NOT_IN_QUERY));
    }
    encoded.into()
}

/// Beyond ASCII everything is encoded anyway.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Why a path was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// The target has no path: `*`, or the authority of a CONNECT.
    NoPath,
    /// A segment is `.` or `..`.
    DotSegment,
    /// A slash or a backslash came encoded, or a backslash came plain.
    EncodedSeparator,
    /// A control character of ASCII came encoded or plain, NUL among them.
    ControlCharacter,
    /// A `%` is not followed by two hexadecimal digits.
    BadEscape,
    /// The decoded bytes are not UTF-8.
    NotUtf8,
}

impl Malformed {
    /// The status to refuse with: `404 Not Found` for a dot segment, which names nothing here, and `400 Bad Request` for the others.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::DotSegment => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPath => "the request target has no path: it should begin with a slash",
            Self::DotSegment => "the path has a dot segment: clients remove them before they send",
            Self::EncodedSeparator => {
                "the path has an encoded slash or a backslash: only a plain slash separates"
            }
            Self::ControlCharacter => "the path has a control character",
            Self::BadEscape => "the path has a percent sign without two hexadecimal digits",
            Self::NotUtf8 => "the path is not UTF-8 once decoded",
        })
    }
}

impl std::error::Error for Malformed {}

/// Does the path, which begins with a slash, read as it stands? (False is no verdict, only the longer way.)
///
/// Sixteen bytes are looked at together, and the last sixteen once more where the length is no multiple of that.
fn is_plain(raw: &str) -> bool {
    const TOGETHER: usize = 16;
    let (before, bytes) = (&raw.as_bytes()[..raw.len() - 1], &raw.as_bytes()[1..]);
    let rest = bytes.len() % TOGETHER;
    if bytes.len() < TOGETHER || rest == 0 {
        return are_plain(before, bytes);
    }
    let (whole, last) = (bytes.len() - rest, bytes.len() - TOGETHER);
    are_plain(&before[..whole], &bytes[..whole]) && are_plain(&before[last..], &bytes[last..])
}

/// Do these bytes stand for themselves, each behind the one before it?
///
/// Not inlined, because where the compiler knows the length it makes shuffles of the overlap, which take twice as long.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch it becomes a few vector instructions"
)]
#[inline(never)]
fn are_plain(before: &[u8], bytes: &[u8]) -> bool {
    let pairs = before.iter().zip(bytes);
    pairs.fold(true, |plain, (&previous, &byte)| {
        let text = (byte > b' ') & (byte != b'%') & (byte != b'\\') & (byte != 0x7f);
        // A dot after a slash may begin a dot segment, a slash after a slash an empty one.
        let begins = (previous == b'/') & ((byte == b'/') | (byte == b'.'));
        plain & text & !begins
    })
}

fn decode(raw: &str) -> Result<String, Malformed> {
    let mut text = String::with_capacity(raw.len());
    for segment in raw.split('/').filter(|segment| !segment.is_empty()) {
        let bytes = unescape(segment)?;
        if bytes.iter().any(|byte| matches!(byte, b'/' | b'\\')) {
            return Err(Malformed::EncodedSeparator);
        }
        if bytes.iter().any(u8::is_ascii_control) {
            return Err(Malformed::ControlCharacter);
        }
        if matches!(&bytes[..], b"." | b"..") {
            return Err(Malformed::DotSegment);
        }
        text.push('/');
        text.push_str(str::from_utf8(&bytes).map_err(|_| Malformed::NotUtf8)?);
    }
    if raw.ends_with('/') {
        text.push('/');
    }
    Ok(text)
}

fn unescape(segment: &str) -> Result<Cow<'_, [u8]>, Malformed> {
    if !escapes_are_whole(segment) {
        return Err(Malformed::BadEscape);
    }
    Ok(percent_decode_str(segment).into())
}

/// Does every percent sign of `text` begin an escape?
fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(begins_escape)
}

/// Does an escape come out, if a percent sign is put before `text`?
fn begins_escape(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(raw: &str) -> Result<String, Malformed> {
        let uri: Uri = raw.parse().expect("a URI");
        Path::read(&uri).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn every_spelling_of_a_path_reads_the_same() {
        for raw in [
            "/admin/x",
            "//admin//x",
            "/%61dmin/%78",
            "/%61%64min///x",
            "http://a/admin/x",
        ] {
            assert_eq!(read(raw).as_deref(), Ok("/admin/x"), "{raw}");
        }
        for (raw, expected) in [
            ("/", "/"),
            ("//", "/"),
            ("/a/", "/a/"),
            ("/a//", "/a/"),
            ("/..foo", "/..foo"),
            ("/a..b/...", "/a..b/..."),
            ("/.well-known/x", "/.well-known/x"),
            ("/a%2eb", "/a.b"),
            ("/100%25", "/100%"),
            ("/%252e%252e/x", "/%2e%2e/x"),
            ("/a+b;c", "/a+b;c"),
            ("/%C3%A9", "/é"),
            ("/a%23b%3Fc", "/a#b?c"),
        ] {
            assert_eq!(read(raw).as_deref(), Ok(expected), "{raw}");
        }
    }

    #[test]
    fn what_others_read_in_several_ways_is_refused() {
        for (raw, reason) in [
            ("/x/../admin", Malformed::DotSegment),
            ("/./admin", Malformed::DotSegment),
            ("/%2e%2E/admin", Malformed::DotSegment),
            ("/.%2e", Malformed::DotSegment),
            ("/..", Malformed::DotSegment),
            ("/admin%2fsecret", Malformed::EncodedSeparator),
            ("/admin%2Fsecret", Malformed::EncodedSeparator),
            ("/admin%5csecret", Malformed::EncodedSeparator),
            ("/a%00b", Malformed::ControlCharacter),
            ("/a%0ab", Malformed::ControlCharacter),
            ("/a%7f", Malformed::ControlCharacter),
            ("/100%", Malformed::BadEscape),
            ("/%u002e", Malformed::BadEscape),
            ("/%c0%ae", Malformed::NotUtf8),
            ("/%e9", Malformed::NotUtf8),
            ("*", Malformed::NoPath),
        ] {
            assert_eq!(read(raw), Err(reason), "{raw}");
        }
        // A plain backslash does not get through every server, so that this target is built by hand.
        if let Ok(uri) = "/a\\b".parse::<Uri>() {
            assert_eq!(Path::read(&uri), Err(Malformed::EncodedSeparator));
        }
    }

    #[test]
    fn an_ordinary_path_is_borrowed() {
        for raw in ["/", "/a/b.css", "/a/b/", "/a..b", "/a-b_c~d"] {
            let uri: Uri = raw.parse().unwrap();
            assert!(
                matches!(Path::read(&uri).unwrap().0, Cow::Borrowed(_)),
                "{raw}"
            );
        }
    }

    #[test]
    fn a_prefix_ends_at_a_segment() {
        for (path, prefix, rest) in [
            ("/foo", "/foo", Some("")),
            ("/foo/", "/foo", Some("/")),
            ("/foo/bar", "/foo", Some("/bar")),
            ("/foo/bar", "/foo/", Some("/bar")),
            ("/foobar", "/foo", None),
            ("/FOO", "/foo", None),
            ("/foo", "", Some("/foo")),
            ("/foo", "/", Some("/foo")),
            ("/foo", "/foo/bar", None),
        ] {
            assert_eq!(strip_prefix(path, prefix), rest, "{path} {prefix}");
        }
    }

    #[test]
    fn a_path_knows_whether_it_was_sent_so() {
        for (raw, as_sent) in [
            ("/a/b", true),
            ("/%61/b", true),
            ("//a/b", false),
            ("/a//", false),
        ] {
            let uri: Uri = raw.parse().unwrap();
            assert_eq!(Path::read(&uri).unwrap().is_as_sent(&uri), as_sent, "{raw}");
        }
    }

    #[test]
    fn the_short_way_overlooks_nothing_wherever_it_stands() {
        for length in 1..=50 {
            let plain = format!("/{}", "a".repeat(length));
            assert!(is_plain(&plain), "{plain}");
            for at in 1..=length {
                for odd in [" ", "%", "\\", "\u{7f}", "\u{0}", "//", "/."] {
                    let raw = format!("{}{odd}{}", &plain[..at], &plain[at..]);
                    assert!(!is_plain(&raw), "{raw:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_read_is_safe(raw in "/[ -~]{0,40}") {
            if let Ok(uri) = raw.parse::<Uri>()
                && let Ok(path) = Path::read(&uri)
            {
                prop_assert!(path.as_str().starts_with('/'));
                prop_assert!(!path.as_str().contains("//"));
                prop_assert!(path.segments().all(|segment| segment != "." && segment != ".."));
                prop_assert!(!path.as_str().contains('\\'));
            }
        }

        #[test]
        fn reading_what_was_encoded_gives_it_back(text in "(/[^/\\\\\\p{Cc}]{1,8}){1,4}/?") {
            let uri: Uri = encode(&text).parse().unwrap();
            match Path::read(&uri) {
                Ok(path) => prop_assert_eq!(path.as_str(), text),
                Err(error) => prop_assert_eq!(error, Malformed::DotSegment),
            }
        }

        #[test]
        fn an_encoded_query_is_one_and_says_what_was_sent(query in "[ -~é%]{0,20}") {
            let encoded = encode_query(&query);
            prop_assert!(escapes_are_whole(&encoded));
            let is_sent = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte);
            prop_assert_eq!(encoded.bytes().find(|&byte| !is_sent(byte)), None);
            prop_assert_eq!(encode_query(&encoded), &*encoded);
            prop_assert!(percent_decode_str(&encoded).eq(percent_decode_str(&query)));
        }

        #[test]
        fn the_short_way_and_the_long_way_agree(raw in "/([a-c./]{0,12}|[a-c]{0,40}[a-c./]{0,8}[a-c]{0,40})") {
            if is_plain(&raw) {
                prop_assert_eq!(decode(&raw), Ok(raw.clone()));
            }
        }
    }
}
