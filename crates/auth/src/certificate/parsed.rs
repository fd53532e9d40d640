use std::{
    error, fmt,
    net::IpAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, prelude::FromDer};

use super::name::{is_plain, plain, to_text};

/// What a certificate says ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)).
///
/// It is only read here. That it is true is what the gateway has verified: the signature, the chain up to an authority, the dates.
pub struct Certificate<'c> {
    der: &'c [u8],
    parsed: X509Certificate<'c>,
}

impl<'c> Certificate<'c> {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn read(der: &'c [u8]) -> Result<Self, InvalidCertificate> {
        match X509Certificate::from_der(der) {
            Ok(([], parsed)) => Ok(Self { der, parsed }),
            _ => Err(InvalidCertificate),
        }
    }

    /// Whose it is, as [RFC 4514](https://www.rfc-editor.org/rfc/rfc4514) writes it: `CN=Ada,O=Engines`. Values are escaped, so that it can be
    /// compared as a whole.
    pub fn subject(&self) -> String {
        to_text(self.parsed.subject())
    }

    /// Who has signed it, written alike.
    pub fn issuer(&self) -> String {
        to_text(self.parsed.issuer())
    }

    /// The common name of whose it is, if there is exactly one and it is a text.
    pub fn common_name(&self) -> Option<&str> {
        let mut names = self.parsed.subject().iter_common_name();
        let (only, more) = (names.next()?, names.next());
        plain(only).filter(|_| more.is_none())
    }

    /// The addresses of mail among its other names.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.names().filter_map(|name| match name {
            GeneralName::RFC822Name(text) => Some(*text).filter(|text| is_plain(text)),
            _ => None,
        })
    }

    /// The hosts among its other names.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.names().filter_map(|name| match name {
            GeneralName::DNSName(text) => Some(*text).filter(|text| is_plain(text)),
            _ => None,
        })
    }

    /// The URIs among its other names, such as `spiffe://..`.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.names().filter_map(|name| match name {
            GeneralName::URI(text) => Some(*text).filter(|text| is_plain(text)),
            _ => None,
        })
    }

    /// The IP addresses among its other names.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.names().filter_map(|name| match name {
            GeneralName::IPAddress(bytes) => match bytes.len() {
                4 => <[u8; 4]>::try_from(*bytes).ok().map(IpAddr::from),
                _ => <[u8; 16]>::try_from(*bytes).ok().map(IpAddr::from),
            },
            _ => None,
        })
    }

    /// The serial number that its issuer gave it, in hexadecimal digits: no other of the issuer's has it.
    pub fn serial(&self) -> String {
        let bytes = self.parsed.raw_serial();
        let bytes = bytes
            .strip_prefix(&[0])
            .filter(|rest| !rest.is_empty())
            .unwrap_or(bytes);
        hex(bytes)
    }

    /// The SHA-256 of all of it, in hexadecimal digits: no other certificate has it.
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.der))
    }

    /// Does it hold at this time?
    pub fn holds_at(&self, time: SystemTime) -> bool {
        let validity = self.parsed.validity();
        let at = |seconds: i64| match u64::try_from(seconds) {
            Ok(seconds) => UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
            Err(_) => Some(UNIX_EPOCH),
        };
        let begins = at(validity.not_before.timestamp());
        let ends = at(validity.not_after.timestamp());
        begins.is_some_and(|begin| begin <= time) && ends.is_none_or(|end| time <= end)
    }

    /// The certificate itself, in DER.
    pub const fn der(&self) -> &'c [u8] {
        self.der
    }

    /// Its other names. None if there are two lists of them.
    fn names(&self) -> impl Iterator<Item = &GeneralName<'c>> {
        let extension = self.parsed.subject_alternative_name().ok().flatten();
        extension
            .into_iter()
            .flat_map(|extension| &extension.value.general_names)
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(digits, "{byte:02x}").expect("a text takes everything");
    }
    digits
}

impl fmt::Debug for Certificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

/// Bytes that are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCertificate;

impl fmt::Display for InvalidCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid certificate: it must be X.509 in DER")
    }
}

impl error::Error for InvalidCertificate {}
