//! What is not shown, though only the developer looks: pages are copied into chats and tickets.

use http::{HeaderName, HeaderValue, header};

/// What stands in a secret's place.
pub(crate) const REDACTED: &str = "[redacted]";

/// A name with one of these in it, as a word or within one, is that of a secret.
const SECRET: [&str; 20] = [
    "apikey",
    "assertion",
    "auth",
    "bearer",
    "cookie",
    "credential",
    "csrf",
    "dpop",
    "jwt",
    "nonce",
    "otp",
    "passphrase",
    "passw",
    "pwd",
    "secret",
    "sessid",
    "session",
    "signature",
    "ticket",
    "token",
];

/// These are too short to be looked for within words.
const SECRET_WORDS: [&str; 11] = [
    "code", "cvc", "cvv", "key", "pass", "pin", "sess", "sid", "sig", "state", "xsrf",
];

/// Is what is called so a secret?
pub(crate) fn is_secret(name: &str) -> bool {
    let name = apart(name);
    let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    SECRET.iter().any(|secret| bare.contains(secret))
        || words.any(|word| SECRET_WORDS.contains(&word))
}

/// In lower case, with the words of `privateKey` apart as those of `private_key` are.
fn apart(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for character in name.chars() {
        if before.is_ascii_lowercase() && character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
        before = character;
    }
    words
}

/// A header field's value as it is shown. Of cookies the names are.
pub(crate) fn field(name: &HeaderName, value: &HeaderValue) -> String {
    if name == header::COOKIE {
        let text = String::from_utf8_lossy(value.as_bytes());
        let cookies = text.split(';').map(|pair| match pair.split_once('=') {
            Some((name, _)) => format!("{}={REDACTED}", name.trim()),
            None => REDACTED.to_owned(),
        });
        return cookies.collect::<Vec<_>>().join("; ");
    }
    let names_secrets = name != header::WWW_AUTHENTICATE && name != header::SEC_WEBSOCKET_KEY;
    if value.is_sensitive() || names_secrets && is_secret(name.as_str()) {
        // The scheme says what kind of secret it was.
        let scheme = value.to_str().ok().and_then(|text| text.split_once(' '));
        return match scheme {
            Some((scheme, _))
                if name == header::AUTHORIZATION || name == header::PROXY_AUTHORIZATION =>
            {
                format!("{scheme} {REDACTED}")
            }
            _ => REDACTED.to_owned(),
        };
    }
    url(&String::from_utf8_lossy(value.as_bytes()))
}

/// A URL as it is shown: `Referer` has one, and other fields do. Text without a query stays as it is.
fn url(text: &str) -> String {
    match text.split_once('?') {
        Some((before, rest)) => format!("{before}?{}", query(rest)),
        None => text.to_owned(),
    }
}

/// A path as it is shown: without what the rule that matched calls a secret, `/reset/<token>` or `/reset/{token}`.
pub(crate) fn path(path: &str, rule: &str) -> String {
    let is_hidden = |part: &str| part.contains(['<', '{']) && is_secret(part);
    let rule: Vec<_> = rule.trim_end_matches('/').split('/').collect();
    if !rule.iter().copied().any(is_hidden) {
        return path.to_owned();
    }
    let mut parts: Vec<_> = path.split('/').collect();
    let length = parts.len() - usize::from(path.ends_with('/') && parts.len() > 1);
    // A parameter may take several segments, and which one did is not known.
    let more = length.saturating_sub(rule.len());
    for (at, _) in rule.iter().enumerate().filter(|(_, part)| is_hidden(part)) {
        for part in parts.iter_mut().take(at + more + 1).skip(at) {
            *part = REDACTED;
        }
    }
    parts.join("/")
}

/// A query as it is shown: as it was sent, without the values of secrets.
pub(crate) fn query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(&decoded(name)) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A name that was spelled with percent signs is the same name.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "authorization",
            "X-Api-Key",
            "apikey",
            "api_key",
            "x-csrf-token",
            "password",
            "user.passwd",
            "PASSWORD2",
            "access_token",
            "session",
            "sessionid",
            "client-secret",
            "code",
            "pin",
            "privateKey",
            "pinCode",
            "PHPSESSID",
            "DPoP",
            "card.cvv",
            "id_token_hint",
            "x-amz-signature",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "accept",
            "user-agent",
            "keyboard",
            "pinned",
            "page",
            "q",
            "sidebar",
            "decode",
            "Monkey",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_a_rule_calls_a_secret_is_not_shown_in_the_path() {
        for (sent, rule, shown) in [
            ("/reset/abc", "/reset/<token>", "/reset/[redacted]"),
            ("/reset/abc/", "/reset/<str:token>/", "/reset/[redacted]/"),
            (
                "/reset/abc/7",
                "/reset/{token}/{page}",
                "/reset/[redacted]/7",
            ),
            (
                "/a/b/abc/7",
                "/<path:rest>/<key>/<page>",
                "/a/[redacted]/[redacted]/7",
            ),
            ("/reset/abc", "/reset/<user>", "/reset/abc"),
            ("/token/abc", "/token/<user>", "/token/abc"),
            ("*", "/<token>", "*"),
        ] {
            assert_eq!(path(sent, rule), shown, "{sent} {rule}");
        }
    }

    #[test]
    fn values_of_secrets_are_not_shown() {
        let shown = |name: &'static str, value| {
            field(
                &HeaderName::from_static(name),
                &HeaderValue::from_static(value),
            )
        };
        assert_eq!(
            shown("authorization", "Basic YWRhOnNlY3JldA=="),
            "Basic [redacted]"
        );
        assert_eq!(shown("authorization", "secret"), "[redacted]");
        assert_eq!(shown("x-api-key", "a secret"), "[redacted]");
        assert_eq!(
            shown("cookie", "session=secret; theme=x;secret"),
            "session=[redacted]; theme=[redacted]; [redacted]"
        );
        assert_eq!(
            shown("referer", "http://localhost/reset?page=2&token=secret"),
            "http://localhost/reset?page=2&token=[redacted]"
        );
        assert_eq!(
            shown("x-original-url", "/reset?code=secret"),
            "/reset?code=[redacted]"
        );
        assert_eq!(shown("sec-ch-ua-mobile", "?0"), "?0");
        assert_eq!(shown("accept", "text/html"), "text/html");
        assert_eq!(
            query("page=2&token=secret&pass%77ord=secret&x"),
            "page=2&token=[redacted]&pass%77ord=[redacted]&x"
        );
        let mut value = HeaderValue::from_static("secret");
        value.set_sensitive(true);
        assert_eq!(
            field(&HeaderName::from_static("x-mine"), &value),
            "[redacted]"
        );
    }
}
