//! Whatever stands in `Authorization`: nobody gets in, nothing panics, and nothing is the server's fault.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::convert::Infallible;

use futures_util::FutureExt;
use http::{HeaderValue, Request, Response, StatusCode, header};
use plywood_auth::{
    Addresses, Attempts, AuthLayer, Basic, Bearer, MAX_CREDENTIAL, bearer::TokenHash,
};
use plywood_core::{Body, Identity};
use tower::{Layer, ServiceExt, service_fn};

/// All schemes that the features at hand have, and not one account.
fn all_schemes() -> AuthLayer {
    let layer = AuthLayer::new(Bearer::new(|_: &TokenHash| None));
    #[cfg(feature = "digest")]
    let layer = layer.or(plywood_auth::digest::Digest::new(
        "the shed",
        |_: &plywood_auth::digest::Asked<'_>| None,
    ));
    let basic = Basic::new(|name: &str, password: &str| -> Option<Identity> {
        assert!(name.len().max(password.len()) <= MAX_CREDENTIAL);
        None
    });
    let nowhere = "203.0.113.0/24".parse().unwrap();
    layer
        .or(basic.throttle(Attempts::new()))
        .or(Addresses::new().grant(nowhere, Identity::new("nobody")))
}

fn send(layer: &AuthLayer, values: &[HeaderValue]) -> Response<Body> {
    let app = layer.layer(service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Body::from("inside")))
    }));
    let mut request = Request::new(Body::empty());
    for value in values {
        request
            .headers_mut()
            .append(header::AUTHORIZATION, value.clone());
    }
    let Ok(response) = app.oneshot(request).now_or_never().unwrap();
    response
}

fn is_refused(response: &Response<Body>) -> bool {
    let challenged = response.headers().contains_key(header::WWW_AUTHENTICATE);
    match response.status() {
        StatusCode::UNAUTHORIZED => challenged,
        StatusCode::BAD_REQUEST => true,
        StatusCode::TOO_MANY_REQUESTS => response.headers().contains_key(header::RETRY_AFTER),
        _ => false,
    }
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    fn pick<'a>(&mut self, words: &[&'a [u8]]) -> &'a [u8] {
        words[self.roll(words.len())]
    }
}

const SCHEMES: &[&[u8]] = &[
    b"Basic",
    b"basic",
    b"BASIC",
    b"Bearer",
    b"bearer",
    b"Digest",
    b"DIGEST",
    b"Negotiate",
    b"",
    b"Basic,",
    b"Bas",
    b"Basics",
    b"Digest:",
    b"\"Basic\"",
    b"\xc3\xa9",
];

/// What credentials are made of, and what they are not.
const PIECES: &[&[u8]] = &[
    b" ",
    b"  ",
    b"\t",
    b",",
    b", ",
    b"=",
    b"==",
    b"\"",
    b"\\",
    b"\\\"",
    b":",
    b";",
    b"/",
    b"%",
    b"%00",
    b"'",
    b"YTpi",
    b"YWRhOnBseXdvb2Q=",
    b"YQ",
    b"Og==",
    b"====",
    b"YWI\xff",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xe2\x80\xa8",
    b"\x80",
    b"username=",
    b"username=\"ada\"",
    b"username*=UTF-8''ada",
    b"username*=UTF-8''%",
    b"userhash=true",
    b"realm=\"the shed\"",
    b"nonce=\"\"",
    b"nonce=\"AAAA\"",
    b"uri=\"/\"",
    b"uri=\"//evil\"",
    b"uri=/",
    b"qop=auth",
    b"qop=\"auth-int\"",
    b"nc=00000001",
    b"nc=ffffffff",
    b"nc=-1",
    b"nc=99999999999",
    b"cnonce=\"\"",
    b"cnonce=\"x\"",
    b"response=\"00000000000000000000000000000000\"",
    b"response=\"\"",
    b"algorithm=SHA-256",
    b"algorithm=MD5-sess",
    b"algorithm=none",
    b"opaque=\"",
    b"eyJhbGciOiJub25lIn0",
    b".",
    b"..",
    b"eyJhbGciOiJub25lIn0.e30.",
    b"[",
    b"]",
    b"{}",
];

#[test]
fn a_hundred_thousand_malformed_values_let_nobody_in() {
    let (layer, mut dice) = (all_schemes(), Dice(0x9e37_79b9_7f4a_7c15));
    let mut sent = 0;
    while sent < 100_000 {
        let mut value = dice.pick(SCHEMES).to_vec();
        if dice.roll(8) > 0 {
            value.push(b' ');
        }
        for _ in 0..dice.roll(12) {
            if dice.roll(6) == 0 {
                value.push(u8::try_from(dice.roll(256)).unwrap());
            } else {
                value.extend(dice.pick(PIECES));
            }
        }
        let Ok(value) = HeaderValue::from_bytes(&value) else {
            continue;
        };
        sent += 1;
        let response = send(&layer, std::slice::from_ref(&value));
        assert!(is_refused(&response), "{value:?}: {response:?}");
    }
}

#[test]
fn a_field_of_a_hundred_kilobytes_is_refused_like_any_other() {
    let layer = all_schemes();
    for (scheme, filling) in [
        ("Basic ", "QUFB"),
        ("Basic ", "="),
        ("Bearer ", "a"),
        ("Bearer ", "a."),
        ("Digest ", "a=b, "),
        ("Digest ", "username=\"\\\\\\\\"),
        ("Digest ", ","),
        ("Negotiate ", "a"),
        ("", "a"),
        ("", ","),
    ] {
        let value = scheme.to_owned() + &filling.repeat(100_000 / filling.len());
        let value = HeaderValue::try_from(value).unwrap();
        let response = send(&layer, &[value]);
        assert!(is_refused(&response), "{scheme}{filling}: {response:?}");
    }
}

#[test]
fn two_fields_never_let_anybody_in() {
    let layer = all_schemes();
    for (one, other) in [
        ("Basic YTpi", "Basic YTpi"),
        ("Basic YTpi", "Bearer x"),
        ("Negotiate x", "Basic YTpi"),
        ("Digest x", "Digest y"),
    ] {
        let values = [one, other].map(HeaderValue::from_static);
        let response = send(&layer, &values);
        assert!(is_refused(&response), "{one}, {other}: {response:?}");
    }
}
