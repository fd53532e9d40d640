//! Requests of every kind, each a case of its own and the same in each run, and what was really answered to them.

use std::{collections::BTreeMap, convert::Infallible};

use futures_util::FutureExt;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use plywood::prelude::*;

/// So many lines are read by those who judge.
pub(crate) const REQUESTS: usize = 100_000;

/// The sums of all answers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
    pub(crate) by_status: BTreeMap<u16, u64>,
    /// By the user agent, its bytes read as Latin-1; absent is `-`, and so is whoever says that.
    pub(crate) by_agent: BTreeMap<String, u64>,
}

const AGENTS: [&[u8]; 12] = [
    b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    b"curl/8.5.0",
    b"",
    b"-",
    b"a \"quoted\" word",
    b"\\\" 200 0 \"-\" \"-",
    b"ends in a backslash \\",
    b"tab\there",
    b"Zo\xc3\xab \xe2\x80\xae",
    b"\x9b31m \xff\xfe",
    b"${jndi:ldap://x} %s %n <script>",
    b"] [01/Jan/2000:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1",
];

const TARGETS: [&str; 10] = [
    "/",
    "/index.html",
    "/a%20b/c.css?x=1&y=2",
    "/search?q=%22%0d%0a&token=hunter2",
    "/%E2%82%AC/\u{20ac}",
    "//a///b",
    "/a\"b",
    "/a?b={c}&d=[e]",
    "/very/long/",
    "/[x]{y}|z^",
];

const USERS: [&str; 6] = ["ada", "ada lovelace", "\"", "\\", "a]b[c", "Zoë\r\n"];

const METHODS: [Method; 4] = [Method::GET, Method::GET, Method::POST, Method::HEAD];

const STATUSES: [u16; 8] = [200, 200, 200, 206, 304, 404, 403, 500];

/// A number that has nothing to do with the one before (xorshift).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % most
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Sends them all through a log, and gives the sums.
pub(crate) fn through(log: &AccessLogLayer) -> Sums {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut sums = Sums::default();
    for _ in 0..REQUESTS {
        let (request, status, length) = one(&mut dice);
        let agent = request
            .headers()
            .get("user-agent")
            .map_or(&b"-"[..], HeaderValue::as_bytes);
        let agent = agent.iter().copied().map(char::from).collect();
        *sums.by_agent.entry(agent).or_default() += 1;
        let is_bare = *request.method() == Method::HEAD || status == StatusCode::NOT_MODIFIED;
        let app = log.layer(service_fn(move |_: Request<Body>| async move {
            let mut response = Response::new(Body::from(vec![b'x'; length]));
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        }));
        let Ok(response) = app.oneshot(request).now_or_never().expect("it is ready");
        if !is_bare {
            let body = response.into_body().collect().now_or_never();
            sums.bytes += body
                .expect("it is ready")
                .expect("it does not fail")
                .to_bytes()
                .len() as u64;
        }
        sums.requests += 1;
        *sums.by_status.entry(status.as_u16()).or_default() += 1;
    }
    sums
}

fn one(dice: &mut Dice) -> (Request<Body>, StatusCode, usize) {
    let mut target = (*dice.one_of(&TARGETS)).to_owned();
    if target.ends_with("long/") {
        target.push_str(&"a".repeat(dice.below(2000)));
    }
    let mut request = Request::new(Body::empty());
    *request.method_mut() = dice.one_of(&METHODS).clone();
    *request.uri_mut() = target.parse().expect("the http crate takes it");
    for name in ["user-agent", "referer"] {
        if dice.below(4) > 0 {
            let agent = *dice.one_of(&AGENTS);
            let value = HeaderValue::from_bytes(agent);
            request
                .headers_mut()
                .insert(name, value.expect("the http crate takes it"));
        }
    }
    let address = match dice.below(4) {
        0 => format!("[2001:db8::{:x}]:99", dice.below(5000) + 1),
        _ => format!("198.51.100.{}:99", dice.below(250) + 1),
    };
    let client = Client::tcp(address.parse().expect("it is an address"));
    request.extensions_mut().insert(client);
    if dice.below(3) == 0 {
        Identity::new(*dice.one_of(&USERS)).leave(&mut request);
    }
    let status = StatusCode::from_u16(*dice.one_of(&STATUSES)).expect("it is a status");
    (request, status, dice.below(5000))
}
