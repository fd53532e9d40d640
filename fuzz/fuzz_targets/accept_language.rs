#![no_main]

use http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};
use libfuzzer_sys::fuzz_target;
use plywood_header::accept_language::best;

const OFFERS: &[&str] = &["en", "de", "pt-BR", "pt", "zh-Hant"];

fuzz_target!(|lines: &[u8]| {
    let lines = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (ACCEPT_LANGUAGE, line)).collect();
    if let Some(best) = best(&headers, OFFERS) {
        assert!(OFFERS.contains(&best));
    }
    assert_eq!(best(&headers, &[]), None);
});
