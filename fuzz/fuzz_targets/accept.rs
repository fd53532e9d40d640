#![no_main]

use http::{HeaderMap, HeaderValue, header::ACCEPT};
use libfuzzer_sys::fuzz_target;
use plywood_header::accept::best;

const OFFERS: &[&str] = &[
    "text/html",
    "text/html;level=1",
    "application/problem+json",
    "text/plain",
];

fuzz_target!(|lines: &[u8]| {
    let lines = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (ACCEPT, line)).collect();
    if let Some(best) = best(&headers, OFFERS) {
        assert!(OFFERS.contains(&best));
    }
    assert_eq!(best(&headers, &[]), None);
});
