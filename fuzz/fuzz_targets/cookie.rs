#![no_main]

use arbitrary::Arbitrary;
use http::{HeaderMap, HeaderValue, header::COOKIE};
use libfuzzer_sys::fuzz_target;
use plywood_header::cookie::{self, SetCookie};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    lines: Vec<&'a [u8]>,
    name: &'a str,
    value: &'a str,
    path: &'a str,
    domain: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let lines = input
        .lines
        .iter()
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (COOKIE, line)).collect();
    let names = cookie::pairs(&headers)
        .map(|(name, _)| name)
        .take(8)
        .chain([input.name]);
    for name in names {
        let first = cookie::pairs(&headers).find(|(sent, _)| *sent == name);
        assert_eq!(cookie::find(&headers, name), first.map(|(_, value)| value));
    }

    let cookie = SetCookie::new(input.name, input.value);
    if let Ok(field) = cookie.clone().build() {
        let headers = HeaderMap::from_iter([(COOKIE, field)]);
        assert!(cookie::pairs(&headers).eq([(input.name, input.value)]));
    }
    if let Ok(field) = cookie.path(input.path).domain(input.domain).build() {
        let attributes = field
            .to_str()
            .expect("what is written is ASCII")
            .split("; ")
            .skip(1);
        assert!(attributes.eq([
            format!("Path={}", input.path),
            format!("Domain={}", input.domain)
        ]));
    }
});
