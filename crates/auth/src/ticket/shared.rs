use std::{
    borrow::Cow,
    fmt::Write,
    net::{IpAddr, Ipv4Addr},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use md5::{Digest, Md5};
use plywood_core::Carrier;
use ring::digest::{SHA256, SHA512, digest};

use super::TicketError;
use crate::constant_time_eq;

/// The hash of a shared ticket, by the names of `TKTAuthDigestType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestType {
    /// What old installations have. Too weak for a new one: use it where the other side knows nothing else.
    WeakMd5,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl DigestType {
    /// How many hexadecimal digits it has.
    const fn digits(self) -> usize {
        match self {
            Self::WeakMd5 => 32,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// In lower case, as `mod_auth_tkt` compares it.
    fn hex(self, bytes: &[u8]) -> String {
        let mut digits = String::with_capacity(self.digits());
        let mut write = |bytes: &[u8]| {
            for byte in bytes {
                write!(digits, "{byte:02x}").expect("a text takes everything");
            }
        };
        match self {
            Self::WeakMd5 => write(&Md5::digest(bytes)),
            Self::Sha256 => write(digest(&SHA256, bytes).as_ref()),
            Self::Sha512 => write(digest(&SHA512, bytes).as_ref()),
        }
        digits
    }
}

/// A ticket that Apache's `mod_auth_tkt`, Paste, repoze.who and Pyramid understand: who it is, what they may, and what they bring along.
///
/// Everybody who has it can read it, and whoever has the secret can make it. What it says was true when it was issued.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use plywood_auth::ticket::{DigestType, SharedTicket};
///
/// let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let ticket = SharedTicket::new("username", time).tokens(["admin", "ops"]).data("ud");
/// let ip = [192, 0, 2, 10].into();
/// let text = ticket.write(DigestType::WeakMd5, b"shared_secret", Some(ip)).unwrap();
/// assert_eq!(text, "26600cb21d96884c10539fe3222551ce6553f100username!admin,ops!ud");
///
/// let read = SharedTicket::read(&text, DigestType::WeakMd5, b"shared_secret", Some(ip));
/// assert_eq!(read, Ok(ticket));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedTicket {
    user: String,
    tokens: Vec<String>,
    data: String,
    seconds: u32,
}

/// The longest text that is read, in bytes.
const LONGEST: usize = 4096;

/// With padding or without: both are about.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl SharedTicket {
    /// A ticket for `user`, issued at this time, of which the seconds count, from 1970 to 2106.
    pub fn new(user: impl Into<String>, issued_at: SystemTime) -> Self {
        let seconds = issued_at
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Self {
            user: user.into(),
            tokens: Vec::new(),
            data: String::new(),
            seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
        }
    }

    /// Words that say what the user may, in place of any before: roles.
    #[must_use]
    pub fn tokens<T: Into<String>>(mut self, tokens: impl IntoIterator<Item = T>) -> Self {
        self.tokens = tokens.into_iter().map(Into::into).collect();
        self
    }

    /// A text that goes along.
    #[must_use]
    pub fn data(mut self, data: impl Into<String>) -> Self {
        self.data = data.into();
        self
    }

    /// Who it is.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What they may.
    pub fn iter_tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(String::as_str)
    }

    /// The text that goes along; empty if there is none.
    pub fn user_data(&self) -> &str {
        &self.data
    }

    /// The ticket that the request was let in by, if it was one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    /// The same, issued at another time.
    pub(super) fn at(mut self, time: SystemTime) -> Self {
        self.seconds = Self::new("", time).seconds;
        self
    }

    /// When it was issued.
    pub fn issued_at(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.seconds.into())
    }

    /// Writes it as plain text: `digest time user!tokens!data`. `ip` is the client's address if the ticket is bound to it.
    ///
    /// # Errors
    ///
    /// When a part cannot be written: there is no user; a zero byte somewhere; a token is empty or has a comma or an exclamation mark.
    pub fn write(
        &self,
        hash: DigestType,
        secret: &[u8],
        ip: Option<Ipv4Addr>,
    ) -> Result<String, TicketError> {
        let is_token = |token: &String| !token.is_empty() && !token.contains(['!', ',', '\0']);
        if self.user.is_empty()
            || self.user.contains('\0')
            || self.data.contains('\0')
            || !self.tokens.iter().all(is_token)
        {
            return Err(TicketError::Unwritable);
        }
        let tokens = self.tokens.join(",");
        let digest = mac(
            hash,
            secret,
            ip,
            self.seconds,
            &self.user,
            &tokens,
            &self.data,
        );
        let (seconds, user, data) = (self.seconds, quote(&self.user), &self.data);
        // Without a token there is no place for them, unless the data would then be taken for some.
        let gap = if tokens.is_empty() && !data.contains('!') {
            ""
        } else {
            "!"
        };
        Ok(format!("{digest}{seconds:08x}{user}!{tokens}{gap}{data}"))
    }

    /// Reads a ticket, plain or in base64, that was made with this secret for this address.
    ///
    /// # Errors
    ///
    /// When it is none, or was made with another secret, another hash or for another address.
    pub fn read(
        text: &str,
        hash: DigestType,
        secret: &[u8],
        ip: Option<Ipv4Addr>,
    ) -> Result<Self, TicketError> {
        if text.len() > LONGEST {
            return Err(TicketError::Malformed);
        }
        let text = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(text);
        let plain: Cow<'_, str> = if text.contains('!') {
            text.into()
        } else {
            let bytes = BASE64.decode(text).map_err(|_| TicketError::Malformed)?;
            String::from_utf8(bytes)
                .map_err(|_| TicketError::Malformed)?
                .into()
        };
        Self::read_plain(&plain, hash, secret, ip)
    }

    fn read_plain(
        text: &str,
        hash: DigestType,
        secret: &[u8],
        ip: Option<Ipv4Addr>,
    ) -> Result<Self, TicketError> {
        let parts = || {
            let (sent, rest) = text.split_at_checked(hash.digits())?;
            let (time, rest) = rest.split_at_checked(8)?;
            let is_hex = time.bytes().all(|byte| byte.is_ascii_hexdigit());
            let seconds = u32::from_str_radix(time, 16).ok().filter(|_| is_hex)?;
            let (user, rest) = rest.split_once('!')?;
            let (tokens, data) = rest.split_once('!').unwrap_or(("", rest));
            Some((sent, seconds, user, tokens, data))
        };
        let (sent, seconds, quoted, tokens, data) = parts().ok_or(TicketError::Malformed)?;
        let is_right = |user: &str| {
            let right = mac(hash, secret, ip, seconds, user, tokens, data);
            constant_time_eq(right, sent)
        };
        // Paste and its heirs quote the user; Apache's own tools do not.
        let unquoted = unquote(quoted).filter(|user| is_right(user));
        let user = match unquoted {
            Some(user) => user,
            None if is_right(quoted) => quoted.to_owned(),
            None => return Err(TicketError::Forged),
        };
        let is_whole = |part: &str| !part.contains('\0');
        if user.is_empty() || ![&user, tokens, data].into_iter().all(is_whole) {
            return Err(TicketError::Malformed);
        }
        let tokens = tokens.split(',').filter(|token| !token.is_empty());
        Ok(Self {
            user,
            tokens: tokens.map(str::to_owned).collect(),
            data: data.to_owned(),
            seconds,
        })
    }
}

