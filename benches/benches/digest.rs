//! Digest beside the hashes that it is made of: `cargo bench -p plywood-benches --bench digest`.
//!
//! - What a request with a right response adds to the bare service, with and without the server's own proof, over a password and over a stored hash
//!   (nanoseconds, allocations).
//! - The same of the three raw hashes that RFC 7616 asks for, by the same implementation (sha2) and the other one at hand (ring): the ratio is the result.
//! - With `ONLY=raw`, `bare`, `password`, `hash` or `proof` it does one of them 100,000 times and nothing else, for a profiler.
//!
//! Each request has a count of its own, as a client's has, so that what the client computes is made beforehand.

use std::{convert::Infallible, hint::black_box, time::Duration};

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use plywood_auth::{
    AuthLayer, Digest,
    digest::{Account, Algorithm, Asked, Calculation, Credentials, Protection, account_hash},
};
use plywood_benches::spread;
use plywood_core::{Body, Identity};
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, Service, ServiceExt, service_fn};

const REALM: &str = "http-auth@example.org";
const PASSWORD: &str = "Circle of Life";
const TARGET: &str = "/dir/index.html";
const CLIENT_NONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
const ROUNDS: usize = 51;
const REQUESTS: usize = 2_000;

async fn bare(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::from("hello, world\n")))
}

fn by_password() -> Digest {
    let mufasa = Identity::new("Mufasa").scheme("Digest");
    let account = Account::by_password(mufasa, PASSWORD);
    Digest::new(REALM, move |asked: &Asked<'_>| {
        asked.is("Mufasa").then(|| account.clone())
    })
}

fn by_hash() -> Digest {
    let mufasa = Identity::new("Mufasa").scheme("Digest");
    let hash = account_hash(Algorithm::Sha256, "Mufasa", REALM, PASSWORD);
    let account = Account::by_hash(mufasa, hash);
    Digest::new(REALM, move |asked: &Asked<'_>| {
        asked.is("Mufasa").then(|| account.clone())
    })
}

fn request(authorization: Option<&HeaderValue>) -> Request<Body> {
    let mut request = Request::get(TARGET).body(Body::empty()).expect("it is one");
    if let Some(authorization) = authorization {
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, authorization.clone());
    }
    request
}

/// What a client sends, from one count on.
fn sent(nonce: &str, counts: std::ops::Range<usize>) -> Vec<HeaderValue> {
    let account = account_hash(Algorithm::Sha256, "Mufasa", REALM, PASSWORD);
    let field = |count| {
        let count = format!("{count:08x}");
        let calculation = Calculation {
            algorithm: Algorithm::Sha256,
            account: &account,
            nonce,
            protection: Protection::Auth {
                count: &count,
                client_nonce: CLIENT_NONCE,
                body: None,
            },
            uri: TARGET,
        };
        let response = calculation.response("GET");
        let field = format!(
            "Digest username=\"Mufasa\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{TARGET}\", cnonce=\"{CLIENT_NONCE}\", nc={count}, qop=auth, response=\"{}\", algorithm=SHA-256",
            response.as_str(),
        );
        HeaderValue::try_from(field).expect("it is ASCII")
    };
    counts.map(field).collect()
}

/// A guarded service, and what its clients send.
struct Guarded<S> {
    service: S,
    nonce: String,
    next: usize,
}

fn guarded(
    digest: Digest,
    runtime: &Runtime,
) -> Guarded<impl Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone> {
    let service = AuthLayer::new(digest).layer(service_fn(bare));
    let stranger = runtime.block_on(service.clone().oneshot(request(None)));
    let Ok(stranger) = stranger;
    let challenge = stranger.headers()[header::WWW_AUTHENTICATE].to_str();
    let rest = challenge
        .ok()
        .and_then(|challenge| challenge.split_once("nonce=\""));
    let nonce = rest.and_then(|(_, rest)| rest.split('"').next());
    Guarded {
        service,
        nonce: nonce.expect("a challenge has one").to_owned(),
        next: 1,
    }
}

/// Nanoseconds of processor time for each of some requests.
fn time<S>(runtime: &Runtime, service: &mut S, fields: &[Option<HeaderValue>]) -> f64
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let requests: Vec<_> = fields.iter().map(|field| request(field.as_ref())).collect();
    let count = u32::try_from(requests.len()).expect("there are a few thousand");
    runtime.block_on(async {
        let started = busy();
        for request in requests {
            let Ok(response) = service.call(request).await;
            assert_eq!(response.status(), StatusCode::OK);
            black_box(response);
        }
        nanoseconds(started) / f64::from(count)
    })
}

impl<S> Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    fn time(&mut self, runtime: &Runtime) -> f64 {
        let counts = self.next..self.next + REQUESTS;
        self.next = counts.end;
        let fields: Vec<_> = sent(&self.nonce, counts).into_iter().map(Some).collect();
        time(runtime, &mut self.service, &fields)
    }

    fn allocations(&mut self, runtime: &Runtime) -> u64 {
        let field = sent(&self.nonce, self.next..self.next + 1);
        self.next += 1;
        allocations(runtime, &mut self.service, field.first())
    }
}

