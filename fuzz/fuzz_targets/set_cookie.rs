#![no_main]

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use arbitrary::Arbitrary;
use http::{HeaderValue, Request, Response, header};
use libfuzzer_sys::fuzz_target;
use plywood_core::Body;
use plywood_test::{Client, Reply, RequestBuilder};
use tower::service_fn;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    lines: Vec<&'a [u8]>,
    path: &'a str,
    secure: bool,
}

fn ask(request: RequestBuilder) -> Reply {
    let answer = pin!(request.send());
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(reply) => reply,
        Poll::Pending => panic!("nothing is waited for"),
    }
}

// Whatever a server sets: the jar stays small, keeps what a browser keeps, and sends what a field can hold.
fuzz_target!(|input: Input<'_>| {
    let lines = input.lines.iter();
    let lines: Vec<_> = lines
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .collect();
    let app = service_fn(move |request: Request<Body>| {
        let sent = request.headers().get(header::COOKIE).cloned();
        let mut response = Response::new(Body::empty());
        for line in &lines {
            let fields = response.headers_mut();
            fields.append(header::SET_COOKIE, line.clone());
        }
        if let Some(sent) = sent {
            response.headers_mut().insert("x-sent", sent);
        }
        async { Ok::<_, Infallible>(response) }
    });
    let scheme = if input.secure { "https" } else { "http" };
    let client = Client::new(app).unlinted();
    let client = client.base(&format!("{scheme}://shop.example"));
    let path = input.path.bytes().filter(u8::is_ascii_alphanumeric);
    let path: String = path.map(char::from).collect();
    ask(client.get(&format!("/{path}/")));
    let kept = client.cookies();
    let reply = ask(client.get(&format!("/{path}/")));
    for cookie in &kept {
        let (name, value) = (cookie.name(), cookie.value());
        assert!(input.secure || !cookie.is_secure());
        assert!((1..=4096).contains(&(name.len() + value.len())));
        assert!(!name.contains(['=', ';']) && !value.contains(';'));
        assert_eq!(cookie.domain(), Some("shop.example"));
        assert!(cookie.path().is_some_and(|path| path.starts_with('/')));
        if name.to_ascii_lowercase().starts_with("__host-") {
            assert!(cookie.is_secure() && cookie.path() == Some("/"));
        }
    }
    let sent = reply.headers().get("x-sent");
    let sent = sent.map_or(0, |sent| {
        sent.as_bytes().split(|&byte| byte == b';').count()
    });
    assert!(sent <= kept.len());
});
