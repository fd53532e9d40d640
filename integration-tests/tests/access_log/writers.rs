//! The same requests to Apache, to nginx and to us, logged by the same pattern: the lines are equal, but for what is explained here.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use plywood_access_log::Format;
use plywood_integration_tests::WebServer;

use crate::site::{Site, ask, folder};

/// Requests as they are sent, but for `Host` and `Connection: close`.
const REQUESTS: [(&str, &[u8]); 24] = [
    ("GET /a.txt HTTP/1.1", b""),
    ("HEAD /a.txt HTTP/1.1", b""),
    ("GET /a.txt HTTP/1.0", b""),
    ("GET /a.txt?x=1&y=%20 HTTP/1.1", b""),
    ("GET /a.txt? HTTP/1.1", b""),
    (
        "GET /missing HTTP/1.1",
        b"User-Agent: seen\r\nReferer: http://a.example/?x=1\r\n",
    ),
    ("HEAD /missing HTTP/1.1", b""),
    ("GET /sub/b%20c.txt HTTP/1.1", b""),
    ("GET //sub//b%20c.txt HTTP/1.1", b""),
    (
        "GET /a.txt HTTP/1.1",
        b"User-Agent: a \"quoted\" \\ word\r\n",
    ),
    (
        "GET /a.txt HTTP/1.1",
        b"User-Agent: \\\" 200 0 \"-\" \"-\r\n",
    ),
    ("GET /a.txt HTTP/1.1", b"User-Agent: tab\there\r\n"),
    (
        "GET /a.txt HTTP/1.1",
        b"User-Agent: Zo\xc3\xab \x9b31m \xff\r\n",
    ),
    ("GET /a.txt HTTP/1.1", b"User-Agent:\r\n"),
    ("GET /a.txt HTTP/1.1", b"User-Agent: -\r\n"),
    ("GET /a.txt HTTP/1.1", b"User-Agent:   spaces around   \r\n"),
    (
        "GET /a.txt HTTP/1.1",
        b"User-Agent: one\r\nX-Odd: a\r\nX-Odd: b\r\n",
    ),
    ("GET /a.txt HTTP/1.1", b"Referer: javascript:alert(1)\r\n"),
    ("GET /a.txt HTTP/1.1", b"Range: bytes=0-3\r\n"),
    ("GET /a.txt HTTP/1.1", b"Range: bytes=-2\r\n"),
    (
        "GET /a.txt HTTP/1.1",
        b"Range: bytes=1000-\r\nUser-Agent: x\r\n",
    ),
    (
        "GET /a.txt HTTP/1.1",
        b"If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT\r\n",
    ),
    ("GET /%E2%82%AC.txt HTTP/1.1", b""),
    ("GET /a.txt HTTP/1.1", b"Cookie: theme=dark; sid=1\r\n"),
];

/// What is served.
fn fill(site: &Path) {
    fs::create_dir_all(site.join("sub")).unwrap();
    fs::write(site.join("a.txt"), "hello, a\n").unwrap();
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_164_645);
    let file = fs::File::options()
        .write(true)
        .open(site.join("a.txt"))
        .unwrap();
    file.set_modified(date).unwrap();
    fs::write(site.join("sub/b c.txt"), "hello, b and c\n").unwrap();
    fs::write(site.join("€.txt"), "hello, euro\n").unwrap();
}

fn request(line: &str, fields: &[u8]) -> Vec<u8> {
    let head = format!("{line}\r\nHost: server.example\r\nConnection: close\r\n");
    [head.as_bytes(), fields, b"\r\n"].concat()
}

/// The lines of both, request for request, with what was asked.
fn compare(server: &WebServer, format: Format) -> Vec<(String, String, String)> {
    fill(&server.site());
    let site = Site::start(format, |log| folder(log, &server.site()));
    let before = server.lines(1).len();
    let mut ours = Vec::new();
    for (line, fields) in REQUESTS {
        let request = request(line, fields);
        ask(server.address(), &request);
        ask(site.address, &request);
        ours.push(site.line());
    }
    let theirs = server.lines(before + REQUESTS.len()).split_off(before);
    let asked = REQUESTS
        .iter()
        .map(|(line, fields)| format!("{line} {}", fields.escape_ascii()));
    asked
        .zip(theirs)
        .zip(ours)
        .map(|((asked, theirs), ours)| (asked, theirs, ours))
        .collect()
}

