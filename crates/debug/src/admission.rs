//! Who may see the page: it tells all that the visitor must not know.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts};
use plywood_core::{Client, host};

/// Fields by which a proxy or a tunnel says that somebody else is asking, beyond all that begin with [`X_FORWARDED`].
const FORWARDED: [&str; 10] = [
    "cdn-loop",
    "cf-connecting-ip",
    "fastly-client-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "x-real-ip",
];
const X_FORWARDED: &str = "x-forwarded-";

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
    if head.headers.keys().any(says_forwarded) {
        return Err("a proxy has handed it on");
    }
    let host = host::of(&head.uri, &head.headers).ok_or("it names no host")?;
    if !names_this_machine(host::split_port(&host).0) {
        return Err("it names a host that is not localhost");
    }
    if is_asked_by_another_site(&head.headers) {
        return Err("a page of another site has a browser here ask");
    }
    Ok(())
}

fn says_forwarded(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with(X_FORWARDED) || FORWARDED.contains(&name)
}

/// A script of a page elsewhere can have a browser here ask by the right name, and reads the answer if the program lets every origin do so
/// ([CORS](https://fetch.spec.whatwg.org/#http-cors-protocol)). What is opened in a window of its own it cannot read, and what it frames is not shown.
fn is_asked_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|told| told == value);
    // Of a form of this site the origin is `null` where no referrer may be told; the browser knows better.
    if is("sec-fetch-site", "same-origin") || is("sec-fetch-mode", "navigate") {
        return false;
    }
    let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
    if origins.peek().is_none() {
        return is("sec-fetch-site", "cross-site");
    }
    !origins.all(is_origin_here)
}

/// Another port of this machine may be a front end that somebody works on.
fn is_origin_here(origin: &HeaderValue) -> bool {
    let uri = Uri::try_from(origin.as_bytes()).ok();
    let host = uri
        .as_ref()
        .filter(|uri| uri.scheme().is_some())
        .and_then(Uri::host);
    host.is_some_and(|host| names_this_machine(&host::canonical(host)))
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
            (here, "localhost", &[("x-forwarded-proto", "https")]),
            (here, "localhost", &[("cf-connecting-ip", "192.0.2.7")]),
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
    fn a_page_of_another_site_does_not_see_it_by_a_browser_here() {
        let evil = ("origin", "https://evil.example");
        let front = ("origin", "http://localhost:3000");
        let null = ("origin", "null");
        let cross = ("sec-fetch-site", "cross-site");
        let (cors, no_cors) = (("sec-fetch-mode", "cors"), ("sec-fetch-mode", "no-cors"));
        let navigate = ("sec-fetch-mode", "navigate");
        for (more, is_seen) in [
            (&[evil][..], false),
            (&[evil, cross, cors], false),
            (&[cross, no_cors], false),
            (&[null], false),
            (&[null, cross, cors], false),
            (&[front, evil], false),
            (&[("origin", "http://localhost.evil.example")], false),
            (&[("origin", "http://evil.example@localhost")], true),
            (&[("origin", "localhost")], false),
            (&[front], true),
            (&[front, ("sec-fetch-site", "same-site"), cors], true),
            (&[("origin", "http://127.0.0.1:8000")], true),
            (&[("origin", "http://[::1]:8000")], true),
            // A form of this site, and a link on another one.
            (&[null, ("sec-fetch-site", "same-origin"), navigate], true),
            (&[cross, navigate], true),
            (&[("sec-fetch-site", "none"), navigate], true),
        ] {
            let head = asked("127.0.0.1:40000", "localhost:8000", more);
            assert_eq!(from_here(&head).is_ok(), is_seen, "{more:?}");
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
