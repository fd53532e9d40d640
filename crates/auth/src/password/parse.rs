use std::{error, fmt};

use super::{
    argon2::Argon2,
    bcrypt::Bcrypt,
    crypt::Crypt,
    foreign,
    hash::{Form, PasswordHash},
    sha::Sha1,
};

/// The longest text of a hash, in bytes.
const LONGEST: usize = 1024;

/// A text that is no hash of a password, or one that would cost too much to verify. It is not repeated here.
///
/// The bounds, so that nobody who can write a hash can stop the server by it: for bcrypt a cost of 16; for `$5$` and `$6$`
/// 1,000,000 rounds; for PBKDF2 10,000,000 iterations; for scrypt 128 MiB, and 256 MiB in all passes; for Argon2 256 MiB, and 1 GiB in all
/// passes. Each takes some seconds at the most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidHash(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Unknown,
    Long,
    Des,
    PlainText,
    Unsupported(&'static str),
    Malformed(&'static str),
    Cost(&'static str),
}

impl InvalidHash {
    pub(super) const fn malformed(wanted: &'static str) -> Self {
        Self(Reason::Malformed(wanted))
    }

    pub(super) const fn cost(bound: &'static str) -> Self {
        Self(Reason::Cost(bound))
    }

    /// Could it be a password in plain text?
    pub(super) fn may_be_plain_text(&self) -> bool {
        self.0 == Reason::PlainText
    }
}

pub(super) fn parse(text: &str) -> Result<PasswordHash, InvalidHash> {
    if text.len() > LONGEST {
        return Err(InvalidHash(Reason::Long));
    }
    form(text).map(PasswordHash)
}

fn form(text: &str) -> Result<Form, InvalidHash> {
    if text.starts_with(['!', '*']) {
        return Ok(Form::Locked);
    }
    if let Some(rest) = text.strip_prefix('$') {
        let (name, _) = rest
            .split_once('$')
            .ok_or(InvalidHash::malformed("`$`, a name, and `$`"))?;
        return match name {
            "argon2id" | "argon2i" | "argon2d" => Argon2::parse(text).map(Form::Argon2),
            "2a" | "2b" | "2y" => Bcrypt::parse(text, false).map(Form::Bcrypt),
            "1" | "apr1" | "5" | "6" => Crypt::parse(text).map(Form::Crypt),
            "2" | "2x" => Err(unsupported("the broken bcrypt of `$2$` and `$2x$`")),
            "y" | "gy" | "7" => Err(unsupported("yescrypt")),
            _ => Err(InvalidHash(Reason::Unknown)),
        };
    }
    if text.starts_with('{') && text.contains('}') {
        return Sha1::parse(text).map(Form::Sha1);
    }
    if let Some(form) = foreign::parse(text) {
        return form;
    }
    let is_crypt = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    Err(InvalidHash(
        if text.len() == 13 && text.bytes().all(is_crypt) {
            Reason::Des
        } else {
            Reason::PlainText
        },
    ))
}

pub(super) const fn unsupported(what: &'static str) -> InvalidHash {
    InvalidHash(Reason::Unsupported(what))
}

pub(super) const UNKNOWN: InvalidHash = InvalidHash(Reason::Unknown);

/// A number without a sign, and without zeros in front.
pub(super) fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading = text.len() > 1 && text.starts_with('0');
    (plain && !leading).then(|| text.parse().ok())?
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn hexadecimal(text: &str) -> Option<Box<[u8]>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        let plain = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(pair, 16).ok())?
    };
    text.as_bytes().chunks_exact(2).map(byte).collect()
}

impl fmt::Display for InvalidHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid password hash: ")?;
        match self.0 {
            Reason::Unknown => f.write_str("it is of no kind that is known here"),
            Reason::Long => write!(f, "it must have {LONGEST} bytes at most"),
            Reason::Des => f.write_str(
                "it looks like DES crypt, which looks at eight characters and is broken in hours: give the account a new password",
            ),
            Reason::PlainText => f.write_str("it must be a hash, and looks like plain text"),
            Reason::Unsupported(what) => write!(f, "{what} is not supported"),
            Reason::Malformed(wanted) => write!(f, "it must be {wanted}"),
            Reason::Cost(bound) => write!(f, "verifying it would cost too much: it must have {bound}"),
        }
    }
}

impl error::Error for InvalidHash {}