/// Where they differ, field by field, without those that `explained` knows.
fn differences(
    lines: &[(String, String, String)],
    explained: fn(asked: &str, theirs: &str, ours: &str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for (asked, theirs, ours) in lines {
        let (left, right): (Vec<_>, Vec<_>) =
            (theirs.split('|').collect(), ours.split('|').collect());
        assert_eq!(left.len(), right.len(), "{asked}: {theirs}\n{ours}");
        for (theirs, ours) in left.into_iter().zip(right) {
            if theirs != ours && !explained(asked, theirs, ours) {
                found.push(format!("{asked}: theirs {theirs}, ours {ours}"));
            }
        }
    }
    found
}

#[test]
fn apache_writes_what_we_write() {
    let pattern = r#"%l|%u|%r|%s|%>s|%b|%B|%m|%U|%q|%H|%V|%v|"%{Referer}i"|"%{User-Agent}i"|%{X-Odd}i|%400,404{User-agent}i|%!200,404{Range}i|%{Nothing}o|%X|%{theme}e|%T|%%"#;
    let server = WebServer::apache(pattern);
    let lines = compare(&server, Format::apache(pattern).unwrap());
    let found = differences(&lines, is_a_page);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What the server says of a range that is not there is a page of its own, and so are its bytes.
fn is_a_page(asked: &str, theirs: &str, ours: &str) -> bool {
    asked.contains("Range: bytes=1000-")
        && theirs.parse::<u32>().is_ok()
        && ["0", "-"].contains(&ours)
}

#[test]
fn nginx_writes_what_we_write() {
    let pattern = r#"$remote_user|$request|$status|$body_bytes_sent|$request_method|$uri|$request_uri|$args|$query_string|$is_args|$server_protocol|$host|$http_host|$server_name|"$http_referer"|"$http_user_agent"|$http_x_odd|$arg_x|$scheme|$https|$request_completion|$pipe|$sent_http_nothing|$content_length"#;
    let server = WebServer::nginx(pattern);
    let lines = compare(&server, Format::nginx(pattern).unwrap());
    let found = differences(&lines, |asked, theirs, ours| {
        // Until its version 1.23 it wrote the first of several fields.
        is_a_page(asked, theirs, ours) || (theirs, ours) == ("a", "a, b")
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The lines of both about three requests on one connection, and then about three on another.
fn on_two_connections(server: &WebServer, format: Format) -> (Vec<String>, Vec<String>) {
    fill(&server.site());
    let site = Site::start(format, |log| folder(log, &server.site()));
    let before = server.lines(1).len();
    let kept = b"GET /a.txt HTTP/1.1\r\nHost: server.example\r\n\r\n";
    let requests = [kept, kept, &*request("GET /a.txt HTTP/1.1", b"")].concat();
    for _ in 0..2 {
        ask(server.address(), &requests);
        ask(site.address, &requests);
    }
    let theirs = server.lines(before + 6).split_off(before);
    (theirs, (0..6).map(|_| site.line()).collect())
}

#[test]
fn apache_counts_the_requests_of_a_connection_as_we_do() {
    let pattern = "%k|%A|%X|%{HTTPS}x|%{SSL_PROTOCOL}x|%{SSL_CIPHER}x";
    // Without `mod_ssl` Apache knows none of its variables.
    let server = WebServer::apache("%k|%A|%X|off|-|-");
    let (theirs, ours) = on_two_connections(&server, Format::apache(pattern).unwrap());
    for (number, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
        // The request behind which the connection is closed does not count there.
        let theirs = match number % 3 {
            2 => theirs.replacen('1', "2", 1),
            _ => theirs.clone(),
        };
        assert_eq!(theirs, *ours);
    }
    assert_eq!(
        ours[..3],
        [
            "0|127.0.0.1|+|off|-|-",
            "1|127.0.0.1|+|off|-|-",
            "2|127.0.0.1|-|off|-|-"
        ]
    );
}

#[test]
fn nginx_counts_the_requests_of_a_connection_as_we_do() {
    let pattern = "$connection_requests|$server_addr|$ssl_protocol|$ssl_cipher|$ssl_session_reused";
    let server = WebServer::nginx(pattern);
    let (theirs, ours) = on_two_connections(&server, Format::nginx(pattern).unwrap());
    assert_eq!(theirs, ours);
    assert!(ours[2].starts_with("3|127.0.0.1|"), "{ours:?}");
}

#[test]
fn nginx_writes_json_as_we_write_it() {
    let inside = r#""$request"|"$http_user_agent"|"$http_referer"|"$http_nothing"|"$args""#;
    let server = WebServer::nginx_escaping("json", inside);
    let lines = compare(
        &server,
        Format::nginx(&format!("escape=json {inside}")).unwrap(),
    );
    let found = differences(&lines, |_, theirs, ours| {
        // Bytes that are no UTF-8 make no JSON of theirs; ours reads them as Latin-1. Theirs leaves DEL and C1 alone.
        theirs.contains('\u{fffd}') && serde_json::from_str::<String>(ours).is_ok()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}
