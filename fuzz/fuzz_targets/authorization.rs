#![no_main]

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use libfuzzer_sys::fuzz_target;
use plywood_header::authorization::{Basic, basic_challenge};

fuzz_target!(|lines: &[u8]| {
    let lines = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (AUTHORIZATION, line)).collect();
    if let Ok(Some(basic)) = Basic::read(&headers) {
        assert!(!basic.user().contains(':'));
        let allowed = |character: char| !character.is_control() || character == '\t';
        assert!(
            basic
                .user()
                .chars()
                .chain(basic.password().chars())
                .all(allowed)
        );
        if let Ok(challenge) = basic_challenge(basic.user()) {
            assert!(challenge.to_str().is_ok());
        }
    }
});
