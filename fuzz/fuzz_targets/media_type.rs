#![no_main]

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use libfuzzer_sys::fuzz_target;
use plywood_header::media_type::{essence, is};

fuzz_target!(|line: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(line) else {
        return;
    };
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, value.clone())]);
    let Some(found) = essence(&headers).map(str::to_owned) else {
        return;
    };
    let (kind, subtype) = found.split_once('/').expect("it has a slash");
    assert!(!kind.is_empty() && !subtype.is_empty() && !subtype.contains('/'));
    assert!(!found.contains(|character: char| character == ';' || character.is_whitespace()));
    assert!(is(&headers, &found.to_ascii_uppercase()));
    // Of two lines a proxy may have read the one, and an app the other.
    headers.append(CONTENT_TYPE, value);
    assert_eq!(essence(&headers), None);
});
