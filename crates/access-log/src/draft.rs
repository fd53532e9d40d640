//! A line in two strokes: what the request says is written when it comes, the rest when the answer is over.
//!
//! Nothing of the request is kept but this text, so that a line costs one allocation and no reference is counted.

use std::{io::Write, net::IpAddr};

use http::{HeaderName, HeaderValue, Request, Uri, Version, header};
use jiff::Timestamp;
use plywood_core::{Client, Mount};

use crate::{layer::Settings, redact::Redaction, text};

/// The fields of a line, in the order that the Common Log Format gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// `host ident user [time] "request" status bytes`
    Common,
    /// The same, and `"referer" "user agent"`.
    #[default]
    Combined,
}

/// A line with two gaps in it: the user, and the status with the bytes.
#[derive(Debug)]
pub(crate) struct Draft {
    text: Vec<u8>,
    user: usize,
    outcome: usize,
}

/// What fills the gaps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) user: Option<&'a str>,
    pub(crate) status: u16,
    /// The bytes of the body that were handed on.
    pub(crate) bytes: u64,
}

impl Draft {
    pub(crate) fn begin<B>(settings: &Settings, request: &Request<B>, time: Timestamp) -> Self {
        let combined = settings.format == Format::Combined;
        let referer = field(request, &header::REFERER).filter(|_| combined);
        let user_agent = field(request, &header::USER_AGENT).filter(|_| combined);
        let path = request
            .uri()
            .path_and_query()
            .map_or("", |path| path.as_str());
        let outside = [Some(path.as_bytes()), referer, user_agent];
        let length: usize = outside.iter().flatten().map(|value| value.len()).sum();

        // What is not from outside fits in this with any address and most names, so that the text grows only to escape.
        let mut text = Vec::with_capacity(length + 128);
        host(&mut text, Client::of(request));
        text.extend_from_slice(b" - ");
        let user = text.len();
        text.extend_from_slice(b" [");
        settings.zone.write(&mut text, time);
        text.extend_from_slice(b"] \"");
        request_line(&mut text, request, &settings.redaction);
        text.extend_from_slice(b"\" ");
        let outcome = text.len();
        if combined {
            text.push(b' ');
            quoted(&mut text, referer, |text, value| {
                settings.redaction.write(text, value);
            });
            text.push(b' ');
            quoted(&mut text, user_agent, text::quoted);
        }
        Self {
            text,
            user,
            outcome,
        }
    }

    /// The whole line, without a line break.
    pub(crate) fn finish(mut self, outcome: Outcome<'_>) -> Vec<u8> {
        // The later gap first: filling it moves nothing that comes before.
        fill(&mut self.text, self.outcome, |text| {
            text::number(text, outcome.status.into());
            text.push(b' ');
            match outcome.bytes {
                0 => text.push(b'-'),
                bytes => text::number(text, bytes),
            }
        });
        fill(&mut self.text, self.user, |text| match outcome.user {
            Some(user) => text::word(text, user.as_bytes()),
            None => text.push(b'-'),
        });
        self.text
    }
}

/// Writes at the end and moves that into place: a shift by some bytes, without another buffer where it is short.
fn fill(text: &mut Vec<u8>, gap: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let end = text.len();
    write(text);
    let filling = text.len() - end;
    let mut short = [0; 32];
    match short.get_mut(..filling) {
        Some(short) => {
            short.copy_from_slice(&text[end..]);
            text.copy_within(gap..end, gap + filling);
            text[gap..gap + filling].copy_from_slice(short);
        }
        None => text[gap..].rotate_right(filling),
    }
}

fn field<'r, B>(request: &'r Request<B>, name: &HeaderName) -> Option<&'r [u8]> {
    request.headers().get(name).map(HeaderValue::as_bytes)
}

fn host(line: &mut Vec<u8>, client: Option<&Client>) {
    match client.map(|client| (client, client.ip())) {
        Some((_, Some(IpAddr::V4(ip)))) => {
            let [first, others @ ..] = ip.octets();
            text::number(line, first.into());
            for octet in others {
                line.push(b'.');
                text::number(line, octet.into());
            }
        }
        Some((client, _)) => write!(line, "{client}").expect("a vector takes all that is written"),
        None => line.push(b'-'),
    }
}

fn quoted(line: &mut Vec<u8>, value: Option<&[u8]>, write: impl FnOnce(&mut Vec<u8>, &[u8])) {
    line.push(b'"');
    match value {
        Some(value) => write(line, value),
        None => line.push(b'-'),
    }
    line.push(b'"');
}

/// The method, the target as the client sent it, and the version.
fn request_line<B>(line: &mut Vec<u8>, request: &Request<B>, redaction: &Redaction) {
    // A token, so that there is nothing to escape.
    line.extend_from_slice(request.method().as_str().as_bytes());
    line.push(b' ');
    let mount = Mount::of(request);
    target(
        line,
        mount.original_uri(request.uri()),
        request.version(),
        redaction,
    );
    line.extend_from_slice(match request.version() {
        Version::HTTP_09 => b" HTTP/0.9",
        Version::HTTP_10 => b" HTTP/1.0",
        Version::HTTP_2 => b" HTTP/2.0",
        Version::HTTP_3 => b" HTTP/3.0",
        _ => b" HTTP/1.1",
    });
}

/// The four forms of a target, [RFC 9112 §3.2]. From HTTP/2 on the scheme and the authority are fields of their own, which every server
/// fills in, so that they say nothing.
///
/// [RFC 9112 §3.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
fn target(line: &mut Vec<u8>, uri: &Uri, version: Version, redaction: &Redaction) {
    match (uri.path_and_query(), uri.authority()) {
        (Some(path), None) => redaction.write(line, path.as_str().as_bytes()),
        (Some(path), Some(_)) if version >= Version::HTTP_2 => {
            redaction.write(line, path.as_str().as_bytes());
        }
        (Some(_), Some(_)) => redaction.write(line, uri.to_string().as_bytes()),
        (None, Some(authority)) => {
            let authority = authority.as_str();
            let host = authority.rsplit('@').next().unwrap_or(authority);
            text::quoted(line, host.as_bytes());
        }
        (None, None) => line.push(b'-'),
    }
}
