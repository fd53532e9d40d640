use std::{io::Write, net::IpAddr};

use http::{HeaderMap, HeaderValue, Uri, Version, header};
use jiff::Timestamp;
use plywood_core::{Client, Connection, RequestId, Scheme, host, path::Path};

use super::{Header, OfRequest};
use crate::{
    dress::Out,
    redact::REDACTED,
    request_head::RequestHead,
    text,
    time::{TimeFormat, Zone},
};

impl OfRequest {
    pub(crate) fn write(
        &self,
        out: Out<'_>,
        request: &RequestHead<'_>,
        zone: &Zone,
        now: Timestamp,
    ) {
        match self {
            Self::Client => match Client::of(request) {
                Some(client) => out.plain(|line| match client.ip() {
                    Some(ip) => address(line, ip),
                    None => line.extend_from_slice(b"unix:"),
                }),
                None => out.absent(),
            },
            Self::ClientIp => match Client::of(request).and_then(Client::ip) {
                Some(ip) => out.plain(|line| address(line, ip)),
                None => out.absent(),
            },
            Self::Peer => match Client::of(request).map(Client::peer) {
                Some(Some(peer)) => out.plain(|line| address(line, peer.ip())),
                Some(None) => out.plain(|line| line.extend_from_slice(b"unix:")),
                None => out.absent(),
            },
            Self::PeerPort => match Client::of(request).and_then(Client::peer) {
                Some(peer) => out.number(peer.port().into()),
                None => out.absent(),
            },
            Self::Host => match request.host() {
                Some(host) => out.word(host::split_port(&host).0.as_bytes()),
                None => out.absent(),
            },
            Self::ServerName(Some(name)) => out.word(name.as_bytes()),
            Self::ServerName(None) => Self::Host.write(out, request, zone, now),
            Self::Port => out.number(port(request).into()),
            Self::ServerPort => {
                let local = Connection::of(request).and_then(Connection::local_addr);
                out.number(
                    local
                        .map_or_else(|| port(request), |local| local.port())
                        .into(),
                );
            }
            Self::Connection(field) => field.write(out, request),
            Self::Line => line(out, request),
            // A token, so that there is nothing to escape but in a word, and the longest stands on a line of its own in nobody's server.
            Self::Method => out.text(request.method.as_str().as_bytes()),
            Self::Target => target(out, request),
            Self::Path => match Path::read(request.uri) {
                Ok(path) => out.url(path.as_str().as_bytes()),
                Err(_) => out.url(request.uri.path().as_bytes()),
            },
            Self::RawPath => out.url(request.uri.path().as_bytes()),
            Self::Query { mark } => query(out, request.uri, *mark),
            Self::QueryMark => out.plain(|line| {
                line.extend(
                    request
                        .uri
                        .query()
                        .is_some_and(|query| !query.is_empty())
                        .then_some(b'?'),
                );
            }),
            Self::Parameter { name, hidden } => match parameter(request.uri, name) {
                Some(_) if *hidden => hide(out),
                value => out.text_if_any(value.map(str::as_bytes)),
            },
            Self::Protocol { number } => {
                let protocol = protocol(request.version);
                out.plain(|line| {
                    line.extend_from_slice(&protocol[if *number { 5 } else { 0 }..]);
                });
            }
            Self::Header(header) => header.write(out, Some(request.headers)),
            Self::Cookie { name, hidden } => match cookie(request.headers, name) {
                Some(_) if *hidden => hide(out),
                value => out.text_if_any(value),
            },
            Self::Time(format) => time(out, format, zone, now),
            Self::RequestId => {
                let id = RequestId::of(request).map(|id| id.header_value().as_bytes());
                out.text_if_any(id);
            }
            Self::Scheme => out.plain(|line| line.extend_from_slice(scheme(request).as_bytes())),
            Self::Https => out.plain(|line| {
                if scheme(request) == "https" {
                    line.extend_from_slice(b"on");
                }
            }),
            Self::IsHttps => out.plain(|line| {
                let is_on = scheme(request) == "https";
                line.extend_from_slice(if is_on { b"on" } else { b"off" });
            }),
            Self::Length { head } => match announced(request.headers) {
                body if *head => out.number(head_length(request) + body.unwrap_or(0)),
                Some(body) => out.number(body),
                None => out.absent(),
            },
        }
    }
}

impl Header {
    /// The field's lines, joined as if they were one. `None` where there was no head.
    pub(crate) fn write(&self, out: Out<'_>, headers: Option<&HeaderMap>) {
        let Some(headers) = headers else {
            return out.absent();
        };
        let mut lines = headers.get_all(&self.name).iter();
        let (first, second) = (lines.next(), lines.next());
        match (first.map(HeaderValue::as_bytes), second) {
            (None, _) => out.absent(),
            (Some(_), _) if self.hidden => hide(out),
            (Some(only), None) => self.write_value(out, only),
            (Some(first), Some(second)) => {
                let rest = [second].into_iter().chain(lines);
                let joined = rest.fold(first.to_vec(), |joined, line| {
                    [&joined, &b", "[..], line.as_bytes()].concat()
                });
                self.write_value(out, &joined);
            }
        }
    }

