//! A line of an access log, read as a stranger would.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// The form that every line must have, as the suite gives it.
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    let form = r#"(?-u)^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)( "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?$"#;
    Regex::new(form).expect("the suite gives a regular expression")
});

/// What stands in the place of a secret.
const HIDDEN: &[u8] = b"[redacted]";

/// The fields of a line, their escapes undone.
#[derive(Debug)]
pub(super) struct LogLine {
    pub(super) client: Vec<u8>,
    pub(super) user: Vec<u8>,
    /// Method, target and version.
    pub(super) request: Vec<u8>,
    pub(super) status: Vec<u8>,
    pub(super) bytes: Vec<u8>,
    /// Referer and user agent, in the Combined form.
    pub(super) combined: Option<(Vec<u8>, Vec<u8>)>,
}

impl LogLine {
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let parts = FORM.captures(line)?;
        let part = |group| parts.get(group).map(|part| unescaped(part.as_bytes()));
        Some(Self {
            client: part(1)?,
            user: part(3)?,
            request: part(5)?,
            status: part(6)?,
            bytes: part(7)?,
            combined: part(9).zip(part(10)),
        })
    }
}

/// Has it no control character: no C0, no DEL, no C1, neither as a byte of its own nor as a character?
pub(super) fn is_harmless(line: &[u8]) -> bool {
    match str::from_utf8(line) {
        Ok(text) => !text.contains(char::is_control),
        Err(_) => !line.iter().any(|byte| matches!(byte, 0..0x20 | 0x7f..0xa0)),
    }
}

/// Does it stand somewhere in there?
pub(super) fn holds(line: &[u8], text: &[u8]) -> bool {
    find(line, text).is_some()
}

/// Is this the URL itself, but for secrets that are hidden? A `password` or a `token` of the query must be.
pub(super) fn gives_back(logged: &[u8], url: &[u8]) -> bool {
    (logged == url || agrees(logged, url)) && !tells_a_secret(logged)
}

/// What was hidden is the value of a parameter, or the password before a host; the rest is as it was.
fn agrees(logged: &[u8], url: &[u8]) -> bool {
    let Some(hidden) = find(logged, HIDDEN) else {
        return logged == url;
    };
    let (before, after) = (&logged[..hidden], &logged[hidden + HIDDEN.len()..]);
    let Some(rest) = url
        .strip_prefix(before)
        .filter(|_| before.ends_with(b"=") || before.ends_with(b":"))
    else {
        return false;
    };
    (0..=rest.len()).any(|length| agrees(after, &rest[length..]))
}

fn tells_a_secret(logged: &[u8]) -> bool {
    let query = logged
        .iter()
        .position(|byte| *byte == b'?')
        .map_or(logged.len(), |at| at + 1);
    logged[query..]
        .split(|byte| matches!(byte, b'&' | b'#'))
        .any(|pair| {
            let equals = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            let (name, value) = pair.split_at(equals);
            let is_secret = [&b"password"[..], b"token"]
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret));
            is_secret && value.len() > 1 && value[1..] != *HIDDEN
        })
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    text.windows(mark.len()).position(|window| window == mark)
}

/// Undoes Apache's escapes; a field of two quotes is an empty one.
fn unescaped(text: &[u8]) -> Vec<u8> {
    if text == b"\"\"" {
        return Vec::new();
    }
    let mut value = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let (meant, after) = match (byte, after) {
            (b'\\', [b'x', high, low, after @ ..]) => ((hex(*high) << 4) | hex(*low), after),
            (b'\\', [b'b', after @ ..]) => (0x08, after),
            (b'\\', [b'v', after @ ..]) => (0x0b, after),
            (b'\\', [b'n', after @ ..]) => (b'\n', after),
            (b'\\', [b'r', after @ ..]) => (b'\r', after),
            (b'\\', [b't', after @ ..]) => (b'\t', after),
            (b'\\', [escaped, after @ ..]) => (*escaped, after),
            _ => (*byte, after),
        };
        value.push(meant);
        rest = after;
    }
    value
}

/// The value of a digit; of what is none, one that makes the byte wrong.
fn hex(digit: u8) -> u8 {
    let value = char::from(digit).to_digit(16);
    value
        .and_then(|value| u8::try_from(value).ok())
        .unwrap_or(0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_and_its_escapes_are_undone() {
        let line = br#"192.0.2.7 - a\x20b [01/Jan/2024:00:00:00 +0000] "GET /\"\\ HTTP/1.1" 200 5 "-" "\x0d\n""#;
        let line = LogLine::read(line).unwrap();
        assert_eq!(line.user, b"a b");
        assert_eq!(line.request, b"GET /\"\\ HTTP/1.1");
        assert_eq!(line.combined.unwrap(), (b"-".to_vec(), b"\r\n".to_vec()));
        let common = br#"- - "" [t] "-" 404 -"#;
        let common = LogLine::read(common).unwrap();
        assert_eq!((&*common.user, common.combined), (&b""[..], None));
        for forged in [
            &b"- - a b [t] \"-\" 404 -"[..],
            b"- - - [t] \"a\"b\" 404 -",
            b"- - - [t] \"-\" 404 - \"-\"",
        ] {
            assert!(LogLine::read(forged).is_none());
        }
    }

    #[test]
    fn control_characters_do_harm() {
        for (line, harmless) in [
            (&b"plain \\x1b"[..], true),
            ("é".as_bytes(), true),
            (b"\xe9", true),
            (b"a\x1b", false),
            (b"a\nb", false),
            (b"\x7f", false),
            ("\u{9b}".as_bytes(), false),
            (b"\xe9\x9b", false),
        ] {
            assert_eq!(is_harmless(line), harmless, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn only_secrets_are_hidden_and_they_must_be() {
        for (logged, url, right) in [
            ("/a?b=c", "/a?b=c", true),
            ("/a?b=c", "/a?b=d", false),
            ("/a?b=[redacted]&c=d", "/a?b=x&c=d", true),
            ("/a?b=[redacted]", "/a?b=x&c=d", true),
            ("/a?b=[redacted]&c=d", "/a?b=x&c=e", false),
            ("/[redacted]", "/a", false),
            ("https://a:[redacted]@b/", "https://a:pw@b/", true),
            ("/a?x=1&Password=hunter2", "/a?x=1&Password=hunter2", false),
            ("/a?token=", "/a?token=", true),
            ("/a?token=[redacted]&b", "/a?token=x&b", true),
        ] {
            assert_eq!(
                gives_back(logged.as_bytes(), url.as_bytes()),
                right,
                "{logged}"
            );
        }
    }
}
