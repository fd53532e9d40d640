//! What is not shown, though only the developer looks: pages are copied into chats and tickets.

use http::{HeaderName, HeaderValue, header};

/// What stands in a secret's place.
pub(crate) const REDACTED: &str = "[redacted]";

/// A name with one of these in it, as a word or within one, is that of a secret.
const SECRET: [&str; 18] = [
    "apikey",
    "assertion",
    "auth",
    "bearer",
    "cookie",
    "credential",
    "csrf",
    "jwt",
    "nonce",
    "otp",
    "passphrase",
    "passw",
    "pwd",
    "secret",
    "session",
    "signature",
    "ticket",
    "token",
];

/// These are too short to be looked for within words.
const SECRET_WORDS: [&str; 8] = ["code", "key", "pass", "pin", "sid", "sig", "state", "xsrf"];

/// Is what is called so a secret?
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    SECRET.iter().any(|secret| bare.contains(secret))
        || words.any(|word| SECRET_WORDS.contains(&word))
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
    String::from_utf8_lossy(value.as_bytes()).into_owned()
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
        ] {
            assert!(!is_secret(name), "{name}");
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
