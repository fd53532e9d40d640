//! The bytes that a line tells are those that a client counts.

use std::{
    convert::Infallible,
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::*;
use plywood_access_log::Format;

use crate::site::{App, Site, ask};

fn format() -> Format {
    Format::apache("%s %B %{ending}n").unwrap()
}

fn folder() -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let text = "all work and no play makes a long text\n"
        .repeat(2000)
        .into_bytes();
    fs::write(folder.path().join("text.txt"), &text).unwrap();
    (folder, text)
}

/// The head of an answer, and the bytes of its body without the framing.
fn taken_apart(answer: &[u8]) -> (String, Vec<u8>) {
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    let head = String::from_utf8(answer[..end].to_vec())
        .unwrap()
        .to_ascii_lowercase();
    let mut rest = &answer[end..];
    if !head.contains("transfer-encoding: chunked") {
        return (head, rest.to_vec());
    }
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return (head, body);
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
}

fn request(line: &str, fields: &str) -> Vec<u8> {
    format!("{line}\r\nhost: x\r\nconnection: close\r\n{fields}\r\n").into_bytes()
}

#[test]
fn whole_and_partial_and_empty_answers_are_counted_as_the_client_counts_them() {
    let (folder, text) = folder();
    let path = folder.path().to_owned();
    let site = Site::start(format(), |log| {
        plywood::app(
            ServiceBuilder::new()
                .layer(log)
                .service(Files::new(path).unwrap()),
        )
    });
    for (line, fields, status, bytes) in [
        ("GET /text.txt HTTP/1.1", "", 200, text.len()),
        ("GET /text.txt HTTP/1.0", "", 200, text.len()),
        ("HEAD /text.txt HTTP/1.1", "", 200, 0),
        ("GET /text.txt HTTP/1.1", "if-none-match: *\r\n", 304, 0),
        ("GET /text.txt HTTP/1.1", "range: bytes=10-19\r\n", 206, 10),
        ("GET /text.txt HTTP/1.1", "range: bytes=-7\r\n", 206, 7),
        ("HEAD /text.txt HTTP/1.1", "range: bytes=10-19\r\n", 206, 0),
    ] {
        let (head, body) = taken_apart(&ask(site.address, &request(line, fields)));
        // RFC 9110, section 14.2: a range is for GET.
        let status = if line.starts_with("HEAD") {
            200
        } else {
            status
        };
        assert!(
            head.contains(&format!(" {status} ")),
            "{line} {fields}: {head}"
        );
        assert_eq!(body.len(), bytes, "{line} {fields}");
        assert_eq!(
            site.line(),
            format!("{status} {bytes} complete"),
            "{line} {fields}"
        );
    }
    // Several ranges, with the heads of the parts.
    let several = request("GET /text.txt HTTP/1.1", "range: bytes=0-9,100-109\r\n");
    let (_, body) = taken_apart(&ask(site.address, &several));
    assert_eq!(site.line(), format!("206 {} complete", body.len()));
}

#[test]
fn what_is_packed_inside_is_counted_packed_and_what_is_packed_outside_is_not() {
    let (folder, text) = folder();
    let files = Files::new(folder.path()).unwrap();
    let request = request("GET /text.txt HTTP/1.1", "accept-encoding: gzip\r\n");

    let service = files.clone();
    let above = Site::start(format(), |log| {
        plywood::app(
            ServiceBuilder::new()
                .layer(log)
                .layer(CompressionLayer::new())
                .service(service),
        )
    });
    let (head, body) = taken_apart(&ask(above.address, &request));
    assert!(
        head.contains("content-encoding: gzip") && body.len() < text.len() / 4,
        "{head}"
    );
    assert_eq!(above.line(), format!("200 {} complete", body.len()));

    let below = Site::start(format(), |log| {
        plywood::app(
            ServiceBuilder::new()
                .layer(CompressionLayer::new())
                .layer(log)
                .service(files),
        )
    });
    let (_, body) = taken_apart(&ask(below.address, &request));
    assert!(body.len() < text.len() / 4);
    assert_eq!(below.line(), format!("200 {} complete", text.len()));
}

/// Chunks of these lengths, and then what comes.
fn stream(log: AccessLogLayer, lengths: &'static [usize], then: Then) -> App {
    plywood::app(ServiceBuilder::new().layer(log).service(service_fn(
        move |_: Request<Body>| async move {
            let chunks =
                stream::iter(lengths.iter().map(|length| {
                    Ok::<_, BoxError>(Frame::data(Bytes::from(vec![0xfe; *length])))
                }));
            let body = match then {
                Then::Ends => Body::new(StreamBody::new(chunks)),
                Then::Fails => Body::new(StreamBody::new(
                    chunks.chain(stream::iter([Err("broken".into())])),
                )),
                Then::Waits => Body::new(StreamBody::new(chunks.chain(stream::pending()))),
            };
            Ok::<_, Infallible>(Response::new(body))
        },
    )))
}

#[derive(Clone, Copy)]
enum Then {
    Ends,
    Fails,
    Waits,
}

#[test]
fn chunks_are_counted_without_their_framing() {
    let site = Site::start(format(), |log| {
        stream(log, &[1, 1000, 70_000, 3], Then::Ends)
    });
    let (head, body) = taken_apart(&ask(site.address, &request("GET / HTTP/1.1", "")));
    assert!(head.contains("transfer-encoding: chunked"));
    assert_eq!(
        (body.len(), site.line().as_str()),
        (71_004, "200 71004 complete")
    );
}

#[test]
fn a_body_that_breaks_is_counted_up_to_there() {
    let site = Site::start(format(), |log| stream(log, &[10, 1000], Then::Fails));
    ask(site.address, &request("GET / HTTP/1.1", ""));
    assert_eq!(site.line(), "200 1010 body_failed");
}

#[test]
fn a_client_that_goes_at_a_known_byte_is_counted_to_that_byte() {
    let site = Site::start(format(), |log| stream(log, &[10, 1000, 313], Then::Waits));
    let mut client = TcpStream::connect(site.address).unwrap();
    client.write_all(&request("GET / HTTP/1.0", "")).unwrap();
    let mut received = 0;
    // All that there is to receive: the server has handed it on, and waits.
    while received < 1323 {
        let mut buffer = [0; 4096];
        let length = client.read(&mut buffer).unwrap();
        assert!(length > 0);
        received += buffer[..length].split(|byte| *byte == 0xfe).count() - 1;
    }
    drop(client);
    assert_eq!(site.line(), "200 1323 client_gone");
}
