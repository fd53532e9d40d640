#![no_main]

use http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;
use plywood_header::vary;

fuzz_target!(|lines: &[u8]| {
    let lines = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let mut headers: HeaderMap = lines.map(|line| (header::VARY, line)).collect();
    let before = headers.clone();
    vary::append(&mut headers, header::COOKIE);
    // Every line stays, one more may be there, and then it is enough.
    let lines = |headers: &HeaderMap| {
        headers
            .get_all(header::VARY)
            .iter()
            .cloned()
            .collect::<Vec<_>>()
    };
    let (before, once) = (lines(&before), lines(&headers));
    assert!(once.starts_with(&before) && once.len() <= before.len() + 1);
    vary::append(&mut headers, header::COOKIE);
    assert_eq!(lines(&headers), once);
});
