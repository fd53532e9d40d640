//! Which parts of a URL are nobody's business: a log is read by more people, and kept for longer, than a password should be.

mod names;

use std::{borrow::Cow, fmt, ops::Range};

use http::{HeaderName, header};
use percent_encoding::percent_decode;

use self::names::{NAMES, names_a_credential, words};
use crate::text;

/// What stands in a secret's place.
pub(crate) const REDACTED: &[u8] = b"[redacted]";

/// So often a value is decoded in search of a URL in it.
const NESTED: usize = 3;

/// The names of the parameters whose values are not written.
#[derive(Clone)]
pub(crate) struct Redaction {
    /// In small letters, and by their place, so that a word is compared with few of them, and mostly with none.
    names: Vec<Vec<Box<str>>>,
    hidden_fields: Vec<HeaderName>,
    shown_fields: Vec<HeaderName>,
    shown_cookies: Vec<Box<str>>,
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
    /// Of no parameter.
    const fn none() -> Self {
        Self {
            names: Vec::new(),
            hidden_fields: Vec::new(),
            shown_fields: Vec::new(),
            shown_cookies: Vec::new(),
        }
    }

    /// Of no parameter any more.
    pub(crate) fn show_parameters(&mut self) {
        self.names.clear();
    }

    /// Of these header fields too.
    pub(crate) fn hide_fields(&mut self, names: impl IntoIterator<Item = HeaderName>) {
        self.hidden_fields.extend(names);
    }

    /// Of these header fields no more.
    pub(crate) fn show_fields(&mut self, names: impl IntoIterator<Item = HeaderName>) {
        self.shown_fields.extend(names);
    }

    /// Of these cookies no more.
    pub(crate) fn show_cookies(&mut self, names: impl IntoIterator<Item = impl Into<Box<str>>>) {
        self.shown_cookies.extend(names.into_iter().map(Into::into));
    }

    /// Of these too.
    pub(crate) fn add(&mut self, names: impl IntoIterator<Item = impl Into<Box<str>>>) {
        for mut name in names.into_iter().map(Into::<Box<str>>::into) {
            name.make_ascii_lowercase();
            self.names.resize_with(PLACES, Vec::new);
            self.names[place(name.as_bytes())].push(name);
        }
    }

    /// Writes a URL, or its path and query alone, without its secrets and at most `limit` bytes of it. Says whether that is all of it.
    pub(crate) fn write(
        &self,
        line: &mut Vec<u8>,
        url: &[u8],
        limit: usize,
        escape: fn(&mut Vec<u8>, &[u8]),
    ) -> bool {
        let is_whole = url.len() <= limit;
        if self.names.is_empty() {
            escape(line, &url[..url.len().min(limit)]);
            return is_whole;
        }
        let mut rest = &url[..url.len().min(limit)];
        let plain = text::run(rest, text::is_plain_in_path);
        if plain == url.len() {
            line.extend_from_slice(url);
            return true;
        }
        // The whole URL is looked at: a password that is cut in two would not be known for one.
        if let Some(password) = password(url) {
            escape(line, &url[..password.start.min(limit)]);
            if password.start < limit {
                line.extend_from_slice(REDACTED);
            }
            rest = rest.get(password.end..).unwrap_or_default();
        } else {
            line.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
        }
        let query = text::run(rest, is_before_query);
        let mut written = 0;
        let mut parameter = |start: usize, pair: &[u8]| {
            if let Some(secret) = self.secret(pair) {
                escape(line, &rest[written..start + secret]);
                line.extend_from_slice(REDACTED);
                written = start + pair.len();
            }
        };
        let path = &rest[..query];
        if path.contains(&b';') {
            let mut start = 0;
            for part in path.split(|byte| matches!(byte, b'/' | b';')) {
                if path[..start].ends_with(b";") {
                    parameter(start, part);
                }
                start += part.len() + 1;
            }
        }
        let mut start = rest.len().min(query + 1);
        for pair in rest[start..].split(|byte| matches!(byte, b'&' | b'#')) {
            parameter(start, pair);
            start += pair.len() + 1;
        }
        escape(line, &rest[written..]);
        is_whole
    }

    /// Is the value of this header field nobody's business: credentials, a cookie, or a name with the word of a secret?
    pub(crate) fn hides_field(&self, name: &HeaderName) -> bool {
        if self.shown_fields.contains(name) {
            return false;
        }
        let is_credential = [
            header::AUTHORIZATION,
            header::PROXY_AUTHORIZATION,
            header::COOKIE,
            header::SET_COOKIE,
        ]
        .contains(name);
        is_credential || self.hidden_fields.contains(name) || names_a_credential(name.as_str())
    }

    /// Is the value of this cookie nobody's business? Of all, but for those that were named.
    pub(crate) fn hides_cookie(&self, name: &str) -> bool {
        !self.shown_fields.contains(&header::COOKIE)
            && !self.shown_cookies.iter().any(|shown| **shown == *name)
    }

    /// Is the value of this parameter nobody's business?
    pub(crate) fn hides_parameter(&self, name: &str) -> bool {
        self.names_a_secret(name.as_bytes())
    }

    /// Where the secret begins in `name=value`, if it holds one. It goes to the end, because to some readers a `;` begins the next
    /// parameter, and to others it belongs to the value.
    fn secret(&self, pair: &[u8]) -> Option<usize> {
        let mut equals = None;
        for (place, byte) in pair.iter().enumerate() {
            match byte {
                b'=' if equals.is_none() => equals = Some(place),
                b'=' | b';' | b'%' => return self.secret_in_parts(pair),
                _ => {}
            }
        }
        // One name and one value, as nearly all are.
        let value = equals? + 1;
        (value < pair.len() && self.names_a_secret(&pair[..value - 1])).then_some(value)
    }

