//! The names that secrets have.

/// The parameters whose values are not written by default.
pub(super) const NAMES: [&str; 30] = [
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

/// Has this header field's name a word of the default list, whether or not queries are written whole?
pub(super) fn names_a_credential(name: &str) -> bool {
    words(name.as_bytes()).any(|word| NAMES.iter().any(|name| name.as_bytes() == word))
}

/// The runs of letters and digits in a name, where a capital after a small letter begins one, and what stands between them.
pub(super) fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.chunk_by(|left, right| {
        left.is_ascii_alphanumeric() == right.is_ascii_alphanumeric()
            && !(left.is_ascii_lowercase() && right.is_ascii_uppercase())
    })
}
