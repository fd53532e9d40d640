//! Who may see the page: it tells all that the visitor must not know.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderName, header, request::Parts};
use plywood_core::{Client, host};

/// Fields by which a proxy says that somebody else is asking.
const FORWARDED: [HeaderName; 5] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-real-ip"),
];

/// Is whoever asks at this machine, with nobody between? Else, why that is not known.
///
/// The peer alone does not say it: a proxy on this machine hands on what comes from anywhere, and a page of anybody's can have a browser here ask
/// by a name that leads here.
pub(crate) fn from_here(head: &Parts) -> Result<(), &'static str> {
    let client = Client::of(head).ok_or(
        "nobody said where the request comes from: a gateway leaves a plywood_core::Client",
    )?;
    let peer = client
        .peer()
        .ok_or("it comes by a Unix socket, as a proxy's do")?;
    if !is_loopback(peer.ip()) || !client.ip().is_some_and(is_loopback) {
        return Err("it comes from another machine");
    }
    if FORWARDED.iter().any(|name| head.headers.contains_key(name)) {
        return Err("a proxy has handed it on");
    }
    let host = host::of(&head.uri, &head.headers).ok_or("it names no host")?;
    if !names_this_machine(host::split_port(&host).0) {
        return Err("it names a host that is not localhost");
    }
    Ok(())
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn names_this_machine(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use http::Request;

    use super::*;

    fn asked(peer: &str, host: &str, more: &[(&'static str, &'static str)]) -> Parts {
        let mut request = Request::get("/a").header("host", host);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        let peer: SocketAddr = peer.parse().unwrap();
        head.extensions.insert(Client::tcp(peer));
        head
    }

    #[test]
    fn this_machine_sees_it() {
        for (peer, host) in [
            ("127.0.0.1:40000", "localhost:8000"),
            ("127.0.0.1:40000", "LOCALHOST."),
            ("127.9.9.9:40000", "127.0.0.1:8000"),
            ("[::1]:40000", "[::1]:8000"),
            ("[::ffff:127.0.0.1]:40000", "shop.localhost"),
        ] {
            assert_eq!(from_here(&asked(peer, host, &[])), Ok(()), "{peer} {host}");
        }
    }

    #[test]
    fn nobody_else_does() {
        let here = "127.0.0.1:40000";
        for (peer, host, more) in [
            ("192.0.2.7:40000", "localhost", &[][..]),
            ("[2001:db8::1]:40000", "localhost", &[]),
            // A name that was led here, and names that only look like this one.
            (here, "evil.example", &[]),
            (here, "localhost.evil.example", &[]),
            (here, "127.0.0.1.evil.example", &[]),
            (here, "notlocalhost", &[]),
            (here, "0.0.0.0", &[]),
            (here, "127.1", &[]),
            (here, "ada@localhost", &[]),
            // A proxy.
            (here, "localhost", &[("x-forwarded-for", "192.0.2.7")]),
            (here, "localhost", &[("forwarded", "for=192.0.2.7")]),
            (here, "localhost", &[("via", "1.1 proxy")]),
            (here, "localhost", &[("x-real-ip", "127.0.0.1")]),
            // Two hosts are none.
            (here, "localhost", &[("host", "localhost")]),
        ] {
            assert!(
                from_here(&asked(peer, host, more)).is_err(),
                "{peer} {host} {more:?}"
            );
        }
    }

    #[test]
    fn what_is_not_known_is_not_here() {
        let mut head = asked("127.0.0.1:40000", "localhost", &[]);
        head.extensions
            .insert(Client::tcp(([127, 0, 0, 1], 1).into()).proven([192, 0, 2, 7].into()));
        assert!(from_here(&head).is_err());
        head.extensions.insert(Client::unix());
        assert!(from_here(&head).is_err());
        head.extensions.clear();
        assert!(from_here(&head).is_err());
        let mut head = asked("127.0.0.1:40000", "localhost", &[]);
        head.headers.clear();
        assert!(from_here(&head).is_err());
    }
}