    /// The same where there may be several parts, or a URL in the value.
    fn secret_in_parts(&self, pair: &[u8]) -> Option<usize> {
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
        let is_one_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if name.iter().all(is_one_word) {
            return self.like(name).any(|listed| listed == name);
        }
        let name: Cow<'_, [u8]> = percent_decode(name).into();
        let mut parts = words(&name).filter(|word| word.len() < name.len());
        self.lists(&name) || parts.any(|word| self.lists(word))
    }

    fn lists(&self, word: &[u8]) -> bool {
        let mut listed = self.like(word);
        listed.any(|listed| listed.eq_ignore_ascii_case(word))
    }

    /// The names that stand where this word would.
    fn like(&self, word: &[u8]) -> impl Iterator<Item = &[u8]> {
        let names = self.names.get(place(word)).into_iter().flatten();
        names.map(|name| name.as_bytes())
    }
}

/// So many places there are for names.
const PLACES: usize = 128;

/// Where a name stands, by its length and the letter that it begins with.
fn place(name: &[u8]) -> usize {
    let first = name.first().map_or(0, u8::to_ascii_lowercase);
    (5 * usize::from(first) + name.len()) % PLACES
}

#[expect(clippy::needless_bitwise_bool, reason = "`&&` would be a branch")]
fn is_before_query(byte: u8) -> bool {
    (byte != b'?') & (byte != b'#')
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
        assert!(redaction.write(&mut line, url.as_bytes(), url.len(), text::apache));
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
            ("/a;jsessionid=x", "/a;jsessionid=[redacted]"),
            ("/a;jsessionid=x/b?c=d", "/a;jsessionid=[redacted]/b?c=d"),
            (
                "/a;jsessionid=x;v=1/b;TOKEN=y?c=d&pin=1#code=z",
                "/a;jsessionid=[redacted];v=1/b;TOKEN=[redacted]?c=d&pin=[redacted]#code=[redacted]",
            ),
            (
                "https://ada:pw@a/b;sid=x#c",
                "https://ada:[redacted]@a/b;sid=[redacted]#c",
            ),
            ("/a;jsessionid=/b;sid", "/a;jsessionid=/b;sid"),
            ("/token=x;v=1", "/token=x;v=1"),
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
        let mut whole = Redaction::default();
        whole.show_parameters();
        assert_eq!(written(&whole, url), url);
    }

    #[test]
    fn a_long_url_is_cut_and_no_secret_shows_at_the_cut() {
        let url = b"https://ada:hunter2@a/b;sid=hunter2/c?c=d&token=hunter2";
        for limit in 0..=url.len() {
            let mut line = Vec::new();
            let whole = Redaction::default().write(&mut line, url, limit, text::apache);
            let line = String::from_utf8(line).unwrap();
            assert!(!line.contains("hun"), "{limit}: {line}");
            assert_eq!(whole, limit == url.len());
            assert!(
                "https://ada:[redacted]@a/b;sid=[redacted]/c?c=d&token=[redacted]"
                    .starts_with(&line),
                "{line}"
            );
        }
    }

    #[test]
    fn credentials_in_fields_are_hidden_until_somebody_insists() {
        let mut redaction = Redaction::default();
        for (name, hidden) in [
            ("authorization", true),
            ("proxy-authorization", true),
            ("cookie", true),
            ("set-cookie", true),
            ("x-api-key", true),
            ("x-auth-token", true),
            ("user-agent", false),
            ("x-request-id", false),
            ("x-private", false),
        ] {
            let name = name.parse().unwrap();
            assert_eq!(redaction.hides_field(&name), hidden, "{name}");
        }
        redaction.hide_fields([HeaderName::from_static("x-private")]);
        assert!(redaction.hides_field(&HeaderName::from_static("x-private")));
        assert!(redaction.hides_cookie("theme"));
        redaction.show_cookies(["theme"]);
        assert!(!redaction.hides_cookie("theme") && redaction.hides_cookie("sid"));
        redaction.show_fields([header::COOKIE]);
        assert!(!redaction.hides_field(&header::COOKIE) && !redaction.hides_cookie("sid"));
        assert!(redaction.hides_field(&header::AUTHORIZATION));
    }

    proptest! {
        #[test]
        fn a_secret_is_not_written_wherever_it_stands(before in "[a-z&=;?]{0,12}", after in "(&[a-z&=;?]{0,12})?") {
            let line = written(&Redaction::default(), &format!("/?{before}&token=SECRET{after}"));
            prop_assert!(!line.contains("SECRET"), "{}", line);
        }

        #[test]
        fn a_secret_of_a_segment_is_not_written_either(before in "[a-z/;=]{0,12}", after in "([/;?#][a-z&=;/?#]{0,12})?") {
            let line = written(&Redaction::default(), &format!("/{before};token=SECRET{after}"));
            prop_assert!(!line.contains("SECRET"), "{}", line);
        }

        #[test]
        fn what_is_no_secret_is_written_as_it_is(url in "/[a-j/]{0,9}(\\?[a-j=&;]{0,20})?") {
            prop_assert_eq!(written(&Redaction::default(), &url), url);
        }
    }
}
