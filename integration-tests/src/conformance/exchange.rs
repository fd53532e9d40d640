//! One request and its answer over a socket, written and read by hand, so that nothing tidies up what a case sends.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderName, HeaderValue};

/// How long to wait for bytes, before the server counts as hung. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The code of the status line.
    pub status: u16,
    /// The fields, in their order.
    pub headers: HeaderMap,
    /// The content, without its framing.
    pub body: Vec<u8>,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
}

impl Answer {
    /// A header field as text; the first of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Is this text in the body?
    pub fn holds(&self, text: &[u8]) -> bool {
        self.body.windows(text.len()).any(|window| window == text)
    }
}

/// The bytes of a request that asks for the connection to be closed, and has no body.
pub fn request(method: &[u8], target: &[u8], fields: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut bytes = [method, b" ", target, b" HTTP/1.1\r\n"].concat();
    let closing: [(&[u8], &[u8]); 3] = [
        (b"Host", b"127.0.0.1"),
        (b"Connection", b"close"),
        (b"Content-Length", b"0"),
    ];
    for (name, value) in closing.iter().chain(fields) {
        bytes.extend([*name, b": ", *value, b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    bytes
}

/// Sends a request on a connection of its own, and reads the answer up to its end.
///
/// # Errors
///
/// When there is no answer, or it is not a whole HTTP message.
pub fn exchange(server: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let started = Instant::now();
    let mut socket = TcpStream::connect_timeout(&server, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    // A server may answer and close before it has read an oversized request: what it said still counts.
    let sent = socket.write_all(request);
    let mut bytes = Vec::new();
    let read = socket.read_to_end(&mut bytes);
    if bytes.is_empty() {
        sent?;
    }
    if let Err(error) = read
        && (bytes.is_empty() || error.kind() != ErrorKind::ConnectionReset)
    {
        return Err(error);
    }
    let has_body = !request.starts_with(b"HEAD ");
    parse(&bytes, has_body, started.elapsed())
}

fn parse(bytes: &[u8], has_body: bool, took: Duration) -> io::Result<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or_else(|| broken("no answer"))?;
    let mut lines = bytes[..end]
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let status = lines
        .next()
        .and_then(status)
        .ok_or_else(|| broken("no status line"))?;
    let headers: HeaderMap = lines
        .map(field)
        .collect::<Option<_>>()
        .ok_or_else(|| broken("a bad field line"))?;
    let has_body = has_body && !matches!(status, 204 | 304);
    let body = framed(&headers, &bytes[end + 4..], has_body)?;
    Ok(Answer {
        status,
        headers,
        body,
        took,
    })
}

fn status(line: &[u8]) -> Option<u16> {
    let code = line.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    str::from_utf8(code).ok()?.parse().ok()
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}

/// The body, whose framing must be kept to the byte.
fn framed(headers: &HeaderMap, rest: &[u8], has_body: bool) -> io::Result<Vec<u8>> {
    if !has_body {
        return if rest.is_empty() {
            Ok(Vec::new())
        } else {
            Err(broken("a body where none may be"))
        };
    }
    if headers.contains_key("transfer-encoding") {
        return dechunked(rest).ok_or_else(|| broken("a body that is not whole"));
    }
    let length = headers
        .get("content-length")
        .and_then(|value| value.to_str().ok());
    match length.and_then(|length| length.parse::<usize>().ok()) {
        Some(length) if length != rest.len() => {
            Err(broken("a body of another length than was said"))
        }
        _ => Ok(rest.to_vec()),
    }
}

fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8], has_body: bool) -> io::Result<Answer> {
        parse(bytes, has_body, Duration::ZERO)
    }

    #[test]
    fn a_whole_answer_is_read() {
        let answer = parsed(
            b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi",
            true,
        )
        .unwrap();
        assert_eq!((answer.status, answer.field("a")), (200, Some("b")));
        assert_eq!(answer.body, b"hi");
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n";
        assert_eq!(parsed(chunked, true).unwrap().body, b"hi!");
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(parsed(head, false).unwrap().body, b"");
    }

    #[test]
    fn half_an_answer_is_none() {
        for bytes in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\n",
            b"200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhi",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
            b"HTTP/1.1 304 Not Modified\r\n\r\nhi",
        ] {
            assert!(parsed(bytes, true).is_err(), "{}", bytes.escape_ascii());
        }
        assert!(parsed(b"HTTP/1.1 200 OK\r\n\r\nhi", false).is_err());
    }
}