fn allocations<S>(runtime: &Runtime, service: &mut S, field: Option<&HeaderValue>) -> u64
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let request = request(field);
    let counted = allocation_counter::measure(|| {
        runtime.block_on(async { black_box(service.call(request).await).ok() });
    });
    counted.count_total
}

/// The three hashes alone, of messages as long as those of a request: no hexadecimal, no parsing.
fn raw_messages(nonce: &str) -> [String; 3] {
    let digits = "0".repeat(64);
    [
        format!("Mufasa:{REALM}:{PASSWORD}"),
        format!("GET:{TARGET}"),
        format!("{digits}:{nonce}:00000001:{CLIENT_NONCE}:auth:{digits}"),
    ]
}

fn raw(messages: &[String; 3], hash: impl Fn(&[u8]) -> u8) -> f64 {
    let started = busy();
    for _ in 0..REQUESTS {
        for message in messages {
            black_box(hash(black_box(message.as_bytes())));
        }
    }
    let count = u32::try_from(REQUESTS).expect("there are a few thousand");
    nanoseconds(started) / f64::from(count)
}

/// The pure parts alone: the account's hash and the response, of credentials that are read or are to be read.
fn pure(field: &HeaderValue, reads: bool) -> f64 {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, field.clone());
    let read = || Credentials::read(black_box(&headers)).ok().flatten();
    let kept = read().expect("they are well-formed");
    let started = busy();
    for _ in 0..REQUESTS {
        let account = account_hash(Algorithm::Sha256, "Mufasa", REALM, black_box(PASSWORD));
        let is_right = if reads {
            read().is_some_and(|read| read.is_response_of(&account, "GET", None))
        } else {
            black_box(&kept).is_response_of(&account, "GET", None)
        };
        assert!(is_right);
    }
    let count = u32::try_from(REQUESTS).expect("there are a few thousand");
    nanoseconds(started) / f64::from(count)
}

fn busy() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().expect("it does not run backwards")
}

fn nanoseconds(since: Duration) -> f64 {
    busy().saturating_sub(since).as_secs_f64() * 1e9
}

fn main() {
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime can be made");
    let sha2 = |message: &[u8]| Sha256::digest(message)[0];
    let ring = |message: &[u8]| ring::digest::digest(&ring::digest::SHA256, message).as_ref()[0];
    let mut candidates = [
        guarded(by_password().without_proof(), &runtime),
        guarded(by_hash().without_proof(), &runtime),
        guarded(by_password(), &runtime),
        guarded(by_hash(), &runtime),
    ];
    let names = [
        "a password",
        "a stored hash",
        "a password, with proof",
        "a stored hash, with proof",
    ];
    let messages = raw_messages(&candidates[0].nonce);
    let mut plain = service_fn(bare);
    let none = vec![None; REQUESTS];

    if let Ok(only) = std::env::var("ONLY") {
        for _ in 0..100_000 / REQUESTS {
            match &*only {
                "raw" => raw(&messages, sha2),
                "bare" => time(&runtime, &mut plain, &none),
                "password" => candidates[0].time(&runtime),
                "hash" => candidates[1].time(&runtime),
                "proof" => candidates[3].time(&runtime),
                other => panic!("{other} is none of them"),
            };
        }
        return;
    }

    let mut figures = vec![Vec::new(); candidates.len()];
    let (mut ratios, mut three, mut of_ring) = (figures.clone(), Vec::new(), Vec::new());
    let (mut verified, mut read) = (Vec::new(), Vec::new());
    let field = sent(&candidates[0].nonce, 1..2).swap_remove(0);
    for _ in 0..ROUNDS {
        let hashes = raw(&messages, sha2);
        three.push(hashes);
        of_ring.push(raw(&messages, ring));
        verified.push(pure(&field, false) / hashes);
        read.push(pure(&field, true) / hashes);
        let without = time(&runtime, &mut plain, &none);
        for (index, candidate) in candidates.iter_mut().enumerate() {
            let added = candidate.time(&runtime) - without;
            figures[index].push(added);
            ratios[index].push(added / hashes);
        }
    }
    println!("| Digest | ns | of the raw hashes | added allocations |\n|---|--:|--:|--:|");
    println!(
        "| three raw hashes, by sha2 | {:.0} | 1 | |",
        spread(three).1
    );
    println!(
        "| three raw hashes, by ring | {:.0} | | |",
        spread(of_ring).1
    );
    for (what, ratios) in [("verified", verified), ("read and verified", read)] {
        let (least, ratio, most) = spread(ratios);
        println!("| {what} by the pure parts | | {ratio:.2} ({least:.2} to {most:.2}) | |");
    }
    let without = allocations(&runtime, &mut plain, None);
    for (index, name) in names.iter().enumerate() {
        let (_, added, _) = spread(figures[index].clone());
        let (least, ratio, most) = spread(ratios[index].clone());
        let allocations = candidates[index].allocations(&runtime) - without;
        println!(
            "| a request, over {name} | {added:.0} | {ratio:.2} ({least:.2} to {most:.2}) | {allocations} |"
        );
    }
}
