#![no_main]

use http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};
use libfuzzer_sys::fuzz_target;
use plywood_header::accept_encoding::{Choice, Coding, negotiate};

const OFFERS: &[Coding] = &[Coding::Zstd, Coding::Br, Coding::Gzip, Coding::Deflate];

fuzz_target!(|lines: &[u8]| {
    let lines = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (ACCEPT_ENCODING, line)).collect();
    let all = negotiate(&headers, OFFERS);
    // Offering less never yields more, and what was chosen from all is chosen when offered alone.
    assert!(!matches!(negotiate(&headers, &[]), Choice::Coding(_)));
    if let Choice::Coding(coding) = all {
        assert_eq!(negotiate(&headers, &[coding]), all);
    }
    if all == Choice::NotAcceptable {
        assert_eq!(negotiate(&headers, &[]), all);
    }
});