/// In base64, whose characters may all stand in a cookie.
pub(super) fn as_cookie(plain: &str) -> String {
    BASE64_STANDARD.encode(plain)
}

/// The address that a ticket is bound to: only those of IPv4 have a place in it.
pub(super) fn bound(ip: Option<IpAddr>) -> Option<Ipv4Addr> {
    match ip?.to_canonical() {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    }
}

fn mac(
    hash: DigestType,
    secret: &[u8],
    ip: Option<Ipv4Addr>,
    seconds: u32,
    user: &str,
    tokens: &str,
    data: &str,
) -> String {
    let ip = ip.unwrap_or(Ipv4Addr::UNSPECIFIED).octets();
    let inner = [
        &ip[..],
        &seconds.to_be_bytes(),
        secret,
        user.as_bytes(),
        b"\0",
        tokens.as_bytes(),
        b"\0",
        data.as_bytes(),
    ]
    .concat();
    let inner = hash.hex(&inner);
    hash.hex(&[inner.as_bytes(), secret].concat())
}

/// As Python's `quote` does.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~/".contains(&byte) {
            quoted.push(byte.into());
        } else {
            write!(quoted, "%{byte:02X}").expect("a text takes everything");
        }
    }
    quoted
}

/// As Python's `unquote` does: what is no escape stays as it is. `None` if it is not UTF-8 then.
fn unquote(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        let escaped = || match *more {
            [high, low, ..] if *first == b'%' => {
                let digit = |byte| char::from(byte).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()
            }
            _ => None,
        };
        match escaped() {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[2..];
            }
            None => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"shared_secret";
    const IP: Option<Ipv4Addr> = Some(Ipv4Addr::new(192, 0, 2, 10));

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn ops() -> SharedTicket {
        SharedTicket::new("username", at(1_700_000_000))
            .tokens(["admin", "ops"])
            .data("ud")
    }

    #[test]
    fn tickets_are_those_that_paste_makes() {
        let nobody = SharedTicket::new("us er!x", at(1_700_000_000));
        for (ticket, hash, ip, text) in [
            (
                ops(),
                DigestType::WeakMd5,
                IP,
                "26600cb21d96884c10539fe3222551ce6553f100username!admin,ops!ud",
            ),
            (
                ops(),
                DigestType::Sha256,
                IP,
                "6067e0517e6d5092c4e8147c2c6f9cd90b6034bd562f43c45eb0e719b6b2d1a66553f100username!admin,ops!ud",
            ),
            (
                ops(),
                DigestType::Sha512,
                IP,
                "ca932ff682b91213e52035c6eab5ef3170d9933b96f331371e0fb8efed123064f9bf2fcffd57db5c3b2f65a1a7f5471fc574bc3c21a915eee2cb579805d8bca06553f100username!admin,ops!ud",
            ),
            (
                nobody,
                DigestType::WeakMd5,
                None,
                "3d42101ae36c5a7f8d8ffd7c2afd8d096553f100us%20er%21x!",
            ),
        ] {
            assert_eq!(ticket.write(hash, SECRET, ip).unwrap(), text);
            assert_eq!(
                SharedTicket::read(text, hash, SECRET, ip),
                Ok(ticket.clone())
            );
            let encoded = as_cookie(text);
            assert_eq!(
                SharedTicket::read(&encoded, hash, SECRET, ip),
                Ok(ticket.clone())
            );
            let bare = encoded.trim_end_matches('=');
            assert_eq!(
                SharedTicket::read(bare, hash, SECRET, ip),
                Ok(ticket.clone())
            );
            assert_eq!(
                SharedTicket::read(&format!("\"{text}\""), hash, SECRET, ip),
                Ok(ticket)
            );
        }
    }

    #[test]
    fn a_user_that_apache_did_not_quote_is_read() {
        for user in ["a%20b", "50%", "a b", "müller"] {
            let digest = mac(DigestType::Sha512, SECRET, None, 7, user, "", "");
            let text = format!("{digest}{:08x}{user}!", 7);
            let ticket = SharedTicket::read(&text, DigestType::Sha512, SECRET, None).unwrap();
            assert_eq!(ticket.user(), user);
        }
    }

    #[test]
    fn another_secret_address_hash_time_or_word_is_forged() {
        let text = ops().write(DigestType::Sha256, SECRET, IP).unwrap();
        let read =
            |text: &str, secret, ip| SharedTicket::read(text, DigestType::Sha256, secret, ip);
        assert!(read(&text, SECRET, IP).is_ok());
        let other = Some(Ipv4Addr::new(192, 0, 2, 11));
        for (text, secret, ip) in [
            (text.clone(), &b"shared_secreT"[..], IP),
            (text.clone(), SECRET, other),
            (text.clone(), SECRET, None),
            (text.replacen("6553f100", "6553f101", 1), SECRET, IP),
            (text.replacen("username", "usernamf", 1), SECRET, IP),
            (text.replacen("admin,ops", "admin", 1), SECRET, IP),
            (text.replacen("!admin,ops!ud", "!ud", 1), SECRET, IP),
            (
                text.replacen("!admin,ops!ud", "!admin!ops!ud", 1),
                SECRET,
                IP,
            ),
            (
                text.to_uppercase().replacen(
                    "6553F100USERNAME!ADMIN,OPS!UD",
                    "6553f100username!admin,ops!ud",
                    1,
                ),
                SECRET,
                IP,
            ),
        ] {
            assert_eq!(read(&text, secret, ip), Err(TicketError::Forged), "{text}");
        }
        let short = SharedTicket::read(&text, DigestType::WeakMd5, SECRET, IP);
        assert!(short.is_err());
        for text in [
            "",
            "!",
            "x!y",
            &text[..60],
            &text.replacen("6553f100", "+553f100", 1),
            &"x".repeat(5000),
            "AAAA",
            "é!",
        ] {
            assert_eq!(
                read(text, SECRET, IP),
                Err(TicketError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn what_would_be_read_as_something_else_is_not_written() {
        let write = |ticket: SharedTicket| ticket.write(DigestType::Sha256, SECRET, None);
        for ticket in [
            SharedTicket::new("", at(0)),
            SharedTicket::new("a\0b", at(0)),
            ops().tokens(["a,b"]),
            ops().tokens(["a!b"]),
            ops().tokens([""]),
            ops().data("\0"),
        ] {
            assert_eq!(write(ticket), Err(TicketError::Unwritable));
        }
    }

    #[test]
    fn only_addresses_of_ipv4_can_be_bound() {
        assert_eq!(
            bound(Some("192.0.2.1".parse().unwrap())),
            Some(Ipv4Addr::new(192, 0, 2, 1))
        );
        assert_eq!(
            bound(Some("::ffff:192.0.2.1".parse().unwrap())),
            Some(Ipv4Addr::new(192, 0, 2, 1))
        );
        assert_eq!(bound(Some("2001:db8::1".parse().unwrap())), None);
        assert_eq!(bound(None), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_what_is_changed_is_not(
            user in "[^\0]{1,20}",
            tokens in prop::collection::vec("[^\0,!]{1,6}", 0..4),
            data in "[^\0]{0,20}",
            seconds: u32,
            place: prop::sample::Index,
            character in "[0-9a-f!%A-Z]",
        ) {
            let ticket = SharedTicket::new(user, at(seconds.into())).tokens(tokens).data(data);
            let text = ticket.write(DigestType::Sha256, SECRET, IP).unwrap();
            prop_assert_eq!(SharedTicket::read(&text, DigestType::Sha256, SECRET, IP), Ok(ticket.clone()));
            let places: Vec<_> = text.char_indices().map(|(place, _)| place).collect();
            let place = places[place.index(places.len())];
            let mut changed = text.clone();
            changed.remove(place);
            changed.insert_str(place, &character);
            if let Ok(read) = SharedTicket::read(&changed, DigestType::Sha256, SECRET, IP) {
                // The same ticket in another spelling: `%2F` and `%2f`.
                prop_assert_eq!(read, ticket);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}|[0-9a-f]{40,80}[^\0]{0,20}") {
            let _ = SharedTicket::read(&text, DigestType::WeakMd5, SECRET, None);
            prop_assert!(unquote(&quote(&text)) == Some(text));
        }
    }
}
