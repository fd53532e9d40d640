//! Which parts of a URL are nobody's business: a log is read by more people, and kept for longer, than a password should be.

use std::{borrow::Cow, fmt, ops::Range};

use percent_encoding::percent_decode;

use crate::text;

/// What stands in a secret's place.
const REDACTED: &[u8] = b"[redacted]";

/// So often a value is decoded in search of a URL in it.
const NESTED: usize = 3;

/// The parameters whose values are not written by default.
const NAMES: [&str; 30] = [
    "accesskey",
    "apikey",
    "assertion",
    "auth",
    "authorization",
    "code",
    "credential",
    "credentials",
    "jsessionid",
    "jwt",
    "key",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "phpsessid",
    "pin",
    "pwd",
    "samlresponse",
    "secret",
    "session",
    "sessionid",
    "sid",
    "sig",
    "signature",
    "ticket",
    "token",
    "totp",
];

/// The names of the parameters whose values are not written.
#[derive(Clone)]
pub(crate) struct Redaction {
    /// By their length, so that a word is compared with few of them.
    names: Vec<Vec<Box<str>>>,
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.iter().map(Vec::len).sum::<usize>();
        write!(f, "Redaction({names} names)")
    }
}

impl Default for Redaction {
    fn default() -> Self {
        let mut redaction = Self::none();
        redaction.add(NAMES);
        redaction
    }
}

impl Redaction {
    /// Of nothing.
    pub(crate) const fn none() -> Self {
        Self { names: Vec::new() }
    }

    /// Of these too.
    pub(crate) fn add(&mut self, names: impl IntoIterator<Item = impl Into<Box<str>>>) {
        for name in names.into_iter().map(Into::into) {
            if self.names.len() <= name.len() {
                self.names.resize_with(name.len() + 1, Vec::new);
            }
            self.names[name.len()].push(name);
        }
    }

    /// Writes a URL, or its path and query alone, without its secrets.
    pub(crate) fn write(&self, line: &mut Vec<u8>, url: &[u8]) {
        if self.names.is_empty() {
            return text::quoted(line, url);
        }
        let mut rest = url;
        if let Some(password) = password(url) {
            text::quoted(line, &url[..password.start]);
            line.extend_from_slice(REDACTED);
            rest = &url[password.end..];
        }
        let query = text::run(rest, is_before_query);
        let mut written = 0;
        let mut start = rest.len().min(query + 1);
        for pair in rest[start..].split(|byte| matches!(byte, b'&' | b'#')) {
            let end = start + pair.len();
            if let Some(secret) = self.secret(pair) {
                text::quoted(line, &rest[written..start + secret]);
                line.extend_from_slice(REDACTED);
                written = end;
            }
            start = end + 1;
        }
        text::quoted(line, &rest[written..]);
    }

    /// Where the secret begins in `name=value`, if it holds one. It goes to the end, because to some readers a `;` begins the next
    /// parameter, and to others it belongs to the value.
    fn secret(&self, pair: &[u8]) -> Option<usize> {
        let mut start = 0;
        for part in pair.split(|byte| *byte == b';') {
            if let Some(equals) = part.iter().position(|byte| *byte == b'=') {
                let value = start + equals + 1;
                let is_secret = self.names_a_secret(&part[..equals])
                    || self.is_url_with_secret(&part[equals + 1..]);
                if value < pair.len() && is_secret {
                    return Some(value);
                }
            }
            start += part.len() + 1;
        }
        None
    }

    /// Does this value hold a URL with a secret of its own, as the way back after a sign-in may? A URL within that URL is encoded once more.
    fn is_url_with_secret(&self, value: &[u8]) -> bool {
        let holds = |url: &[u8]| {
            url.split(|byte| matches!(byte, b'?' | b'&' | b';' | b'#'))
                .filter_map(|pair| {
                    pair.split_at_checked(pair.iter().position(|byte| *byte == b'=')?)
                })
                .any(|(name, value)| value.len() > 1 && self.names_a_secret(name))
        };
        if !value.iter().any(|byte| matches!(byte, b'=' | b'%')) {
            return false;
        }
        let mut url = Cow::Borrowed(value);
        for _ in 0..NESTED {
            if holds(&url) {
                return true;
            }
            if !url.contains(&b'%') {
                return false;
            }
            url = percent_decode(&url).collect::<Vec<_>>().into();
        }
        holds(&url)
    }

    /// Is this name, or a word of it, on the list? `reset_token`, `accessToken` and `user[token]` all have the word `token`.
    fn names_a_secret(&self, name: &[u8]) -> bool {
        let name: Cow<'_, [u8]> = percent_decode(name).into();
        let listed = |word: &[u8]| {
            self.names.get(word.len()).is_some_and(|names| {
                names
                    .iter()
                    .any(|name| name.as_bytes().eq_ignore_ascii_case(word))
            })
        };
        listed(&name)
            || words(&name)
                .filter(|word| word.len() < name.len())
                .any(listed)
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "`&&` would be a branch")]
fn is_before_query(byte: u8) -> bool {
    (byte != b'?') & (byte != b'#')
}

