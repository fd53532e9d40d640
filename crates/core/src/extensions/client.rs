use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use super::Carrier;

/// Who is at the other end (CGI's `REMOTE_ADDR`).
///
/// Left by the gateway, from the socket. A layer that trusts a proxy may prove another address, and then [`ip`](Self::ip) is
/// that one; [`peer`](Self::peer) stays what the socket said. Read by the access log.
///
/// ```
/// use plywood_core::Client;
///
/// let client = Client::tcp(([127, 0, 0, 1], 40312).into()).proven([192, 0, 2, 7].into());
/// assert_eq!(client.to_string(), "192.0.2.7");
/// assert_eq!(client.peer().unwrap().port(), 40312);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    peer: Option<SocketAddr>,
    proven: Option<IpAddr>,
}

impl Client {
    /// A client on a TCP connection.
    pub const fn tcp(peer: SocketAddr) -> Self {
        Self {
            peer: Some(peer),
            proven: None,
        }
    }

    /// A client on a Unix socket, which has no address.
    pub const fn unix() -> Self {
        Self {
            peer: None,
            proven: None,
        }
    }

    /// The same client, known to be at `ip`: for a layer that has checked that the peer is a proxy it trusts.
    #[must_use]
    pub const fn proven(mut self, ip: IpAddr) -> Self {
        self.proven = Some(ip);
        self
    }

    /// The client's address: the proven one, else the peer's; `None` on a Unix socket.
    pub fn ip(&self) -> Option<IpAddr> {
        self.proven.or_else(|| self.peer.map(|peer| peer.ip()))
    }

    /// What counts as one client where something is counted by address: an IPv4 address, or the first 64 bits of an IPv6 address, from which
    /// one household takes as many as it likes.
    ///
    /// `None` without an address, and for a loopback one: that is of a proxy on this machine that has not proved whom it speaks for, and whoever
    /// counted it would count everybody as one.
    ///
    /// ```
    /// use plywood_core::Client;
    ///
    /// let network = |ip: &str| Client::unix().proven(ip.parse().unwrap()).network().map(|ip| ip.to_string());
    /// assert_eq!(network("192.0.2.7").unwrap(), "192.0.2.7");
    /// assert_eq!(network("2001:db8:1:2:3:4:5:6").unwrap(), "2001:db8:1:2::");
    /// assert_eq!(network("::1"), None);
    /// ```
    pub fn network(&self) -> Option<IpAddr> {
        match self.ip()?.to_canonical() {
            ip if ip.is_loopback() => None,
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Some(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            IpAddr::V4(ip) => Some(ip.into()),
        }
    }

    /// The other end of the socket itself; `None` on a Unix socket.
    pub const fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The client that the gateway left, if it left one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}

/// The address, or `unix:` for a Unix socket, as nginx writes it.
impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(ip) => ip.fmt(f),
            None => f.write_str("unix:"),
        }
    }
}
