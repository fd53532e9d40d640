#![no_main]

use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use plywood_header::date::{read, write};

fuzz_target!(|line: &[u8]| {
    let Ok(line) = HeaderValue::from_bytes(line) else {
        return;
    };
    if let Some(time) = read(&line) {
        // Reading is the end of it: what was read, written again, reads the same.
        assert_eq!(read(&write(time)), Some(time));
    }
});
