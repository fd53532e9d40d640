use std::{
    error, fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A range of addresses, in CIDR notation ([RFC 4632 §3.1], [RFC 4291 §2.3]): `192.0.2.0/24`, `2001:db8::/32`, or one address.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is that IPv4 address, in the range and in question.
///
/// ```
/// use plywood_auth::Network;
///
/// let office: Network = "192.0.2.0/24".parse()?;
/// assert!(office.contains("192.0.2.77".parse()?));
/// assert!(office.contains("::ffff:192.0.2.77".parse()?));
/// assert!(!office.contains("192.0.3.1".parse()?));
/// assert!("192.0.2.1/24".parse::<Network>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [RFC 4632 §3.1]: https://www.rfc-editor.org/rfc/rfc4632#section-3.1
/// [RFC 4291 §2.3]: https://www.rfc-editor.org/rfc/rfc4291#section-2.3
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// The first address, whose bits after the prefix are zero.
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// Is `ip` in this range? IPv4 addresses are in no range of IPv6, and the other way round.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.first, ip.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(ip)) => mask4(ip, self.bits) == first,
            (IpAddr::V6(first), IpAddr::V6(ip)) => mask6(ip, self.bits) == first,
            _ => false,
        }
    }
}

/// One address.
impl From<IpAddr> for Network {
    fn from(ip: IpAddr) -> Self {
        let first = ip.to_canonical();
        let bits = if first.is_ipv4() { 32 } else { 128 };
        Self { first, bits }
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    /// # Errors
    ///
    /// When it is no address, when the prefix is longer than one, and when the address has bits after its prefix: whoever writes
    /// `192.0.2.1/24` means either less or more than that.
    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let invalid = |reason| InvalidNetwork {
            text: text.into(),
            reason,
        };
        let (ip, bits) = match text.split_once('/') {
            Some((ip, bits)) => (ip, Some(bits)),
            None => (text, None),
        };
        let ip: IpAddr = ip.parse().map_err(|_| invalid(Reason::Address))?;
        let Some(bits) = bits else {
            return Ok(ip.into());
        };
        if bits.is_empty() || !bits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(invalid(Reason::Prefix));
        }
        let longest = if ip.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|bits| *bits <= longest);
        let bits: u8 = bits.ok_or_else(|| invalid(Reason::Prefix))?;
        let masked = match ip {
            IpAddr::V4(ip) => IpAddr::V4(mask4(ip, bits)),
            IpAddr::V6(ip) => IpAddr::V6(mask6(ip, bits)),
        };
        if masked != ip {
            return Err(invalid(Reason::HostBits(masked, bits)));
        }
        // A range that is wholly of IPv4 addresses is one of IPv4.
        Ok(match ip.to_canonical() {
            first @ IpAddr::V4(_) if ip.is_ipv6() && bits >= 96 => Self {
                first,
                bits: bits - 96,
            },
            _ => Self { first: ip, bits },
        })
    }
}

fn mask4(ip: Ipv4Addr, bits: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
    (ip.to_bits() & mask).into()
}

fn mask6(ip: Ipv6Addr, bits: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    (ip.to_bits() & mask).into()
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidNetwork {
    text: Box<str>,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Address,
    Prefix,
    HostBits(IpAddr, u8),
}

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid network {:?}: ", self.text)?;
        match self.reason {
            Reason::Address => f.write_str(
                "it must be an address, or one with a prefix length, such as 192.0.2.0/24",
            ),
            Reason::Prefix => f.write_str(
                "the prefix length must be a number of up to 32 for IPv4, of up to 128 for IPv6",
            ),
            Reason::HostBits(first, bits) => {
                write!(
                    f,
                    "it has bits after its prefix: the whole network is {first}/{bits}"
                )
            }
        }
    }
}

impl error::Error for InvalidNetwork {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contains(network: &str, ip: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(ip.parse().unwrap())
    }

    #[test]
    fn a_range_ends_at_its_last_bit() {
        for (network, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.0", "192.0.1.255"),
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.128/25", "192.0.2.128", "192.0.2.127"),
            ("192.0.2.6/31", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("::/0", "ffff::", "192.0.2.1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            (
                "2001:db8::/65",
                "2001:db8::7fff:0:0:1",
                "2001:db8::8000:0:0:0",
            ),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
            ("::ffff:10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("10.0.0.0/8", "10.1.2.3", "::10.1.2.3"),
        ] {
            assert!(contains(network, inside), "{inside} in {network}");
            assert!(!contains(network, outside), "{outside} in {network}");
        }
    }

    #[test]
    fn what_means_something_else_is_refused_with_what_would_be_right() {
        for (text, right) in [
            ("", "must be an address"),
            ("office", "must be an address"),
            ("10.0.0", "must be an address"),
            ("010.0.0.0/8", "must be an address"),
            ("10.0.0.*", "must be an address"),
            (" 10.0.0.0/8", "must be an address"),
            ("[::1]", "must be an address"),
            ("fe80::1%eth0", "must be an address"),
            ("/8", "must be an address"),
            ("10.0.0.0/", "prefix length"),
            ("10.0.0.0/33", "prefix length"),
            ("10.0.0.0/+8", "prefix length"),
            ("10.0.0.0/255.0.0.0", "prefix length"),
            ("10.0.0.0/8/8", "prefix length"),
            ("::/129", "prefix length"),
            ("::/300", "prefix length"),
            ("10.0.0.1/8", "the whole network is 10.0.0.0/8"),
            ("2001:db8::1/32", "the whole network is 2001:db8::/32"),
            ("10.0.0.0/0", "the whole network is 0.0.0.0/0"),
        ] {
            let error = text.parse::<Network>().unwrap_err().to_string();
            assert!(error.contains(right), "{error}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[0-9a-f:./]{0,40}") {
            let _ = text.parse::<Network>();
        }

        #[test]
        fn what_is_shown_is_read_again(bits: u128, length in 0_u8..=128) {
            let first = IpAddr::V6(mask6(Ipv6Addr::from_bits(bits), length));
            let network: Network = format!("{first}/{length}").parse().unwrap();
            prop_assert_eq!(network.to_string().parse(), Ok(network));
            prop_assert!(network.contains(first));
            prop_assert!(network.contains(IpAddr::V6(Ipv6Addr::from_bits(bits))));
        }
    }
}