    fn write_value(&self, out: Out<'_>, value: &[u8]) {
        if self.is_url {
            out.url(value);
        } else {
            out.text(value);
        }
    }
}

pub(crate) fn time(out: Out<'_>, format: &TimeFormat, zone: &Zone, time: Timestamp) {
    if format.is_free_text() {
        let mut text = Vec::new();
        format.write(&mut text, zone, time);
        out.text(&text);
    } else if format.is_number() {
        out.bare(|line| format.write(line, zone, time));
    } else {
        out.plain(|line| format.write(line, zone, time));
    }
}

fn hide(out: Out<'_>) {
    out.plain(|line| line.extend_from_slice(REDACTED));
}

pub(crate) fn address(line: &mut Vec<u8>, ip: IpAddr) {
    match ip {
        IpAddr::V4(ip) => {
            let [first, others @ ..] = ip.octets();
            line.reserve("255.255.255.255".len());
            text::number(line, first.into());
            for octet in others {
                line.push(b'.');
                text::number(line, octet.into());
            }
        }
        IpAddr::V6(ip) => write!(line, "{ip}").expect("a vector takes all that is written"),
    }
}

fn port(request: &RequestHead<'_>) -> u16 {
    let named = request.host().and_then(|host| {
        let (_, port) = host::split_port(&host);
        port.strip_prefix(':')?.parse().ok()
    });
    named.unwrap_or(match Scheme::of(request) {
        Some(Scheme::Https) => 443,
        _ => 80,
    })
}

fn scheme(request: &RequestHead<'_>) -> &'static str {
    Scheme::of(request).unwrap_or_default().as_str()
}

/// The method, the target as the client sent it, and the version.
fn line(out: Out<'_>, request: &RequestHead<'_>) {
    out.composed(|value| {
        // A token has nothing in it to escape.
        let method = request.method.as_str().as_bytes();
        let part = value.part();
        if method.len() <= part.limit {
            part.line.extend_from_slice(method);
        } else {
            part.text(method);
        }
        value.line.push(b' ');
        target(value.part(), request);
        value.line.push(b' ');
        value.line.extend_from_slice(protocol(request.version));
    });
}

/// The four forms of a target, [RFC 9112 §3.2]. From HTTP/2 on the scheme and the authority are fields of their own, which every server
/// fills in, so that they say nothing.
///
/// [RFC 9112 §3.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
fn target(out: Out<'_>, request: &RequestHead<'_>) {
    let uri = request.uri;
    match (uri.path_and_query(), uri.authority()) {
        (Some(path), None) => out.url(path.as_str().as_bytes()),
        (Some(path), Some(_)) if request.version >= Version::HTTP_2 => {
            out.url(path.as_str().as_bytes());
        }
        (Some(_), Some(_)) => out.url(uri.to_string().as_bytes()),
        (None, Some(authority)) => {
            let authority = authority.as_str();
            let host = authority.rsplit('@').next().unwrap_or(authority);
            out.text(host.as_bytes());
        }
        (None, None) => out.absent(),
    }
}

fn query(out: Out<'_>, uri: &Uri, mark: bool) {
    match uri.query() {
        Some(query) if mark || !query.is_empty() => {
            // The redaction knows a query by its mark.
            let whole = uri.path_and_query().map_or("", |path| path.as_str());
            let marked = &whole[whole.len() - query.len() - 1..];
            out.composed(|value| {
                let start = value.line.len();
                value.part().url(marked.as_bytes());
                if !mark && value.line.len() > start {
                    value.line.remove(start);
                }
            });
        }
        None if mark => out.plain(|_| {}),
        _ => out.absent(),
    }
}

/// The first value of a parameter, as it was sent.
fn parameter<'u>(uri: &'u Uri, name: &str) -> Option<&'u str> {
    uri.query()?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            let (key, value) = pair.split_at(equals);
            (key.trim_ascii() == name.as_bytes()).then(|| value[1..].trim_ascii())
        })
}

pub(crate) fn protocol(version: Version) -> &'static [u8] {
    match version {
        Version::HTTP_09 => b"HTTP/0.9",
        Version::HTTP_10 => b"HTTP/1.0",
        Version::HTTP_2 => b"HTTP/2.0",
        Version::HTTP_3 => b"HTTP/3.0",
        _ => b"HTTP/1.1",
    }
}

/// The length of the body that was announced.
fn announced(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// The bytes of the head as HTTP/1.1 writes it.
fn head_length(request: &RequestHead<'_>) -> u64 {
    let target = request.uri.to_string();
    let line = request.method.as_str().len() + target.len() + " HTTP/1.1\r\n ".len();
    line as u64 + fields_length(request.headers)
}

/// The bytes of the fields and of the empty line behind them, as HTTP/1.1 writes them.
pub(crate) fn fields_length(headers: &HeaderMap) -> u64 {
    let lines = headers.iter().map(|(name, value)| {
        // A name, a colon, a space, a value, a line break.
        name.as_str().len() + value.len() + 4
    });
    lines.sum::<usize>() as u64 + 2
}