/// The runs of letters and digits in a name, where a capital after a small letter begins one, and what stands between them.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.chunk_by(|left, right| {
        left.is_ascii_alphanumeric() == right.is_ascii_alphanumeric()
            && !(left.is_ascii_lowercase() && right.is_ascii_uppercase())
    })
}

/// Where the password stands in `https://name:password@host/`.
fn password(url: &[u8]) -> Option<Range<usize>> {
    if url.starts_with(b"/") || !url.contains(&b'@') {
        return None;
    }
    let start = url.windows(3).position(|window| window == b"://")? + 3;
    let authority = url[start..]
        .split(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .next()?;
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority[..at].iter().position(|byte| *byte == b':')?;
    Some(start + colon + 1..start + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(redaction: &Redaction, url: &str) -> String {
        let mut line = Vec::new();
        redaction.write(&mut line, url.as_bytes());
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn secrets_are_not_written() {
        for (url, expected) in [
            ("/", "/"),
            ("/a?", "/a?"),
            ("/a?token", "/a?token"),
            ("/a?token=", "/a?token="),
            ("/a?token=x", "/a?token=[redacted]"),
            ("/a?b=1&token=x&c=2", "/a?b=1&token=[redacted]&c=2"),
            ("/a?token=x?y", "/a?token=[redacted]"),
            ("/a?token=x&token=y", "/a?token=[redacted]&token=[redacted]"),
            ("/a?token=x;y", "/a?token=[redacted]"),
            ("/a?b=1;token=x", "/a?b=1;token=[redacted]"),
            ("/a?TOKEN=x", "/a?TOKEN=[redacted]"),
            ("/a?t%6fken=x", "/a?t%6fken=[redacted]"),
            ("/a?reset_token=x", "/a?reset_token=[redacted]"),
            ("/a?accessToken=x", "/a?accessToken=[redacted]"),
            ("/a?user[password]=x", "/a?user[password]=[redacted]"),
            (
                "/a?user%5Bpassword%5D=x",
                "/a?user%5Bpassword%5D=[redacted]",
            ),
            ("/a?X-Amz-Signature=x", "/a?X-Amz-Signature=[redacted]"),
            ("/a?api_key=x", "/a?api_key=[redacted]"),
            ("/a?apiKey=x", "/a?apiKey=[redacted]"),
            ("/a?SAMLResponse=x", "/a?SAMLResponse=[redacted]"),
            ("/a?monkey=x&zipcode=1", "/a?monkey=x&zipcode=1"),
            (
                "https://a/b#access_token=x",
                "https://a/b#access_token=[redacted]",
            ),
            ("https://a/b?c=d#code=x", "https://a/b?c=d#code=[redacted]"),
            ("/a?next=/b?token=x", "/a?next=[redacted]"),
            ("/a?next=/b?c=d", "/a?next=/b?c=d"),
            ("/a?next=%2Fb%3Ftoken%3Dx&c=d", "/a?next=[redacted]&c=d"),
            ("/a?next=%2Fb%3Fc%3Dd%26code%3Dx", "/a?next=[redacted]"),
            ("/a?next=%252Fb%253Ftoken%253dx", "/a?next=[redacted]"),
            ("/a?next=%2Fb%23access_token%3Dx", "/a?next=[redacted]"),
            ("/a?next=%2Fb%3Ftoken%3D", "/a?next=%2Fb%3Ftoken%3D"),
            ("/a?next=%2Fb%3Fc%3Dd", "/a?next=%2Fb%3Fc%3Dd"),
            ("https://ada:pw@a/b", "https://ada:[redacted]@a/b"),
            (
                "https://ada:p@w@a?pin=1",
                "https://ada:[redacted]@a?pin=[redacted]",
            ),
            ("https://ada@a/b:c@d", "https://ada@a/b:c@d"),
            ("/a:b@c", "/a:b@c"),
        ] {
            assert_eq!(written(&Redaction::default(), url), expected);
        }
    }

    #[test]
    fn the_list_grows_or_goes() {
        let mut more = Redaction::default();
        more.add(["invite-id"]);
        assert_eq!(
            written(&more, "/?invite-id=7&id=8&pin=9"),
            "/?invite-id=[redacted]&id=8&pin=[redacted]"
        );
        let url = "https://ada:pw@a/?token=x";
        assert_eq!(written(&Redaction::none(), url), url);
    }

    proptest! {
        #[test]
        fn a_secret_is_not_written_wherever_it_stands(before in "[a-z&=;?]{0,12}", after in "(&[a-z&=;?]{0,12})?") {
            let line = written(&Redaction::default(), &format!("/?{before}&token=SECRET{after}"));
            prop_assert!(!line.contains("SECRET"), "{}", line);
        }

        #[test]
        fn what_is_no_secret_is_written_as_it_is(url in "/[a-j/]{0,9}(\\?[a-j=&;]{0,20})?") {
            prop_assert_eq!(written(&Redaction::default(), &url), url);
        }
    }
}
